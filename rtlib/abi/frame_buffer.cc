#include "rtlib/abi/frame_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "perdure/capture.h"
#include "rtlib/base/check.h"

unsigned char perdure_capturing = 0;
volatile unsigned char perdure_poll_requested = 0;

namespace perdure::abi {
namespace {

struct Header {
  uint32_t site;
  uint32_t bytes;
};

constinit FrameBuffer frames;
constinit const perdure_capture* owner = nullptr;

}  // namespace

FrameBuffer& Frames() { return frames; }
void SetFrameOwner(const perdure_capture* capture) { owner = capture; }

void FrameBuffer::Clear() {
  size_ = next_ = count_ = 0;
  if (capacity_ <= kKeptBytes) return;
  std::free(data_);
  data_ = nullptr;
  capacity_ = 0;
}

uint8_t* FrameBuffer::Push(uint32_t site, uint32_t bytes) {
  const size_t wanted = size_ + sizeof(Header) + bytes;
  if (wanted > capacity_) {
    const size_t capacity = std::max(wanted, std::max(2 * capacity_, size_t{4096}));
    auto* grown = static_cast<uint8_t*>(std::realloc(data_, capacity));
    if (grown == nullptr) return nullptr;
    data_ = grown;
    capacity_ = capacity;
  }
  const Header header = {site, bytes};
  std::memcpy(data_ + size_, &header, sizeof(header));
  uint8_t* values = data_ + size_ + sizeof(header);
  size_ = wanted;
  ++count_;
  return values;
}

FrameBuffer::Frame FrameBuffer::Peek() const {
  PERDURE_CHECK(!AtEnd(), "more frames were taken than there are");
  Header header;
  std::memcpy(&header, data_ + next_, sizeof(header));
  return {header.site, header.bytes, data_ + next_ + sizeof(header)};
}

FrameBuffer::Frame FrameBuffer::Next() {
  const Frame frame = Peek();
  next_ += sizeof(Header) + frame.bytes;
  return frame;
}

}  // namespace perdure::abi

void* perdure_push_frame(uint32_t site, uint32_t bytes) {
  void* values = perdure::abi::frames.Push(site, bytes);
  if (values == nullptr) wasm_rt_trap(WASM_RT_TRAP_EXHAUSTION);
  return values;
}

const void* perdure_pop_frame(uint32_t* site) {
  const perdure::abi::FrameBuffer::Frame frame = perdure::abi::frames.Next();
  *site = frame.site;
  return frame.values;
}

wasm_rt_function_ptr_t perdure_next_resume(void) {
  const uint32_t site = perdure::abi::frames.Peek().site;
  return perdure::abi::owner->resume[perdure::abi::owner->sites[site].function];
}
