// Guest: wasm2c's instance struct, the host context its imports receive, and the way into its code.
//
// The struct never moves (generated code and funcrefs hold its address). Destroy trackers of its
// memories first.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "perdure/instance.h"
#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/state/function_refs.h"
#include "rtlib/state/live_state.h"

namespace perdure {

namespace wasi {
class HostTable;
}

class Guest {
 public:
  // Instantiates the program: initial globals, tables, memories and active segments; the start
  // function is not run. kIncompatible if the descriptor is of another ABI, kFailedPrecondition if
  // instantiation trapped, kInvalidArgument if a directory for the guest cannot be opened.
  // `program` and what `options` points to must outlive the guest.
  static Result<std::unique_ptr<Guest>> Create(const perdure_program& program,
                                               const Options& options);
  ~Guest();
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  // Begins again, at the same addresses: all is as Create() left it, the host's state included.
  // Destroy the trackers before. Fails as Create() does.
  Status Reinstantiate();

  // Enters a function whose type has a thunk.
  abi::GuestEnd Run(uint32_t function, const perdure_value* args, perdure_value* results,
                    abi::HandlerCheck check = abi::HandlerCheck::kMake);

  const perdure_program& program() const { return program_; }
  void* instance() const { return instance_; }
  perdure_host& host() { return host_; }
  // The call stack as captured last (state/stack_codec.h), empty if no run is in progress.
  std::string& stack() { return stack_; }
  const FunctionRefs& functions() const { return functions_; }
  wasm_rt_memory_t* memory(uint32_t index) const {
    return FieldAt<wasm_rt_memory_t>(instance_, program_.memories[index].offset);
  }

 private:
  Guest(const perdure_program& program, const Options& options, void* instance);
  Status Instantiate();

  const perdure_program& program_;
  void* instance_;
  perdure_host host_;
  std::unique_ptr<wasi::HostTable> host_table_;  // NULL unless the program imports WASI
  FunctionRefs functions_;
  std::string stack_;
  bool instantiated_ = false;
};

}  // namespace perdure
