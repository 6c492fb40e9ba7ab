// Variables: the C variables of one function by name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/rewrite/function_text.h"

namespace perdure {

inline bool IsIdentifierCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
// The identifier that `text` begins with; empty: none.
std::string_view LeadingIdentifier(std::string_view text);

class Variables {
 public:
  static constexpr uint32_t kUnknown = UINT32_MAX;

  // The types of the parameters and locals, in order.
  explicit Variables(std::vector<ValueType> locals);

  // A declaration "u32 var_l1" or "u64 var_j0"; false: there can be no such variable.
  bool Declare(std::string_view name, ValueType type);
  // After the last declaration; false: a parameter or local is not declared.
  bool Finish();

  // Numbers are positions in all().
  uint32_t Find(std::string_view name) const;
  uint32_t AddCaught(std::string_view name, uint32_t depth);
  uint32_t FindCaught(std::string_view name) const;
  const std::vector<Variable>& all() const { return all_; }

  // Calls visit(number) for each variable that `text` names, in order. The answer is a name that
  // begins as a variable's does and is none; empty: all are known.
  template <typename Visit>
  std::string_view ForEachIn(std::string_view text, Visit visit) const {
    for (size_t at = text.find("var_"); at != std::string_view::npos; at = text.find("var_", at)) {
      const std::string_view name = LeadingIdentifier(text.substr(at));
      if (at == 0 || !IsIdentifierCharacter(text[at - 1])) {
        const uint32_t number = Find(name);
        if (number == kUnknown) return name;
        visit(number);
      }
      at += name.size();
    }
    return {};
  }

 private:
  using Operands = std::array<uint32_t, 7>;  // numbers, by type
  static constexpr Operands kNoOperands = {kUnknown, kUnknown, kUnknown, kUnknown,
                                           kUnknown, kUnknown, kUnknown};

  std::vector<ValueType> local_types_;
  std::vector<Variable> all_;       // locals first: their number is their index
  std::vector<Operands> operands_;  // by depth
};

}  // namespace perdure
