// The code of the command in run_program.h: what its descriptor is made of.
#pragma once

#include "perdure/program.h"
#include "tests/unit/engine/run_program.h"

namespace perdure::test {

enum Function : uint32_t {
  kFWait,
  kFPrint,
  kFDot,
  kFStart,
  kFSum,
  kFIndirect,
  kFThrower,
  kFCatch,
  kFRethrow,
  kFSpin,
  kFHold,
  kFMany,
  kFStartFunction,
  kFunctionCount
};

enum Site : uint32_t {
  kSStartWait,  // in _start, ordinals 0 ...
  kSStartSum,
  kSStartIndirect,
  kSStartCatch,
  kSStartRethrow,
  kSStartSpin,
  kSStartMany,
  kSStartHold,
  kSStartPrint,
  kSSumSum,
  kSSumWait,
  kSIndirectWait,
  kSThrowerWait,
  kSCatchThrower,
  kSRethrowWait,
  kSSpinPoll,
  kSHoldWait,
  kSManyPrint,
  kSiteCount
};

// The next byte; 0 at the end of input.
uint32_t Wait(perdure_host* host);
void Print(perdure_host* host, uint32_t value);
void Dot(perdure_host* host);

extern const char kTag;
extern wasm_rt_func_type_t const kRunHash;
extern const wasm_rt_function_ptr_t kHotCode[kFunctionCount];
extern const wasm_rt_function_ptr_t kResumeCode[kFunctionCount];

void InstantiateRun(void* instance, perdure_host* host);
void FreeRun(void* instance);

}  // namespace perdure::test
