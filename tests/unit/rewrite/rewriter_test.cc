// The forms of small functions, and texts that are refused. That the forms work is shown where
// programs run; here is what they look like.
#include "compiler/rewrite/rewriter.h"

#include <catch2/catch.hpp>
#include <string>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr ValueType kI32 = ValueType::kI32;

// Function 0: the import fd_read (i32) -> i32. Function 1, of the same type and one local, has the
// outline that the test says.
struct Sample {
  Module module;
  Wasm2cNames names;
  CapturePlan plan;
  std::string resume;

  explicit Sample(std::vector<OutlineItem> outline) {
    module.types = {{{kI32}, {kI32}}};
    module.imports = {{"wasi_snapshot_preview1", "fd_read", ExternalKind::kFunc, 0, 0}};
    module.functions.resize(2);
    module.functions[0].imported = true;
    module.outline = std::move(outline);
    module.functions[1].outline_end = static_cast<uint32_t>(module.outline.size());
    module.locals = {{1, kI32}};
    module.functions[1].locals_end = 1;
    names.prefix = "app";
    names.functions = {{"w2c_wasi_fd_read", ""}, {"w2c_app_f1", ""}};
    names.canonical_type = {0};
    Diagnostics diagnostics;
    plan = *PlanCapture(module, true, &diagnostics);
  }

  Result<std::string> Rewrite(std::string_view statements) {
    Rewriter rewriter(module, names, plan);
    return rewriter.RewriteSource(
        "app_0.c",
        StrCat("u32 w2c_app_f1(w2c_app* instance, u32 var_p0) {\n  u32 var_l1 = 0;\n"
               "  FUNC_PROLOGUE;\n  u32 var_i0, var_i1;\n",
               statements, "  FUNC_EPILOGUE;\n  return var_i0;\n}\n"),
        &resume);
  }
};

constexpr std::string_view kReadStatements =
    "  var_i0 = var_p0;\n"
    "  var_i0 = w2c_wasi_fd_read(instance->w2c_wasi_instance, var_i0);\n"
    "  var_i1 = var_l1;\n"
    "  var_i0 += var_i1;\n";

bool Contains(std::string_view text, std::string_view part) {
  INFO(text);
  CHECK(text.find(part) != std::string_view::npos);
  return true;
}

TEST_CASE("an import's arguments are saved, and its result waits until it is one") {
  Sample sample({{0, OutlineKind::kCall, false}});
  const Result<std::string> hot = sample.Rewrite(kReadStatements);
  REQUIRE(hot.ok());
  Contains(*hot,
           "  {\n"
           "    const u32 perdure_result = w2c_wasi_fd_read(instance->w2c_wasi_instance, var_i0);\n"
           "    if (UNLIKELY(perdure_capturing)) { perdure_site = 0u; goto perdure_put_0; }\n"
           "    var_i0 = perdure_result;\n"
           "  }\n");
  Contains(*hot,
           "  return var_i0;\n"
           "  perdure_put_0:;\n"
           "  PERDURE_PUT(perdure_slots + 1, 0, u32, var_l1);\n"
           "  PERDURE_PUT(perdure_slots + 2, 0, u32, var_i0);\n"
           "  goto perdure_pack;\n"
           "  perdure_pack:;\n"
           "  perdure_save(perdure_site);\n"
           "  FUNC_EPILOGUE;\n"
           "  return 0;\n"
           "}\n");
  Contains(sample.resume,
           "  struct {\n    u32 var_l1;\n    u32 var_i0;\n  } perdure_home;\n"
           "  static const u32 perdure_home_slots[] = {0, 2, 1, 2};\n"
           "#define var_l1 perdure_home.var_l1\n"
           "#define var_i0 perdure_home.var_i0\n"
           "  u32 perdure_site = perdure_enter_home(instance, &perdure_home, perdure_home_slots);\n"
           "  if (UNLIKELY(perdure_site == PERDURE_CAPTURED)) goto perdure_leave;\n"
           "  switch (perdure_site) {\n"
           "    case 0u:\n"
           "      goto perdure_resume_0;\n");
  Contains(sample.resume, "  perdure_resume_0:;\n  {\n    const u32 perdure_result = ");
}

