#include "rtlib/engine/series.h"

#include <algorithm>

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

uint64_t AnswerHash(std::string_view result, std::string_view effects) {
  return Hash64(result, effects.empty() ? 0 : Hash64(effects));
}

}  // namespace

Series::Series(const perdure_program& program)
    : program_(program), repeatable_(IsRepeatable(program)) {}

bool Series::Takes(const perdure_type& type) const {
  return repeatable_ && !AnyReference(type.params, type.param_count);
}

bool Series::IsFull(uint64_t now_ns) const {
  return calls_.size() >= kSeriesEventsMax || earlier_.size() + effects_.size() > kSeriesBytesMax ||
         now_ns - began_ns_ > kSeriesNs;
}

void Series::Add(uint32_t export_index, std::span<const perdure_value> args, const Texts& texts,
                 const std::vector<perdure_effect>& effects, uint64_t now_ns) {
  if (calls_.empty()) {
    began_ns_ = now_ns;
    StrAppend(&earlier_, '[', NowUnixUs());
  } else {
    AppendNewest(&earlier_);
  }
  std::string sent;
  if (!effects.empty()) sent = EncodeEffects(effects);
  calls_.push_back({export_index, values_.size(), AnswerHash(*texts.result, sent)});
  values_.insert(values_.end(), args.begin(), args.end());
  input_.swap(*texts.input);
  result_.swap(*texts.result);
  after_us_ = (now_ns - began_ns_) / 1000;
  effect_bytes_ = sent.size();
  effects_ += sent;
}

void Series::AppendNewest(std::string* earlier) const {
  *earlier += ",[";
  AppendJsonString(earlier, input_);
  *earlier += ',';
  AppendJsonString(earlier, result_);
  StrAppend(earlier, ',', after_us_);
  if (effect_bytes_ != 0) StrAppend(earlier, ',', effect_bytes_);
  *earlier += ']';
}

void Series::Describe(EventRecord* record) const {
  if (calls_.empty()) return;
  const bool has_event = !record->input.empty();
  record->effects = effects_;
  if (!has_event) {
    record->input = input_;
    record->result = result_;
  }
  record->earlier_count = calls_.size() - (has_event ? 0 : 1);
  if (record->earlier_count == 0) return;
  record->earlier = earlier_;
  if (has_event) AppendNewest(&record->earlier);
  record->earlier += ']';
}

Status Series::Repeat(Guest* guest) const {
  std::vector<perdure_value> results;
  for (size_t i = 0; i < calls_.size(); ++i) {
    const uint32_t function = program_.exports[calls_[i].export_index].index;
    const perdure_type& type = program_.types[program_.functions[function].type];
    results.assign(type.result_count, perdure_value{});
    wasi::ExpectNothingOutside(&guest->host());
    const abi::GuestEnd end =
        guest->Run(function, values_.data() + calls_[i].first_value, results.data());
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
  const Result<std::vector<uint32_t>> functions =
      FunctionIndices(guest->functions(), types, results);
  const std::string effects = EncodeEffects(guest->host().effects);
  guest->host().effects.clear();
  guest->host().queued_bytes = 0;
  return functions.ok() &&
         AnswerHash(FormatValues(types, results, *functions), effects) == call.answer;
}

void Series::Clear() {
  calls_.clear();
  values_.clear();
  earlier_.clear();
  effects_.clear();
}

}  // namespace perdure
