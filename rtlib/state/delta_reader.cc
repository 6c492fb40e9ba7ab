#include "rtlib/state/delta_reader.h"

#include <algorithm>
#include <new>
#include <utility>

#include "rtlib/base/bytes.h"
#include "rtlib/base/compress.h"

namespace perdure {
namespace {

Status Corrupt(std::string_view what) {
  return Status(StatusCode::kCorrupt, "its delta " + std::string(what));
}

// Sets *payload, in *buffer if it was compressed. False: the frame is not whole.
Result<bool> ReadFrame(ByteReader* delta, std::unique_ptr<char[]>* buffer,
                       std::string_view* payload) {
  const uint8_t encoding = delta->U8();
  if (encoding == static_cast<uint8_t>(Encoding::kRaw)) {
    *payload = delta->Bytes();
    if (!delta->ok()) return false;
    if (payload->size() > kDeltaFrameBytesMax) return Corrupt("does not decode");
    return true;
  }
  if (encoding != static_cast<uint8_t>(Encoding::kLz4)) return Corrupt("has an unknown encoding");
  const uint64_t raw_bytes = delta->Varint();
  const std::string_view compressed = delta->Bytes();
  if (!delta->ok()) return false;
  if (raw_bytes > kDeltaFrameBytesMax) return Corrupt("does not decode");
  if (raw_bytes / kLz4ExpansionMax > compressed.size()) return Corrupt("has the wrong size");
  buffer->reset(new (std::nothrow) char[raw_bytes]);
  if (*buffer == nullptr) return Status(StatusCode::kResourceExhausted, "no memory for a delta");
  if (!Decompress(compressed, buffer->get(), raw_bytes)) return Corrupt("does not decompress");
  *payload = {buffer->get(), raw_bytes};
  return true;
}

}  // namespace

class DeltaApplication::Applier {
 public:
  Applier(const perdure_program& program, SmallState* small, MemorySink* memory)
      : reader_({}), program_(program), small_(*small), memory_(*memory) {}

  void Begin(std::string_view payload) {
    reader_ = ByteReader(payload);
    may_go_on_ = part_ == static_cast<uint8_t>(DeltaTag::kMemoryRuns);
  }

  // Goes on with the frame. False: within the runs of memory, because the budget is used up.
  Result<bool> Run(uint64_t* budget) {
    for (;;) {
      if (in_runs_) {
        PERDURE_TRY(MemoryRuns(budget));
        if (!reader_.ok()) return Corrupt("does not decode");
        if (in_runs_) return false;
      }
      if (reader_.AtEnd()) return true;
      const uint8_t tag = reader_.U8();
      if (tag < part_ || (tag == part_ && !may_go_on_)) return Corrupt("has parts out of order");
      may_go_on_ = false;
      part_ = tag;
      PERDURE_TRY(Part(tag));
      if (!reader_.ok()) return Corrupt("does not decode");
    }
  }

 private:
  Status Part(uint8_t tag) {
    switch (static_cast<DeltaTag>(tag)) {
      case DeltaTag::kMemorySizes:
        return MemorySizes();
      case DeltaTag::kMemoryRuns:
        in_runs_ = true;
        in_memory_ = false;
        memory_after_ = 0;
        return OkStatus();
      case DeltaTag::kGlobals:
        return Globals();
      case DeltaTag::kTables:
        return Tables();
      case DeltaTag::kSegments:
        return Segments();
      case DeltaTag::kHostTable:
        return HostTable();
      case DeltaTag::kStack:
        return Stack();
    }
    return Corrupt("has a part of an unknown kind");
  }

  // The next index of an ascending list ended by 0, in *index. False at the end, or with the reader
  // failed if the index does not ascend or is not below `count`.
  bool NextIndex(uint32_t count, uint64_t* after, uint32_t* index) {
    const uint64_t stored = reader_.Varint();
    if (stored == 0) return false;
    if (stored <= *after || stored > count) {
      reader_.Fail();
      return false;
    }
    *after = stored;
    *index = static_cast<uint32_t>(stored - 1);
    return true;
  }

  // The next run of a list ended by 0, within [*end, limit): sets its start and moves *end behind
  // it.
  bool NextRun(uint64_t limit, uint64_t* first, uint64_t* end) {
    const uint64_t length = reader_.Varint();
    if (length == 0) return false;
    const uint64_t gap = reader_.Varint();
    if (!reader_.ok() || gap > limit - *end || length > limit - *end - gap) {
      reader_.Fail();
      return false;
    }
    *first = *end + gap;
    *end = *first + length;
    return true;
  }

  Status MemorySizes() {
    uint64_t after = 0;
    for (uint32_t i; NextIndex(program_.memory_count, &after, &i);) {
      const uint64_t pages = reader_.Varint();
      if (!reader_.ok() || pages == small_.memory_pages[i] ||
          pages < program_.memories[i].min_pages || pages > program_.memories[i].max_pages ||
          pages > kMemoryPagesMax) {
        return Corrupt("gives a memory an impossible size");
      }
      PERDURE_TRY(memory_.Resize(i, small_.memory_pages[i], pages));
      small_.memory_pages[i] = pages;
    }
    return OkStatus();
  }

