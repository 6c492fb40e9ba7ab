#include "rtlib/engine/change_set.h"

#include <algorithm>
#include <cstring>

#include "rtlib/abi/memory.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/chunk_compare.h"
#include "rtlib/state/delta_writer.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {
namespace {

static_assert(WASM_RT_MAX_TABLE_SIZE <= kTableElementsMax, "a table that can grow can be stored");

Status TooLarge() {
  return Status(
      StatusCode::kResourceExhausted,
      StrCat("the event changed more than a commit can hold (", kHostTableBytesMax,
             " bytes of the host's state, ", kDeltaFrameBytesMax, " of everything but memory)"));
}

// Runs of table elements that differ from the committed ones, with their portable form.
Status EncodeTable(Guest* guest, uint32_t index, const CommittedImage& image, DeltaWriter* writer) {
  const perdure_table& table = guest->program().tables[index];
  const TableElements live = ElementsOf(table, guest->instance());
  writer->TableSize(index, live.size);
  const uint8_t* now = static_cast<const uint8_t*>(live.data);
  const std::string& then = image.table(index);
  const std::string null_element(live.element_bytes, '\0');
  std::vector<uint32_t> run;
  for (uint32_t at = 0; at <= live.size; ++at) {
    const size_t offset = at * live.element_bytes;
    const char* before = offset < then.size() ? then.data() + offset : null_element.data();
    if (at < live.size && std::memcmp(now + offset, before, live.element_bytes) != 0) {
      PortableValue value;
      Status captured = CaptureValue(table.type, now + offset, guest->functions(), &value);
      if (!captured.ok()) {
        return Status(captured.code(),
                      StrCat(TableLabel(guest->program(), index), " holds ", captured.message(),
                             " at element ", at, ", which cannot be stored"));
      }
      run.push_back(value.reference());
    } else if (!run.empty()) {
      writer->TableRun(index, at - static_cast<uint32_t>(run.size()), run);
      run.clear();
    }
  }
  return OkStatus();
}

Status EncodeGlobal(Guest* guest, uint32_t index, DeltaWriter* writer) {
  const perdure_global& global = guest->program().globals[index];
  PortableValue value;
  Status captured = CaptureValue(global.type, FieldAt<uint8_t>(guest->instance(), global.offset),
                                 guest->functions(), &value);
  if (!captured.ok()) {
    return Status(captured.code(), StrCat(GlobalLabel(guest->program(), index), " holds ",
                                          captured.message(), ", which cannot be stored"));
  }
  writer->Global(index, global.type, value);
  return OkStatus();
}

}  // namespace

bool ChangeSet::empty() const {
  return resized.empty() && globals.empty() && tables.empty() && segments.empty() && !host_table &&
         !stack &&
         std::all_of(runs.begin(), runs.end(), [](const auto& list) { return list.empty(); });
}

Result<std::vector<std::unique_ptr<Tracker>>> TrackMemories(const Guest& guest,
                                                            const LazyMemory* lazy,
                                                            PreImages* pre_images) {
  std::vector<std::unique_ptr<Tracker>> trackers;
  if (guest.program().memory_count == 0) return trackers;
  for (uint32_t i = 0; i < guest.program().memory_count; ++i) {
    const wasm_rt_memory_t& memory = *guest.memory(i);
    PERDURE_ASSIGN_OR_RETURN(
        std::unique_ptr<Tracker> tracker,
        CreateBestTracker(memory.data, abi::ReservedBytes(memory), memory.size,
                          lazy != nullptr ? lazy->memory(i) : nullptr, pre_images->ObserverOf(i)));
    PERDURE_TRY(tracker->Arm(memory.size));
    trackers.push_back(std::move(tracker));
  }
  return trackers;
}

namespace {

// Each tracker's answer to `ask`, without what is missing.
Status AskTrackers(const Guest& guest, const LazyMemory* lazy,
                   const std::vector<std::unique_ptr<Tracker>>& trackers,
                   Status (Tracker::*ask)(uint64_t, std::vector<ChunkRange>*), DirtyChunks* dirty) {
  dirty->resize(trackers.size());
  for (uint32_t i = 0; i < trackers.size(); ++i) {
    PERDURE_TRY((trackers[i].get()->*ask)(guest.memory(i)->size, &(*dirty)[i]));
    if (lazy != nullptr && lazy->memory(i) != nullptr) lazy->memory(i)->KeepPresent(&(*dirty)[i]);
  }
  return OkStatus();
}

}  // namespace

