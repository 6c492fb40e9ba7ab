#include "tests/unit/engine/run_program.h"

#include <cstddef>
#include <cstring>

#include "perdure/capture.h"
#include "tests/unit/engine/run_code.h"

namespace perdure::test {
namespace {

constexpr uint8_t I32 = PERDURE_I32, EXT = PERDURE_EXTERNREF;
const uint8_t kI32s[] = {I32, I32};

void Thunk(wasm_rt_function_ptr_t function, void* self, const perdure_value*, perdure_value*) {
  reinterpret_cast<void (*)(void*)>(function)(self);
}

enum Type : uint32_t { kTNone, kTToI32, kTI32, kTI32ToI32, kTI32I32ToI32 };
const perdure_type kTypes[] = {{0, 0, nullptr, nullptr, Thunk},
                               {0, 1, nullptr, kI32s, nullptr},
                               {1, 0, kI32s, nullptr, nullptr},
                               {1, 1, kI32s, kI32s, nullptr},
                               {2, 1, kI32s, kI32s, nullptr}};

constexpr uint8_t LOCAL = PERDURE_PLACE_LOCAL, CATCH = PERDURE_PLACE_CATCH,
                  STACK = PERDURE_PLACE_STACK;
// Of a frame with n plain values, the first n of these.
const perdure_live kLive[] = {{LOCAL, I32, 0},
                              {LOCAL, I32, 1},
                              {STACK, I32, 0},
                              {CATCH, PERDURE_LIVE_EXCEPTION, 0},
                              {LOCAL, EXT, 0}};
enum Live : uint32_t { kPlain = 0, kCaught = 3, kObject = 4 };

constexpr uint8_t CALL = PERDURE_SITE_CALL, INDIRECT = PERDURE_SITE_CALL_INDIRECT,
                  IMPORT = PERDURE_SITE_IMPORT, POLL = PERDURE_SITE_POLL;
const perdure_site kSites[] = {
    {kFStart, 0, IMPORT, kFWait, kPlain, 2, 0},       {kFStart, 1, CALL, kFSum, kPlain, 2, 0},
    {kFStart, 2, INDIRECT, kTI32ToI32, kPlain, 2, 0}, {kFStart, 3, CALL, kFCatch, kPlain, 2, 0},
    {kFStart, 4, CALL, kFRethrow, kPlain, 2, 0},      {kFStart, 5, CALL, kFSpin, kPlain, 2, 0},
    {kFStart, 6, CALL, kFMany, kPlain, 2, 0},         {kFStart, 7, CALL, kFHold, kPlain, 2, 0},
    {kFStart, 8, IMPORT, kFPrint, kPlain, 2, 0},      {kFSum, 0, CALL, kFSum, kPlain, 2, 0},
    {kFSum, 1, IMPORT, kFWait, kPlain, 2, 0},         {kFIndirect, 1, IMPORT, kFWait, kPlain, 1, 0},
    {kFThrower, 1, IMPORT, kFWait, kPlain, 1, 0},     {kFCatch, 0, CALL, kFThrower, kPlain, 1, 0},
    {kFRethrow, 1, IMPORT, kFWait, kCaught, 1, 0},    {kFSpin, 0, POLL, 0, kPlain, 3, 0},
    {kFHold, 1, IMPORT, kFWait, kObject, 1, 0},       {kFMany, 0, IMPORT, kFPrint, kPlain, 1, 0},
};
static_assert(sizeof(kSites) / sizeof(kSites[0]) == kSiteCount);

const wasm_rt_tag_t kTags[] = {&kTag};
const perdure_capture kCapture = {kSiteCount, kSites, kLive,   kResumeCode, 1,
                                  kTags,      1,      nullptr, nullptr,     nullptr};
const perdure_capture kCaptureNoPolls = {kSiteCount, kSites, kLive,   kResumeCode, 1,
                                         kTags,      0,      nullptr, nullptr,     nullptr};

#define AT(field) static_cast<uint32_t>(offsetof(RunInstance, field))
const perdure_global kGlobals[] = {{I32, 1, AT(total), "total"}};
const perdure_memory kMemories[] = {{AT(memory), 0, 1, 40, "memory"}};
const perdure_table kTables[] = {{AT(table), PERDURE_FUNCREF, 1, 2, 64, "table"}};
#undef AT
const perdure_segment kSegments[] = {
    {0, 0, [](const void* s) -> int { return static_cast<const RunInstance*>(s)->dropped; },
     [](void* s, int dropped) { static_cast<RunInstance*>(s)->dropped = dropped != 0; }}};
const perdure_import kImports[] = {{"env", "wait", PERDURE_FUNC, kFWait, 0},
                                   {"env", "print", PERDURE_FUNC, kFPrint, 0},
                                   {"env", "dot", PERDURE_FUNC, kFDot, 0}};
const perdure_export kExports[] = {{"memory", PERDURE_MEMORY, 0},
                                   {"_start", PERDURE_FUNC, kFStart}};

struct Shape {
  Type type;
  const char* name;
};
const Shape kShapes[kFunctionCount] = {
    {kTToI32, "wait"},      {kTI32, "print"},         {kTNone, "dot"},    {kTNone, "_start"},
    {kTI32I32ToI32, "sum"}, {kTI32ToI32, "indirect"}, {kTI32, "thrower"}, {kTI32ToI32, "catch"},
    {kTToI32, "rethrow"},   {kTI32ToI32, "spin"},     {kTToI32, "hold"},  {kTToI32, "many"},
    {kTNone, nullptr},
};

const perdure_function* Functions() {
  static perdure_function functions[kFunctionCount];
  for (uint32_t i = 0; i < kFunctionCount; ++i) {
    functions[i] = {kShapes[i].type, i < kFStart,     &kRunHash,      kHotCode[i],
                    {nullptr},       kShapes[i].name, i == kFIndirect};
  }
  return functions;
}

perdure_program MakeProgram(const perdure_capture* capture) {
  perdure_program program = {};
  program.abi = PERDURE_PROGRAM_ABI;
  program.name = "runs";
  program.compiler = "0.0-test";
  std::memset(program.module_hash, 0x77, sizeof(program.module_hash));
  program.instance_size = sizeof(RunInstance);
  program.instance_align = alignof(RunInstance);
  program.type_count = sizeof(kTypes) / sizeof(kTypes[0]);
  program.function_count = kFunctionCount;
  program.global_count = program.memory_count = program.table_count = program.segment_count = 1;
  program.import_count = 3;
  program.export_count = 2;
  program.types = kTypes;
  program.functions = Functions();
  program.globals = kGlobals;
  program.memories = kMemories;
  program.tables = kTables;
  program.segments = kSegments;
  program.imports = kImports;
  program.exports = kExports;
  program.capture = capture;
  program.start_function = kFStartFunction;
  program.initialize_function = PERDURE_NO_INDEX;
  program.instantiate = InstantiateRun;
  program.free = FreeRun;
  return program;
}

}  // namespace

const perdure_program kRunProgram = MakeProgram(&kCapture);
const perdure_program kRunProgramNoPolls = MakeProgram(&kCaptureNoPolls);

}  // namespace perdure::test
