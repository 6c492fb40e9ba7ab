#include "rtlib/engine/series.h"

#include <algorithm>
#include <charconv>

#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"
#include "rtlib/state/effects.h"
#include "rtlib/state/portable_value.h"
#include "rtlib/state/value_text.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {
namespace {

bool IsRepeatable(const perdure_program& program) {
  const std::span imports(program.imports, program.import_count);
  return std::all_of(imports.begin(), imports.end(), [](const perdure_import& import) {
    return import.kind != PERDURE_FUNC || import.by_runtime;
  });
}

bool AnyReference(const uint8_t* types, uint32_t count) {
  return std::any_of(types, types + count, [](uint8_t type) { return IsReference(type); });
}

// Of an exported function's parameters.
std::span<const uint8_t> TypesOf(const perdure_program& program, uint32_t export_index) {
  const uint32_t function = program.exports[export_index].index;
  const perdure_type& type = program.types[program.functions[function].type];
  return {type.params, type.param_count};
}

uint64_t AnswerHash(std::string_view result, std::string_view effects) {
  return Hash64(result, effects.empty() ? 0 : Hash64(effects));
}

char* Write(std::string_view text, char* at) { return std::copy(text.begin(), text.end(), at); }

}  // namespace

Series::Series(const perdure_program& program)
    : program_(program), repeatable_(IsRepeatable(program)) {}

bool Series::Takes(const perdure_type& type) const {
  return repeatable_ && !AnyReference(type.params, type.param_count);
}

bool Series::IsFull(uint64_t now_ns) const {
  return calls_.size() >= kSeriesEventsMax || list_bytes_ + effects_.size() > kSeriesBytesMax ||
         now_ns - began_ns_ > kSeriesNs;
}

// An event of a group costs little more than this, so nothing is written twice: each text goes
// straight into the list, and the newest event, whose texts belong in columns, is cut off again.
void Series::Add(uint32_t export_index, std::span<const uint8_t> types,
                 std::span<const perdure_value> args, std::string_view result,
                 const std::vector<perdure_effect>& effects, uint64_t now_ns) {
  constexpr size_t kRestBytesMax = 96;  // of an entry: three numbers, and what is between
  const std::string& head = ListHead(export_index);
  const size_t entry_bytes =
      head.size() + args.size() * kValueTextBytesMax + result.size() + kRestBytesMax;
  if (list_.size() < list_bytes_ + entry_bytes) list_.resize(2 * (list_bytes_ + entry_bytes));
  char* at = list_.data() + list_bytes_;
  char* const end = at + entry_bytes;
  if (calls_.empty()) {
    began_ns_ = now_ns;
    *at++ = '[';
    at = std::to_chars(at, end, NowUnixUs()).ptr;
  }
  std::string sent;
  if (!effects.empty()) sent = EncodeEffects(effects);
  calls_.push_back({export_index, values_.size(), AnswerHash(result, sent)});
  values_.insert(values_.end(), args.begin(), args.end());
  newest_at_ = static_cast<size_t>(at - list_.data());
  at = Write(head, at);
  at = WriteValues(types, args, {}, at);
  at = Write(")\",\"", at);
  newest_result_at_ = static_cast<size_t>(at - list_.data());
  newest_result_bytes_ = result.size();
  at = Write(result, at);
  at = Write("\",", at);
  at = std::to_chars(at, end, (now_ns - began_ns_) / 1000).ptr;
  if (!sent.empty()) {
    *at++ = ',';
    at = std::to_chars(at, end, sent.size()).ptr;
    effects_ += sent;
  }
  *at++ = ']';
  list_bytes_ = static_cast<size_t>(at - list_.data());
}

// Names are the only part that may have to be escaped.
const std::string& Series::ListHead(uint32_t export_index) {
  if (export_index >= list_heads_.size()) list_heads_.resize(export_index + 1);
  std::string& head = list_heads_[export_index];
  if (head.empty()) {
    head = StrCat(",[", JsonString(CallTextHead(program_.exports[export_index].name)));
    head.pop_back();
  }
  return head;
}

std::span<const perdure_value> Series::ArgsOf(const Call& call) const {
  return std::span(values_).subspan(call.first_value, TypesOf(program_, call.export_index).size());
}

void Series::Describe(EventRecord* record) const {
  if (calls_.empty()) return;
  const bool has_event = !record->input.empty();
  record->effects = effects_;
  if (!has_event) {
    const Call& newest = calls_.back();
    record->input = CallText(program_.exports[newest.export_index].name,
                             TypesOf(program_, newest.export_index), ArgsOf(newest), {});
    record->result.assign(list_, newest_result_at_, newest_result_bytes_);
  }
  record->earlier_count = calls_.size() - (has_event ? 0 : 1);
  if (record->earlier_count == 0) return;
  const size_t bytes = has_event ? list_bytes_ : newest_at_;
  record->earlier.reserve(bytes + 1);
  record->earlier.assign(list_, 0, bytes);
  record->earlier += ']';
}

Status Series::Repeat(Guest* guest) const {
  std::vector<perdure_value> results;
  for (size_t i = 0; i < calls_.size(); ++i) {
    const uint32_t function = program_.exports[calls_[i].export_index].index;
    const perdure_type& type = program_.types[program_.functions[function].type];
    results.assign(type.result_count, perdure_value{});
    wasi::ExpectNothingOutside(&guest->host());
    const abi::GuestEnd end = guest->Run(function, ArgsOf(calls_[i]).data(), results.data());
    if (end.kind == abi::GuestEnd::Kind::kReturned && !wasi::ReachedOutside(guest->host()) &&
        AnswersAs(calls_[i], guest, type, results)) {
      continue;
    }
    return Status(StatusCode::kFailedPrecondition,
                  StrCat("a call of '", program_.exports[calls_[i].export_index].name,
                         "' did something else when it was repeated to undo one that trapped "
                         "behind it, in the same group; the group is lost"));
  }
  return OkStatus();
}

// Takes the effects away.
bool Series::AnswersAs(const Call& call, Guest* guest, const perdure_type& type,
                       std::span<const perdure_value> results) const {
  const std::span types(type.results, type.result_count);
  std::vector<uint32_t> functions;
  const Status found = FindFunctionIndices(guest->functions(), types, results, &functions);
  const std::string effects = EncodeEffects(guest->host().effects);
  guest->host().effects.clear();
  guest->host().queued_bytes = 0;
  if (!found.ok()) return false;
  std::string result;
  AppendValues(types, results, functions, &result);
  return AnswerHash(result, effects) == call.answer;
}

void Series::Clear() {
  calls_.clear();
  values_.clear();
  list_bytes_ = 0;
  effects_.clear();
}

}  // namespace perdure
