// A call as the user writes it: an export's name and its arguments, as words of the command line or
// of a line of standard input.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "perdure/program.h"
#include "perdure/status.h"

namespace perdure {

// The functions a user may call, by name. `_initialize` is not among them: the runtime runs it
// once, in the start event.
class Exports {
 public:
  // `program` must outlive the object.
  explicit Exports(const perdure_program& program);

  struct Callable {
    std::string_view name;
    uint32_t export_index;
    const perdure_type* type;
  };
  // In export order.
  std::span<const Callable> callables() const { return callables_; }
  // By the name itself, or by the name as a JSON string, as the log writes difficult ones.
  // kInvalidArgument if there is no such function; suggests the nearest name.
  Result<Callable> Find(std::string_view name) const;
  const perdure_program& program() const { return program_; }

 private:
  Status NoSuchFunction(std::string_view name) const;

  const perdure_program& program_;
  std::vector<Callable> callables_;
  std::vector<uint32_t> by_name_;  // indices into callables_, sorted by name
};

// "set(i32) -> ()".
std::string CallableText(const Exports::Callable& callable);

// A call whose arguments have been checked against the export's type.
struct PreparedCall {
  Exports::Callable callable;
  std::vector<perdure_value> args;
  // Parallel to args: the function index of a funcref argument, PERDURE_NO_INDEX for null and for
  // every other type. Turned into funcrefs when an instance is there to ask.
  std::vector<uint32_t> function_indices;
};

// `words` is not empty. kInvalidArgument names the parameter, what was given, and the signature.
Result<PreparedCall> PrepareCall(const Exports& exports, std::span<const std::string_view> words);

// Words separated by spaces, tabs and carriage returns; none for an empty line or one that begins
// with #. A word in double quotes may hold blanks; it keeps the quotes and escapes, as Find() takes
// them.
std::vector<std::string_view> SplitCallLine(std::string_view line);

}  // namespace perdure
