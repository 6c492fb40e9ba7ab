#include "compiler/rewrite/loop_rewriter.h"

#include <catch2/catch.hpp>

#include "compiler/rewrite/loop_rewriter.h"
#include "compiler/rewrite/replace.h"

namespace perdure {
namespace {

std::string MarkNeededLoads(const std::string& text) {
  return RewriteLoops(text, *TricksWithout("linear-addresses"));
}

// gemm's inner loop: y[i] += a * x[i], eight bytes an iteration.
constexpr const char* kAxpy =
    "void w2c_app_f(w2c_app* instance) {\n"
    "  FUNC_PROLOGUE;\n"
    "  var_L5: \n"
    "    var_i0 = var_l1;\n"
    "    var_i1 = var_l3;\n"
    "    var_i0 += var_i1;\n"
    "    var_d1 = f64_load(&instance->w2c_memory, (u64)(var_i0));\n"
    "    var_d2 = var_l7;\n"
    "    var_i3 = var_l4;\n"
    "    var_d3 = f64_load(&instance->w2c_memory, (u64)(var_i3) + 16u);\n"
    "    var_d2 *= var_d3;\n"
    "    var_d1 += var_d2;\n"
    "    f64_store(&instance->w2c_memory, (u64)(var_i0), var_d1);\n"
    "    var_i0 = var_l1;\n"
    "    var_i1 = 8u;\n"
    "    var_i0 += var_i1;\n"
    "    var_l1 = var_i0;\n"
    "    var_i0 = var_i0 != var_i1;\n"
    "    if (var_i0) {goto var_L5;}\n"
    "  FUNC_EPILOGUE;\n"
    "}\n";

// The same with vectors of two doubles; l7 holds a twice.
constexpr const char* kVectors =
    "void w2c_app_f(w2c_app* instance) {\n"
    "  FUNC_PROLOGUE;\n"
    "  var_L5: \n"
    "    var_i0 = var_l1;\n"
    "    var_o1 = v128_load(&instance->w2c_memory, (u64)(var_i0));\n"
    "    var_o2 = var_l7;\n"
    "    var_i3 = var_l4;\n"
    "    var_o3 = v128_load(&instance->w2c_memory, (u64)(var_i3) + 16u);\n"
    "    var_o2 = simde_wasm_f64x2_mul(var_o2, var_o3);\n"
    "    var_o1 = simde_wasm_f64x2_add(var_o1, var_o2);\n"
    "    v128_store(&instance->w2c_memory, (u64)(var_i0), var_o1);\n"
    "    var_i0 = var_l1;\n"
    "    var_i1 = 16u;\n"
    "    var_i0 += var_i1;\n"
    "    var_l1 = var_i0;\n"
    "    var_i0 = var_i0 != var_i1;\n"
    "    if (var_i0) {goto var_L5;}\n"
    "  FUNC_EPILOGUE;\n"
    "}\n";

std::string With(const std::string& from, const std::string& to, std::string text = kAxpy) {
  REQUIRE(ReplaceAll(&text, from, to) == 1);
  return text;
}

size_t NeededIn(const std::string& text) {
  std::string marked = MarkNeededLoads(text);
  return ReplaceAll(&marked, "_load_needed(", "");
}

std::string Vectors(const std::string& from, const std::string& to) {
  return With(from, to, kVectors);
}

void CheckUnchanged(const std::string& text) { CHECK(MarkNeededLoads(text) == text); }

}  // namespace

TEST_CASE("the loads of a straight loop that reach its store are not forced") {
  const std::string marked = MarkNeededLoads(kAxpy);
  CHECK(NeededIn(kAxpy) == 2);
  CHECK(marked.find("  PERDURE_UNKNOWN_FLOAT(var_l7);\n  PERDURE_UNKNOWN_MEMORY;\n  var_L5: \n") !=
        std::string::npos);
  CHECK(marked.find("{goto var_L5;}\n  PERDURE_UNKNOWN_MEMORY;\n  FUNC_EPILOGUE") !=
        std::string::npos);
}

TEST_CASE("L1: a loop that calls, branches, sets a global or is entered twice keeps its forces") {
  const std::string at = "    var_i3 = var_l4;\n";
  CheckUnchanged(With(at, at + "    w2c_app_g(instance);\n"));
  CheckUnchanged(With(at, at + "    var_i4 = w2c_app_g(instance);\n"));
  CheckUnchanged(With(at, at + "    if (var_i0) {goto var_B1;}\n"));
  CheckUnchanged(With(at, at + "    instance->w2c_g0 = var_i0;\n"));
  CheckUnchanged(With(at, at + "    var_B1:;\n"));
  CheckUnchanged(
      With(at, at + "    memory_fill(&instance->w2c_memory, var_i0, var_i1, var_i2);\n"));
  CheckUnchanged(With("  FUNC_EPILOGUE;\n", "  goto var_L5;\n  FUNC_EPILOGUE;\n"));
}

TEST_CASE("L2: a value that a known number may swallow does not count") {
  CHECK(NeededIn(With("var_d2 = var_l7", "var_d2 = 0.5")) == 2);
  CheckUnchanged(With("var_d2 = var_l7", "var_d2 = INFINITY"));
  CheckUnchanged(With("var_d2 = var_l7", "var_d2 = f64_reinterpret_i64(0x7ff8000000000000)"));
  CheckUnchanged(With("var_d2 *= var_d3", "var_d2 = wasm_min(var_d2, var_d3)"));
  CheckUnchanged(With("var_d1 += var_d2", "var_d1 = var_i0 ? var_d1 : var_d2"));
}

TEST_CASE("L2: a local that becomes a known number in the loop does not count") {
  CheckUnchanged(
      With("    var_i1 = 8u;\n", "    var_d4 = 0.0;\n    var_l7 = var_d4;\n    var_i1 = 8u;\n"));
  CHECK(NeededIn(With("    var_i1 = 8u;\n", "    var_l7 = var_d1;\n    var_i1 = 8u;\n")) == 2);
}

TEST_CASE("L2: a load that reaches no store is forced") {
  const std::string at = "    var_d2 = var_l7;\n";
  CHECK(NeededIn(With(at, at + "    var_d4 = f64_load(&instance->w2c_memory, (u64)(var_i0));\n")) ==
        2);
}

TEST_CASE("L2: vectors of floats, all of whose lanes are needed") {
  CHECK(NeededIn(kVectors) == 2);
  const std::string at = "var_o2 = var_l7";
  constexpr const char* kTwos =
      "var_o2 = v128_const(0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, "
      "0x00, 0x00, 0x00, 0x40)";
  std::string nan = kTwos;  // the second lane
  REQUIRE(ReplaceAll(&nan, "0x00, 0x40)", "0xf8, 0x7f)") == 1);
  CHECK(NeededIn(Vectors(at, kTwos)) == 2);
  CheckUnchanged(Vectors(at, nan));
  CHECK(NeededIn(Vectors(at, "var_o2 = simde_wasm_f64x2_splat(var_d0)")) == 0);  // d0 is not known
  CHECK(NeededIn(Vectors(at, "var_d0 = var_l7;\n    var_o2 = simde_wasm_f64x2_splat(var_d0)")) ==
        2);
  CheckUnchanged(Vectors("f64x2_mul", "i64x2_mul"));
  CheckUnchanged(Vectors("f64x2_mul", "f64x2_min"));
  CheckUnchanged(Vectors("f64x2_add", "i8x16_swizzle"));
}

TEST_CASE("L2: lanes that a shuffle or a part of a vector leaves out do not count") {
  const std::string mul = "var_o2 = simde_wasm_f64x2_mul(var_o2, var_o3)";
  const std::string shuffle =
      "var_o2 = v128_i8x16_shuffle(var_o2, var_o3, 8, 9, 10, 11, 12, 13, 14, 15, "
      "16, 17, 18, 19, 20, 21, 22, 23)";
  CHECK(NeededIn(Vectors(mul, shuffle)) == 1);
  const std::string load = "v128_load(&instance->w2c_memory, (u64)(var_i3) + 16u)";
  CHECK(NeededIn(Vectors(load, "v128_load64_splat(&instance->w2c_memory, (u64)(var_i3))")) == 1);
  CheckUnchanged(Vectors(load, "v128_load64_zero(&instance->w2c_memory, (u64)(var_i3))"));
  CheckUnchanged(
      Vectors(load, "v128_load64_lane(&instance->w2c_memory, (u64)(var_i3), var_o2, 1)"));
}

TEST_CASE("L3: a vector's store has sixteen bytes") {
  CheckUnchanged(Vectors("var_i1 = 16u", "var_i1 = 8u"));
  CHECK(NeededIn(Vectors("var_i1 = 16u", "var_i1 = 4294967280u")) == 2);
}

TEST_CASE("L3: stores that overwrite each other do not count") {
  const std::string at = "    var_i0 = var_l1;\n    var_i1 = 8u;\n";
  const auto second = [&](const char* offset) {
    return With(at, std::string("    f64_store(&instance->w2c_memory, (u64)(var_i0)") + offset +
                        ", var_d1);\n" + at);
  };
  CheckUnchanged(second(""));                              // the same place
  CheckUnchanged(second(" + 4"));                          // overlaps
  CheckUnchanged(second(" + 8"));                          // of the next iteration's store
  CheckUnchanged(With("var_i1 = 8u", "var_i1 = 4u"));      // steps too short
  CheckUnchanged(With("var_i1 = 8u", "var_i1 = 0u"));      // always the same place
  CheckUnchanged(With("    var_l1 = var_i0;\n", ""));      // the same
  CheckUnchanged(With("var_i1 = 8u", "var_i1 = var_l9"));  // steps by an unknown number
  CheckUnchanged(With(at, "    f64_store(&instance->w2c_memory, (u64)(var_i3), var_d1);\n" + at));
  CHECK(NeededIn(With("var_i1 = 8u", "var_i1 = 4294967288u")) == 2);  // backwards
  CHECK(NeededIn(With("var_i1 = 8u", "var_i1 = 64u")) == 2);
}

}  // namespace perdure
