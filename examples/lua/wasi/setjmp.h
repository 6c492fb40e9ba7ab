// setjmp for clang's -wasm-enable-sjlj; wasi-libc has none. sjlj.c is the other half.
#pragma once

struct jump_target {
  void* invocation;  // of the function that called setjmp
  unsigned label;    // which of its setjmp calls
  struct {
    struct jump_target* target;
    int value;
  } thrown;  // what the exception carries, a pointer to it: layout known to the compiler
};

typedef struct jump_target jmp_buf[1];

int setjmp(jmp_buf target) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf target, int value);
