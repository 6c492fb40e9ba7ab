#include "rtlib/state/small_state.h"

#include "rtlib/base/bytes.h"
#include "rtlib/base/check.h"
#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr size_t kSectionHashBytes = 8;

// Keeps section hashes apart from chunk hashes, whose seeds are ids below 2^63.
constexpr uint64_t kSectionSeed = uint64_t{1} << 63;

std::string_view SectionName(SectionTag tag) {
  switch (tag) {
    case SectionTag::kMemories:
      return "memories";
    case SectionTag::kGlobals:
      return "globals";
    case SectionTag::kTables:
      return "tables";
    case SectionTag::kSegments:
      return "segments";
    case SectionTag::kHostTable:
      return "host table";
    case SectionTag::kStack:
      return "stack";
  }
  return "?";
}

uint64_t PayloadHash(SectionTag tag, std::string_view payload) {
  return SectionPayloadHash(static_cast<uint32_t>(tag), payload);
}

uint32_t MutableGlobalCount(const perdure_program& program) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < program.global_count; ++i)
    count += program.globals[i].is_mutable ? 1 : 0;
  return count;
}

void WritePayload(SectionTag tag, const SmallState& state, const perdure_program& program,
                  ByteWriter* writer) {
  switch (tag) {
    case SectionTag::kMemories:
      writer->Varint(program.memory_count);
      for (const uint64_t pages : state.memory_pages) writer->Varint(pages);
      return;
    case SectionTag::kGlobals:
      writer->Varint(MutableGlobalCount(program));
      for (uint32_t i = 0; i < program.global_count; ++i) {
        if (!program.globals[i].is_mutable) continue;
        writer->U8(program.globals[i].type);
        WriteValue(program.globals[i].type, state.globals[i], writer);
      }
      return;
    case SectionTag::kTables:
      writer->Varint(program.table_count);
      for (uint32_t i = 0; i < program.table_count; ++i) {
        writer->U8(program.tables[i].type);
        writer->Varint(state.tables[i].size());
        for (const uint32_t function : state.tables[i]) WriteReference(function, writer);
      }
      return;
    case SectionTag::kSegments:
      writer->Varint(program.segment_count);
      for (const uint8_t dropped : state.dropped) writer->U8(dropped);
      return;
    case SectionTag::kHostTable:
      writer->Raw(state.host_table);
      return;
    case SectionTag::kStack:
      writer->Raw(state.stack);
      return;
  }
}

void ReadMemories(const perdure_program& program, ByteReader* reader, SmallState* state) {
  if (reader->Varint() != program.memory_count) reader->Fail();
  for (uint32_t i = 0; i < program.memory_count && reader->ok(); ++i) {
    const uint64_t pages = reader->Varint();
    const perdure_memory& memory = program.memories[i];
    if (pages < memory.min_pages || pages > memory.max_pages || pages > kMemoryPagesMax) {
      reader->Fail();
      return;
    }
    state->memory_pages[i] = pages;
  }
}

void ReadGlobals(const perdure_program& program, ByteReader* reader, SmallState* state) {
  if (reader->Varint() != MutableGlobalCount(program)) reader->Fail();
  for (uint32_t i = 0; i < program.global_count && reader->ok(); ++i) {
    if (!program.globals[i].is_mutable) continue;
    if (reader->U8() != program.globals[i].type) reader->Fail();
    state->globals[i] = ReadValue(program.globals[i].type, program.function_count, reader);
  }
}

void ReadTables(const perdure_program& program, ByteReader* reader, SmallState* state) {
  if (reader->Varint() != program.table_count) reader->Fail();
  for (uint32_t i = 0; i < program.table_count && reader->ok(); ++i) {
    const perdure_table& table = program.tables[i];
    if (reader->U8() != table.type) reader->Fail();
    const uint64_t size = reader->Varint();
    // An element takes a byte or more, which bounds the allocation by the section's own length.
    if (size < table.min_size || size > table.max_size || size > reader->remaining()) {
      reader->Fail();
      return;
    }
    state->tables[i].resize(static_cast<size_t>(size));
    for (uint32_t& function : state->tables[i]) {
      function = ReadReference(table.type, program.function_count, reader);
    }
  }
}

void ReadSegments(const perdure_program& program, ByteReader* reader, SmallState* state) {
  if (reader->Varint() != program.segment_count) reader->Fail();
  for (uint32_t i = 0; i < program.segment_count && reader->ok(); ++i) {
    const uint8_t dropped = reader->U8();
    if (dropped > 1) reader->Fail();
    state->dropped[i] = dropped;
  }
}

void ReadPayload(SectionTag tag, const perdure_program& program, ByteReader* reader,
                 SmallState* state) {
  switch (tag) {
    case SectionTag::kMemories:
      return ReadMemories(program, reader, state);
    case SectionTag::kGlobals:
      return ReadGlobals(program, reader, state);
    case SectionTag::kTables:
      return ReadTables(program, reader, state);
    case SectionTag::kSegments:
      return ReadSegments(program, reader, state);
    case SectionTag::kHostTable:
      if (reader->remaining() > kHostTableBytesMax) reader->Fail();
      state->host_table = reader->Raw(reader->remaining());
      return;
    case SectionTag::kStack:
      if (reader->remaining() > kStackBytesMax) reader->Fail();
      state->stack = reader->Raw(reader->remaining());
      return;
  }
}

}  // namespace

SmallState::SmallState(const perdure_program& program)
    : memory_pages(program.memory_count),
      globals(program.global_count),
      tables(program.table_count),
      dropped(program.segment_count) {}

std::string EncodeSection(SectionTag tag, const SmallState& state, const perdure_program& program) {
  PERDURE_CHECK(state.memory_pages.size() == program.memory_count &&
                    state.globals.size() == program.global_count &&
                    state.tables.size() == program.table_count &&
                    state.dropped.size() == program.segment_count &&
                    state.host_table.size() <= kHostTableBytesMax &&
                    state.stack.size() <= kStackBytesMax,
                "state of another shape than its program");
  std::string section(kSectionHashBytes, '\0');
  ByteWriter writer(&section);
  WritePayload(tag, state, program, &writer);
  std::string hash;
  ByteWriter(&hash).U64(PayloadHash(tag, std::string_view(section).substr(kSectionHashBytes)));
  section.replace(0, kSectionHashBytes, hash);
  return section;
}

uint64_t SectionPayloadHash(uint32_t tag, std::string_view payload) {
  return Hash64(payload, kSectionSeed | tag);
}

uint64_t SectionHash(std::string_view section) { return ByteReader(section).U64(); }

Status DecodeSection(uint32_t tag, std::string_view section, const perdure_program& program,
                     SmallState* state) {
  if (tag == 0 || tag > kSectionCount) {
    return Status(StatusCode::kCorrupt, StrCat("unknown base section ", tag));
  }
  const SectionTag known = static_cast<SectionTag>(tag);
  const auto corrupt = [&](std::string_view what) {
    return Status(StatusCode::kCorrupt, StrCat("base section ", SectionName(known), " ", what));
  };
  ByteReader reader(section);
  const uint64_t hash = reader.U64();
  if (!reader.ok()) return corrupt("is cut short");
  if (PayloadHash(known, section.substr(kSectionHashBytes)) != hash) {
    return corrupt("does not match its hash");
  }
  ReadPayload(known, program, &reader, state);
  if (!reader.ok() || !reader.AtEnd()) return corrupt("does not fit the program");
  return OkStatus();
}

}  // namespace perdure
