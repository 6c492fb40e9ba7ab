#include "rtlib/abi/frame_buffer.h"

#include <alloca.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "perdure/program.h"
#include "perdure/resume.h"
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

namespace perdure::abi {
namespace {

// Of a value in a frame and in its slot.
uint32_t ValueBytes(uint8_t type) {
  switch (type) {
    case PERDURE_I32:
    case PERDURE_F32:
      return 4;
    case PERDURE_V128:
      return 16;
    case PERDURE_FUNCREF:
      return sizeof(wasm_rt_funcref_t);
    default:
      return 8;
  }
}

constexpr uint32_t kExceptionHeader = sizeof(wasm_rt_tag_t) + sizeof(uint32_t);

uint32_t LiveBytes(const perdure_live& live, const perdure_slot& slot) {
  if (live.type != PERDURE_LIVE_EXCEPTION) return ValueBytes(live.type);
  return kExceptionHeader + static_cast<uint32_t>(slot.words[1]);
}

// Each moves one value, and returns how many bytes of the frame that was.

uint32_t Pack(const perdure_live& live, const perdure_slot& slot, uint8_t* to) {
  const uint32_t bytes = LiveBytes(live, slot);
  if (live.type != PERDURE_LIVE_EXCEPTION) {
    std::memcpy(to, &slot, bytes);
    return bytes;
  }
  std::memcpy(to, &slot.words[0], sizeof(wasm_rt_tag_t));
  std::memcpy(to + sizeof(wasm_rt_tag_t), &slot.words[1], sizeof(uint32_t));
  std::memcpy(to + kExceptionHeader, reinterpret_cast<const void*>(slot.words[2]),
              bytes - kExceptionHeader);
  return bytes;
}

uint32_t Unpack(const perdure_live& live, const uint8_t* from, perdure_slot* slot) {
  if (live.type != PERDURE_LIVE_EXCEPTION) {
    std::memcpy(slot, from, ValueBytes(live.type));
    return ValueBytes(live.type);
  }
  *slot = {};
  std::memcpy(&slot->words[0], from, sizeof(wasm_rt_tag_t));
  std::memcpy(&slot->words[1], from + sizeof(wasm_rt_tag_t), sizeof(uint32_t));
  slot->words[2] = reinterpret_cast<uintptr_t>(from + kExceptionHeader);
  return LiveBytes(live, *slot);
}

perdure_slot* SlotOf(const perdure_capture& capture, uint32_t function, const perdure_live& live) {
  const perdure_places& places = capture.places[function];
  uint32_t slot = live.index;
  if (live.place == PERDURE_PLACE_STACK) slot += places.stack;
  if (live.place == PERDURE_PLACE_CATCH) slot += places.caught;
  return capture.slots + slot;
}

// Calls move(slot, offset in the home, bytes) for each member of a home.
template <typename Move>
void ForEachMember(const perdure_capture& capture, const uint32_t* slots, Move move) {
  const uint32_t wide = slots[0], narrow = slots[1];
  size_t offset = 0;
  for (uint32_t i = 0; i < wide + narrow; ++i) {
    const size_t bytes = i < wide ? 8 : 4;
    move(capture.slots + slots[2 + i], offset, bytes);
    offset += bytes;
  }
}

bool IsCall(const perdure_site& site) {
  return site.kind == PERDURE_SITE_CALL || site.kind == PERDURE_SITE_CALL_INDIRECT;
}

}  // namespace
}  // namespace perdure::abi

void perdure_pack_frame(const perdure_capture* capture, uint32_t number) {
  const perdure_site& site = capture->sites[number];
  const perdure_live* live = capture->live + site.live_begin;
  const auto slot_of = [&](uint32_t i) {
    return perdure::abi::SlotOf(*capture, site.function, live[i]);
  };
  uint32_t bytes = 0;
  for (uint32_t i = 0; i < site.live_count; ++i) {
    bytes += perdure::abi::LiveBytes(live[i], *slot_of(i));
  }
  auto* to = static_cast<uint8_t*>(perdure_push_frame(number, bytes));
  for (uint32_t i = 0; i < site.live_count; ++i) {
    to += perdure::abi::Pack(live[i], *slot_of(i), to);
  }
}

uint32_t perdure_take_frame(const perdure_capture* capture, void* instance) {
  const perdure::abi::FrameBuffer::Frame frame = perdure::abi::frames.Next();
  const perdure_site& site = capture->sites[frame.site];
  const uint8_t* values = frame.values;
  if (perdure::abi::IsCall(site) && site.is_in_try == 0) {
    // The callee may be captured, and the frames it pushes take the buffer. What is on this stack
    // stays, and goes with it if a trap unwinds it.
    auto* kept = static_cast<uint8_t*>(alloca(frame.bytes));
    std::memcpy(kept, values, frame.bytes);
    values = kept;
    capture->resume_next(instance);
    if (perdure_capturing != 0) {
      std::memcpy(perdure_push_frame(frame.site, frame.bytes), values, frame.bytes);
      return PERDURE_CAPTURED;
    }
  }
  const perdure_live* live = capture->live + site.live_begin;
  for (uint32_t i = 0; i < site.live_count; ++i) {
    values += perdure::abi::Unpack(live[i], values,
                                   perdure::abi::SlotOf(*capture, site.function, live[i]));
  }
  return frame.site;
}

void perdure_put_home(const perdure_capture* capture, const void* home, const uint32_t* slots) {
  const auto* from = static_cast<const uint8_t*>(home);
  perdure::abi::ForEachMember(*capture, slots, [&](perdure_slot* to, size_t at, size_t bytes) {
    std::memcpy(to, from + at, bytes);
  });
}

void perdure_take_home(const perdure_capture* capture, void* home, const uint32_t* slots) {
  auto* to = static_cast<uint8_t*>(home);
  perdure::abi::ForEachMember(*capture, slots, [&](perdure_slot* from, size_t at, size_t bytes) {
    std::memcpy(to + at, from, bytes);
  });
}

const void* perdure_pop_frame(uint32_t* site) {
  const perdure::abi::FrameBuffer::Frame frame = perdure::abi::frames.Next();
  *site = frame.site;
  return frame.values;
}

uint32_t perdure_next_function(void) {
  return perdure::abi::owner->sites[perdure::abi::frames.Peek().site].function;
}

wasm_rt_function_ptr_t perdure_next_resume(void) {
  return perdure::abi::owner->resume[perdure_next_function()];
}
