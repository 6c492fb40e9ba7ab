#include "tests/bench/commit/guest.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "perdure/sqlite.h"

namespace perdure::bench {
namespace {

uint32_t FunctionExport(const perdure_program& program, const std::string& name) {
  for (uint32_t i = 0; i < program.export_count; ++i) {
    if (program.exports[i].kind == PERDURE_FUNC && program.exports[i].name == name) return i;
  }
  Must(Status(StatusCode::kNotFound, "no such export"), name);
  return 0;
}

std::vector<perdure_value> ValuesOf(const perdure_type& type, const Args& args) {
  std::vector<perdure_value> values(type.param_count);
  for (uint32_t i = 0; i < type.param_count; ++i) {
    if (type.params[i] == PERDURE_I32) {
      values[i].i32 = static_cast<uint32_t>(args.at(i));
    } else {
      values[i].i64 = args.at(i);
    }
  }
  return values;
}

const perdure_type& TypeOf(const perdure_program& program, uint32_t function) {
  return program.types[program.functions[function].type];
}

// Calls as the caller of an instance has them: what it costs to look them up is not measured.
struct Prepared {
  Prepared(const perdure_program& program, const std::vector<Call>& calls) {
    for (const Call& call : calls) {
      exports.push_back(FunctionExport(program, call.name));
      args.push_back(ValuesOf(TypeOf(program, program.exports[exports.back()].index), call.args));
    }
  }
  std::vector<uint32_t> exports;
  std::vector<std::vector<perdure_value>> args;
};

double Difference(uint64_t after_ns, uint64_t before_ns) {
  return static_cast<double>(after_ns - before_ns) / 1000;
}

}  // namespace

Plain::Plain(const perdure_program& program)
    : program_(program),
      instance_(std::aligned_alloc(std::max<size_t>(program.instance_align, 64),
                                   (program.instance_size + 63) / 64 * 64)) {
  std::memset(instance_, 0, program.instance_size);
  program.instantiate(instance_, nullptr);
  for (const uint32_t function : {program.start_function, program.initialize_function}) {
    if (function != PERDURE_NO_INDEX) Enter(function, {});
  }
}

Plain::~Plain() {
  program_.free(instance_);
  std::free(instance_);
}

void Plain::Run(const Call& call) {
  Enter(program_.exports[FunctionExport(program_, call.name)].index, call.args);
}

double Plain::TimeAll(const std::vector<Call>& calls) {
  const Prepared prepared(program_, calls);
  const Stopwatch watch;
  for (size_t i = 0; i < calls.size(); ++i) {
    const uint32_t function = program_.exports[prepared.exports[i]].index;
    std::vector<perdure_value> results(TypeOf(program_, function).result_count);
    TypeOf(program_, function)
        .call(program_.functions[function].func, instance_, prepared.args[i].data(),
              results.data());
  }
  return watch.Us();
}

void Plain::Enter(uint32_t function, const Args& args) {
  const perdure_type& type = TypeOf(program_, function);
  const std::vector<perdure_value> values = ValuesOf(type, args);
  std::vector<perdure_value> results(type.result_count);
  type.call(program_.functions[function].func, instance_, values.data(), results.data());
}

std::span<const uint8_t> Plain::memory() const {
  const auto* memory = reinterpret_cast<const wasm_rt_memory_t*>(
      static_cast<const uint8_t*>(instance_) + program_.memories[0].offset);
  return {memory->data, memory->size};
}

std::string Plain::GlobalsJson() const {
  std::string json = "{";
  for (uint32_t i = 0; i < program_.global_count; ++i) {
    const perdure_global& global = program_.globals[i];
    uint64_t value = 0;
    const size_t bytes = global.type == PERDURE_I32 || global.type == PERDURE_F32 ? 4 : 8;
    std::memcpy(&value, static_cast<const uint8_t*>(instance_) + global.offset, bytes);
    json += (i == 0 ? "\"" : ", \"") + std::to_string(i) + "\": " + std::to_string(value);
  }
  return json + "}\n";
}

Live::Live(const perdure_program& program, const Options& options) : program_(program) {
  auto opened = Instance::Open(program, options, OpenSqliteStore);
  Must(opened.ok() ? OkStatus() : opened.status(), "opening a state");
  instance_ = *std::move(opened);
}

void Live::Flush() { Must(instance_->Flush(), "committing a group"); }

bool Live::Housekeep() {
  const auto did = instance_->Housekeep();
  Must(did.ok() ? OkStatus() : did.status(), "housekeeping");
  return *did;
}

void Live::Close() { Must(instance_->Close(), "closing a state"); }

double Live::TimeAll(const std::vector<Call>& calls) {
  const Prepared prepared(program_, calls);
  const Stopwatch watch;
  for (size_t i = 0; i < calls.size(); ++i) {
    const uint32_t function = program_.exports[prepared.exports[i]].index;
    std::vector<perdure_value> results(TypeOf(program_, function).result_count);
    auto outcome = instance_->Call(prepared.exports[i], prepared.args[i], results);
    if (!outcome.ok() || outcome->kind != Outcome::Kind::kReturned) {
      Must(outcome.ok() ? Status(StatusCode::kTrapped, outcome->message) : outcome.status(),
           calls[i].name);
    }
  }
  return watch.Us();
}

EventCost Live::Run(const Call& call) { return Deliver(call, Outcome::Kind::kReturned); }
EventCost Live::RunTrapping(const Call& call) { return Deliver(call, Outcome::Kind::kTrapped); }

EventCost Live::Deliver(const Call& call, Outcome::Kind expected) {
  const uint32_t index = FunctionExport(program_, call.name);
  const perdure_type& type = TypeOf(program_, program_.exports[index].index);
  const std::vector<perdure_value> args = ValuesOf(type, call.args);
  std::vector<perdure_value> results(type.result_count);
  const Stats before = instance_->stats();
  const Stopwatch watch;
  auto outcome = instance_->Call(index, args, results);
  EventCost cost;
  cost.whole = watch.Read();
  Must(outcome.ok() ? OkStatus() : outcome.status(), call.name);
  if (outcome->kind != expected) {
    Must(Status(StatusCode::kTrapped, "ended otherwise: " + outcome->message), call.name);
  }
  const Stats after = instance_->stats();
  cost.whole.bytes = after.bytes_written - before.bytes_written;
  cost.commit_us = Difference(after.commit_ns, before.commit_ns);
  cost.track_us = Difference(after.track_ns, before.track_ns);
  cost.encode_us = Difference(after.encode_ns, before.encode_ns);
  cost.fold_us = Difference(after.fold_ns, before.fold_ns);
  cost.store_us = Difference(after.store_ns, before.store_ns);
  cost.rollback_us = Difference(after.rollback_ns, before.rollback_ns);
  cost.dirty = after.chunks_dirty - before.chunks_dirty;
  cost.changed = after.chunks_changed - before.chunks_changed;
  return cost;
}

void Recorder::Take() {
  const std::span<const uint8_t> now = plain_.memory();
  before_.assign(now.begin(), now.end());
}

ChangedChunks Recorder::Run(const Call& call) {
  plain_.Run(call);
  const std::span<const uint8_t> now = plain_.memory();
  before_.resize(now.size());
  ChangedChunks changed;
  for (size_t at = 0; at < now.size(); at += kBlock) {
    if (std::memcmp(now.data() + at, before_.data() + at, kBlock) == 0) continue;
    changed.numbers.push_back(static_cast<uint32_t>(at / kBlock));
    changed.contents.emplace_back(reinterpret_cast<const char*>(now.data()) + at, kBlock);
    std::memcpy(before_.data() + at, now.data() + at, kBlock);
  }
  return changed;
}

}  // namespace perdure::bench
