#include "tests/support/state_dump.h"

#include <cstring>

#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"
#include "rtlib/state/portable_value.h"
#include "rtlib/state/value_text.h"

namespace perdure::test {
namespace {

const char* Field(const void* instance, uint32_t offset) {
  return static_cast<const char*>(instance) + offset;
}

void DumpMemories(const perdure_program& program, const void* instance, std::string* out) {
  for (uint32_t i = 0; i < program.memory_count; ++i) {
    wasm_rt_memory_t memory;
    std::memcpy(&memory, Field(instance, program.memories[i].offset), sizeof memory);
    std::string_view bytes(reinterpret_cast<const char*>(memory.data), memory.size);
    StrAppend(out, "memory ", i, ": ", memory.pages, " pages, ", memory.size, " bytes, hash ",
              Hash64(bytes), '\n');
  }
}

void DumpGlobals(const perdure_program& program, const void* instance, std::string* out) {
  for (uint32_t i = 0; i < program.global_count; ++i) {
    const perdure_global& global = program.globals[i];
    perdure_value value = {};
    std::memcpy(&value, Field(instance, global.offset), NativeBytes(global.type));
    uint32_t function =
        global.type == PERDURE_FUNCREF ? IndexOfFunction(program, value.funcref) : PERDURE_NO_INDEX;
    StrAppend(out, "global ", i, ": ", FormatValue(global.type, value, function), '\n');
  }
}

void DumpTables(const perdure_program& program, const void* instance, std::string* out) {
  for (uint32_t i = 0; i < program.table_count; ++i) {
    const char* field = Field(instance, program.tables[i].offset);
    if (program.tables[i].type == PERDURE_FUNCREF) {
      wasm_rt_funcref_table_t table;
      std::memcpy(&table, field, sizeof table);
      StrAppend(out, "table ", i, ": ", table.size, " funcref");
      for (uint32_t k = 0; k < table.size; ++k) {
        uint32_t function = IndexOfFunction(program, table.data[k]);
        if (function != PERDURE_NO_INDEX) StrAppend(out, " ", k, "=", function);
      }
    } else {
      wasm_rt_externref_table_t table;
      std::memcpy(&table, field, sizeof table);
      StrAppend(out, "table ", i, ": ", table.size, " externref");
      for (uint32_t k = 0; k < table.size; ++k) {
        if (table.data[k] != nullptr) StrAppend(out, " ", k);
      }
    }
    StrAppend(out, '\n');
  }
}

}  // namespace

uint32_t IndexOfFunction(const perdure_program& program, const wasm_rt_funcref_t& funcref) {
  if (funcref.func == nullptr) return PERDURE_NO_INDEX;
  for (uint32_t i = 0; i < program.function_count; ++i) {
    if (program.functions[i].func == funcref.func) return i;
  }
  return PERDURE_NO_INDEX - 1;
}

std::string DumpState(const perdure_program& program, const void* instance) {
  std::string out;
  DumpMemories(program, instance, &out);
  DumpGlobals(program, instance, &out);
  DumpTables(program, instance, &out);
  for (uint32_t i = 0; i < program.segment_count; ++i) {
    StrAppend(&out, program.segments[i].is_elem ? "elem " : "data ", program.segments[i].index,
              program.segments[i].is_dropped(instance) ? ": dropped\n" : ": there\n");
  }
  return out;
}

}  // namespace perdure::test
