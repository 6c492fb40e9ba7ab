#include "rtlib/entry/session.h"

#include <vector>

#include "rtlib/base/text.h"
#include "rtlib/state/value_text.h"

namespace perdure {

Result<Outcome> InstanceSession::Call(uint32_t export_index, std::span<const perdure_value> args,
                                      std::span<perdure_value> results) {
  return instance_.Call(export_index, args, results);
}
Status InstanceSession::Flush() { return instance_.Flush(); }
Result<bool> InstanceSession::Housekeep() { return instance_.Housekeep(); }
bool InstanceSession::HasUncommittedEvents() const { return instance_.HasUncommittedEvents(); }
Result<uint32_t> InstanceSession::FunctionIndex(const wasm_rt_funcref_t& funcref) const {
  return instance_.FunctionIndex(funcref);
}
Result<wasm_rt_funcref_t> InstanceSession::FunctionRef(uint32_t function_index) const {
  return instance_.FunctionRef(function_index);
}

Result<Outcome> Deliver(Session* session, const PreparedCall& call, std::string* lines) {
  const perdure_type& type = *call.callable.type;
  std::vector<perdure_value> args = call.args;
  for (size_t i = 0; i < args.size(); ++i) {
    if (call.function_indices[i] == PERDURE_NO_INDEX) continue;
    PERDURE_ASSIGN_OR_RETURN(args[i].funcref, session->FunctionRef(call.function_indices[i]));
  }
  std::vector<perdure_value> results(type.result_count);
  PERDURE_ASSIGN_OR_RETURN(Outcome outcome,
                           session->Call(call.callable.export_index, args, results));
  if (outcome.kind != Outcome::Kind::kReturned) return outcome;
  for (size_t i = 0; i < results.size(); ++i) {
    uint32_t function_index = PERDURE_NO_INDEX;
    if (type.results[i] == PERDURE_FUNCREF && results[i].funcref.func != nullptr) {
      PERDURE_ASSIGN_OR_RETURN(function_index, session->FunctionIndex(results[i].funcref));
    }
    StrAppend(lines, FormatValue(type.results[i], results[i], function_index), "\n");
  }
  return outcome;
}

std::string TrapText(const PreparedCall& call, const Outcome& outcome) {
  return StrCat("trap: ", outcome.message, " in ", QuoteText(call.callable.name),
                " (event rolled back)");
}

}  // namespace perdure
