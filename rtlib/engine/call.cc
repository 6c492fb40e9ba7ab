// Delivering a call. All that each event of a group pays for is in here and in event_series.cc.
#include <algorithm>

#include "rtlib/base/text.h"
#include "rtlib/engine/instance_impl.h"
#include "rtlib/state/value_text.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {
namespace {

[[gnu::cold]] Status InvalidArgument(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

// Of the function that is exported under this number, if it can be called from outside.
const perdure_type* TypeOfExport(const perdure_program& program, uint32_t export_index) {
  if (export_index >= program.export_count) return nullptr;
  const perdure_export& exported = program.exports[export_index];
  if (exported.kind != PERDURE_FUNC) return nullptr;
  const perdure_type& type = program.types[program.functions[exported.index].type];
  return type.call != nullptr ? &type : nullptr;
}

// Why a function cannot be called so. (cold: compiled for size, as what is seldom needed is.)
[[gnu::cold]] Status Refusal(const perdure_program& program, uint32_t export_index, size_t args,
                             size_t results) {
  if (export_index >= program.export_count || program.exports[export_index].kind != PERDURE_FUNC) {
    return InvalidArgument(StrCat("export ", export_index, " is no function"));
  }
  const char* name = program.exports[export_index].name;
  const perdure_type* type = TypeOfExport(program, export_index);
  if (type == nullptr) return InvalidArgument(StrCat("'", name, "' has no entry from outside"));
  return InvalidArgument(StrCat("'", name, "' takes ", type->param_count, " and gives ",
                                type->result_count, " values, not ", args, " and ", results));
}

}  // namespace

Result<Outcome> Instance::Impl::Call(uint32_t export_index, std::span<const perdure_value> args,
                                     std::span<perdure_value> results) {
  PERDURE_TRY(Usable());
  const perdure_type* type = TypeOfExport(program_, export_index);
  if (type == nullptr || args.size() != type->param_count || results.size() != type->result_count) {
    return Refusal(program_, export_index, args.size(), results.size());
  }
  const std::span param_types(type->params, type->param_count);
  const std::span result_types(type->results, type->result_count);
  std::vector<uint32_t> arg_functions;
  if (AnyFuncref(param_types)) {
    PERDURE_TRY(FindFunctionIndices(guest_->functions(), param_types, args, &arg_functions));
  }

  // The caller sees results only of an event that is settled.
  returned_.assign(type->result_count, perdure_value{});
  wasi::ExpectNothingOutside(&guest_->host());
  running_ = true;
  abi::GuestEnd end =
      guest_->Run(program_.exports[export_index].index, args.data(), returned_.data(),
                  series_.empty() ? abi::HandlerCheck::kMake : abi::HandlerCheck::kSkip);
  running_ = false;
  std::string result;
  if (end.kind == abi::GuestEnd::Kind::kReturned && !result_types.empty()) {
    result = ResultText(result_types, &end);
  }
  Outcome outcome;
  if (end.kind == abi::GuestEnd::Kind::kReturned && FitsSeries(*type)) {
    PERDURE_TRY(AddToSeries(export_index, param_types, args, result, &outcome));
  } else {
    std::string input =
        CallText(program_.exports[export_index].name, param_types, args, arg_functions);
    PERDURE_ASSIGN_OR_RETURN(outcome,
                             SettleCall(std::move(end), std::move(input), std::move(result)));
  }
  if (outcome.kind == Outcome::Kind::kReturned) {
    std::copy(returned_.begin(), returned_.end(), results.begin());
  }
  return outcome;
}

// Of what was returned. A function of another instance among it makes the event trap.
std::string Instance::Impl::ResultText(std::span<const uint8_t> types, abi::GuestEnd* end) const {
  std::vector<uint32_t> functions;
  std::string text;
  const Status found = FindFunctionIndices(guest_->functions(), types, returned_, &functions);
  if (found.ok()) {
    AppendValues(types, returned_, functions, &text);
  } else {
    end->kind = abi::GuestEnd::Kind::kTrapped;
    end->message = StrCat("result ", found.message());
  }
  return text;
}

}  // namespace perdure
