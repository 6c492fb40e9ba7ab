#include "compiler/wasm2c/wasm2c_names.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

// What wasm2c 1.0.36 writes for the module below, less what is not read.
const char kHeader[] =
    "struct w2c_a0x2Db;\n"
    "struct w2c_env;\n"
    "\n"
    "typedef struct w2c_app {\n"
    "  struct w2c_a0x2Db* w2c_a0x2Db_instance;\n"
    "  struct w2c_env* w2c_env_instance;\n"
    "  u32 w2c_g0;\n"
    "  v128 w2c_g0x20two;\n"
    "  wasm_rt_memory_t w2c_mem;\n"
    "  wasm_rt_funcref_table_t w2c_T0;\n"
    "  wasm_rt_externref_table_t w2c_T1;\n"
    "  bool data_segment_dropped_w2c_app_d1 : 1;\n"
    "  bool elem_segment_dropped_w2c_app_e12 : 1;\n"
    "} w2c_app;\n"
    "\n"
    "void wasm2c_app_instantiate(w2c_app*, struct w2c_a0x2Db*, struct w2c_env*);\n"
    "\n"
    "/* import: 'a-b' 'x' */\n"
    "void w2c_a0x2Db_x(struct w2c_a0x2Db*);\n"
    "\n"
    "/* import: 'env' 'now' */\n"
    "u64 w2c_env_now(struct w2c_env*, u32);\n"
    "void wasm_tailcall_w2c_env_now(void **instance_ptr, void *tail_call_stack, "
    "wasm_rt_tailcallee_t *next);\n";

const char kImpl[] =
    "static inline u32 helper(wasm_rt_memory_t* mem) {\n"
    "FUNC_TYPE_DECL_EXTERN_T(w2c_app_t0);\n"
    "u32 w2c_app_get_0(w2c_app*);\n"
    "void w2c_app_f4(w2c_app*, u32, f64);\n"
    "void wasm_tailcall_w2c_app_f4(void **instance_ptr, void *tail_call_stack, "
    "wasm_rt_tailcallee_t *next);\n"
    "extern const u8 data_segment_data_w2c_app_d0[];\n";

const char kSource[] =
    "FUNC_TYPE_EXTERN_T(w2c_app_t0) = \"...\";\n"
    "FUNC_TYPE_EXTERN_T(w2c_app_t1) = \"...\";\n"
    "FUNC_TYPE_EXTERN_T(w2c_app_t2) = \"...\";\n"
    "FUNC_TYPE_EXTERN_T(w2c_app_t4) = \"...\";\n";

Module Sample() {
  Module module;
  module.types = {{{ValueType::kI32}, {ValueType::kI64}},
                  {{}, {}},
                  {{}, {ValueType::kI32}},
                  {{}, {}},
                  {{ValueType::kI32, ValueType::kF64}, {}}};
  module.imports = {{"env", "now", ExternalKind::kFunc, 0, 10},
                    {"env", "now", ExternalKind::kFunc, 1, 20},
                    {"a-b", "x", ExternalKind::kFunc, 2, 30}};
  module.functions.resize(5);
  const uint32_t types[] = {0, 0, 3, 2, 4};
  for (size_t i = 0; i < 5; ++i) {
    module.functions[i].type = types[i];
    module.functions[i].imported = i < 3;
  }
  module.globals.resize(2);
  module.globals[1].type = ValueType::kV128;
  module.memories.resize(1);
  module.tables.resize(2);
  module.tables[1].type = ValueType::kExternref;
  return module;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// The error for a changed text must quote the line that changed.
void RequireRefused(const Wasm2cText& text, const std::string& quoted) {
  const Result<Wasm2cNames> names = ReadWasm2cNames(Sample(), text);
  REQUIRE_FALSE(names.ok());
  CAPTURE(names.status().message());
  REQUIRE(names.status().message().find(quoted) != std::string_view::npos);
}

}  // namespace