TEST_CASE("after a call of the module what is live after it is saved, its result is not") {
  Sample sample({{0, OutlineKind::kCall, false}, {1, OutlineKind::kCall, false}});
  const Result<std::string> hot =
      sample.Rewrite(StrCat(kReadStatements, "  var_i0 = w2c_app_f1(instance, var_i0);\n"));
  REQUIRE(hot.ok());
  Contains(*hot,
           "  var_i0 = w2c_app_f1(instance, var_i0);\n"
           "  if (UNLIKELY(perdure_capturing)) { perdure_site = 1u; goto perdure_pack; }\n");
  Contains(sample.resume,
           "  var_i0 = w2c_app_f1(instance, var_i0);\n"
           "  if (UNLIKELY(perdure_capturing)) { perdure_site = 1u; goto perdure_pack; }\n"
           "  if (0) {\n"
           "    perdure_resume_1:;\n"
           "    var_i0 = perdure_as_u32;\n"
           "  }\n");
}

TEST_CASE("a loop polls at its head, and sites with equal values share their code") {
  Sample sample({{0, OutlineKind::kLoop, false}, {0, OutlineKind::kLoop, false}});
  const Result<std::string> hot = sample.Rewrite(
      "  var_L0: \n    var_L1: \n      var_i0 = var_p0;\n      if (var_i0) {goto var_L0;}\n"
      "      var_i0 = 1u;\n      if (var_i0) {goto var_L1;}\n");
  REQUIRE(hot.ok());
  Contains(*hot,
           "  var_L0: \n"
           "    if (UNLIKELY(perdure_poll_requested) && perdure_polled(instance)) "
           "{ perdure_site = 0u; goto perdure_put_0; }\n");
  Contains(*hot, "{ perdure_site = 1u; goto perdure_put_0; }\n");
  Contains(*hot, "  perdure_put_0:;\n  PERDURE_PUT(perdure_slots + 0, 0, u32, var_p0);\n");
}

TEST_CASE(
    "what is set seldom lives in the memory of a resume form, and all sites save it at once") {
  Sample sample({{0, OutlineKind::kLoop, false}});
  const std::string often = "    var_l1 = var_p0;\n";
  const Result<std::string> hot =
      sample.Rewrite(StrCat("  var_L0: \n    var_i0 = var_l1;\n    var_i0 += var_p0;\n", often,
                            often, often, often, "    if (var_i0) {goto var_L0;}\n"));
  REQUIRE(hot.ok());
  Contains(*hot,
           "  perdure_put_0:;\n"
           "  PERDURE_PUT(perdure_slots + 0, 0, u32, var_p0);\n"
           "  PERDURE_PUT(perdure_slots + 1, 0, u32, var_l1);\n"
           "  goto perdure_pack;\n"
           "  perdure_pack:;\n"
           "  perdure_save(perdure_site);\n");
  Contains(sample.resume,
           "  struct {\n    u32 var_p0;\n  } perdure_home;\n"
           "  static const u32 perdure_home_slots[] = {0, 1, 0};\n"
           "#define var_p0 perdure_home.var_p0\n"
           "  u32 perdure_site = perdure_enter_home(instance, &perdure_home, perdure_home_slots);\n"
           "  if (UNLIKELY(perdure_site == PERDURE_CAPTURED)) goto perdure_leave;\n"
           "  PERDURE_TAKE(perdure_slots + 1, 0, u32, var_l1);\n");
  Contains(sample.resume,
           "  perdure_put_0:;\n"
           "  PERDURE_PUT(perdure_slots + 1, 0, u32, var_l1);\n"
           "  goto perdure_pack;\n"
           "  perdure_pack:;\n"
           "  perdure_save_home(perdure_site, &perdure_home, perdure_home_slots);\n");
  Contains(sample.resume, "}\n#undef var_p0\n");
}

