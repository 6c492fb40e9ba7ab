// What clang calls for setjmp and longjmp under -wasm-enable-sjlj: a longjmp is an exception of the
// tag __c_longjmp, and each function that calls setjmp catches it and asks whether it is meant.
#include "setjmp.h"

enum { kLongjmpTag = 1 };

void __wasm_setjmp(struct jump_target* target, unsigned label, void* invocation) {
  target->invocation = invocation;
  target->label = label;
}

// The label of the setjmp call of this invocation that filled `target`; 0 if it was another's.
unsigned __wasm_setjmp_test(const struct jump_target* target, const void* invocation) {
  return target->invocation == invocation ? target->label : 0;
}

void __wasm_longjmp(struct jump_target* target, int value) {
  target->thrown.target = target;
  target->thrown.value = value == 0 ? 1 : value;
  __builtin_wasm_throw(kLongjmpTag, &target->thrown);
}