TEST_CASE("names are read in index order") {
  const Result<Wasm2cNames> read = ReadWasm2cNames(Sample(), {kHeader, kImpl, kSource});
  if (!read.ok()) FAIL(read.status().message());
  const Wasm2cNames& names = *read;
  REQUIRE(names.prefix == "app");
  REQUIRE(names.import_structs == std::vector<std::string>{"w2c_a0x2Db", "w2c_env"});
  REQUIRE(names.globals == std::vector<std::string>{"w2c_g0", "w2c_g0x20two"});
  REQUIRE(names.memories == std::vector<std::string>{"w2c_mem"});
  REQUIRE(names.tables == std::vector<std::string>{"w2c_T0", "w2c_T1"});
  REQUIRE(names.segments.size() == 2);
  REQUIRE_FALSE(names.segments[0].is_elem);
  REQUIRE(names.segments[0].index == 1);
  REQUIRE(names.segments[1].is_elem);
  REQUIRE(names.segments[1].index == 12);
  REQUIRE(names.segments[1].field == "elem_segment_dropped_w2c_app_e12");
  REQUIRE(names.canonical_type == std::vector<uint32_t>{0, 1, 2, 1, 4});
}

TEST_CASE("an import that repeats has one name") {
  const Result<Wasm2cNames> names = ReadWasm2cNames(Sample(), {kHeader, kImpl, kSource});
  REQUIRE(names.ok());
  REQUIRE(names->functions[0].symbol == "w2c_env_now");
  REQUIRE(names->functions[1].symbol == "w2c_env_now");
  REQUIRE(names->functions[2].symbol == "w2c_a0x2Db_x");
  REQUIRE(names->import_prototypes.size() == 2);
}

TEST_CASE("tail-call forms belong to the function they follow") {
  const Result<Wasm2cNames> names = ReadWasm2cNames(Sample(), {kHeader, kImpl, kSource});
  REQUIRE(names.ok());
  REQUIRE(names->functions[0].tailcallee == "wasm_tailcall_w2c_env_now");
  REQUIRE(names->functions[2].tailcallee.empty());
  REQUIRE(names->functions[3].symbol == "w2c_app_get_0");
  REQUIRE(names->functions[3].tailcallee.empty());
  REQUIRE(names->functions[4].tailcallee == "wasm_tailcall_w2c_app_f4");
}

TEST_CASE("a line of another shape is refused and quoted") {
  const std::string header = kHeader, impl = kImpl, source = kSource;
  RequireRefused({Replaced(header, "  u32 w2c_g0;", "  u64 w2c_g0;"), impl, source}, "u64 w2c_g0");
  RequireRefused({Replaced(header, "  v128 w2c_g0x20two;\n", ""), impl, source},
                 "wasm_rt_memory_t");
  RequireRefused({Replaced(header, "  u32 w2c_g0;", "  u32 *w2c_g0;"), impl, source},
                 "u32 *w2c_g0");
  RequireRefused({Replaced(header, "_d1 : 1;", "_d1;"), impl, source}, "_d1");
  RequireRefused({Replaced(header, "_d1 : 1;", "_dx : 1;"), impl, source}, "_dx");
  RequireRefused({Replaced(header, "wasm_rt_funcref_table_t", "wasm_rt_table_t"), impl, source},
                 "wasm_rt_table_t");
  RequireRefused({Replaced(header, "u64 w2c_env_now", "u32 w2c_env_now"), impl, source},
                 "u32 w2c_env_now");
  RequireRefused({Replaced(header, "(w2c_app*, struct", "(w2c_app*, int"), impl, source},
                 "int w2c_a0x2Db");
  RequireRefused({header, Replaced(impl, "u32, f64);", "u32);"), source}, "w2c_app_f4");
  RequireRefused({header, impl + "void w2c_app_f5(w2c_app*);\n", source}, "w2c_app_f5");
  RequireRefused({header, impl, Replaced(source, "_t4", "_t5")}, "_t4");
}

TEST_CASE("cut-off files are refused") {
  const std::string header = kHeader, impl = kImpl, source = kSource;
  for (size_t size = 0; size < header.size(); size += 7) {
    // The last line only declares a tail-call form, which may be missing.
    if (header.find('\n', size) >= header.rfind("void wasm_tailcall")) break;
    CAPTURE(size);
    REQUIRE_FALSE(ReadWasm2cNames(Sample(), {header.substr(0, size), impl, source}).ok());
  }
  REQUIRE_FALSE(ReadWasm2cNames(Sample(), {header, "", source}).ok());
  REQUIRE_FALSE(ReadWasm2cNames(Sample(), {header, impl, ""}).ok());
}

}  // namespace perdure
