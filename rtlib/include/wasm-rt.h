/* The runtime interface that wasm2c's output is compiled against, as Perdure implements it.
 *
 * wasm2c (from wabt) turns a module into C that leaves memories, tables, traps and exceptions to
 * functions and types named wasm_rt_*. Those names and meanings are wabt's; everything here is
 * Perdure's own implementation of them, because memories and tables are what Perdure persists.
 * Serves the output of wasm2c 1.0.36 to 1.0.39 (1.0.37 added a fifth argument to
 * wasm_rt_allocate_memory; both forms work).
 *
 * How generated code is expected to be compiled
 *   - C11, gcc or clang, 64-bit little-endian Linux.
 *   - 32-bit memories rely on guard pages: loads and stores are not checked, an out-of-bounds
 *     access faults and rtlib/abi turns the fault into a trap.
 *   - A module with a 64-bit memory is compiled with -DSUPPORT_MEMORY64=1, which makes every access
 *     of the module checked.
 *   - The call stack has a guard of its own, so functions do not count their depth.
 * These are choices of this header and not options: the runtime library exists in one
 * configuration.
 *
 * Threads: generated code runs on one thread at a time per instance, always below perdure's
 * RunGuest. Memories shared between threads do not exist: a module's become ordinary ones
 * before wasm2c reads it. Their type is declared so that atomics in generated headers compile.
 */
#ifndef WASM_RT_H_
#define WASM_RT_H_

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Perdure needs a little-endian target: guest memory is kept in the guest's own byte order"
#endif
#if UINTPTR_MAX < 0xffffffffffffffffu
#error "Perdure needs a 64-bit target: a guest memory is an 8 GiB reservation of address space"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Configuration the generated code asks about ---- */

#define WABT_BIG_ENDIAN 0
#define WASM_RT_USE_MMAP 1
#define WASM_RT_SANITY_CHECKS 0
#define WASM_RT_USE_SEGUE 0
#define WASM_RT_ALLOW_SEGUE 0
#define WASM_RT_SEGUE_FREE_SEGMENT 0
#define WASM_RT_STACK_DEPTH_COUNT 0

/* wasm2c 1.0.36 asks whether SUPPORT_MEMORY64 is defined, not what it is. */
#if defined(SUPPORT_MEMORY64) && !SUPPORT_MEMORY64
#undef SUPPORT_MEMORY64
#endif
#if defined(SUPPORT_MEMORY64)
#define WASM_RT_MEMCHECK_GUARD_PAGES 0
#define WASM_RT_MEMCHECK_BOUNDS_CHECK 1
#else
#define WASM_RT_MEMCHECK_GUARD_PAGES 1
#define WASM_RT_MEMCHECK_BOUNDS_CHECK 0
#endif

#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define WASM_RT_C11_AVAILABLE
#endif

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define wasm_rt_memcpy __builtin_memcpy
#define WASM_RT_NO_RETURN __attribute__((noreturn))

/* ---- Traps ---- */

typedef enum {
  WASM_RT_TRAP_NONE,
  WASM_RT_TRAP_OOB,          /* memory or data segment access out of bounds */
  WASM_RT_TRAP_INT_OVERFLOW, /* of a division or a float-to-integer truncation */
  WASM_RT_TRAP_DIV_BY_ZERO,
  WASM_RT_TRAP_INVALID_CONVERSION, /* NaN to integer */
  WASM_RT_TRAP_UNREACHABLE,
  WASM_RT_TRAP_CALL_INDIRECT, /* type mismatch */
  WASM_RT_TRAP_UNCAUGHT_EXCEPTION,
  WASM_RT_TRAP_UNALIGNED, /* atomic access */
  WASM_RT_TRAP_NULL_REF,
  WASM_RT_TRAP_EXHAUSTION, /* call stack */
  /* Perdure's own: wasm2c says OOB and CALL_INDIRECT for these as well, `perdure build` repairs. */
  WASM_RT_TRAP_OOB_TABLE,            /* table or element segment access out of bounds */
  WASM_RT_TRAP_UNDEFINED_ELEMENT,    /* indirect call beyond the end of the table */
  WASM_RT_TRAP_UNINITIALIZED_ELEMENT /* indirect call of a null element */
} wasm_rt_trap_t;

