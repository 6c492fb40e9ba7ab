// StraightLoop: an inner loop that is one straight line, a turn of which is followed symbolically.
//
// What the tricks of loops (loop_rewriter.h, linear_addresses.h) have to know: which sum of locals
// each address is, how far a turn moves it, and which loaded floats reach a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace perdure {

// A sum of locals, as they are when a turn begins, and a constant, modulo 2^32.
struct Sum {
  std::vector<std::string_view> locals;  // sorted, one entry per time it is added
  uint32_t constant = 0;
};

class StraightLoop {
 public:
  // NAME(&instance->MEMORY, (u64)(ADDRESS) + OFFSET...
  struct Access {
    size_t line = 0;
    std::optional<Sum> address;  // nullopt: not known
    uint32_t offset = 0;
  };

  // The next line, without the blanks around it, and its number. False: the line is nothing that L1
  // (loop_rewriter.h) allows.
  bool Follow(size_t number, std::string_view line);

  // The loads that need no force; empty if the loop as a whole does not qualify.
  std::set<size_t> NeededLoads() const;
  // Float locals that are read before they are assigned.
  const std::set<std::string_view>& float_inputs() const { return float_inputs_; }

  // All accesses are to this one: "&instance->MEMORY".
  std::string_view memory() const { return memory_; }
  const std::vector<Access>& accesses() const { return accesses_; }
  // What a turn adds to a sum; nullopt: not always the same.
  std::optional<uint32_t> Step(const Sum& sum) const;

 private:
  using IntValue = std::optional<Sum>;  // nullopt: nothing is known
  // A float that depends on each of `loads` (line numbers) and is not known to the compiler.
  struct FloatValue {
    std::set<size_t> loads;
  };
  struct Store {
    Sum address;
    uint32_t bytes = 0;
  };

  IntValue Int(std::string_view name) const;
  std::optional<FloatValue> Float(std::string_view name);
  bool FollowAccess(size_t number, std::string_view call);
  bool FollowStore(size_t number, std::string_view line);
  bool FollowAssignment(size_t number, std::string_view line);
  void AssignFloat(size_t number, std::string_view target, std::string_view sign,
                   std::string_view expression);
  void AssignInt(std::string_view target, std::string_view sign, std::string_view expression);
  std::optional<FloatValue> Called(std::string_view expression);
  std::optional<FloatValue> Combined(std::string_view left_name, std::string_view sign,
                                     std::string_view right_name);
  static IntValue Added(const IntValue& left, const IntValue& right);
  bool StoresStay() const;

  std::map<std::string_view, IntValue> ints_;
  std::map<std::string_view, std::optional<FloatValue>> floats_;
  std::set<std::string_view> literals_;      // float slots that hold a finite literal
  std::set<std::string_view> float_inputs_;  // float locals read before they were assigned
  std::vector<Access> accesses_;
  std::vector<Store> stores_;
  std::set<size_t> needed_;
  std::string_view memory_;
};

// The name at the start of `text`, as in "var_i0" or "var_l3"; empty if there is none.
std::string_view LeadingVariable(std::string_view text);

}  // namespace perdure
