// SmallState: everything of a state but the contents of linear memories, in portable form, and the
// base sections that store it.
//
// A section is  u64 hash of (tag, payload)  and the payload:
//   kMemories   varint count; per memory: varint pages
//   kGlobals    varint count of mutable globals; per mutable global, index order: u8 type, value
//   kTables     varint count; per table: u8 type, varint size, per element: reference
//   kSegments   varint count; per segment of the descriptor: u8 0 or 1 (dropped)
//   kHostTable  the bytes
//   kStack      the bytes (stack_codec.h); none: no run is in progress
// Values and references: portable_value.h. Counts and types repeat what the descriptor says, so
// that a state met by the wrong descriptor is an error and not a misreading.
//
// Threads: value types and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/state/format.h"
#include "rtlib/state/portable_value.h"

namespace perdure {

struct SmallState {
  std::vector<uint64_t> memory_pages;         // per memory
  std::vector<PortableValue> globals;         // per global; immutable ones stay zero
  std::vector<std::vector<uint32_t>> tables;  // per table: number or kNullRef
  std::vector<uint8_t> dropped;               // per segment of the descriptor: 0 or 1
  std::string host_table;
  std::string stack;  // stack_codec.h; not verified by whoever reads sections and deltas

  // Empty, with a place for each thing `program` has.
  explicit SmallState(const perdure_program& program);

  bool operator==(const SmallState&) const = default;
};

// The section as stored. REQUIRES: `state` has the shape of `program`.
std::string EncodeSection(SectionTag tag, const SmallState& state, const perdure_program& program);

// The hash in front of a section's payload.
uint64_t SectionPayloadHash(uint32_t tag, std::string_view payload);

// Hash of an encoded section, for the base digest. REQUIRES: made by EncodeSection or accepted by
// DecodeSection.
uint64_t SectionHash(std::string_view section);

// Sets the part of *state that `tag` stands for. kCorrupt names the section and what is wrong with
// it: hash, shape, a size outside the declared limits, a function index out of range. *state is
// then unusable.
Status DecodeSection(uint32_t tag, std::string_view section, const perdure_program& program,
                     SmallState* state);

}  // namespace perdure