Status CollectDirty(const Guest& guest, const LazyMemory* lazy,
                    const std::vector<std::unique_ptr<Tracker>>& trackers, DirtyChunks* dirty) {
  return AskTrackers(guest, lazy, trackers, &Tracker::Collect, dirty);
}

Status PeekDirty(const Guest& guest, const LazyMemory* lazy,
                 const std::vector<std::unique_ptr<Tracker>>& trackers, DirtyChunks* dirty) {
  return AskTrackers(guest, lazy, trackers, &Tracker::Peek, dirty);
}

Status Rearm(const std::vector<std::unique_ptr<Tracker>>& trackers, const ChangeSet& changes) {
  for (size_t i = 0; i < trackers.size(); ++i) {
    PERDURE_TRY(trackers[i]->Rearm(i < changes.unchanged.size() ? changes.unchanged[i]
                                                                : std::vector<uint64_t>()));
  }
  return OkStatus();
}

void AddRanges(const DirtyChunks& more, DirtyChunks* dirty) {
  for (size_t i = 0; i < more.size(); ++i) {
    std::vector<ChunkRange>& ranges = (*dirty)[i];
    ranges.insert(ranges.end(), more[i].begin(), more[i].end());
    std::sort(ranges.begin(), ranges.end(),
              [](const ChunkRange& a, const ChunkRange& b) { return a.begin < b.begin; });
    size_t kept = 0;
    for (const ChunkRange& range : ranges) {
      if (kept > 0 && range.begin <= ranges[kept - 1].end) {
        ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
      } else {
        ranges[kept++] = range;
      }
    }
    ranges.resize(kept);
  }
}

Status FindChanges(Guest* guest, const DirtyChunks& dirty, CommittedImage* image,
                   ChangeSet* changes) {
  const perdure_program& program = guest->program();
  changes->runs.resize(program.memory_count);
  changes->unchanged.resize(program.memory_count);
  for (uint32_t i = 0; i < program.memory_count; ++i) {
    const wasm_rt_memory_t& memory = *guest->memory(i);
    PERDURE_TRY(image->MakeRoom(i, memory.pages));
    if (memory.pages != image->pages(i)) changes->resized.push_back(i);
    for (size_t at = 0; at < dirty[i].size(); ++at) {
      const ChunkRange& range = dirty[i][at];
      PERDURE_CHECK(range.end <= memory.size / kChunkBytes,
                    "tracker reported chunks outside memory");
      if (at + 1 < dirty[i].size()) {
        PrefetchChunk(memory.data, dirty[i][at + 1].begin);
        PrefetchChunk(image->memory(i), dirty[i][at + 1].begin);
      }
      FindRuns(memory.data, image->memory(i), range, &changes->runs[i], &changes->unchanged[i]);
    }
    changes->chunks_changed += ChunksIn(dirty[i]) - changes->unchanged[i].size();
  }
  for (uint32_t i = 0; i < program.global_count; ++i) {
    if (image->GlobalDiffers(*guest, i)) changes->globals.push_back(i);
  }
  for (uint32_t i = 0; i < program.table_count; ++i) {
    if (image->TableDiffers(*guest, i)) changes->tables.push_back(i);
  }
  for (uint32_t i = 0; i < program.segment_count; ++i) {
    if (image->SegmentDiffers(*guest, i)) changes->segments.push_back(i);
  }
  changes->host_table = guest->host().table != image->host_table();
  changes->stack = guest->stack() != image->stack();
  return OkStatus();
}

