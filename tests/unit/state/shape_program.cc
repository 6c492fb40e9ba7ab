#include "tests/unit/state/shape_program.h"

namespace perdure::test {
namespace {

void Imported() {}
void FunctionOne() {}
void FunctionTwo() {
  static volatile int differs_from_the_others = 0;
  (void)differs_from_the_others;
}

const wasm_rt_func_type_t kHash = "0123456789abcdef0123456789abcdef";

const perdure_type kTypes[] = {{0, 0, nullptr, nullptr, nullptr}};
const perdure_function kFunctions[] = {
    {0, 1, &kHash, &Imported, {nullptr}, "imported", 1},
    {0, 0, &kHash, &FunctionOne, {nullptr}, "one", 1},
    {0, 0, &kHash, &FunctionTwo, {nullptr}, nullptr, 1},
};

#define AT(field) static_cast<uint32_t>(offsetof(ShapeInstance, field))
const perdure_global kGlobals[] = {
    {PERDURE_I32, 1, AT(i32), "count"},
    {PERDURE_I64, 1, AT(i64), nullptr},
    {PERDURE_F32, 1, AT(f32), nullptr},
    {PERDURE_F64, 1, AT(f64), nullptr},
    {PERDURE_V128, 1, AT(v128), nullptr},
    {PERDURE_FUNCREF, 1, AT(funcref), "callback"},
    {PERDURE_EXTERNREF, 1, AT(externref), nullptr},
    {PERDURE_I32, 0, AT(constant), nullptr},
};
const perdure_memory kMemories[] = {{AT(memories[0]), 0, 1, 10, "memory"},
                                    {AT(memories[1]), 0, 0, 4, nullptr}};
const perdure_table kTables[] = {
    {AT(functions), PERDURE_FUNCREF, 1, 2, 8, "table"},
    {AT(fixed_functions), PERDURE_FUNCREF, 0, 1, 1, nullptr},
    {AT(externs), PERDURE_EXTERNREF, 1, 0, 0xffffffff, nullptr},
};
#undef AT

template <int I>
int IsDropped(const void* instance) {
  return static_cast<const ShapeInstance*>(instance)->dropped[I];
}
template <int I>
void SetDropped(void* instance, int dropped) {
  static_cast<ShapeInstance*>(instance)->dropped[I] = dropped;
}
const perdure_segment kSegments[] = {{0, 3, IsDropped<0>, SetDropped<0>},
                                     {1, 0, IsDropped<1>, SetDropped<1>}};

perdure_program MakeProgram() {
  perdure_program program = {};
  program.abi = PERDURE_PROGRAM_ABI;
  program.name = "shape";
  program.instance_size = sizeof(ShapeInstance);
  program.instance_align = alignof(ShapeInstance);
  program.type_count = 1;
  program.function_count = 3;
  program.global_count = 8;
  program.memory_count = 2;
  program.table_count = 3;
  program.segment_count = 2;
  program.types = kTypes;
  program.functions = kFunctions;
  program.globals = kGlobals;
  program.memories = kMemories;
  program.tables = kTables;
  program.segments = kSegments;
  program.start_function = PERDURE_NO_INDEX;
  program.initialize_function = PERDURE_NO_INDEX;
  return program;
}

}  // namespace

const perdure_program kShapeProgram = MakeProgram();

}  // namespace perdure::test
