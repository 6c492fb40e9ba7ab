// The command line against the option table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/cli/option_table.h"

namespace perdure {

class Arguments {
 public:
  bool Has(std::string_view option) const { return values_.find(option) != values_.end(); }
  // The last value given, or `fallback`.
  std::string Get(std::string_view option, std::string_view fallback = "") const;
  std::vector<std::string> All(std::string_view option) const;
  const std::vector<std::string>& positional() const { return positional_; }

  void AddValue(const std::string& option, std::string value) {
    values_[option].push_back(std::move(value));
  }
  void AddPositional(std::string value) { positional_.push_back(std::move(value)); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> positional_;
};

struct UsageError {
  std::string message;
  std::vector<std::string> helps;
};

// Stage one: options before the verb, and where the verb stands.
struct CommandLine {
  Arguments global;
  const VerbSpec* verb = nullptr;  // null: none was given
  std::vector<std::string> rest;   // after the verb
};
std::variant<CommandLine, UsageError> SplitCommandLine(const std::vector<std::string>& args);

// Stage two: the verb's own options (and the global ones again) in `rest`. Counts positional
// arguments unless --help is among the options.
std::variant<Arguments, UsageError> ParseVerb(const VerbSpec& verb,
                                              const std::vector<std::string>& rest);

}  // namespace perdure
