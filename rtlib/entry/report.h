// Report: named facts, shown to a person or as a JSON object from the same list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace perdure {

class Report {
 public:
  // `name` is the JSON key, snake_case with its unit last; people see it with blanks for "_".
  void Add(std::string_view name, std::string_view value);
  void Add(std::string_view name, uint64_t value);
  // `name` ends in "_ns" or has "_ns_" in it, which people are not shown: they see "63.4 us".
  void AddTime(std::string_view name, uint64_t ns);
  void AddFlag(std::string_view name, bool value);
  // For people a line each, for programs an array of JSON values.
  struct Item {
    std::string text, json;
  };
  void AddList(std::string_view name, const std::vector<Item>& items);

  // One fact a line, values aligned; ends with a newline.
  std::string ToText() const;
  // One line, members in the order they were added; ends with a newline.
  std::string ToJson() const;
  std::string ToString(bool json) const { return json ? ToJson() : ToText(); }

 private:
  struct Fact {
    std::string name, label, text, json;  // lines of text after the first are put under it
  };
  void Add(std::string_view name, std::string text, std::string json);

  std::vector<Fact> facts_;
};

}  // namespace perdure
