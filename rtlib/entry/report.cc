#include "rtlib/entry/report.h"

#include <algorithm>

#include "rtlib/base/text.h"

namespace perdure {

void Report::Add(std::string_view name, std::string_view value) {
  facts_.push_back({std::string(name), std::string(value), JsonString(value)});
}

void Report::Add(std::string_view name, uint64_t value) {
  facts_.push_back({std::string(name), StrCat(value), StrCat(value)});
}

void Report::AddFlag(std::string_view name, bool value) {
  facts_.push_back({std::string(name), value ? "yes" : "no", value ? "true" : "false"});
}

void Report::AddList(std::string_view name, const std::vector<Item>& items) {
  Fact list = {std::string(name), "", "["};
  for (const Item& item : items) {
    StrAppend(&list.text, list.text.empty() ? "" : "\n", item.text);
    StrAppend(&list.json, list.json.size() > 1 ? ", " : "", item.json);
  }
  list.json += ']';
  facts_.push_back(std::move(list));
}

std::string Report::ToText() const {
  size_t width = 0;
  for (const Fact& fact : facts_) width = std::max(width, fact.name.size());
  std::string out;
  for (const Fact& fact : facts_) {
    std::string label = fact.name;
    std::replace(label.begin(), label.end(), '_', ' ');
    label.resize(width + 2, ' ');
    StrAppend(&out, label);
    for (const char c : fact.text) {
      out += c;
      if (c == '\n') out.append(label.size(), ' ');
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
