// What the header says about the rows of an image: how many chunks, and the sum of the hashes of
// chunks and sections. Sums make the digest independent of order and cheap to change row by row.
#pragma once

#include <cstdint>
#include <string>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/engine/store.h"
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

inline Status PutSections(Image image, const SmallState& state, const perdure_program& program,
                          Store* store, RowTally* tally) {
  for (const SectionTag tag : kSectionTags) {
    const std::string section = EncodeSection(tag, state, program);
    tally->AddSection(SectionHash(section));
    PERDURE_TRY(store->PutSection(image, static_cast<uint32_t>(tag), section));
  }
  return OkStatus();
}

// Reads and verifies all sections; adds their hashes to *tally.
inline Status ReadSections(Image image, const perdure_program& program, Store* store,
                           SmallState* state, RowTally* tally) {
  uint32_t seen = 0;
  const auto read = [&](uint64_t tag, std::string_view section) {
    if (tag != uint64_t{seen} + 1) return Status(StatusCode::kCorrupt, "a section is missing");
    ++seen;
    PERDURE_TRY(DecodeSection(static_cast<uint32_t>(tag), section, program, state));
    tally->AddSection(SectionHash(section));
    return OkStatus();
  };
  PERDURE_TRY(store->ForEachSection(image, read));
  if (seen == kSectionCount) return OkStatus();
  return Status(StatusCode::kCorrupt, "a section is missing");
}

}  // namespace perdure
