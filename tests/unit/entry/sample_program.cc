#include "tests/unit/entry/sample_program.h"

#include <cstddef>
#include <cstring>
#include <string>

#include "perdure/host.h"
#include "rtlib/wasi/functions.h"

namespace perdure::test {
namespace {

struct Instance {
  perdure_host* host;
  wasm_rt_memory_t memory;
  uint32_t number;
};

uint32_t Load(Instance* instance, uint32_t address) {
  uint32_t value;
  std::memcpy(&value, instance->memory.data + address, sizeof value);
  return value;
}

void Initialize(Instance* instance) { instance->number += 100; }
void Set(Instance* instance, uint32_t value) { instance->number = value; }
uint32_t Get(Instance* instance) { return instance->number; }
uint32_t Increment(Instance* instance) {
  instance->memory.data[instance->number % 65536] = 1;
  return ++instance->number;
}
uint32_t Divide(Instance* instance, uint32_t a, uint32_t b) {
  instance->number = 0;  // must be rolled back
  if (b == 0) wasm_rt_trap(WASM_RT_TRAP_DIV_BY_ZERO);
  return instance->number = a / b;
}
double Half(Instance* /*instance*/, double value) { return value / 2; }
wasm_rt_funcref_t Same(Instance* /*instance*/, wasm_rt_funcref_t ref) { return ref; }
void Quit(Instance* instance, uint32_t status) {
  instance->number = 7;
  PERDURE_WASI(proc_exit)(instance->host, status);
}
void Say(Instance* instance, uint32_t count) {
  std::string text(count, 'x');
  text += '\n';
  perdure_output(instance->host, 1, text.data(), text.size());
}
uint32_t Home(Instance* instance) {
  if (PERDURE_WASI(environ_sizes_get)(instance->host, 16, 20) != 0) return 0;
  return Load(instance, 20);
}
uint32_t Read(Instance* instance) {
  const uint32_t iovec[2] = {8, 1};
  std::memcpy(instance->memory.data + 16, iovec, sizeof iovec);
  instance->memory.data[8] = 0;
  if (PERDURE_WASI(fd_read)(instance->host, 0, 16, 1, 24) != 0) return 0xfffffffe;
  return Load(instance, 24) == 0 ? 0xffffffff : instance->memory.data[8];
}
void Spin(Instance* instance) {
  volatile uint32_t* number = &instance->number;
  for (;;) *number = *number + 1;
}
void Imported(perdure_host* /*host*/) {}
void Trap(Instance* /*instance*/) { wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE); }

template <typename Function>
wasm_rt_function_ptr_t Erase(Function* function) {
  return reinterpret_cast<wasm_rt_function_ptr_t>(function);
}

#define CALL(type) reinterpret_cast<type>(func)
void CallVoid(wasm_rt_function_ptr_t func, void* i, const perdure_value*, perdure_value*) {
  CALL(void (*)(void*))(i);
}
void CallI32Void(wasm_rt_function_ptr_t func, void* i, const perdure_value* a, perdure_value*) {
  CALL(void (*)(void*, uint32_t))(i, a[0].i32);
}
void CallToI32(wasm_rt_function_ptr_t func, void* i, const perdure_value*, perdure_value* r) {
  r[0].i32 = CALL(uint32_t (*)(void*))(i);
}
void CallI32I32ToI32(wasm_rt_function_ptr_t func, void* i, const perdure_value* a,
                     perdure_value* r) {
  r[0].i32 = CALL(uint32_t (*)(void*, uint32_t, uint32_t))(i, a[0].i32, a[1].i32);
}
void CallPair(wasm_rt_function_ptr_t func, void* i, const perdure_value*, perdure_value* r) {
  r[0].i32 = CALL(uint32_t (*)(void*))(i);
  r[1].i64 = uint64_t{0} - 1;
}
void CallF64(wasm_rt_function_ptr_t func, void* i, const perdure_value* a, perdure_value* r) {
  r[0].f64 = CALL(double (*)(void*, double))(i, a[0].f64);
}
void CallRef(wasm_rt_function_ptr_t func, void* i, const perdure_value* a, perdure_value* r) {
  r[0].funcref = CALL(wasm_rt_funcref_t(*)(void*, wasm_rt_funcref_t))(i, a[0].funcref);
}
#undef CALL

const uint8_t kI32s[] = {PERDURE_I32, PERDURE_I32};
const uint8_t kI32I64[] = {PERDURE_I32, PERDURE_I64};
const uint8_t kF64[] = {PERDURE_F64};
const uint8_t kRef[] = {PERDURE_FUNCREF};

const perdure_type kTypes[] = {
    {0, 0, nullptr, nullptr, CallVoid}, {1, 0, kI32s, nullptr, CallI32Void},
    {0, 1, nullptr, kI32s, CallToI32},  {2, 1, kI32s, kI32s, CallI32I32ToI32},
    {0, 2, nullptr, kI32I64, CallPair}, {1, 1, kF64, kF64, CallF64},
    {1, 1, kRef, kRef, CallRef},
};

const wasm_rt_func_type_t kHashes[] = {
    "0000000000000000000000000000000", "1111111111111111111111111111111",
    "2222222222222222222222222222222", "3333333333333333333333333333333",
    "4444444444444444444444444444444", "5555555555555555555555555555555",
    "6666666666666666666666666666666",
};

perdure_function Function(uint32_t type, wasm_rt_function_ptr_t func, const char* name) {
  return {type, 0, &kHashes[type], func, {nullptr}, name, 0};
}

const perdure_function kFunctions[] = {
    {0, 1, &kHashes[0], Erase(Imported), {nullptr}, nullptr, 0},
    Function(0, Erase(Initialize), "_initialize"),
    Function(1, Erase(Set), "set"),
    Function(2, Erase(Get), "get"),
    Function(2, Erase(Increment), "increment"),
    Function(3, Erase(Divide), "divide"),
    Function(4, Erase(Get), "pair"),
    Function(5, Erase(Half), "half"),
    Function(6, Erase(Same), "same"),
    Function(1, Erase(Quit), "quit"),
    Function(1, Erase(Say), "say"),
    Function(2, Erase(Home), "home"),
    Function(2, Erase(Read), "read"),
    Function(0, Erase(Spin), "spin"),
    Function(0, Erase(Trap), "trap"),
};
constexpr uint32_t kFunctionCount = sizeof kFunctions / sizeof kFunctions[0];
constexpr uint32_t kTrapFunction = kFunctionCount - 1;

const perdure_export kExports[] = {
    {"memory", PERDURE_MEMORY, 0}, {"_initialize", PERDURE_FUNC, 1}, {"set", PERDURE_FUNC, 2},
    {"get", PERDURE_FUNC, 3},      {"increment", PERDURE_FUNC, 4},   {"divide", PERDURE_FUNC, 5},
    {"pair", PERDURE_FUNC, 6},     {"half", PERDURE_FUNC, 7},        {"same", PERDURE_FUNC, 8},
    {"quit", PERDURE_FUNC, 9},     {"say", PERDURE_FUNC, 10},        {"home", PERDURE_FUNC, 11},
    {"read", PERDURE_FUNC, 12},    {"spin", PERDURE_FUNC, 13},       {"--help", PERDURE_FUNC, 3},
};
// An import of this module is what gives a program a host table.
const perdure_import kImports[] = {{"wasi_snapshot_preview1", "imported", PERDURE_FUNC, 0, 1}};

const perdure_global kGlobals[] = {{PERDURE_I32, 1, offsetof(Instance, number), "number"}};
const perdure_memory kMemories[] = {{offsetof(Instance, memory), 0, 1, 1, "memory"}};

void Instantiate(void* storage, perdure_host* host) {
  auto instance = static_cast<Instance*>(storage);
  instance->host = host;
  wasm_rt_allocate_memory(&instance->memory, 1, 1, false);
}

void Free(void* storage) { wasm_rt_free_memory(&static_cast<Instance*>(storage)->memory); }

perdure_program MakeProgram(uint32_t start_function) {
  perdure_program program = {};
  program.abi = PERDURE_PROGRAM_ABI;
  program.name = "sample";
  program.compiler = "0.0.0";
  program.module_hash[0] = 0xab;
  program.instance_size = sizeof(Instance);
  program.instance_align = alignof(Instance);
  program.type_count = sizeof kTypes / sizeof kTypes[0];
  program.function_count = kFunctionCount;
  program.global_count = 1;
  program.memory_count = 1;
  program.import_count = 1;
  program.imports = kImports;
  program.export_count = sizeof kExports / sizeof kExports[0];
  program.types = kTypes;
  program.functions = kFunctions;
  program.globals = kGlobals;
  program.memories = kMemories;
  program.exports = kExports;
  program.start_function = start_function;
  program.initialize_function = 1;
  program.instantiate = Instantiate;
  program.free = Free;
  return program;
}

}  // namespace

const perdure_program kSampleProgram = MakeProgram(PERDURE_NO_INDEX);
const perdure_program kBadStartProgram = MakeProgram(kTrapFunction);

}  // namespace perdure::test