/* Ends the running event with a trap. Unwinds without running anything on the frames it leaves. */
WASM_RT_NO_RETURN void wasm_rt_trap(wasm_rt_trap_t trap);

/* Why, for a person; the words of the core specification where it has some. Static storage. */
const char* wasm_rt_strerror(wasm_rt_trap_t trap);

/* ---- Values ---- */

/* `value`, of which the C compiler knows nothing. A multiplication by 1, or a subtraction of 0, is
 * left out where it is known to be one, and then a signalling NaN does not become a quiet one. */
static inline float perdure_opaque_f32(float value) {
#if defined(__x86_64__)
  __asm__("" : "+x"(value));
#elif defined(__aarch64__)
  __asm__("" : "+w"(value));
#endif
  return value;
}
static inline double perdure_opaque_f64(double value) {
#if defined(__x86_64__)
  __asm__("" : "+x"(value));
#elif defined(__aarch64__)
  __asm__("" : "+w"(value));
#endif
  return value;
}

/* Value types, as get_func_type receives them. */
typedef enum {
  WASM_RT_I32,
  WASM_RT_I64,
  WASM_RT_F32,
  WASM_RT_F64,
  WASM_RT_V128,
  WASM_RT_FUNCREF,
  WASM_RT_EXTERNREF,
  WASM_RT_EXNREF
} wasm_rt_type_t;

/* Any C function generated for a wasm function; cast to its real type before a call. */
typedef void (*wasm_rt_function_ptr_t)(void);

/* The form of a function that a tail call enters: it takes its arguments from, and leaves its
 * results or the next callee's arguments in, a buffer. A struct because the type names itself. */
typedef struct wasm_rt_tailcallee_t {
  void (*fn)(void** instance_ptr, void* tail_call_stack, struct wasm_rt_tailcallee_t* next);
} wasm_rt_tailcallee_t;

/* A function type's identity: 32 bytes, a digest of its parameter and result types. Equal types of
 * different modules have equal bytes, at different addresses. */
typedef const char* wasm_rt_func_type_t;

/* A function and the instance it closes over. All zero: the null reference. */
typedef struct {
  wasm_rt_func_type_t func_type;
  wasm_rt_function_ptr_t func;
  wasm_rt_tailcallee_t func_tailcallee; /* {NULL} unless the module uses tail calls */
  void* module_instance;
} wasm_rt_funcref_t;

/* A host's own reference; NULL is the null reference. */
typedef void* wasm_rt_externref_t;

#ifdef __cplusplus
#define wasm_rt_funcref_null_value (wasm_rt_funcref_t{NULL, NULL, {NULL}, NULL})
#define wasm_rt_externref_null_value (wasm_rt_externref_t{NULL})
#else
#define wasm_rt_funcref_null_value ((wasm_rt_funcref_t){NULL, NULL, {NULL}, NULL})
#define wasm_rt_externref_null_value ((wasm_rt_externref_t){NULL})
#endif

/* ---- Memories ---- */

#define WASM_DEFAULT_PAGE_SIZE 65536

typedef struct {
  uint8_t* data;      /* never moves while the memory lives */
  uint64_t pages;     /* of 64 KiB */
  uint64_t max_pages; /* as declared, else the limit of the address type */
  uint64_t size;      /* bytes: pages * 64 KiB */
  bool is64;          /* addressed by i64 */
} wasm_rt_memory_t;

/* Initialises *memory. Traps if the address space or the initial pages are not to be had. */
void(wasm_rt_allocate_memory)(wasm_rt_memory_t* memory, uint64_t initial_pages, uint64_t max_pages,
                              bool is64);
