#include "compiler/rewrite/wasm2c_repair.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("R2: tail calls to imports name the instance and pass addresses") {
  const std::string text =
      "    void *instance_ptr_storage;\n"
      "  u32 params;\n"
      "  wasm_rt_memcpy(params, tail_call_stack, sizeof(params));\n"
      "    *instance_ptr = w2c_env_instance;\n"
      "    *instance_ptr = instance->w2c_T0.data[var_i1].module_instance;\n";
  REQUIRE(RepairTailCalls(text) ==
          "    void *instance_ptr_storage = instance;\n"
          "  u32 params;\n"
          "  wasm_rt_memcpy(&params, tail_call_stack, sizeof(params));\n"
          "    *instance_ptr = instance->w2c_env_instance;\n"
          "    *instance_ptr = instance->w2c_T0.data[var_i1].module_instance;\n");
}

TEST_CASE("R3: all statements of a catch_all are in its branch") {
  const Result<std::string> repaired = RepairCatchAll(
      "    } else {\n"
      "      if (wasm_rt_exception_tag() == &e0) {\n"
      "        a;\n"
      "      } else if (wasm_rt_exception_tag() == &e1) {\n"
      "        b;\n"
      "      } else c;\n"
      "      d;\n"
      "    }\n"
      "  }\n"
      "  e;\n");
  REQUIRE(repaired.ok());
  REQUIRE(*repaired ==
          "    } else {\n"
          "      if (wasm_rt_exception_tag() == &e0) {\n"
          "        a;\n"
          "      } else if (wasm_rt_exception_tag() == &e1) {\n"
          "        b;\n"
          "      } else {\n"
          "      c;\n"
          "      d;\n"
          "      }\n"
          "    }\n"
          "  }\n"
          "  e;\n");
}

TEST_CASE("R3: an empty catch_all is an empty branch") {
  const Result<std::string> repaired = RepairCatchAll(
      "      if (wasm_rt_exception_tag() == &e0) {\n"
      "        a;\n"
      "      } else }\n"
      "  }\n");
  REQUIRE(repaired.ok());
  REQUIRE(*repaired ==
          "      if (wasm_rt_exception_tag() == &e0) {\n"
          "        a;\n"
          "      } else {\n"
          "      }\n"
          "    }\n"
          "  }\n");
}

TEST_CASE("R3: a catch_all that begins with a block keeps what follows the block") {
  // The branch opens with a brace of its own, so it looks complete, and is not.
  const Result<std::string> repaired = RepairCatchAll(
      "      if (wasm_rt_exception_tag() == &e0) {\n"
      "        a;\n"
      "      } else {\n"
      "        b;\n"
      "      }\n"
      "      c;\n"
      "    }\n");
  REQUIRE(repaired.ok());
  REQUIRE(*repaired ==
          "      if (wasm_rt_exception_tag() == &e0) {\n"
          "        a;\n"
          "      } else {\n"
          "      {\n"
          "        b;\n"
          "      }\n"
          "      c;\n"
          "      }\n"
          "    }\n");
}

TEST_CASE("R3: clauses nest") {
  const Result<std::string> repaired = RepairCatchAll(
      "if (wasm_rt_exception_tag() == &e0) {\n"
      "  if (wasm_rt_exception_tag() == &e1) {\n"
      "  } else a;\n"
      "  b;\n"
      "} else c;\n");
  REQUIRE_FALSE(repaired.ok());  // no brace ends the outer one
  const Result<std::string> whole = RepairCatchAll(
      "  if (wasm_rt_exception_tag() == &e0) {\n"
      "      if (wasm_rt_exception_tag() == &e1) {\n"
      "      } else a;\n"
      "      b;\n"
      "    }\n"
      "  } else c;\n"
      "}\n");
  REQUIRE(whole.ok());
  REQUIRE(*whole ==
          "  if (wasm_rt_exception_tag() == &e0) {\n"
          "      if (wasm_rt_exception_tag() == &e1) {\n"
          "      } else {\n"
          "      a;\n"
          "      b;\n"
          "      }\n"
          "    }\n"
          "  } else {\n"
          "  c;\n"
          "  }\n"
          "}\n");
}

TEST_CASE("R3: text that is not a chain of clauses is refused") {
  REQUIRE_FALSE(RepairCatchAll("  if (wasm_rt_exception_tag() == &e0) {\n  a;\n").ok());
  REQUIRE_FALSE(RepairCatchAll("  if (wasm_rt_exception_tag() == &e0) {\n}\n").ok());
}

TEST_CASE("R3: an ordinary if and else stays") {
  const std::string text = "  if (var_i0) {\n    a;\n  } else {\n    b;\n  }\n";
  REQUIRE(*RepairCatchAll(text) == text);
}

TEST_CASE("R4: parameters and locals of functions that try are volatile") {
  const std::string quiet =
      "u32 f(w2c_app* instance, u32 var_p0) {\n  u32 var_l1 = 0;\n  FUNC_PROLOGUE;\n}\n";
  REQUIRE(RepairTryLocals(quiet) == quiet);
  REQUIRE(RepairTryLocals("u32 f(w2c_app* instance, u32 var_p0, f64 var_p1,\n"
                          "    wasm_rt_funcref_t var_p8) {\n"
                          "  u32 var_l1 = 0, var_l2 = 0;\n"
                          "  v128 var_l3 = simde_wasm_i64x2_make(0, 0);\n"
                          "  FUNC_PROLOGUE;\n"
                          "  u32 var_i0, var_i1;\n"
                          "  if (!wasm_rt_try(t)) {\n"
                          "  }\n"
                          "}\n" +
                          quiet) ==
          "u32 f(w2c_app* instance, u32 volatile var_p0, f64 volatile var_p1,\n"
          "    wasm_rt_funcref_t volatile var_p8) {\n"
          "  u32 volatile var_l1 = 0, var_l2 = 0;\n"
          "  v128 volatile var_l3 = simde_wasm_i64x2_make(0, 0);\n"
          "  FUNC_PROLOGUE;\n"
          "  u32 var_i0, var_i1;\n"
          "  if (!wasm_rt_try(t)) {\n"
          "  }\n"
          "}\n" +
              quiet);
}

