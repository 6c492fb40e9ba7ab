/* The program descriptor: everything the runtime knows about one compiled module.
 *
 * `perdure build` emits one constant perdure_program per module, in C11 (wasm2c's output does not
 * compile as C++ when it uses SIMD or exceptions, so the descriptor, which needs offsetof() into
 * wasm2c's instance struct, is C as well). The runtime interprets these tables; the compiler emits
 * no behaviour besides the call thunks and the segment accessors, which C cannot express as data.
 *
 * Conventions
 *   - Index spaces are wasm's: imports first. Every array is ordered by index.
 *   - Value types are the bytes of the binary format (core spec, section 5.3: i32 = 0x7f ... ).
 *   - Offsets are bytes into the instance struct that wasm2c declares (`w2c_<module>`).
 *   - All pointers are to static storage and outlive the process; nothing here is owned or mutated.
 *   - Thread rule: immutable, share freely.
 */
#ifndef PERDURE_PROGRAM_H_
#define PERDURE_PROGRAM_H_

#include <stddef.h>
#include <stdint.h>

#include "perdure/api.h"
#include "perdure/capture.h"
#include "wasm-rt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a field of these structs changes meaning; checked when an instance is opened, so
 * that an object file from an older compiler is refused and not misread. */
#define PERDURE_PROGRAM_ABI 6u

/* Binary-format value types (core spec 5.3). */
enum {
  PERDURE_I32 = 0x7f,
  PERDURE_I64 = 0x7e,
  PERDURE_F32 = 0x7d,
  PERDURE_F64 = 0x7c,
  PERDURE_V128 = 0x7b,
  PERDURE_FUNCREF = 0x70,
  PERDURE_EXTERNREF = 0x6f
};

/* External kinds (core spec 5.5.5). */
enum {
  PERDURE_FUNC = 0,
  PERDURE_TABLE = 1,
  PERDURE_MEMORY = 2,
  PERDURE_GLOBAL = 3,
  PERDURE_TAG = 4
};

#define PERDURE_NO_INDEX 0xffffffffu

/* One wasm value. A float's bits are carried through unchanged, NaN payload included. */
typedef union perdure_value {
  uint32_t i32;
  uint64_t i64;
  float f32;
  double f64;
  uint8_t v128[16]; /* little-endian lanes */
  wasm_rt_funcref_t funcref;
  wasm_rt_externref_t externref;
} perdure_value;

/* What every import of the program receives as its first argument, whatever its import module: see
 * perdure/host.h. */
typedef struct perdure_host perdure_host;

typedef struct perdure_type {
  uint32_t param_count;
  uint32_t result_count;
  const uint8_t* params;  /* value types */
  const uint8_t* results; /* value types */
  /* Calls a function of this type with args[param_count], writing results[result_count]. NULL when
   * no function of the type can be entered from outside (neither exported nor the start function).
   */
  void (*call)(wasm_rt_function_ptr_t func, void* instance, const perdure_value* args,
               perdure_value* results);
} perdure_type;

typedef struct perdure_function {
  uint32_t type;                   /* index into types */
  uint8_t imported;                /* 1: module_instance is the perdure_host, not the instance */
  const wasm_rt_func_type_t* hash; /* wasm2c's 32-byte type hash */
  wasm_rt_function_ptr_t func;     /* wasm2c's C function */
  wasm_rt_tailcallee_t tailcallee; /* {NULL} unless the module uses tail calls */
  const char* name;                /* from the name section or an export, else NULL */
  uint8_t is_referenced;           /* ref.func or an element segment names it */
} perdure_function;

typedef struct perdure_global {
  uint8_t type;
  uint8_t is_mutable;
  uint32_t offset;
  const char* name; /* as perdure_function.name */
} perdure_global;

typedef struct perdure_memory {
  uint32_t offset;    /* of the wasm_rt_memory_t */
  uint8_t is64;       /* memory64: addresses are bounds-checked, not guarded */
  uint64_t min_pages; /* 64 KiB pages, as declared */
  uint64_t max_pages; /* as declared, else the limit of the address type */
  const char* name;
} perdure_memory;

typedef struct perdure_table {
  uint32_t offset;    /* of the wasm_rt_funcref_table_t or wasm_rt_externref_table_t */
  uint8_t type;       /* PERDURE_FUNCREF or PERDURE_EXTERNREF */
  uint8_t is_mutable; /* 0: no instruction of the module can change it after instantiation */
  uint32_t min_size;
  uint32_t max_size; /* 0xffffffff: none declared */
  const char* name;
} perdure_table;

/* A data or element segment that memory.init/table.init may still read and data.drop/elem.drop may
 * have dropped. wasm2c keeps the flag as a bit-field, so C needs a function each. */
typedef struct perdure_segment {
  uint8_t is_elem; /* 0 data, 1 element */
  uint32_t index;  /* in its own index space */
  int (*is_dropped)(const void* instance);
  void (*set_dropped)(void* instance, int dropped);
} perdure_segment;

typedef struct perdure_export {
  const char* name; /* UTF-8, NUL-terminated (a name with a NUL inside is refused at build time) */
  uint8_t kind;     /* PERDURE_FUNC ... */
  uint32_t index;   /* in the index space of kind */
} perdure_export;

typedef struct perdure_import {
  const char* module;
  const char* field;
  uint8_t kind;
  uint32_t index;     /* in the index space of kind */
  uint8_t by_runtime; /* 1: a function that the runtime supplies, as no library may replace it */
} perdure_import;

/* The memories of one of the modules a program was linked of, as its host functions know them. */
typedef struct perdure_module {
  uint32_t memory_count;
  const uint32_t* memories; /* by the module's own index: the program's */
  uint32_t exported_memory; /* own index of the one it exports as "memory", else 0 */
} perdure_module;

typedef struct perdure_program {
  uint32_t abi;              /* PERDURE_PROGRAM_ABI */
  const char* name;          /* program name: default state path and messages */
  const char* compiler;      /* version of the compiler that emitted this */
  const char* default_state; /* path baked in at build time, or NULL */
  uint8_t module_hash[16];   /* XXH3-128 of the wasm file, canonical (big-endian) form */
  uint64_t instance_size;    /* bytes */
  uint32_t instance_align;   /* bytes */

  uint32_t type_count, function_count, global_count, memory_count, table_count, segment_count,
      export_count, import_count, module_count;
  const perdure_type* types;
  const perdure_function* functions;
  const perdure_global* globals;
  const perdure_memory* memories;
  const perdure_table* tables;
  const perdure_segment* segments;
  const perdure_export* exports;
  const perdure_import* imports;
  /* Linked of modules with several memories and host imports: before a module calls a host function
   * it puts its number into the mutable i32 global `caller_global`. NULL otherwise. */
  const perdure_module* modules;
  uint32_t caller_global;

  /* How the call stack of a command is captured and restored; NULL: it is not (reactors). */
  const perdure_capture* capture;

  uint32_t start_function;      /* index, or PERDURE_NO_INDEX. Not run by instantiate. */
  uint32_t initialize_function; /* exported "_initialize" of type () -> (), or PERDURE_NO_INDEX */

  /* Allocates and initialises globals, tables, memories and active segments. `instance` is zeroed
   * storage of instance_size bytes. May trap (an active segment out of bounds). */
  void (*instantiate)(void* instance, perdure_host* host);
  /* Frees what instantiate allocated. */
  void (*free)(void* instance);
} perdure_program;

#ifdef __cplusplus
} /* extern "C" */

static_assert(sizeof(perdure_value) == 4 * sizeof(void*), "a funcref is the widest value");
#endif

#endif /* PERDURE_PROGRAM_H_ */