  Status MemoryRuns(uint64_t* budget) {
    while (reader_.ok()) {
      if (!in_memory_) {
        in_runs_ = in_memory_ = NextIndex(program_.memory_count, &memory_after_, &memory_index_);
        if (!in_runs_) break;
        run_end_ = 0;
      }
      const uint64_t limit = small_.memory_pages[memory_index_] * (kPageBytes / kWordBytes);
      uint64_t first;
      in_memory_ = NextRun(limit, &first, &run_end_);
      if (!in_memory_) continue;
      const std::string_view bytes = reader_.Raw((run_end_ - first) * kWordBytes);
      if (!reader_.ok()) break;
      PERDURE_TRY(memory_.Write(memory_index_, first * kWordBytes, bytes));
      const uint64_t cost = bytes.size() + kRunCost;
      *budget -= std::min(*budget, cost);
      if (*budget == 0) break;
    }
    return OkStatus();
  }

  Status Globals() {
    uint64_t after = 0;
    for (uint32_t i; NextIndex(program_.global_count, &after, &i);) {
      if (!program_.globals[i].is_mutable) return Corrupt("changes an immutable global");
      small_.globals[i] = ReadValue(program_.globals[i].type, program_.function_count, &reader_);
    }
    return OkStatus();
  }

  Status Tables() {
    uint64_t after = 0;
    for (uint32_t i; NextIndex(program_.table_count, &after, &i);) {
      const perdure_table& table = program_.tables[i];
      std::vector<uint32_t>& elements = small_.tables[i];
      const uint64_t size = reader_.Varint();
      if (!table.is_mutable) return Corrupt("changes an immutable table");
      if (!reader_.ok() || size < table.min_size || size > table.max_size) {
        return Corrupt("gives a table an impossible size");
      }
      PERDURE_TRY(ResizeTable(static_cast<uint32_t>(size), &elements));
      for (uint64_t first, end = 0; NextRun(size, &first, &end);) {
        for (uint64_t at = first; at < end && reader_.ok(); ++at) {
          elements[at] = ReadReference(table.type, program_.function_count, &reader_);
        }
      }
    }
    return OkStatus();
  }

  // New elements are null and take no bytes of the delta, so that a table may honestly grow by
  // millions of elements in a few bytes; the program's declared maximum is the limit, and abi/'s
  // where none is.
  static Status ResizeTable(uint32_t size, std::vector<uint32_t>* elements) {
    if (size > kTableElementsMax) return Corrupt("gives a table an impossible size");
    elements->resize(size, kNullRef);
    return OkStatus();
  }

  Status Segments() {
    uint64_t after = 0;
    for (uint32_t i; NextIndex(program_.segment_count, &after, &i);) small_.dropped[i] ^= 1;
    return OkStatus();
  }

  Status HostTable() {
    const std::string_view bytes = reader_.Bytes();
    if (bytes.size() > kHostTableBytesMax) return Corrupt("has too large a host table");
    small_.host_table = bytes;
    return OkStatus();
  }

  Status Stack() {
    std::string& stack = small_.stack;
    const uint64_t front = reader_.Varint();
    const uint64_t back = reader_.Varint();
    const std::string_view middle = reader_.Bytes();
    if (!reader_.ok() || front > stack.size() || back > stack.size() - front ||
        front + back + middle.size() > kStackBytesMax) {
      return Corrupt("has an impossible stack");
    }
    stack.replace(static_cast<size_t>(front), stack.size() - static_cast<size_t>(front + back),
                  middle);
    return OkStatus();
  }

  ByteReader reader_;
  uint8_t part_ = 0;        // DeltaTag that was read last
  bool may_go_on_ = false;  // with that one, in the next frame
  // Within kMemoryRuns, and within the list of a memory.
  bool in_runs_ = false, in_memory_ = false;
  uint64_t memory_after_ = 0, run_end_ = 0;
  uint32_t memory_index_ = 0;
  const perdure_program& program_;
  SmallState& small_;
  MemorySink& memory_;
};

DeltaApplication::DeltaApplication(const perdure_program& program, SmallState* small,
                                   MemorySink* memory)
    : applier_(std::make_unique<Applier>(program, small, memory)) {}

DeltaApplication::~DeltaApplication() = default;

void DeltaApplication::Feed(std::string_view bytes) {
  if (rest_.empty()) {
    rest_ = bytes;
    return;
  }
  std::string joined(rest_);
  joined += bytes;
  joined_ = std::move(joined);
  rest_ = joined_;
}

Result<bool> DeltaApplication::BeginFrame() {
  if (rest_.empty()) return false;
  ByteReader reader(rest_);
  std::string_view payload;
  PERDURE_ASSIGN_OR_RETURN(const bool is_whole, ReadFrame(&reader, &payload_, &payload));
  if (!is_whole) return false;
  rest_.remove_prefix(reader.position());
  applier_->Begin(payload);
  return true;
}

Result<bool> DeltaApplication::Step(uint64_t* budget) {
  if (!in_frame_) {
    PERDURE_ASSIGN_OR_RETURN(in_frame_, BeginFrame());
    if (!in_frame_) return false;
  }
  PERDURE_ASSIGN_OR_RETURN(const bool is_done, applier_->Run(budget));
  in_frame_ = !is_done;
  return true;
}

Status DeltaApplication::Finish() const {
  return rest_.empty() && !in_frame_ ? OkStatus() : Corrupt("does not decode");
}

Status ApplyDelta(std::string_view delta, const perdure_program& program, SmallState* small,
                  MemorySink* memory) {
  DeltaApplication application(program, small, memory);
  application.Feed(delta);
  for (bool more = true; more;) {
    uint64_t unlimited = UINT64_MAX;
    PERDURE_ASSIGN_OR_RETURN(more, application.Step(&unlimited));
  }
  return application.Finish();
}

}  // namespace perdure
