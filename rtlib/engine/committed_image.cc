#include "rtlib/engine/committed_image.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "rtlib/abi/memory.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/state/format.h"

namespace perdure {
namespace {

uint64_t ShadowBytes(const perdure_memory& memory) {
  const uint64_t limit = memory.is64 ? abi::kMemory64ReserveBytes / kPageBytes : 65536;
  return std::min(memory.max_pages, limit) * kPageBytes;
}

// A call of memcpy would take longer than it copies.
void CopyGlobal(const char* from, uint32_t bytes, char* to) {
  switch (bytes) {
    case 4:
      std::memcpy(to, from, 4);
      break;
    case 8:
      std::memcpy(to, from, 8);
      break;
    default:
      std::memcpy(to, from, bytes);
  }
}

bool ResizeTable(const perdure_table& table, void* instance, uint32_t size) {
  if (table.type == PERDURE_FUNCREF) {
    return abi::ResizeTable(FieldAt<wasm_rt_funcref_table_t>(instance, table.offset), size);
  }
  return abi::ResizeTable(FieldAt<wasm_rt_externref_table_t>(instance, table.offset), size);
}

}  // namespace

ShadowMemory::~ShadowMemory() {
  if (data_ != nullptr) munmap(data_, reserved_);
}

ShadowMemory::ShadowMemory(ShadowMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      reserved_(other.reserved_),
      accessible_(other.accessible_) {}

Status ShadowMemory::Reserve(uint64_t bytes) {
  PERDURE_CHECK(data_ == nullptr, "a shadow memory is reserved once");
  reserved_ = std::max<uint64_t>(bytes, kPageBytes);
  void* mapped =
      mmap(nullptr, reserved_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return Status(
        StatusCode::kResourceExhausted,
        StrCat("cannot reserve ", reserved_, " bytes of address space: ", std::strerror(errno)));
  }
  data_ = static_cast<uint8_t*>(mapped);
  // A huge page would make one changed byte cost 2 MiB.
  madvise(data_, reserved_, MADV_NOHUGEPAGE);
  return OkStatus();
}

Status ShadowMemory::Grow(uint64_t bytes) {
  PERDURE_CHECK(bytes <= reserved_, "a memory grew beyond its declared maximum");
  if (bytes <= accessible_) return OkStatus();
  if (mprotect(data_ + accessible_, bytes - accessible_, PROT_READ | PROT_WRITE) != 0) {
    return Status(StatusCode::kResourceExhausted,
                  StrCat("no memory for an image of ", bytes, " bytes: ", std::strerror(errno)));
  }
  accessible_ = bytes;
  return OkStatus();
}

void ShadowMemory::Discard(uint64_t bytes) {
  if (bytes < accessible_) madvise(data_ + bytes, accessible_ - bytes, MADV_DONTNEED);
}

CommittedImage::CommittedImage(const perdure_program& program)
    : program_(program),
      memories_(program.memory_count),
      pages_(program.memory_count),
      global_at_(program.global_count + 1),
      tables_(program.table_count),
      dropped_(program.segment_count) {
  for (uint32_t i = 0; i < program.global_count; ++i) {
    const perdure_global& global = program.globals[i];
    const size_t bytes = global.is_mutable ? NativeBytes(global.type) : 0;
    global_at_[i + 1] = global_at_[i] + static_cast<uint32_t>(bytes);
  }
  globals_.resize(global_at_.back());
}

Result<std::unique_ptr<CommittedImage>> CommittedImage::Create(const Guest& guest) {
  const perdure_program& program = guest.program();
  std::unique_ptr<CommittedImage> image(new CommittedImage(program));
  for (uint32_t i = 0; i < program.memory_count; ++i) {
    PERDURE_TRY(image->memories_[i].Reserve(ShadowBytes(program.memories[i])));
  }
  return image;
}

Status CommittedImage::MakeRoom(uint32_t index, uint64_t pages) {
  return memories_[index].Grow(pages * kPageBytes);
}

void CommittedImage::SetPages(uint32_t index, uint64_t pages) {
  if (pages < pages_[index]) memories_[index].Discard(pages * kPageBytes);
  pages_[index] = pages;
}

void CommittedImage::TakeSmallState(Guest* guest) {
  for (uint32_t i = 0; i < program_.global_count; ++i) TakeGlobal(*guest, i);
  for (uint32_t i = 0; i < program_.table_count; ++i) TakeTable(*guest, i);
  for (uint32_t i = 0; i < program_.segment_count; ++i) TakeSegment(*guest, i);
  host_table_ = guest->host().table;
  stack_ = guest->stack();
}

void CommittedImage::RestoreSmallState(Guest* guest) const {
  void* instance = guest->instance();
  for (uint32_t i = 0; i < program_.global_count; ++i) {
    CopyGlobal(globals_.data() + global_at_[i], GlobalBytes(i),
               FieldAt<char>(instance, program_.globals[i].offset));
  }
  for (uint32_t i = 0; i < program_.table_count; ++i) {
    const perdure_table& table = program_.tables[i];
    if (!TableDiffers(*guest, i)) continue;
    const size_t element_bytes = ElementsOf(table, instance).element_bytes;
    const bool resized =
        ResizeTable(table, instance, static_cast<uint32_t>(tables_[i].size() / element_bytes));
    PERDURE_CHECK(resized, "a table could not return to its committed size");
    std::memcpy(ElementsOf(table, instance).data, tables_[i].data(), tables_[i].size());
  }
  for (uint32_t i = 0; i < program_.segment_count; ++i) {
    program_.segments[i].set_dropped(instance, dropped_[i]);
  }
  if (guest->host().table != host_table_) guest->host().table = host_table_;
  if (guest->stack() != stack_) guest->stack() = stack_;
}

bool CommittedImage::GlobalDiffers(const Guest& guest, uint32_t index) const {
  const uint32_t bytes = GlobalBytes(index);
  return bytes != 0 && std::memcmp(FieldAt<char>(guest.instance(), program_.globals[index].offset),
                                   globals_.data() + global_at_[index], bytes) != 0;
}

bool CommittedImage::TableDiffers(const Guest& guest, uint32_t index) const {
  if (!program_.tables[index].is_mutable) return false;
  const TableElements live = ElementsOf(program_.tables[index], guest.instance());
  return live.bytes() != tables_[index].size() ||
         (live.size != 0 && std::memcmp(live.data, tables_[index].data(), live.bytes()) != 0);
}

bool CommittedImage::SegmentDiffers(const Guest& guest, uint32_t index) const {
  return (program_.segments[index].is_dropped(guest.instance()) != 0) != (dropped_[index] != 0);
}

void CommittedImage::TakeGlobal(const Guest& guest, uint32_t index) {
  CopyGlobal(FieldAt<char>(guest.instance(), program_.globals[index].offset), GlobalBytes(index),
             globals_.data() + global_at_[index]);
}

void CommittedImage::TakeTable(const Guest& guest, uint32_t index) {
  if (!program_.tables[index].is_mutable) return;
  const TableElements live = ElementsOf(program_.tables[index], guest.instance());
  tables_[index].assign(static_cast<const char*>(live.data), live.bytes());
}

void CommittedImage::TakeSegment(const Guest& guest, uint32_t index) {
  dropped_[index] = program_.segments[index].is_dropped(guest.instance()) != 0 ? 1 : 0;
}

}  // namespace perdure
