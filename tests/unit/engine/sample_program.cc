#include "tests/unit/engine/sample_program.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "perdure/host.h"
#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/host_context.h"

namespace perdure::test {
namespace {

using Value = perdure_value;
using Body = void (*)(SampleInstance*, const Value*, Value*);

const char kDataSegment[] = "hello, data segment";

wasm_rt_func_type_t const kIntToInt = "an i32 to i32 type hash 32 bytes";
wasm_rt_func_type_t const kOther = "all the other types hash 32 bytes";

SampleConfig* ConfigOf(perdure_host* host) {
  return static_cast<SampleConfig*>(perdure_host_data(host));
}

// 0 and 1: the import's self is the host, the other's the instance.
void Double(SampleInstance* self, const Value* a, Value* r) {
  perdure_host* host = reinterpret_cast<perdure_host*>(self);
  if (ConfigOf(host)->reenter != nullptr) ConfigOf(host)->reenter(ConfigOf(host)->reenter_argument);
  r[0].i32 = host->program == &kSampleProgram ? a[0].i32 * 2 : 0;
}
void Triple(SampleInstance*, const Value* a, Value* r) { r[0].i32 = a[0].i32 * 3; }

void Store64(wasm_rt_memory_t* memory, uint32_t address, uint64_t value) {
  std::memcpy(memory->data + address, &value,
              sizeof(value));  // out of bounds faults, as generated code does
}

void Nop(SampleInstance*, const Value*, Value*) {}
void Poke(SampleInstance* s, const Value* a, Value*) { Store64(&s->memory, a[0].i32, a[1].i64); }
void Peek(SampleInstance* s, const Value* a, Value* r) {
  std::memcpy(&r[0].i64, s->memory.data + a[0].i32, sizeof(uint64_t));
}
void PokeSecond(SampleInstance* s, const Value* a, Value*) {
  Store64(&s->second, a[0].i32, a[1].i64);
}
void Fill(SampleInstance* s, const Value* a, Value*) {
  if (uint64_t{a[0].i32} + a[1].i32 > s->memory.size) wasm_rt_trap(WASM_RT_TRAP_OOB);
  std::memset(s->memory.data + a[0].i32, static_cast<int>(a[2].i32), a[1].i32);
}
void Scatter(SampleInstance* s, const Value* a, Value*) {
  uint64_t seed = a[0].i64;
  for (uint32_t i = 0; i < a[1].i32; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    Store64(&s->memory, static_cast<uint32_t>((seed >> 20) % (s->memory.size - 8)), seed);
  }
}
void Grow(SampleInstance* s, const Value* a, Value* r) {
  r[0].i32 = static_cast<uint32_t>(wasm_rt_grow_memory(&s->memory, a[0].i32));
}
void GrowSecond(SampleInstance* s, const Value* a, Value* r) {
  r[0].i32 = static_cast<uint32_t>(wasm_rt_grow_memory(&s->second, a[0].i32));
}
void SetI32(SampleInstance* s, const Value* a, Value*) { s->i32 = a[0].i32; }
void SetI64(SampleInstance* s, const Value* a, Value*) { s->i64 = a[0].i64; }
void SetF32(SampleInstance* s, const Value* a, Value*) { std::memcpy(&s->f32, &a[0], 4); }
void SetF64(SampleInstance* s, const Value* a, Value*) { std::memcpy(&s->f64, &a[0], 8); }
void SetV128(SampleInstance* s, const Value* a, Value*) { std::memcpy(s->v128, a[0].v128, 16); }
void SetFuncref(SampleInstance* s, const Value* a, Value*) { s->funcref = a[0].funcref; }
void SetExternref(SampleInstance* s, const Value* a, Value*) { s->externref = a[0].externref; }
void TableSet(SampleInstance* s, const Value* a, Value*) {
  if (a[0].i32 >= s->table.size) wasm_rt_trap(WASM_RT_TRAP_OOB);
  s->table.data[a[0].i32] = a[1].funcref;
}
void TableGrow(SampleInstance* s, const Value* a, Value* r) {
  r[0].i32 = wasm_rt_grow_funcref_table(&s->table, a[0].i32, a[1].funcref);
}
void TableExtern(SampleInstance* s, const Value* a, Value*) {
  if (a[0].i32 >= s->externs.size) wasm_rt_trap(WASM_RT_TRAP_OOB);
  s->externs.data[a[0].i32] = a[1].externref;
}
void CallIndirect(SampleInstance* s, const Value* a, Value* r) {
  if (a[0].i32 >= s->table.size) wasm_rt_trap(WASM_RT_TRAP_OOB);
  const wasm_rt_funcref_t& callee = s->table.data[a[0].i32];
  if (callee.func == nullptr || callee.func_type != kIntToInt)
    wasm_rt_trap(WASM_RT_TRAP_CALL_INDIRECT);
  reinterpret_cast<Body>(callee.func)(static_cast<SampleInstance*>(callee.module_instance), a + 1,
                                      r);
}
void DropData(SampleInstance* s, const Value*, Value*) { s->data_dropped = true; }
void DropElem(SampleInstance* s, const Value*, Value*) { s->elem_dropped = true; }
void Say(SampleInstance* s, const Value* a, Value*) {
  char text[100];
  const uint32_t length = std::min<uint32_t>(a[1].i32, sizeof(text));
  std::memset(text, 'a' + static_cast<int>(a[1].i32 % 26), length);
  perdure_output(s->host, static_cast<int>(a[0].i32), text, length);
}
void HostTable(SampleInstance* s, const Value* a, Value*) {
  s->host->table.assign(a[0].i32, static_cast<char>('0' + a[0].i32 % 10));
}
void All(SampleInstance* s, const Value*, Value* r) {
  r[0].i32 = s->i32;
  r[1].i64 = s->i64;
  std::memcpy(&r[2], &s->f32, 4);
  std::memcpy(&r[3], &s->f64, 8);
  std::memcpy(r[4].v128, s->v128, 16);
  r[5].funcref = s->funcref;
}
void ChangeAllThenTrap(SampleInstance* s, const Value*, Value*) {
  wasm_rt_grow_memory(&s->memory, 1);
  wasm_rt_grow_memory(&s->second, 1);
  for (uint64_t at = 0; at < s->memory.size; at += 4096) ++s->memory.data[at];
  std::memset(s->second.data, 0xee, s->second.size);
  ++s->i32, ++s->i64, s->f32 += 1, s->f64 += 1, ++s->v128[3];
  s->funcref = s->fixed_table.data[0];
  wasm_rt_grow_funcref_table(&s->table, 1, s->fixed_table.data[0]);
  std::swap(s->table.data[0], s->table.data[1]);
  wasm_rt_grow_externref_table(&s->externs, 1, s);
  s->externref = s;
  s->data_dropped = s->elem_dropped = true;
  s->host->table += "trapped";
  perdure_output(s->host, 1, "never", 5);
  wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
}
void GrowThenTrap(SampleInstance* s, const Value*, Value*) {
  wasm_rt_grow_memory(&s->memory, 3);
  std::memset(s->memory.data + s->memory.size - 70000, 0x77, 70000);
  perdure_trap(s->host, "grown in vain");
}
void SayThenExit(SampleInstance* s, const Value* a, Value*) {
  ++s->i32;
  perdure_output(s->host, 1, "bye\n", 4);
  abi::ExitGuest(a[0].i32);
}
void Exit(SampleInstance*, const Value* a, Value*) { abi::ExitGuest(a[0].i32); }
void Recurse(SampleInstance* s, const Value* a, Value* r) {
  volatile char frame[1024];
  frame[0] = 1;
  s->i32 += static_cast<uint32_t>(frame[0]);
  if (s->i32 != 0) Recurse(s, a, r);
  frame[1] = 1;
}
void Dice(SampleInstance* s, const Value*, Value* r) {
  r[0].i32 = s->i32 = ConfigOf(s->host)->dice++;
}
void Start(SampleInstance* s, const Value*, Value*) {
  s->i32 = 5;
  Store64(&s->memory, 100, 1);
  perdure_output(s->host, 1, "started\n", 8);
  if (ConfigOf(s->host)->start == SampleConfig::Start::kTraps)
    wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
  if (ConfigOf(s->host)->start == SampleConfig::Start::kExits) abi::ExitGuest(3);
}
void Initialize(SampleInstance* s, const Value*, Value*) {
  s->i64 = uint64_t{1} << 40;
  if (ConfigOf(s->host)->initialize == SampleConfig::Initialize::kTraps) {
    perdure_trap(s->host, "no luck");
  }
}

// Every function of this program takes (self, args, results), so one thunk serves all types.
void Thunk(wasm_rt_function_ptr_t function, void* self, const Value* args, Value* results) {
  reinterpret_cast<Body>(function)(static_cast<SampleInstance*>(self), args, results);
}

constexpr uint8_t I32 = PERDURE_I32, I64 = PERDURE_I64, F32 = PERDURE_F32, F64 = PERDURE_F64,
                  V128 = PERDURE_V128, FUNC = PERDURE_FUNCREF, EXT = PERDURE_EXTERNREF;

const uint8_t kI32[] = {I32}, kI64[] = {I64}, kF32[] = {F32}, kF64[] = {F64}, kV128[] = {V128},
              kFunc[] = {FUNC}, kExt[] = {EXT}, kI32I64[] = {I32, I64}, kI32I32[] = {I32, I32},
              kI32x3[] = {I32, I32, I32}, kI64I32[] = {I64, I32}, kI32Func[] = {I32, FUNC},
              kI32Ext[] = {I32, EXT}, kAll[] = {I32, I64, F32, F64, V128, FUNC};

enum Type : uint32_t {
  kTNone,
  kTI32ToI32,
  kTI32,
  kTI64,
  kTF32,
  kTF64,
  kTV128,
  kTFunc,
  kTExt,
  kTI32I64,
  kTI32ToI64,
  kTI32x3,
  kTI64I32,
  kTI32Func,
  kTI32FuncToI32,
  kTI32Ext,
  kTI32I32ToI32,
  kTI32I32,
  kTAll,
  kTNoneToI32
};
const perdure_type kTypes[] = {
    {0, 0, nullptr, nullptr, Thunk}, {1, 1, kI32, kI32, Thunk},
    {1, 0, kI32, nullptr, Thunk},    {1, 0, kI64, nullptr, Thunk},
    {1, 0, kF32, nullptr, Thunk},    {1, 0, kF64, nullptr, Thunk},
    {1, 0, kV128, nullptr, Thunk},   {1, 0, kFunc, nullptr, Thunk},
    {1, 0, kExt, nullptr, Thunk},    {2, 0, kI32I64, nullptr, Thunk},
    {1, 1, kI32, kI64, Thunk},       {3, 0, kI32x3, nullptr, Thunk},
    {2, 0, kI64I32, nullptr, Thunk}, {2, 0, kI32Func, nullptr, Thunk},
    {2, 1, kI32Func, kI32, Thunk},   {2, 0, kI32Ext, nullptr, Thunk},
    {2, 1, kI32I32, kI32, Thunk},    {2, 0, kI32I32, nullptr, Thunk},
    {0, 6, nullptr, kAll, Thunk},    {0, 1, nullptr, kI32, Thunk},
};

template <typename F>
wasm_rt_function_ptr_t Code(F* function) {
  return reinterpret_cast<wasm_rt_function_ptr_t>(function);
}

#define FUNCTION(type, body, name) {type, 0, &kOther, Code(body), {nullptr}, name, 0}
const perdure_function kFunctions[] = {
    {kTI32ToI32, 1, &kIntToInt, Code(Double), {nullptr}, nullptr, 1},
    {kTI32ToI32, 0, &kIntToInt, Code(Triple), {nullptr}, "triple", 1},
    FUNCTION(kTNone, Nop, "nop"),
    FUNCTION(kTI32I64, Poke, "poke"),
    FUNCTION(kTI32ToI64, Peek, "peek"),
    FUNCTION(kTI32I64, PokeSecond, "poke_second"),
    FUNCTION(kTI32x3, Fill, "fill"),
    FUNCTION(kTI64I32, Scatter, "scatter"),
    FUNCTION(kTI32ToI32, Grow, "grow"),
    FUNCTION(kTI32ToI32, GrowSecond, "grow_second"),
    FUNCTION(kTI32, SetI32, "set_i32"),
    FUNCTION(kTI64, SetI64, "set_i64"),
    FUNCTION(kTF32, SetF32, "set_f32"),
    FUNCTION(kTF64, SetF64, "set_f64"),
    FUNCTION(kTV128, SetV128, "set_v128"),
    FUNCTION(kTFunc, SetFuncref, "set_funcref"),
    FUNCTION(kTExt, SetExternref, "set_externref"),
    FUNCTION(kTI32Func, TableSet, "table_set"),
    FUNCTION(kTI32FuncToI32, TableGrow, "table_grow"),
    FUNCTION(kTI32Ext, TableExtern, "table_extern"),
    FUNCTION(kTI32I32ToI32, CallIndirect, "call_indirect"),
    FUNCTION(kTNone, DropData, "drop_data"),
    FUNCTION(kTNone, DropElem, "drop_elem"),
    FUNCTION(kTI32I32, Say, "say"),
    FUNCTION(kTI32, HostTable, "host_table"),
    FUNCTION(kTAll, All, "all"),
    FUNCTION(kTNone, ChangeAllThenTrap, "change_all_then_trap"),
    FUNCTION(kTNone, GrowThenTrap, "grow_then_trap"),
    FUNCTION(kTI32, SayThenExit, "say_then_exit"),
    FUNCTION(kTI32, Exit, "exit"),
    FUNCTION(kTNone, Recurse, "recurse"),
    FUNCTION(kTNoneToI32, Dice, "dice"),
    FUNCTION(kTNone, Start, nullptr),
    FUNCTION(kTNone, Initialize, "_initialize"),
};
#undef FUNCTION
constexpr uint32_t kFunctionCount = sizeof(kFunctions) / sizeof(kFunctions[0]);

#define AT(field) static_cast<uint32_t>(offsetof(SampleInstance, field))
const perdure_global kGlobals[] = {
    {I32, 1, AT(i32), "count"},        {I64, 1, AT(i64), nullptr},
    {F32, 1, AT(f32), nullptr},        {F64, 1, AT(f64), "ratio"},
    {V128, 1, AT(v128), "vector"},     {FUNC, 1, AT(funcref), "callback"},
    {EXT, 1, AT(externref), "object"},
};
const perdure_memory kMemories[] = {{AT(memory), 0, 2, 40, "memory"},
                                    {AT(second), 0, 0, 4, nullptr}};
const perdure_table kTables[] = {{AT(table), FUNC, 1, 4, 64, "table"},
                                 {AT(fixed_table), FUNC, 0, 1, 1, nullptr},
                                 {AT(externs), EXT, 1, 1, 8, nullptr}};
#undef AT

const perdure_segment kSegments[] = {
    {0, 0, [](const void* s) -> int { return static_cast<const SampleInstance*>(s)->data_dropped; },
     [](void* s, int dropped) { static_cast<SampleInstance*>(s)->data_dropped = dropped != 0; }},
    {1, 1, [](const void* s) -> int { return static_cast<const SampleInstance*>(s)->elem_dropped; },
     [](void* s, int dropped) { static_cast<SampleInstance*>(s)->elem_dropped = dropped != 0; }},
};

void Instantiate(void* instance, perdure_host* host) {
  SampleInstance* s = static_cast<SampleInstance*>(instance);
  s->host = host;
  ConfigOf(host)->live = s;
  s->f64 = 0.5;
  wasm_rt_allocate_funcref_table(&s->table, 4, 64);
  wasm_rt_allocate_funcref_table(&s->fixed_table, 1, 1);
  wasm_rt_allocate_externref_table(&s->externs, 1, 8);
  s->table.data[0] = {kIntToInt, kFunctions[0].func, {nullptr}, host};
  s->table.data[1] = {kIntToInt, kFunctions[1].func, {nullptr}, s};
  s->fixed_table.data[0] = s->table.data[1];
  wasm_rt_allocate_memory(&s->memory, 2, 40, false);
  wasm_rt_allocate_memory(&s->second, 0, 4, false);
  std::memcpy(s->memory.data + 16, kDataSegment, sizeof(kDataSegment));
}

void Free(void* instance) {
  SampleInstance* s = static_cast<SampleInstance*>(instance);
  wasm_rt_free_memory(&s->memory);
  wasm_rt_free_memory(&s->second);
  wasm_rt_free_funcref_table(&s->table);
  wasm_rt_free_funcref_table(&s->fixed_table);
  wasm_rt_free_externref_table(&s->externs);
}

perdure_export exports[kFunctionCount];

perdure_program MakeProgram() {
  perdure_program program = {};
  program.abi = PERDURE_PROGRAM_ABI;
  program.name = "sample";
  program.compiler = "0.0-test";
  std::memset(program.module_hash, 0x5a, sizeof(program.module_hash));
  program.instance_size = sizeof(SampleInstance);
  program.instance_align = alignof(SampleInstance);
  program.type_count = sizeof(kTypes) / sizeof(kTypes[0]);
  program.function_count = kFunctionCount;
  program.global_count = 7;
  program.memory_count = 2;
  program.table_count = 3;
  program.segment_count = 2;
  program.types = kTypes;
  program.functions = kFunctions;
  program.globals = kGlobals;
  program.memories = kMemories;
  program.tables = kTables;
  program.segments = kSegments;
  for (uint32_t i = 0; i < kFunctionCount; ++i) {
    if (kFunctions[i].name == nullptr) continue;
    exports[program.export_count++] = {kFunctions[i].name, PERDURE_FUNC, i};
  }
  exports[program.export_count++] = {"memory", PERDURE_MEMORY, 0};
  program.exports = exports;
  program.start_function = kFunctionCount - 2;
  program.initialize_function = kFunctionCount - 1;
  program.instantiate = Instantiate;
  program.free = Free;
  return program;
}

}  // namespace

const perdure_program kSampleProgram = MakeProgram();

}  // namespace perdure::test
