/* WebAssembly exceptions for wasm2c's output: one active exception and one unwind target a thread.
 *
 * A `try` saves the current unwind target, points it at its own jump buffer and restores it on
 * every way out; `throw` loads the exception and jumps to the target, or traps when there is none.
 * RunGuest starts every event without an exception and without a target. The interface is wabt's,
 * see wasm-rt.h.
 */
#ifndef WASM_RT_EXCEPTIONS_H_
#define WASM_RT_EXCEPTIONS_H_

#include "wasm-rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tag is the address of an object; equal addresses are equal tags. */
typedef const void* wasm_rt_tag_t;

#define WASM_RT_UNWIND_TARGET wasm_rt_jmp_buf

/* Bytes of values an exception may carry: 1000 parameters, the limit of JavaScript hosts, of the
 * widest type. A larger one traps. */
#define WASM_RT_MAX_EXCEPTION_SIZE 32000u

/* Makes (tag, a copy of `size` bytes at `values`) the active exception. `values` may be
 * wasm_rt_exception(). */
void wasm_rt_load_exception(wasm_rt_tag_t tag, uint32_t size, const void* values);

/* Throws the active exception. */
WASM_RT_NO_RETURN void wasm_rt_throw(void);

WASM_RT_UNWIND_TARGET* wasm_rt_get_unwind_target(void);
void wasm_rt_set_unwind_target(WASM_RT_UNWIND_TARGET* target);

/* The active exception; its contents are valid until the next load. */
wasm_rt_tag_t wasm_rt_exception_tag(void);
uint32_t wasm_rt_exception_size(void);
void* wasm_rt_exception(void);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* WASM_RT_EXCEPTIONS_H_ */