TEST_CASE("R5: 64-bit addresses are added without wrapping") {
  REQUIRE(RepairAddresses64("x = i32_load(&m, (u64)(var_j0) + 8u);\ny = f((u64)(var_j1));\n") ==
          "x = i32_load(&m, perdure_address64(var_j0, 8u));\ny = f((u64)(var_j1));\n");
}

// The lines of app-impl.h that R7 is about.
constexpr const char kTraps[] =
    "   TRAP(CALL_INDIRECT))\n"
    "    TRAP(OOB);\n"
    "static inline void funcref_table_init(wasm_rt_funcref_table_t* dest,\n"
    "    TRAP(OOB);\n";

TEST_CASE("R7: tables trap for causes of their own") {
  const std::string repaired = *RepairTraps(kTraps);
  CHECK(repaired ==
        "   (perdure_check_call_indirect(&(table), (x), (ft)), 0))\n"
        "    TRAP(OOB);\n"
        "static inline void funcref_table_init(wasm_rt_funcref_table_t* dest,\n"
        "    TRAP(OOB_TABLE);\n");
}

TEST_CASE("R5, R7: an unknown app-impl.h is refused") {
  Features features;
  REQUIRE(RepairImplHeader(kTraps, features).ok());
  REQUIRE_FALSE(RepairImplHeader("x\n", features).ok());
  features.memory64 = true;
  REQUIRE_FALSE(RepairImplHeader(kTraps, features).ok());
}

TEST_CASE("R8: neutral constants are opaque, and no others") {
  CHECK(RepairNeutralConstants("  var_f0 = 1;\n"
                               "  var_f12 = -0.f;\n"
                               "  var_d3 = -1.0;\n"
                               "  var_d0 = 0.0;\n") ==
        "  var_f0 = perdure_opaque_f32(1);\n"
        "  var_f12 = perdure_opaque_f32(-0.f);\n"
        "  var_d3 = perdure_opaque_f64(-1.0);\n"
        "  var_d0 = perdure_opaque_f64(0.0);\n");
  const std::string others =
      "  var_i0 = 1;\n"
      "  var_f0 = 1.5;\n"
      "  var_d0 = 10.0;\n"
      "  var_f0 = var_f1;\n"
      "  f32 var_l2 = 0;\n";
  CHECK(RepairNeutralConstants(others) == others);
}

TEST_CASE("R9: atomic instructions give the value from before") {
  const Result<std::string> repaired = RepairAtomics(
      "#define DEFINE_ATOMIC_RMW(name, opname, op, t1, t2)  \\\n"
      "    ret = ret op wrapped;                  \\\n"
      "    wasm_rt_memcpy(MEM_ADDR(mem, addr, sizeof(t1)), &ret, sizeof(t1));   \\\n"
      "    if (ret == expected_wrapped) {         \\\n"
      "    return (t1)expected_wrapped;           \\\n"
      "    return (t1)expected_wrapped;           \\\n");
  REQUIRE(repaired.ok());
  CHECK(*repaired ==
        "#define DEFINE_ATOMIC_RMW(name, opname, op, t1, t2)  \\\n"
        "    wrapped = ret op wrapped;                  \\\n"
        "    wasm_rt_memcpy(MEM_ADDR(mem, addr, sizeof(t1)), &wrapped, sizeof(t1));   \\\n"
        "    if ((t1)ret == expected) {         \\\n"
        "    return (t1)ret;           \\\n"
        "    return (t1)expected_wrapped;           \\\n");
  CHECK_FALSE(RepairAtomics("#define DEFINE_ATOMIC_CMP_XCHG(name, t1, t2)\n").ok());
  CHECK(*RepairAtomics("x") == "x");
}

TEST_CASE("R6: rows of imported functions say that their field is to be read") {
  REQUIRE(RepairElements("  {RefFunc, t0, f, {NULL}, offsetof(w2c_app, w2c_env_instance)},\n"
                         "  {RefFunc, t0, g, {NULL}, 0},\n"
                         "  {GlobalGet, NULL, NULL, {NULL}, offsetof(w2c_app, w2c_env_g)},\n") ==
          "  {RefImport, t0, f, {NULL}, offsetof(w2c_app, w2c_env_instance)},\n"
          "  {RefFunc, t0, g, {NULL}, 0},\n"
          "  {GlobalGet, NULL, NULL, {NULL}, offsetof(w2c_app, w2c_env_g)},\n");
}

TEST_CASE("R6: an app-impl.h that copies segments in an unknown way is refused") {
  REQUIRE_FALSE(RepairImplHeader("  enum { RefFunc, RefNull, GlobalGet } expr_type;\n", {}).ok());
}

TEST_CASE("features that are not used change nothing") {
  const std::string text =
      "      } else c;\n  *instance_ptr = w2c_env_instance;\n  (u64)(var_j0) + 8u\n";
  REQUIRE(*RepairSource(text, Features{}) == text);
}

}  // namespace perdure
