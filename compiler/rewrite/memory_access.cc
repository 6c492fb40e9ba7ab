#include "compiler/rewrite/memory_access.h"

#include "compiler/diag/printable.h"
#include "compiler/rewrite/replace.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Replaces the one place that reads `from`.
Status ReplaceOnce(std::string* text, std::string_view from, std::string_view to) {
  if (ReplaceAll(text, from, to) == 1) return OkStatus();
  return Status(StatusCode::kInvalidArgument,
                StrCat("wasm2c's app-impl.h does not have exactly once: ", Quote(from)));
}

constexpr std::string_view kBytewiseLoad =
    "    t1 result;                                                     \\\n"
    "    wasm_rt_memcpy(&result, MEM_ADDR_MEMOP(mem, addr, sizeof(t1)), \\\n"
    "                   sizeof(t1));                                    \\\n";
constexpr std::string_view kTypedLoad =
    "    typedef t1 in_memory __attribute__((aligned(1), may_alias));   \\\n"
    "    t1 result = *(in_memory*)MEM_ADDR_MEMOP(mem, addr, sizeof(t1)); \\\n";
constexpr std::string_view kBytewiseStore =
    "    wasm_rt_memcpy(MEM_ADDR_MEMOP(mem, addr, sizeof(t1)), &wrapped,    \\\n"
    "                   sizeof(t1));                                        \\\n";
constexpr std::string_view kTypedStore =
    "    typedef t1 in_memory __attribute__((aligned(1), may_alias));       \\\n"
    "    *(in_memory*)MEM_ADDR_MEMOP(mem, addr, sizeof(t1)) = wrapped;      \\\n";

// What loop_rewriter.h describes.
constexpr std::string_view kNeededLoads =
    "#define PERDURE_NOT_FORCED(var)\n"
    "DEFINE_LOAD(f32_load_needed, f32, f32, f32, PERDURE_NOT_FORCED)\n"
    "DEFINE_LOAD(f64_load_needed, f64, f64, f64, PERDURE_NOT_FORCED)\n"
    "#if defined(__x86_64__)\n"
    "#define PERDURE_UNKNOWN_FLOAT(var) __asm__ volatile(\"\" : \"+x\"(var))\n"
    "#elif defined(__aarch64__)\n"
    "#define PERDURE_UNKNOWN_FLOAT(var) __asm__ volatile(\"\" : \"+w\"(var))\n"
    "#else\n"
    "#define PERDURE_UNKNOWN_FLOAT(var) __asm__ volatile(\"\" : \"+m\"(var))\n"
    "#endif\n"
    "#define PERDURE_UNKNOWN_MEMORY __asm__ volatile(\"\" ::: \"memory\")\n";

constexpr std::string_view kNeededVectorLoad =
    "static inline v128 v128_load_needed(wasm_rt_memory_t* mem, u64 addr) {\n"
    "  MEMCHECK(mem, addr, v128);\n"
    "  return simde_wasm_v128_load(MEM_ADDR_MEMOP(mem, addr, sizeof(v128)));\n"
    "}\n";

}  // namespace

Result<std::string> RewriteMemoryAccess(std::string_view impl, const Tricks& tricks) {
  std::string out(impl);
  if (tricks.float_registers) {
    PERDURE_TRY(ReplaceOnce(&out, "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"r\"(var));\n",
                            "#if defined(__x86_64__)\n"
                            "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"x\"(var));\n"
                            "#elif defined(__aarch64__)\n"
                            "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"w\"(var));\n"
                            "#else\n"
                            "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"r\"(var));\n"
                            "#endif\n"));
    PERDURE_TRY(ReplaceOnce(&out, kBytewiseLoad, kTypedLoad));
    PERDURE_TRY(ReplaceOnce(&out, kBytewiseStore, kTypedStore));
  }
  if (tricks.needed_loads) {
    constexpr std::string_view kLoads = "DEFINE_LOAD(f64_load, f64, f64, f64, FORCE_READ_FLOAT)\n";
    PERDURE_TRY(ReplaceOnce(&out, kLoads, StrCat(kLoads, kNeededLoads)));
    // Only in modules with vectors.
    constexpr std::string_view kVectorLoad =
        "DEFINE_SIMD_LOAD_FUNC(v128_load, simde_wasm_v128_load, v128)\n";
    ReplaceAll(&out, kVectorLoad, StrCat(kVectorLoad, kNeededVectorLoad));
  }
  // 16 MiB before an address could wrap around: linear_addresses.h.
  if (tricks.linear_addresses)
    out += "\n#define PERDURE_ENDS_EARLY(memory) ((memory)->size <= 0xff000000u)\n";
  if (tricks.constant_base) {
    PERDURE_TRY(ReplaceOnce(
        &out, "#define MEM_ADDR_MEMOP(mem, addr, n) MEM_ADDR(mem, addr, n)\n",
        "extern u8* const perdure_memory_base __attribute__((visibility(\"hidden\")));\n"
        "#define MEM_ADDR_MEMOP(mem, addr, n) (perdure_memory_base + (addr))\n"));
    // SIMD accesses compute their address in place.
    ReplaceAll(&out, "MEM_ADDR(mem, addr, sizeof(t))", "MEM_ADDR_MEMOP(mem, addr, sizeof(t))");
  }
  return out;
}

}  // namespace perdure
