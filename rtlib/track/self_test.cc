// The self-test every tracking mechanism must pass before its word is taken.
//
// A kernel (or an emulation of one, or a sandbox) may accept every call and report nothing; a state
// saved on such reports would silently lose writes. So the test makes each kind of write that
// guests make, in the process that will rely on it, and wants to see every one reported:
//   - a page that had content            - a page never touched before
//   - a page touched by reading only     - the last page
//   - a page already reported once       - a page of memory grown since
// Reporting too much is allowed and not tested.
#include "rtlib/abi/memory.h"
#include "rtlib/base/text.h"
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

constexpr uint64_t kPages = 4;  // of 64 KiB
constexpr uint64_t kChunks = kPages * abi::kWasmPageBytes / kChunkBytes;
constexpr uint64_t kWrittenChunks = 4;
static_assert(kChunks == 64);

volatile uint8_t* Chunk(const wasm_rt_memory_t& memory, uint64_t chunk) {
  return memory.data + chunk * kChunkBytes;
}

// Adds one to the first byte of a chunk.
void Touch(const wasm_rt_memory_t& memory, uint64_t chunk) {
  volatile uint8_t* byte = Chunk(memory, chunk);
  *byte = static_cast<uint8_t>(*byte + 1);
}

Status ExpectAmong(const std::vector<ChunkRange>& dirty, std::initializer_list<uint64_t> chunks) {
  for (const uint64_t chunk : chunks) {
    bool seen = false;
    for (const ChunkRange& range : dirty)
      seen = seen || (range.begin <= chunk && chunk < range.end);
    if (!seen) {
      return Status(StatusCode::kFailedPrecondition,
                    StrCat("a write to chunk ", chunk, " of the test memory was not reported"));
    }
  }
  return OkStatus();
}

// A look must show them and leave them for the collection.
Status ExpectDirty(Tracker* tracker, uint64_t size, std::initializer_list<uint64_t> chunks) {
  std::vector<ChunkRange> dirty;
  PERDURE_TRY(tracker->Peek(size, &dirty));
  PERDURE_TRY(ExpectAmong(dirty, chunks));
  PERDURE_TRY(tracker->Collect(size, &dirty));
  PERDURE_TRY(ExpectAmong(dirty, chunks));
  return tracker->Rearm({});
}

Status RunSelfTest(TrackMode mode, wasm_rt_memory_t* memory) {
  for (uint64_t chunk = 0; chunk < kWrittenChunks; ++chunk) Touch(*memory, chunk);
  PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Tracker> tracker,
                           CreateTracker(mode, memory->data, abi::ReservedBytes(*memory)));
  return SelfTestTracker(memory, tracker.get());
}

}  // namespace

Status SelfTestTracker(wasm_rt_memory_t* memory, Tracker* tracker) {
  PERDURE_TRY(tracker->Arm(memory->size));
  Touch(*memory, 1);
  Touch(*memory, 20);
  static_cast<void>(*Chunk(*memory, 30));
  Touch(*memory, kChunks - 1);
  PERDURE_TRY(ExpectDirty(tracker, memory->size, {1, 20, kChunks - 1}));

  Touch(*memory, 1);
  Touch(*memory, 2);
  Touch(*memory, 30);
  if (!abi::ResizeMemory(memory, kPages + 1)) {
    return Status(StatusCode::kResourceExhausted, "the test memory cannot grow");
  }
  Touch(*memory, kChunks + 3);
  PERDURE_TRY(ExpectDirty(tracker, memory->size, {1, 2, 30, kChunks + 3}));

  PERDURE_TRY(ExpectDirty(tracker, memory->size, {}));
  Touch(*memory, 30);
  Touch(*memory, kChunks + 3);
  return ExpectDirty(tracker, memory->size, {30, kChunks + 3});
}

Status SelfTest(TrackMode mode) {
  wasm_rt_memory_t memory;
  if (!abi::AllocateMemory(&memory, kPages, 2 * kPages, false)) {
    return Status(StatusCode::kFailedPrecondition, "no address space for a test memory");
  }
  const Status status = RunSelfTest(mode, &memory);
  wasm_rt_free_memory(&memory);
  if (status.ok()) return status;
  return Status(StatusCode::kFailedPrecondition, std::string(status.message()));
}

}  // namespace perdure
