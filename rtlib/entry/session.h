// Session: the part of an instance that delivering calls needs. An interface so that the line loop
// is tested without a store; InstanceSession in session.cc is the product's.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "perdure/instance.h"
#include "perdure/status.h"
#include "rtlib/entry/call_line.h"

namespace perdure {

// Each method as in Instance.
class Session {
 public:
  virtual ~Session() = default;
  virtual Result<Outcome> Call(uint32_t export_index, std::span<const perdure_value> args,
                               std::span<perdure_value> results) = 0;
  virtual Status Flush() = 0;
  virtual Result<bool> Housekeep() = 0;
  virtual bool HasUncommittedEvents() const = 0;
  virtual Result<uint32_t> FunctionIndex(const wasm_rt_funcref_t& funcref) const = 0;
  virtual Result<wasm_rt_funcref_t> FunctionRef(uint32_t function_index) const = 0;
};

// Does not own the instance, which must outlive it.
class InstanceSession final : public Session {
 public:
  explicit InstanceSession(Instance* instance) : instance_(*instance) {}
  Result<Outcome> Call(uint32_t export_index, std::span<const perdure_value> args,
                       std::span<perdure_value> results) override;
  Status Flush() override;
  Result<bool> Housekeep() override;
  bool HasUncommittedEvents() const override;
  Result<uint32_t> FunctionIndex(const wasm_rt_funcref_t& funcref) const override;
  Result<wasm_rt_funcref_t> FunctionRef(uint32_t function_index) const override;

 private:
  Instance& instance_;
};

// Delivers `call`. Appends its results to *lines, one a line, if it returned.
Result<Outcome> Deliver(Session* session, const PreparedCall& call, std::string* lines);

// "trap: integer divide by zero in 'div' (event rolled back)".
std::string TrapText(const PreparedCall& call, const Outcome& outcome);

}  // namespace perdure
