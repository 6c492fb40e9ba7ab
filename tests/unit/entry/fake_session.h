// A session over two variables in this process, with group commit, failures and output at will.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "rtlib/entry/session.h"
#include "tests/unit/entry/sample_program.h"

namespace perdure::test {

class FakeSession final : public Session {
 public:
  uint64_t group_size = 1;    // events a commit
  uint64_t housekeeping = 0;  // pieces of it that are due
  uint64_t fail_at = 0;       // this event's commit fails; 0: none does
  bool speaks = false;        // each call of `set` says so, to `effects`
  EffectSink* effects = nullptr;
  std::function<void()> before_call;
  std::vector<std::string> log;  // calls and "commit"s, in order

  Result<Outcome> Call(uint32_t export_index, std::span<const perdure_value> args,
                       std::span<perdure_value> results) override {
    if (before_call) before_call();
    std::string name = kSampleProgram.exports[export_index].name;
    log.push_back(name);
    ++events_;
    if (events_ == fail_at) {
      said_.clear();  // as an instance that is poisoned
      uncommitted_ = 0;
      failed_ = true;
      return Status(StatusCode::kIo, "disk full");
    }
    Outcome outcome = Run(name, args, results);
    const bool changed = name != "get" && name != "same";
    if (changed) outcome.seq = ++seq_;
    if (name == "set" && speaks) {
      said_.emplace_back(seq_, "said " + std::to_string(args[0].i32) + "\n");
    }
    if (++uncommitted_ >= group_size) {
      Status status = Flush();
      if (!status.ok()) return status;
    }
    return outcome;
  }
  Status Flush() override {
    if (failed_) return Status(StatusCode::kFailedPrecondition, "disk full before");
    log.push_back("commit");
    uncommitted_ = 0;
    for (const auto& [seq, text] : said_) effects->Release(seq, 1, text);
    said_.clear();
    return OkStatus();
  }
  Result<bool> Housekeep() override {
    if (housekeeping == 0) return false;
    --housekeeping;
    log.push_back("housekeep");
    return true;
  }
  bool HasUncommittedEvents() const override { return uncommitted_ > 0; }
  Result<uint32_t> FunctionIndex(const wasm_rt_funcref_t& funcref) const override {
    for (uint32_t i = 0; i < kSampleProgram.function_count; ++i) {
      if (kSampleProgram.functions[i].func == funcref.func) return i;
    }
    return Status(StatusCode::kInvalidArgument, "no such function");
  }
  Result<wasm_rt_funcref_t> FunctionRef(uint32_t function_index) const override {
    wasm_rt_funcref_t funcref = {};
    funcref.func = kSampleProgram.functions[function_index].func;
    return funcref;
  }

 private:
  Outcome Run(const std::string& name, std::span<const perdure_value> args,
              std::span<perdure_value> results) {
    Outcome outcome;
    if (name == "set") {
      number_ = args[0].i32;
    } else if (name == "get") {
      results[0].i32 = number_;
    } else if (name == "increment") {
      results[0].i32 = ++number_;
    } else if (name == "pair") {
      results[0].i32 = number_;
      results[1].i64 = 5;
    } else if (name == "same") {
      results[0] = args[0];
    } else if (name == "divide") {
      outcome.kind = Outcome::Kind::kTrapped;
      outcome.message = "integer divide by zero";
    } else if (name == "quit") {
      outcome.kind = Outcome::Kind::kExited;
      outcome.exit_status = args[0].i32;
    }
    return outcome;
  }

  uint32_t number_ = 0;
  uint64_t events_ = 0;
  uint64_t seq_ = 0;  // of the newest event with a row
  std::vector<std::pair<uint64_t, std::string>> said_;
  uint64_t uncommitted_ = 0;
  bool failed_ = false;
};

}  // namespace perdure::test
