#include "rtlib/state/small_state.h"

#include <catch2/catch.hpp>

#include <cstring>

#include "tests/unit/state/golden.h"
#include "tests/unit/state/shape_program.h"

namespace perdure {
namespace {

using test::kShapeProgram;

constexpr SectionTag kTags[] = {SectionTag::kMemories, SectionTag::kGlobals,   SectionTag::kTables,
                                SectionTag::kSegments, SectionTag::kHostTable, SectionTag::kStack};

SmallState Sample() {
  SmallState state(kShapeProgram);
  state.memory_pages = {3, 4};
  const uint32_t i32 = 0x80000001;
  const uint64_t nan = 0x7ff0000000000001;  // signalling: it must come back as it is
  std::memcpy(state.globals[0].bytes.data(), &i32, 4);
  std::memcpy(state.globals[3].bytes.data(), &nan, 8);
  for (size_t i = 0; i < 16; ++i) state.globals[4].bytes[i] = static_cast<uint8_t>(i);
  state.globals[5] = PortableValue::Reference(2);
  state.globals[6] = PortableValue::Reference(kNullRef);
  state.tables = {{1, kNullRef, 0}, {2}, {kNullRef, kNullRef}};
  state.dropped = {0, 1};
  state.host_table = "host";
  state.stack = "stack";
  return state;
}

Status Decode(SectionTag tag, std::string_view section, SmallState* state) {
  return DecodeSection(static_cast<uint32_t>(tag), section, kShapeProgram, state);
}

TEST_CASE("sections of every kind read back to the same state") {
  const SmallState state = Sample();
  SmallState back(kShapeProgram);
  for (const SectionTag tag : kTags) {
    const std::string section = EncodeSection(tag, state, kShapeProgram);
    REQUIRE(Decode(tag, section, &back).ok());
    CHECK(SectionHash(section) != 0);
  }
  CHECK(back == state);
}

TEST_CASE("every flipped bit of a section is corrupt, and so is a section under another tag") {
  const SmallState state = Sample();
  for (const SectionTag tag : kTags) {
    const std::string section = EncodeSection(tag, state, kShapeProgram);
    for (size_t bit = 0; bit < section.size() * 8; ++bit) {
      std::string bad = section;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      SmallState back(kShapeProgram);
      REQUIRE(Decode(tag, bad, &back).code() == StatusCode::kCorrupt);
    }
    for (const SectionTag other : kTags) {
      SmallState back(kShapeProgram);
      if (other != tag) CHECK(Decode(other, section, &back).code() == StatusCode::kCorrupt);
    }
  }
  SmallState back(kShapeProgram);
  CHECK(DecodeSection(0, "", kShapeProgram, &back).code() == StatusCode::kCorrupt);
  CHECK(DecodeSection(7, "12345678", kShapeProgram, &back).code() == StatusCode::kCorrupt);
}

// A section with a right hash and content that no writer would make for the program.
TEST_CASE("a section that does not fit the program is corrupt even with the right hash") {
  const auto refused = [](SectionTag tag, auto change) {
    SmallState state = Sample();
    change(&state);
    SmallState back(kShapeProgram);
    return Decode(tag, EncodeSection(tag, state, kShapeProgram), &back).code() ==
           StatusCode::kCorrupt;
  };
  CHECK_FALSE(refused(SectionTag::kMemories, [](SmallState*) {}));
  CHECK(refused(SectionTag::kMemories, [](SmallState* s) { s->memory_pages[0] = 0; }));
  CHECK(refused(SectionTag::kMemories, [](SmallState* s) { s->memory_pages[0] = 11; }));
  CHECK(refused(SectionTag::kMemories, [](SmallState* s) { s->memory_pages[1] = UINT64_MAX; }));
  CHECK(refused(SectionTag::kGlobals,
                [](SmallState* s) { s->globals[5] = PortableValue::Reference(3); }));
  CHECK(refused(SectionTag::kTables, [](SmallState* s) { s->tables[0][1] = 3; }));
  CHECK(refused(SectionTag::kTables, [](SmallState* s) { s->tables[0].resize(1); }));
  CHECK(refused(SectionTag::kTables, [](SmallState* s) { s->tables[0].resize(9, kNullRef); }));
  CHECK(refused(SectionTag::kSegments, [](SmallState* s) { s->dropped[0] = 2; }));

  perdure_program fewer = kShapeProgram;
  fewer.global_count = 7;
  fewer.memory_count = 1;
  fewer.table_count = 2;
  fewer.segment_count = 1;
  perdure_program other_types = kShapeProgram;
  std::vector<perdure_global> globals(kShapeProgram.globals, kShapeProgram.globals + 8);
  std::swap(globals[1].type, globals[3].type);
  other_types.globals = globals.data();
  for (const SectionTag tag : kTags) {
    const std::string section = EncodeSection(tag, Sample(), kShapeProgram);
    SmallState back(fewer);
    if (tag != SectionTag::kGlobals && tag < SectionTag::kHostTable) {
      CHECK_FALSE(DecodeSection(static_cast<uint32_t>(tag), section, fewer, &back).ok());
    }
  }
  SmallState back(other_types);
  CHECK_FALSE(DecodeSection(static_cast<uint32_t>(SectionTag::kGlobals),
                            EncodeSection(SectionTag::kGlobals, Sample(), kShapeProgram),
                            other_types, &back)
                  .ok());
}

TEST_CASE("the bytes of sections are those of the format") {
  test::CheckGolden("section_memories",
                    EncodeSection(SectionTag::kMemories, Sample(), kShapeProgram));
  test::CheckGolden("section_globals",
                    EncodeSection(SectionTag::kGlobals, Sample(), kShapeProgram));
  test::CheckGolden("section_tables", EncodeSection(SectionTag::kTables, Sample(), kShapeProgram));
  test::CheckGolden("section_segments",
                    EncodeSection(SectionTag::kSegments, Sample(), kShapeProgram));
  test::CheckGolden("section_host_table",
                    EncodeSection(SectionTag::kHostTable, Sample(), kShapeProgram));
  test::CheckGolden("section_stack", EncodeSection(SectionTag::kStack, Sample(), kShapeProgram));
}

}  // namespace
}  // namespace perdure
