// FrameBuffer: captured frames in the form of this process (perdure/capture.h), on their way out of
// generated code or into it.
//
//   capture   generated code pushes frames, innermost first; the engine reads them
//   resume    the engine pushes frames, outermost first; generated code pops them
//
// There is one a process, as there is one run a process. Its pushes happen under generated code, so
// it allocates with malloc and reports what it cannot get.
//
// Threads: confined to the thread of the run.
#pragma once

#include <cstddef>
#include <cstdint>

struct perdure_capture;

namespace perdure::abi {

class FrameBuffer {
 public:
  struct Frame {
    uint32_t site = 0;
    uint32_t bytes = 0;
    uint8_t* values = nullptr;
  };

  constexpr FrameBuffer() = default;
  FrameBuffer(const FrameBuffer&) = delete;
  FrameBuffer& operator=(const FrameBuffer&) = delete;

  // Makes it empty; keeps a little of its memory.
  void Clear();
  // Where the values of the new frame go, not aligned, valid until the next Push; nullptr if there
  // is no memory.
  uint8_t* Push(uint32_t site, uint32_t bytes);

  // In the order they were pushed. Next moves behind the frame it gives.
  bool AtEnd() const { return next_ == size_; }
  Frame Peek() const;  // REQUIRES: !AtEnd()
  Frame Next();        // likewise
  void Rewind() { next_ = 0; }
  size_t count() const { return count_; }

 private:
  static constexpr size_t kKeptBytes = size_t{1} << 20;

  uint8_t* data_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t next_ = 0;
  size_t count_ = 0;
};

FrameBuffer& Frames();

// The program whose frames they are: what its resume functions are looked up in. Set before frames
// are popped.
void SetFrameOwner(const perdure_capture* capture);

}  // namespace perdure::abi
