#include "compiler/rewrite/linear_addresses.h"

#include <catch2/catch.hpp>

#include "compiler/rewrite/loop_rewriter.h"
#include "compiler/rewrite/replace.h"

namespace perdure {
namespace {

// y[i] = x[i - 1] + x[i + 1], eight bytes a turn; x is at l1 + l3, y at l4.
constexpr const char* kStencil =
    "void w2c_app_f(w2c_app* instance) {\n"
    "  FUNC_PROLOGUE;\n"
    "  var_L5: \n"
    "    var_i0 = var_l1;\n"
    "    var_i1 = var_l3;\n"
    "    var_i0 += var_i1;\n"
    "    var_l2 = var_i0;\n"
    "    var_i1 = 4294967288u;\n"
    "    var_i0 += var_i1;\n"
    "    var_d1 = f64_load(&instance->w2c_memory, (u64)(var_i0));\n"
    "    var_i0 = var_l2;\n"
    "    var_d2 = f64_load(&instance->w2c_memory, (u64)(var_i0) + 8u);\n"
    "    var_d1 += var_d2;\n"
    "    var_i0 = var_l4;\n"
    "    f64_store(&instance->w2c_memory, (u64)(var_i0), var_d1);\n"
    "    var_i0 = var_l4;\n"
    "    var_i1 = 8u;\n"
    "    var_i0 += var_i1;\n"
    "    var_l4 = var_i0;\n"
    "    var_i0 = var_l3;\n"
    "    var_i1 = 8u;\n"
    "    var_i0 += var_i1;\n"
    "    var_l3 = var_i0;\n"
    "    if (var_i0) {goto var_L5;}\n"
    "  FUNC_EPILOGUE;\n"
    "}\n";

std::string With(const std::string& from, const std::string& to) {
  std::string text = kStencil;
  REQUIRE(ReplaceAll(&text, from, to) >= 1);
  return text;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool IsLinear(const std::string& text) {
  return Has(RewriteLoops(text, Tricks()), "var_L5_linear:");
}

}  // namespace

TEST_CASE("a loop gets a form in which one number a sum of locals holds its addresses") {
  const std::string text = RewriteLoops(kStencil, Tricks());
  CHECK(Has(text,
            "  u64 linear0 = (u32)(var_l1 + var_l3 + 4294967288u);\n"
            "  u64 linear1 = (u32)(var_l4 + 0u);\n"
            "  if (PERDURE_ENDS_EARLY(&instance->w2c_memory)) {\n"
            "  var_L5_linear:\n"));
  CHECK(Has(text, "var_d1 = f64_load_needed(&instance->w2c_memory, (linear0 + 0u));"));
  CHECK(Has(text, "var_d2 = f64_load_needed(&instance->w2c_memory, (linear0 + 8u) + 8u);"));
  CHECK(Has(text, "f64_store(&instance->w2c_memory, (linear1 + 0u), var_d1);"));
  CHECK(Has(text,
            "  linear0 += 8u;\n  linear1 += 8u;\n    if (var_i0) {goto var_L5_linear;}\n"
            "  } else {\n  var_L5: \n"));
}

TEST_CASE("the form a loop had stays, for memories that end near 2^32") {
  std::string text = RewriteLoops(kStencil, Tricks());
  text = text.substr(text.find("  } else {\n"));
  CHECK(Has(text, "f64_load_needed(&instance->w2c_memory, (u64)(var_i0) + 8u);"));
  CHECK(Has(text, "    if (var_i0) {goto var_L5;}\n  }\n  }\n"));
}

TEST_CASE("loads that are forced stay forced in both forms") {
  Tricks tricks;
  tricks.needed_loads = false;
  const std::string text = RewriteLoops(kStencil, tricks);
  CHECK(Has(text, "f64_load(&instance->w2c_memory, (linear0 + 0u));"));
  CHECK_FALSE(Has(text, "needed"));
  CHECK_FALSE(Has(text, "UNKNOWN"));
  tricks.linear_addresses = false;
  CHECK(RewriteLoops(kStencil, tricks) == kStencil);
}

TEST_CASE("W1: addresses of one sum are at most 16 MiB apart") {
  CHECK(IsLinear(With("4294967288u", "16777216u")));
  CHECK_FALSE(IsLinear(With("4294967288u", "16777217u")));
  CHECK_FALSE(IsLinear(With("4294967288u", "4278190079u")));  // -16 MiB - 1
  CHECK_FALSE(IsLinear(With("4294967288u", "2147483647u")));
  CHECK_FALSE(IsLinear(With("4294967288u", "2147483648u")));
}

TEST_CASE("W2: a turn moves addresses up by 64 KiB at most, always by the same") {
  const std::string step = "    var_i1 = 8u;\n    var_i0 += var_i1;\n    var_l3 = var_i0;\n";
  const auto by = [&](const std::string& value) {
    return With(step, "    var_i1 = " + value + ";\n    var_i0 += var_i1;\n    var_l3 = var_i0;\n");
  };
  CHECK(IsLinear(by("65536u")));
  CHECK(IsLinear(by("0u")));
  CHECK_FALSE(IsLinear(by("65537u")));
  CHECK_FALSE(IsLinear(by("4294967288u")));
  CHECK_FALSE(IsLinear(by("var_l9")));
}

TEST_CASE("W3: an offset is at most 1 GiB") {
  CHECK(IsLinear(With("(var_i0) + 8u", "(var_i0) + 1073741824u")));
  CHECK_FALSE(IsLinear(With("(var_i0) + 8u", "(var_i0) + 1073741825u")));
}

TEST_CASE("a loop with an address that is no sum of locals keeps its form") {
  CHECK_FALSE(IsLinear(With("var_i0 = var_l2;", "var_i0 = var_l2;\n    var_i0 *= var_i1;")));
  CHECK_FALSE(IsLinear(
      With("var_i0 = var_l2;", "var_i0 = i32_load(&instance->w2c_memory, (u64)(var_i0));")));
}

}  // namespace perdure
