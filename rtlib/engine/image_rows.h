// What the header says about the rows of an image: how many chunks, and the sum of the hashes of
// chunks and sections. Sums make the digest independent of order and cheap to change row by row.
#pragma once

#include <cstdint>
#include <string>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/chunk_map.h"
#include "rtlib/state/small_state.h"

namespace perdure {

struct RowTally {
  uint64_t chunks = 0;
  uint64_t digest = 0;

  void AddChunk(uint64_t hash) { ++chunks, digest += hash; }
  void RemoveChunk(uint64_t hash) { --chunks, digest -= hash; }
  void AddSection(uint64_t hash) { digest += hash; }
  void RemoveSection(uint64_t hash) { digest -= hash; }
  void Store(ImageHeader* image) const { image->chunks = chunks, image->digest = digest; }
  bool operator==(const RowTally&) const = default;
};

inline RowTally TallyOf(const ImageHeader& image) { return {image.chunks, image.digest}; }

inline constexpr SectionTag kSectionTags[] = {SectionTag::kMemories,  SectionTag::kGlobals,
                                              SectionTag::kTables,    SectionTag::kSegments,
                                              SectionTag::kHostTable, SectionTag::kStack};
static_assert(sizeof(kSectionTags) / sizeof(kSectionTags[0]) == kSectionCount);

// Puts all sections of an image; adds their hashes to *tally. `chunks`: of the base; of the past,
// whose rows are differences, null.
inline Status PutSections(Image image, const SmallState& state, const ChunkMap* chunks,
                          const perdure_program& program, Store* store, RowTally* tally) {
  const auto put = [&](uint32_t tag, const std::string& section) {
    tally->AddSection(SectionHash(section));
    return store->PutSection(image, tag, section);
  };
  for (const SectionTag tag : kSectionTags) {
    PERDURE_TRY(put(static_cast<uint32_t>(tag), EncodeSection(tag, state, program)));
  }
  return chunks == nullptr ? OkStatus() : put(kChunkMapSection, chunks->Encode());
}

// Reads and verifies them.
inline Status ReadSections(Image image, const perdure_program& program, Store* store,
                           SmallState* state, ChunkMap* chunks, RowTally* tally) {
  const uint32_t count = chunks == nullptr ? kSectionCount : kChunkMapSection;
  uint32_t seen = 0;
  const auto read = [&](uint64_t tag, std::string_view section) {
    if (tag != uint64_t{seen} + 1 || tag > count) {
      return Status(StatusCode::kCorrupt, "the sections of an image are not those it has");
    }
    ++seen;
    PERDURE_TRY(tag == kChunkMapSection
                    ? chunks->Decode(section)
                    : DecodeSection(static_cast<uint32_t>(tag), section, program, state));
    tally->AddSection(SectionHash(section));
    return OkStatus();
  };
  PERDURE_TRY(store->ForEachSection(image, read));
  if (seen == count) return OkStatus();
  return Status(StatusCode::kCorrupt, "a section is missing");
}

}  // namespace perdure
