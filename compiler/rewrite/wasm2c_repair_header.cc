// The repairs of app-impl.h. Its helpers are the same text for all modules, so a repair that does
// not find what it expects is an error.
#include <cstddef>

#include "compiler/rewrite/replace.h"
#include "compiler/rewrite/wasm2c_repair.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::string_view kInclude = "#include \"app.h\"\n";

Status Unknown(std::string_view what) {
  return Status(StatusCode::kInvalidArgument,
                StrCat("wasm2c's app-impl.h does not ", what, " as 1.0.36 does"));
}

// R6: rows for imports (RepairElements makes them).
Result<std::string> RepairElementCopy(std::string_view text) {
  constexpr std::string_view kImportCase =
      "      case RefImport:\n"
      "        *dest_val = (wasm_rt_funcref_t){\n"
      "            src_expr->type, src_expr->func, src_expr->func_tailcallee,\n"
      "            *(void**)((char*)module_instance + src_expr->module_offset)};\n"
      "        break;\n"
      "      case RefNull:\n";
  std::string out(text);
  if (ReplaceAll(&out, "enum { RefFunc, RefNull,", "enum { RefFunc, RefImport, RefNull,") !=
      ReplaceAll(&out, "      case RefNull:\n", kImportCase)) {
    return Unknown("copy element segments");
  }
  return out;
}

// R5, with RepairAddresses64.
Result<std::string> RepairBulk64(std::string_view text) {
  constexpr std::string_view kAddress64 =
      "#include \"app.h\"\n\n"
      "/* A sum that wraps would be a valid address; this one is out of bounds of every memory. "
      "*/\n"
      "static inline u64 perdure_address64(u64 address, u64 offset) {\n"
      "  u64 sum;\n"
      "  return __builtin_add_overflow(address, offset, &sum) ? UINT64_MAX : sum;\n"
      "}\n";
  std::string out(text);
  const size_t replaced =
      ReplaceAll(&out, kInclude, kAddress64) +
      ReplaceAll(&out, "memory_fill(wasm_rt_memory_t* mem, u32 d, u32 val, u32 n)",
                 "memory_fill(wasm_rt_memory_t* mem, u64 d, u32 val, u64 n)") +
      ReplaceAll(&out,
                 "                               u32 dest_addr,\n"
                 "                               u32 src_addr,\n"
                 "                               u32 n) {\n  RANGE_CHECK(dest, dest_addr, n);",
                 "                               u64 dest_addr,\n"
                 "                               u64 src_addr,\n"
                 "                               u64 n) {\n  RANGE_CHECK(dest, dest_addr, n);") +
      ReplaceAll(&out, "u32 src_size,\n                               u32 dest_addr,",
                 "u32 src_size,\n                               u64 dest_addr,");
  if (replaced != 4) return Unknown("declare the bulk memory operations");
  return out;
}

}  // namespace

Result<std::string> RepairTraps(std::string_view text) {
  // Of the helpers, those for tables come last.
  const size_t tables = text.find("static inline void funcref_table_init(");
  if (tables == std::string_view::npos) return Unknown("initialise tables");
  std::string before(text.substr(0, tables));
  std::string after(text.substr(tables));
  const size_t replaced = ReplaceAll(&before, "TRAP(CALL_INDIRECT)",
                                     "(perdure_check_call_indirect(&(table), (x), (ft)), 0)");
  if (replaced != 1 || ReplaceAll(&after, "TRAP(OOB)", "TRAP(OOB_TABLE)") == 0) {
    return Unknown("trap for tables");
  }
  return before + after;
}

Result<std::string> RepairAtomics(std::string_view text) {
  std::string out(text);
  // A memory may be shared without an instruction that makes use of it.
  if (text.find("#define DEFINE_ATOMIC_") == std::string_view::npos) return out;
  size_t replaced =
      ReplaceAll(&out, "ret = ret op wrapped;", "wrapped = ret op wrapped;") +
      ReplaceAll(&out, "MEM_ADDR(mem, addr, sizeof(t1)), &ret, sizeof(t1))",
                 "MEM_ADDR(mem, addr, sizeof(t1)), &wrapped, sizeof(t1))") +
      ReplaceAll(&out, "if (ret == expected_wrapped) {", "if ((t1)ret == expected) {");
  // Of the two forms the first is for memories that are not shared.
  constexpr std::string_view kReturn = "return (t1)expected_wrapped;";
  const size_t at = out.find(kReturn);
  if (at != std::string::npos) {
    out.replace(at, kReturn.size(), "return (t1)ret;");
    ++replaced;
  }
  if (replaced != 4) return Unknown("define atomic instructions");
  return out;
}

Result<std::string> RepairVectors(std::string_view text) {
  // SIMDe comes with app.h if vectors are in a declaration, else here.
  constexpr std::string_view kInApp =
      "#include \"app.h\"\n"
      "#ifdef SIMDE_WASM_SIMD128_H\n#include <perdure/vectors.h>\n#endif\n";
  constexpr std::string_view kType = "typedef simde_v128_t v128;\n";
  std::string out(text);
  ReplaceAll(&out, kType, StrCat(kType, "#include <perdure/vectors.h>\n"));
  if (ReplaceAll(&out, kInclude, kInApp) != 1) return Unknown("include app.h");
  return out;
}

Result<std::string> RepairImplHeader(std::string_view text, const Features& features) {
  PERDURE_ASSIGN_OR_RETURN(std::string out, RepairElementCopy(StrCat("#pragma once\n", text)));
  PERDURE_ASSIGN_OR_RETURN(out, RepairTraps(out));
  if (features.simd) {
    PERDURE_ASSIGN_OR_RETURN(out, RepairVectors(out));
  }
  if (features.threads) {
    PERDURE_ASSIGN_OR_RETURN(out, RepairAtomics(out));
  }
  if (features.memory64) {
    PERDURE_ASSIGN_OR_RETURN(out, RepairBulk64(out));
  }
  return out;
}

}  // namespace perdure
