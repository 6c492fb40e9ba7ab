// What the rewritten texts look like; tests/e2e/large_module_test.cc shows that programs work.
#include "compiler/rewrite/data_blob.h"

#include <catch2/catch.hpp>
#include <string>

namespace perdure {
namespace {

// Segments: "ab" at 5, nothing, "cde" at 9, "f" at a global's value, passive "gh", "i" at 20.
Module Sample() {
  Module module;
  const std::string bytes = "....ab.cde.f.gh.i";
  module.binary.assign(bytes.begin(), bytes.end());
  module.data = {{SegmentMode::kActive, 0, 2, 0, 4},   {SegmentMode::kActive, 0, 0, 0, 6},
                 {SegmentMode::kActive, 0, 3, 0, 7},   {SegmentMode::kActive, 0, 1, 0, 11},
                 {SegmentMode::kPassive, 0, 2, 0, 13}, {SegmentMode::kActive, 0, 1, 0, 16}};
  module.uses = {{"memory.init", 0, 0, 4, 100}};
  return module;
}

constexpr const char* kArrays =
    "const u8 data_segment_data_w2c_app_d0[] = {\n  0x61, 0x62, \n};\n\n"
    "const u8 data_segment_data_w2c_app_d2[] = {\n  0x63, 0x64, 0x65, \n};\n\n";
constexpr const char* kBefore = "static void init_memories(w2c_app* instance) {\n";
constexpr const char* kLoads =
    "  LOAD_DATA(instance->w2c_M0, 5u, data_segment_data_w2c_app_d0, 2);\n"
    "  LOAD_DATA(instance->w2c_M0, 7u, NULL, 0);\n"
    "  LOAD_DATA(instance->w2c_M0, 9u, data_segment_data_w2c_app_d2, 3);\n"
    "  LOAD_DATA(instance->w2c_M0, instance->w2c_g0, data_segment_data_w2c_app_d3, 1);\n"
    "  LOAD_DATA(instance->w2c_M0, 20u, data_segment_data_w2c_app_d5, 1);\n";

}  // namespace

TEST_CASE("D1: the blob is the segments' bytes in order") {
  const Module module = Sample();
  const DataBlob blob(module, "app");
  REQUIRE(blob.Bytes() == "abcdefghi");
  REQUIRE(blob.Source().find("perdure_data_w2c_app, 9\\n") != std::string::npos);
}

TEST_CASE("D2: loads become tables, in order") {
  const Module module = Sample();
  const Result<std::string> head =
      DataBlob(module, "app").RewriteHead(std::string(kArrays) + kBefore + kLoads + "}\n");
  REQUIRE(head.ok());
  const auto loop = [](int rows, const std::string& body, int from) {
    const std::string count = std::to_string(rows);
    return "  {\n    static const u32 rows[" + count + "][2] = {\n" + body +
           "    };\n    const u8* from = perdure_data_w2c_app + " + std::to_string(from) +
           ";\n    for (u32 i = 0; i < " + count +
           "; ++i) {\n      LOAD_DATA(instance->w2c_M0, rows[i][0], from, rows[i][1]);\n"
           "      from += rows[i][1];\n    }\n  }\n";
  };
  REQUIRE(*head == std::string(kBefore) + loop(1, "      {5u, 2u},\n", 0) +
                       "  LOAD_DATA(instance->w2c_M0, 7u, NULL, 0);\n" +
                       loop(1, "      {9u, 3u},\n", 2) +
                       "  LOAD_DATA(instance->w2c_M0, instance->w2c_g0, perdure_data_w2c_app + 5, "
                       "1);\n" +
                       loop(1, "      {20u, 1u},\n", 8) + "}\n");
}

TEST_CASE("D3: a size that is not the module's is refused") {
  const Module module = Sample();
  const DataBlob blob(module, "app");
  const std::string begin = "  LOAD_DATA(instance->w2c_M0, 5u, data_segment_data_w2c_app_d";
  for (const char* end : {"0, 3);\n", "0, 2, 1);\n", "6, 1);\n", "x, 2);\n", "0);\n"}) {
    INFO(end);
    REQUIRE_FALSE(blob.RewriteHead(begin + end).ok());
  }
}

TEST_CASE("a header declares the blob once, and names what memory.init reads") {
  const Module module = Sample();
  REQUIRE(DataBlob(module, "app")
              .RewriteHeader("before\n\nextern const u8 data_segment_data_w2c_app_d0[];\n\n"
                             "extern const u8 data_segment_data_w2c_app_d4[];\n\nafter\n") ==
          "before\n\n"
          "extern const u8 perdure_data_w2c_app[] __attribute__((visibility(\"hidden\")));\n"
          "#define data_segment_data_w2c_app_d4 (perdure_data_w2c_app + 6)\n\nafter\n");
}

TEST_CASE("small data stays where it is") {
  Module module = Sample();
  REQUIRE_FALSE(DataBlob::IsWanted(module));
  module.data.push_back({SegmentMode::kActive, 0, 65536, 0, 0});
  REQUIRE(DataBlob::IsWanted(module));
}

}  // namespace perdure