Status EncodeChanges(Guest* guest, const ChangeSet& changes, const CommittedImage& image,
                     std::string* delta) {
  const perdure_program& program = guest->program();
  DeltaWriter writer;
  constexpr uint64_t kRunBytes = 2 * sizeof(uint32_t);  // besides the words, at most as a rule
  uint64_t bytes = 0;
  for (const auto& runs : changes.runs) {
    for (const WordRun& run : runs) bytes += kRunBytes + run.count * kWordBytes;
  }
  writer.Expect(bytes);
  for (const uint32_t i : changes.resized) writer.MemorySize(i, guest->memory(i)->pages);
  for (uint32_t i = 0; i < program.memory_count; ++i) {
    const uint8_t* data = guest->memory(i)->data;
    for (const WordRun& run : changes.runs[i]) {
      writer.MemoryRun(i, run.first, run.count, data + run.first * kWordBytes);
    }
  }
  for (const uint32_t i : changes.globals) PERDURE_TRY(EncodeGlobal(guest, i, &writer));
  for (const uint32_t i : changes.tables) PERDURE_TRY(EncodeTable(guest, i, image, &writer));
  for (const uint32_t i : changes.segments) {
    writer.SegmentToggled(i);
  }
  if (changes.host_table) {
    if (guest->host().table.size() > kHostTableBytesMax) return TooLarge();
    writer.HostTable(guest->host().table);
  }
  if (changes.stack) writer.Stack(image.stack(), guest->stack());
  if (!writer.Finish(delta)) return TooLarge();
  return OkStatus();
}

void Advance(Guest* guest, const ChangeSet& changes, CommittedImage* image) {
  for (const uint32_t i : changes.resized) image->SetPages(i, guest->memory(i)->pages);
  for (uint32_t i = 0; i < changes.runs.size(); ++i) {
    const uint8_t* now = guest->memory(i)->data;
    uint8_t* then = image->memory(i);
    for (const WordRun& run : changes.runs[i]) {
      std::memcpy(then + run.first * kWordBytes, now + run.first * kWordBytes,
                  run.count * kWordBytes);
    }
  }
  for (const uint32_t i : changes.globals) image->TakeGlobal(*guest, i);
  for (const uint32_t i : changes.tables) image->TakeTable(*guest, i);
  for (const uint32_t i : changes.segments) image->TakeSegment(*guest, i);
  if (changes.host_table) image->TakeHostTable(guest->host().table);
  if (changes.stack) image->TakeStack(guest->stack());
  wasi::AdvanceHostTable(&guest->host());
}

namespace {

// Makes a chunk of the guest what the image has. What is equal is not written to: it would have to
// go back to memory, and a chunk that was merely reported would take room, and be reported again.
void UndoChunk(uint8_t* now, const uint8_t* then) {
  WordMask mask;
  if (!ChunkComparers().front().compare(now, then, &mask)) return;
  for (size_t i = 0; i < std::size(mask.words); ++i) {
    uint64_t at = i * 64 * kWordBytes;
    for (uint64_t bits = mask.words[i]; bits != 0; bits >>= kLineWords, at += kLineBytes) {
      if ((bits & 0xff) != 0) std::memcpy(now + at, then + at, kLineBytes);
    }
  }
}

}  // namespace

uint64_t Rollback(Guest* guest, const DirtyChunks& dirty, CommittedImage* image) {
  uint64_t chunks = 0;
  for (uint32_t i = 0; i < guest->program().memory_count; ++i) {
    wasm_rt_memory_t* memory = guest->memory(i);
    const uint64_t committed_chunks = image->pages(i) * kChunksPerPage;
    if (memory->pages != image->pages(i)) {
      const bool resized = abi::ResizeMemory(memory, image->pages(i));
      PERDURE_CHECK(resized, "a memory could not return to its committed size");
    }
    const uint8_t* image_data = image->memory(i);
    for (size_t at = 0; at < dirty[i].size(); ++at) {
      const ChunkRange& range = dirty[i][at];
      if (at + 1 < dirty[i].size() && dirty[i][at + 1].begin < committed_chunks) {
        PrefetchChunk(image_data, dirty[i][at + 1].begin);
      }
      chunks += range.end - range.begin;
      for (uint64_t chunk = range.begin; chunk < std::min(range.end, committed_chunks); ++chunk) {
        UndoChunk(memory->data + chunk * kChunkBytes, image_data + chunk * kChunkBytes);
      }
    }
  }
  image->RestoreSmallState(guest);
  const Status decoded = wasi::DecodeHostTable(&guest->host());
  PERDURE_CHECK(decoded.ok(), "the committed host table does not decode");
  guest->host().effects.clear();
  guest->host().queued_bytes = 0;
  return chunks;
}

}  // namespace perdure
