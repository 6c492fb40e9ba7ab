#include "rtlib/entry/report.h"

#include <algorithm>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Three or more digits, in the unit that gives few of them.
std::string TimeText(uint64_t ns) {
  struct Unit {
    uint64_t ns;
    std::string_view name;
  };
  for (const Unit& unit : {Unit{1'000'000'000, " s"}, {1'000'000, " ms"}, {1'000, " us"}}) {
    if (ns < unit.ns) continue;
    const uint64_t tenths = ns / (unit.ns / 10);
    return StrCat(tenths / 10, ".", tenths % 10, unit.name);
  }
  return StrCat(ns, " ns");
}

}  // namespace

void Report::Add(std::string_view name, std::string text, std::string json) {
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  facts_.push_back({std::string(name), std::move(label), std::move(text), std::move(json)});
}

void Report::Add(std::string_view name, std::string_view value) {
  Add(name, std::string(value), JsonString(value));
}

void Report::Add(std::string_view name, uint64_t value) { Add(name, StrCat(value), StrCat(value)); }

void Report::AddTime(std::string_view name, uint64_t ns) {
  Add(name, TimeText(ns), StrCat(ns));
  std::string& label = facts_.back().label;
  const size_t unit = label.find(" ns");
  if (unit != std::string::npos) label.erase(unit, 3);
}

void Report::AddFlag(std::string_view name, bool value) {
  Add(name, value ? "yes" : "no", value ? "true" : "false");
}

void Report::AddList(std::string_view name, const std::vector<Item>& items) {
  std::string text, json;
  for (const Item& item : items) {
    StrAppend(&text, text.empty() ? "" : "\n", item.text);
    StrAppend(&json, json.empty() ? "[" : ", ", item.json);
  }
  Add(name, std::move(text), json.empty() ? "[]" : json + "]");
}

std::string Report::ToText() const {
  size_t width = 0;
  for (const Fact& fact : facts_) width = std::max(width, fact.label.size());
  std::string out;
  for (const Fact& fact : facts_) {
    const std::string gap(width + 2 - fact.label.size(), ' ');
    StrAppend(&out, fact.label, gap);
    for (const char c : fact.text) {
      out += c;
      if (c == '\n') out.append(width + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string Report::ToJson() const {
  std::string out = "{";
  for (const Fact& fact : facts_) {
    if (out.size() > 1) out += ", ";
    StrAppend(&out, JsonString(fact.name), ": ", fact.json);
  }
  return out + "}\n";
}

}  // namespace perdure
