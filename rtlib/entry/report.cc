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

std::string Report::ToText() const {
  size_t width = 0;
  for (const Fact& fact : facts_) width = std::max(width, fact.name.size());
  std::string out;
  for (const Fact& fact : facts_) {
    std::string label = fact.name;
    std::replace(label.begin(), label.end(), '_', ' ');
    label.resize(width + 2, ' ');
    StrAppend(&out, label, fact.text, "\n");
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
