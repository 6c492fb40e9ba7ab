// The call stack of a run as bytes, and back into frames that generated code can take on.
//
//   u8      version, 1
//   frames, outermost first, then 0 instead of the first varint:
//     varint  function + 1
//     u8      kind of site (perdure/capture.h)
//     varint  ordinal
//     varint  count of live values; each: u8 place, varint index, u8 type, value
//   varint  the host call in flight: imported function + 1, or 0 at a loop head
//   varint  the active exception: tag + 1 or 0;  if not 0: varint length, values
//
// Values: portable_value.h; a caught exception kept for rethrow is varint tag, varint length,
// values. No run in progress is the empty string.
//
// A frame names its values' places and types although the build that reads it knows them: a build
// that saves other values at a site must find out, not misread. What is the same in event after
// event, the outer frames, is at the front, where a delta leaves it out at no cost
// (delta_writer.h).
//
// Threads: confined to the thread of the run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "perdure/instance.h"
#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/abi/frame_buffer.h"
#include "rtlib/abi/park.h"
#include "rtlib/state/function_refs.h"

namespace perdure {

inline constexpr uint8_t kStackVersion = 1;

// What a stack says besides its frames.
struct StackInfo {
  uint64_t frames = 0;
  uint32_t host_call = PERDURE_NO_INDEX;      // imported function; none: a loop head
  uint32_t exception_tag = PERDURE_NO_INDEX;  // the active exception
  std::string exception;                      // its values
};

// Sets *stack and *info to the frames that were captured, which `frames` gives innermost first.
// Fails with
//   kInvalidArgument    a value that cannot be stored is live: a host object, another instance's
//                       function
//   kResourceExhausted  the stack is larger than kStackBytesMax
//   kFailedPrecondition these frames are no stack of the program: a host function called the guest
// REQUIRES: a command.
Status EncodeStack(const FunctionRefs& functions, const perdure_program& program,
                   const abi::ActiveException& exception, abi::FrameBuffer* frames,
                   std::string* stack, StackInfo* info);

// Verifies `stack` completely (stack_verifier.h), then has its frames in *frames, outermost first.
// kCorrupt, or kIncompatible if another build of the module can resume it and this one cannot.
// REQUIRES: a command, `stack` is not empty.
Result<StackInfo> DecodeStack(std::string_view stack, const FunctionRefs& functions,
                              const perdure_program& program, abi::FrameBuffer* frames);

// The `count_max` innermost activations of a stack that DecodeStack() accepts, innermost first, the
// host call it waits for included.
std::vector<RunFrame> DescribeStack(std::string_view stack, const FunctionRefs& functions,
                                    const perdure_program& program, size_t count_max);

}  // namespace perdure
