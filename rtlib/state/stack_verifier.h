// StackVerifier: whether a sequence of call sites can be the call stack of a run of this program.
//
// Sites are given outermost first. What holds when Finish() says OK is what resume functions rely
// on: each may enter the next without another look.
//  (V1) The outermost frame is one of the program's entry function.
//  (V2) The function of every frame has a resume form in this build.
//  (V3) A direct call is followed by a frame of its callee; an indirect call by a frame of a
//       function of its type that some reference can name.
//  (V4) The innermost site, and no other, is a host call or, if the build polls, a loop head.
//  (V5) There are at most kStackFramesMax frames.
// Together with the values' types, which stack_codec.cc checks against the site's, a stack that
// somebody forged can make the guest compute nonsense inside its sandbox, and nothing else.
//
// Threads: value type.
#pragma once

#include <cstdint>

#include "perdure/capture.h"
#include "perdure/program.h"
#include "perdure/status.h"

namespace perdure {

// The index of `_start`, an exported function without parameters and results; PERDURE_NO_INDEX if
// there is none.
uint32_t EntryFunction(const perdure_program& program);

// True: a command, whose run persists. False: a reactor.
inline bool IsCommand(const perdure_program& program) {
  return program.capture != nullptr && EntryFunction(program) != PERDURE_NO_INDEX;
}

// The error for a run that was saved at a loop head, in a build whose loops do not poll.
Status NeedsPolls();

class StackVerifier {
 public:
  // `program` must be a command and outlive the verifier.
  explicit StackVerifier(const perdure_program& program)
      : program_(program), entry_(EntryFunction(program)) {}

  // kCorrupt names the frame, counted from the outermost.
  Status Add(const perdure_site& site);
  Status Finish() const;

  // The site added last; nullptr: none was.
  const perdure_site* innermost() const { return last_; }
  uint64_t frames() const { return frames_; }

 private:
  bool Follows(const perdure_site& site) const;
  bool IsOfType(uint32_t function, uint32_t type) const;

  const perdure_program& program_;
  const uint32_t entry_;
  const perdure_site* last_ = nullptr;
  uint64_t frames_ = 0;
};

// The site in `function` with this kind and ordinal; nullptr if the build has none.
const perdure_site* FindSite(const perdure_capture& capture, uint32_t function, uint8_t kind,
                             uint32_t ordinal);

}  // namespace perdure
