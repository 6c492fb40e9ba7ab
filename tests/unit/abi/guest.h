/* A module as wasm2c would translate it, small and by hand: the instructions that trap, throw,
 * recurse and grow, written with the macros and calls that generated code uses. */
#ifndef PERDURE_TESTS_UNIT_ABI_GUEST_H_
#define PERDURE_TESTS_UNIT_ABI_GUEST_H_

#include "wasm-rt-exceptions.h"
#include "wasm-rt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct w2c_guest {
  wasm_rt_memory_t memory;
  wasm_rt_funcref_table_t table;
} w2c_guest;

/* One page of memory, at most three; a table of two elements: guest_increment and null. */
void guest_instantiate(w2c_guest* instance);
void guest_free(w2c_guest* instance);

uint32_t guest_load(w2c_guest* instance, uint32_t address, uint32_t offset);
void guest_store(w2c_guest* instance, uint32_t address, uint32_t offset, uint32_t value);
void guest_fill(w2c_guest* instance, uint32_t address, uint32_t value, uint32_t length);
uint32_t guest_grow(w2c_guest* instance, uint32_t pages);

uint32_t guest_divide(uint32_t a, uint32_t b); /* i32.div_s */
uint32_t guest_truncate(double value);         /* i32.trunc_f64_s */
uint32_t guest_increment(w2c_guest* instance, uint32_t value);
uint32_t guest_call_indirect(w2c_guest* instance, uint32_t element, uint32_t value);
void guest_call_indirect_void(w2c_guest* instance, uint32_t element);
void guest_unreachable(void);

/* Recurses `depth` times, then calls `then` (if not NULL) and returns the depth. */
uint32_t guest_recurse(w2c_guest* instance, uint32_t depth, void (*then)(w2c_guest*));
/* Recurses until the stack has come down to `address`, then calls `then`. */
uint32_t guest_recurse_to(w2c_guest* instance, const uint8_t* address, void (*then)(w2c_guest*));
uint32_t guest_recurse_forever(w2c_guest* instance, uint32_t n);

extern const char guest_tag_a;
extern const char guest_tag_b;
/* try { throw_deep(depth, tag, value) } catch (tag_a value) { value } ; other tags pass */
uint32_t guest_catch_a(w2c_guest* instance, const char* tag, uint32_t depth, uint32_t value);
/* try { catch_a(...) } catch_all { 1000 } */
uint32_t guest_catch_nested(w2c_guest* instance, const char* tag, uint32_t depth, uint32_t value);
/* try { try { throw } catch_all { rethrow } } catch (tag_a v) { v + 1 } */
uint32_t guest_rethrow(w2c_guest* instance, uint32_t value);
/* Inside two try blocks, traps. */
void guest_trap_in_try(w2c_guest* instance);
void guest_throw(w2c_guest* instance, const char* tag, uint32_t value);

#ifdef __cplusplus
}
#endif

#endif