/* The form wasm2c 1.0.37 and later call. Traps unless page_size is WASM_DEFAULT_PAGE_SIZE. */
void wasm_rt_allocate_paged_memory(wasm_rt_memory_t* memory, uint64_t initial_pages,
                                   uint64_t max_pages, bool is64, uint32_t page_size);
#define wasm_rt_allocate_memory(...)                                                             \
  WASM_RT_FIFTH_OF_(__VA_ARGS__, wasm_rt_allocate_paged_memory, (wasm_rt_allocate_memory), NULL) \
  (__VA_ARGS__)
#define WASM_RT_FIFTH_OF_(a, b, c, d, e, chosen, ...) chosen

/* The page count before, or UINT64_MAX (the guest's -1) and nothing changed. */
uint64_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint64_t delta_pages);

void wasm_rt_free_memory(wasm_rt_memory_t* memory);

#if defined(WASM_RT_C11_AVAILABLE) && !defined(__cplusplus)
typedef struct {
  _Atomic volatile uint8_t* data;
  uint64_t pages;
  uint64_t max_pages;
  uint64_t size;
  bool is64;
} wasm_rt_shared_memory_t;
#endif

/* ---- Tables ---- */

/* Elements a table may have, whatever maximum it declares or leaves open (the limit that JavaScript
 * hosts set too): the growth of a table is then never what exhausts the machine. */
#define WASM_RT_MAX_TABLE_SIZE 10000000u

typedef struct {
  wasm_rt_funcref_t* data; /* moves when the table grows */
  uint32_t max_size;       /* as declared; UINT32_MAX: none */
  uint32_t size;
} wasm_rt_funcref_table_t;

typedef struct {
  wasm_rt_externref_t* data; /* moves when the table grows */
  uint32_t max_size;         /* as declared; UINT32_MAX: none */
  uint32_t size;
} wasm_rt_externref_table_t;

/* Initialise a table with `size` null elements. Trap if there is no memory for them. */
void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t size,
                                    uint32_t max_size);
void wasm_rt_allocate_externref_table(wasm_rt_externref_table_t* table, uint32_t size,
                                      uint32_t max_size);

/* Append `delta` elements of value `init`; the size before, or UINT32_MAX and nothing changed. */
uint32_t wasm_rt_grow_funcref_table(wasm_rt_funcref_table_t* table, uint32_t delta,
                                    wasm_rt_funcref_t init);
uint32_t wasm_rt_grow_externref_table(wasm_rt_externref_table_t* table, uint32_t delta,
                                      wasm_rt_externref_t init);

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table);
void wasm_rt_free_externref_table(wasm_rt_externref_table_t* table);

/* Returns if a call_indirect of `type` may call element `index`. If not, ends the running event
 * with the trap: the element is beyond the end, null, or of another type. */
void perdure_check_call_indirect(const wasm_rt_funcref_table_t* table, uint32_t index,
                                 wasm_rt_func_type_t type);

/* ---- Life of the runtime ---- */

/* Perdure sets itself up at the first event of each thread, so these have nothing left to do;
 * wasm_rt_is_initialized() is true always. */
void wasm_rt_init(void);
bool wasm_rt_is_initialized(void);
void wasm_rt_free(void);
void wasm_rt_init_thread(void);
void wasm_rt_free_thread(void);

/* ---- Where a wasm exception lands (see wasm-rt-exceptions.h) ---- */

typedef struct {
  bool initialized; /* armed by wasm_rt_try, cleared by the throw that uses it */
  jmp_buf buffer;
} wasm_rt_jmp_buf;

/* 0 at first; not 0 when an exception arrives. setjmp does not save the signal mask here (Linux): a
 * `try` costs no system call, and no guest code changes the mask. */
#define wasm_rt_try(target) ((target).initialized = true, setjmp((target).buffer))

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* WASM_RT_H_ */