TEST_CASE("R1: a line of an unknown shape ends the build with its number") {
  for (const char* line :
       {"asm volatile(\"\");", "goto var_i0 + 1;", "var_i0 ?= var_i1;", "for (;;) {", "x = var_i0;",
        "var_i0 = var_i7;", "var_i0 = w2c_app_f9(instance);", "} else {", "case 0: goto var_B0;",
        "#if 1", "goto var_B0;", "do_it(w2c_app_f1(instance, var_i0));", "var_i0 = {;"}) {
    INFO(line);
    Sample sample({{0, OutlineKind::kCall, false}});
    const Result<std::string> hot = sample.Rewrite(StrCat(kReadStatements, "  ", line, "\n"));
    REQUIRE_FALSE(hot.ok());
    CHECK(hot.status().message().find("wasm2c's app_0.c, line ") == 0);
  }
}

TEST_CASE("R2: a call more, less or other than the module has is refused") {
  for (const std::vector<OutlineItem>& outline :
       {std::vector<OutlineItem>{{0, OutlineKind::kCall, false}, {0, OutlineKind::kCall, false}},
        std::vector<OutlineItem>{{0, OutlineKind::kLoop, false}, {0, OutlineKind::kCall, false}},
        std::vector<OutlineItem>{{1, OutlineKind::kCall, false}, {0, OutlineKind::kLoop, false}}}) {
    Sample sample(outline);
    REQUIRE_FALSE(sample.Rewrite(kReadStatements).ok());
  }
}

TEST_CASE("R2: dead calls of the module are not expected, and keep their ordinals") {
  Sample sample({{0, OutlineKind::kCall, true}, {0, OutlineKind::kCall, false}});
  REQUIRE(sample.plan.sites.size() == 1);
  CHECK(sample.plan.sites[0].ordinal == 1);
  CHECK(sample.Rewrite(kReadStatements).ok());
}

TEST_CASE("R3: an operand that is used before it is set is refused") {
  Sample sample({{0, OutlineKind::kCall, false}});
  REQUIRE_FALSE(sample.Rewrite(StrCat("  var_l1 = var_i1;\n", kReadStatements)).ok());
}

TEST_CASE(
    "the table lists sites with their live values, and a function for each that is captured") {
  Sample sample({{0, OutlineKind::kCall, false}});
  Rewriter rewriter(sample.module, sample.names, sample.plan);
  CHECK_FALSE(rewriter.CaptureTable("app").ok());  // function 1 was in no file
  REQUIRE(rewriter
              .RewriteSource("app_0.c",
                             StrCat("u32 w2c_app_f1(w2c_app* instance, u32 var_p0) {\n"
                                    "  u32 var_l1 = 0;\n  FUNC_PROLOGUE;\n  u32 var_i0, var_i1;\n",
                                    kReadStatements, "  FUNC_EPILOGUE;\n  return var_i0;\n}\n"),
                             &sample.resume)
              .ok());
  const Result<std::string> table = rewriter.CaptureTable("app");
  REQUIRE(table.ok());
  Contains(*table, "    {0, 127, 1},\n    {1, 127, 0},\n");
  Contains(*table, "    {1, 0, PERDURE_SITE_IMPORT, 0, 0, 2, 0},\n");
  Contains(*table, "    0,\n    (wasm_rt_function_ptr_t)perdure_resume_w2c_app_f1,\n");
  Contains(*table, "perdure_slot perdure_slots[4];\n");
  Contains(*table, "    {0, 0},\n    {2, 4},\n");
  Contains(*table,
           "    case 0: perdure_result.as_u32 = ((u32 (*)(void*))form)(instance); break;\n");
}

}  // namespace
}  // namespace perdure
