// Between wasm2c's instance struct and the portable form: capture and apply.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/state/function_refs.h"
#include "rtlib/state/small_state.h"

namespace perdure {

// A field of the instance struct.
template <typename T>
T* FieldAt(void* instance, uint32_t offset) {
  return reinterpret_cast<T*>(static_cast<uint8_t*>(instance) + offset);
}

// Elements of a table as bytes in place, whichever its type.
struct TableElements {
  void* data = nullptr;
  uint32_t size = 0;
  size_t element_bytes = 0;

  size_t bytes() const { return size * element_bytes; }
};
TableElements ElementsOf(const perdure_table& table, void* instance);

// The portable form of the value of `type` at `native`. kInvalidArgument, with a reason that reads
// on after "holds", if it is a reference that cannot be stored: a host object, or another
// instance's function.
Status CaptureValue(uint8_t type, const void* native, const FunctionRefs& functions,
                    PortableValue* value);

// Writes `value` over the value of `type` at `native`. REQUIRES: a reference is null or in range.
void ApplyValue(uint8_t type, const PortableValue& value, const FunctionRefs& functions,
                void* native);

// "global 'count'", "table 2": for messages.
std::string GlobalLabel(const perdure_program& program, uint32_t index);
std::string TableLabel(const perdure_program& program, uint32_t index);

// Everything but memory contents. kInvalidArgument names the global or table that cannot be stored.
Result<SmallState> CaptureSmallState(const perdure_program& program, void* instance,
                                     const perdure_host& host, const FunctionRefs& functions);

// Sets globals, tables (resizing them), segments and the host table; memories are the caller's.
// Tables that no instruction can change must already be as `state` has them, or the state is
// kCorrupt.
Status ApplySmallState(const SmallState& state, const perdure_program& program, void* instance,
                       perdure_host* host, const FunctionRefs& functions);

}  // namespace perdure
