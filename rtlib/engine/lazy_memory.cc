#include "rtlib/engine/lazy_memory.h"

#include "rtlib/engine/image_rows.h"
#include "rtlib/state/chunk_blob.h"

namespace perdure {

Result<std::unique_ptr<LazyMemory>> LazyMemory::Create(Guest* guest, PreImages* pre_images,
                                                       Store* store, BaseReader reader) {
  std::unique_ptr<LazyMemory> lazy(
      new LazyMemory(guest->program(), pre_images, store, std::move(reader)));
  const uint32_t count = guest->program().memory_count;
  lazy->memories_.resize(count);  // now: their addresses are given away
  for (uint32_t i = 0; i < count; ++i) {
    const wasm_rt_memory_t& memory = *guest->memory(i);
    Memory& ours = lazy->memories_[i];
    ours.owner = lazy.get();
    ours.index = i;
    if (memory.size == 0) continue;
    PERDURE_ASSIGN_OR_RETURN(ours.pages,
                             MissingPages::Create(memory.data, memory.size, Load, &ours));
  }
  return lazy;
}

// In a fault handler (track/missing_pages.h).
bool LazyMemory::Load(void* memory, uint64_t chunk, uint8_t* bytes) {
  const auto* ours = static_cast<const Memory*>(memory);
  LazyMemory* self = ours->owner;
  if (self->failure_.ok()) self->failure_ = self->reader_.Read(ChunkId(ours->index, chunk), bytes);
  if (!self->failure_.ok()) return false;
  self->pre_images_.Arrived(ours->index, chunk, bytes, ours->pages->write_protects());  // (L1)
  return true;
}

Status LazyMemory::Warm(uint64_t chunks, bool* done) {
  PERDURE_TRY(failure_);
  for (uint64_t loaded = 0; loaded < chunks;) {
    PERDURE_ASSIGN_OR_RETURN(const std::optional<uint64_t> id, reader_.Next(warm_from_));
    *done = !id.has_value();
    if (*done) break;
    warm_from_ = *id + 1;
    if (!IsWanted(*id)) continue;
    if (!memories_[ChunkIdMemory(*id)].pages->Load(ChunkIdNumber(*id))) return failure_;
    ++loaded;
  }
  return OkStatus();
}

uint64_t LazyMemory::loaded() const {
  uint64_t chunks = 0;
  for (const Memory& memory : memories_) {
    if (memory.pages != nullptr) chunks += memory.pages->loaded();
  }
  return chunks;
}

// Inside the memory as it was when the state was opened, and not in the image yet.
bool LazyMemory::IsWanted(uint64_t id) const {
  const uint32_t index = ChunkIdMemory(id);
  return index < memories_.size() && memories_[index].pages != nullptr &&
         !memories_[index].pages->IsPresent(ChunkIdNumber(id));
}

Status LazyMemory::LoadImage(const ImageHeader& base) {
  PERDURE_TRY(failure_);
  RowTally tally;
  uint8_t bytes[kBaseChunkBytes];
  const auto take = [&](uint64_t id, std::string_view blob) {
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, blob, bytes, &hash));
    tally.AddChunk(hash);
    if (!IsWanted(id)) return OkStatus();
    reader_.overlay().Apply(id, bytes);
    pre_images_.Put(ChunkIdMemory(id), ChunkIdNumber(id), bytes);
    return OkStatus();
  };
  PERDURE_TRY(store_.ForEachChunk(Image::kBase, take));
  const ChunkOverlay& overlay = reader_.overlay();
  for (std::optional<uint64_t> id = overlay.Next(0); id.has_value(); id = overlay.Next(*id + 1)) {
    if (!IsWanted(*id)) continue;
    PERDURE_TRY(reader_.Read(*id, bytes));
    pre_images_.Put(ChunkIdMemory(*id), ChunkIdNumber(*id), bytes);
  }
  SmallState ignored(program_);
  ChunkMap chunks;
  PERDURE_TRY(ReadSections(Image::kBase, program_, &store_, &ignored, &chunks, &tally));
  if (tally == TallyOf(base)) return OkStatus();
  return Status(StatusCode::kCorrupt, "the base rows are not those the header was written with");
}

}  // namespace perdure
