#include "compiler/rewrite/memory_access.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

constexpr const char* kImpl =
    "#define MEM_ADDR(mem, addr, n) &(mem)->data[addr]\n"
    "#define MEM_ADDR_MEMOP(mem, addr, n) MEM_ADDR(mem, addr, n)\n"
    "    t1 result;                                                     \\\n"
    "    wasm_rt_memcpy(&result, MEM_ADDR_MEMOP(mem, addr, sizeof(t1)), \\\n"
    "                   sizeof(t1));                                    \\\n"
    "    wasm_rt_memcpy(MEM_ADDR_MEMOP(mem, addr, sizeof(t1)), &wrapped,    \\\n"
    "                   sizeof(t1));                                        \\\n"
    "DEFINE_LOAD(f64_load, f64, f64, f64, FORCE_READ_FLOAT)\n"
    "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"r\"(var));\n"
    "    load_data(MEM_ADDR(&m, o, s), i, s); \\\n"
    "    v128 result = func(MEM_ADDR(mem, addr, sizeof(t)));      \\\n"
    "    simde_wasm_v128_store(MEM_ADDR(mem, addr, sizeof(t)), value);        \\\n";

bool Has(const Result<std::string>& text, std::string_view part) {
  return text->find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("without tricks the header stays as it is") {
  const Result<std::string> out = RewriteMemoryAccess(kImpl, *TricksWithout("all"));
  REQUIRE(out.ok());
  CHECK(*out == kImpl);
}

TEST_CASE("A2: accesses use the constant base, the segments' initialisation does not") {
  const Result<std::string> out = RewriteMemoryAccess(kImpl, *TricksWithout("float-registers"));
  REQUIRE(out.ok());
  CHECK(Has(out, "#define MEM_ADDR_MEMOP(mem, addr, n) (perdure_memory_base + (addr))\n"));
  CHECK(Has(out, "result = func(MEM_ADDR_MEMOP(mem, addr, sizeof(t)))"));
  CHECK(Has(out, "v128_store(MEM_ADDR_MEMOP(mem, addr, sizeof(t)), value)"));
  CHECK(Has(out, "load_data(MEM_ADDR(&m, o, s), i, s)"));
  CHECK(Has(out, "FORCE_READ_FLOAT(var) __asm__(\"\" ::\"r\"(var));"));
}

TEST_CASE("A1: float loads are still forced, in a float register") {
  const Result<std::string> out = RewriteMemoryAccess(kImpl, *TricksWithout("constant-base"));
  REQUIRE(out.ok());
  CHECK(Has(out, "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"x\"(var));"));
  CHECK(Has(out, "#define FORCE_READ_FLOAT(var) __asm__(\"\" ::\"w\"(var));"));
  CHECK(Has(out, "#define MEM_ADDR_MEMOP(mem, addr, n) MEM_ADDR(mem, addr, n)\n"));
}

TEST_CASE("values are read and written in their own type, of no alignment") {
  const Result<std::string> out = RewriteMemoryAccess(kImpl, {});
  REQUIRE(out.ok());
  CHECK_FALSE(Has(out, "wasm_rt_memcpy"));
  CHECK(Has(out, "typedef t1 in_memory __attribute__((aligned(1), may_alias));"));
  CHECK(Has(out, "t1 result = *(in_memory*)MEM_ADDR_MEMOP(mem, addr, sizeof(t1));"));
  CHECK(Has(out, "*(in_memory*)MEM_ADDR_MEMOP(mem, addr, sizeof(t1)) = wrapped;"));
}

TEST_CASE("a header of another shape is refused and quoted") {
  for (const char* text : {"", "#define MEM_ADDR_MEMOP(mem, addr, n) &(mem)->data[addr]\n"}) {
    const Result<std::string> out = RewriteMemoryAccess(text, {});
    REQUIRE(!out.ok());
    CHECK(out.status().message().find("FORCE_READ_FLOAT") != std::string::npos);
  }
}

TEST_CASE("the names of tricks are checked") {
  CHECK(TricksWithout("").ok());
  CHECK(!TricksWithout("constant-base,float-registers")->constant_base);
  CHECK(TricksWithout("float-registers")->constant_base);
  const Result<Tricks> wrong = TricksWithout("constant-base,goto");
  REQUIRE(!wrong.ok());
  CHECK(wrong.status().message() ==
        "PERDURE_WITHOUT names 'goto', which is none of all, float-registers, constant-base, "
        "needed-loads, linear-addresses, call-checks");
}

}  // namespace perdure
