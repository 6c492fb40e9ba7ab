/* Host functions: what a program imports from the outside, written in C (or anything with a C ABI).
 *
 * For an import (import "env" "now_ms" (func (param i32) (result i64))) the generated code calls
 *
 *     uint64_t w2c_env_now_ms(struct w2c_env* host, uint32_t a);
 *
 * (wasm2c doubles "_" in the module's name and writes other characters of both names as 0xNN;
 * `perdure build --emit=cpp` writes the exact prototypes into NAME.host.h). Link the library with
 * `perdure build --host=libhost.a`. The first argument is a perdure_host* whatever struct name the
 * prototype gives it.
 *
 * Rules
 *   - A host function runs inside an event. What it writes into guest memory or globals is part of
 *     the event and commits or rolls back with it; what it does elsewhere does not.
 *   - Guest memory is reached through perdure_view() only. A view is valid until the host function
 *     returns or the guest's memory grows.
 *   - Bytes for the outside go through perdure_output(), which releases them after the commit.
 *   - perdure_trap() does not return; it unwinds with longjmp over the host function's frames, so
 *     hold no lock and no C++ object with a destructor when you call it, or when you call
 *     perdure_view().
 *   - A program that can call host functions of yours has a row and a delta for each event, also
 *     under group commit: nobody can know whether an event that called one may be repeated.
 *   - Threads: call these only on the thread that runs the event.
 */
#ifndef PERDURE_HOST_H_
#define PERDURE_HOST_H_

#include <stddef.h>
#include <stdint.h>

#include "perdure/api.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct perdure_host perdure_host;

enum { PERDURE_READ = 1, PERDURE_WRITE = 2 };

/* Memories have the indices they have in the module that imports the host function.
 *
 * A pointer to `length` bytes of memory `memory_index` at guest address `address`, every page of it
 * already touched for `access`, so that system calls may use it. Traps (out of bounds) unless the
 * whole range lies inside the memory. `length` 0 gives a non-NULL pointer not to be dereferenced.
 */
PERDURE_API void* perdure_view(perdure_host* host, uint32_t memory_index, uint64_t address,
                               uint64_t length, int access);

/* Like perdure_view(), but returns NULL where that would trap. */
PERDURE_API void* perdure_try_view(perdure_host* host, uint32_t memory_index, uint64_t address,
                                   uint64_t length, int access);

/* Bytes now in memory `memory_index`; 0 if there is no such memory. */
PERDURE_API uint64_t perdure_memory_size(perdure_host* host, uint32_t memory_index);

/* What one event may queue: its output is held in memory, and in its row of the log. */
#define PERDURE_OUTPUT_BYTES_MAX ((size_t)1 << 26) /* 64 MiB */

/* Queues `length` bytes for file descriptor `fd` (1 or 2). They are copied, logged with the event
 * and written when its commit is durable; a trapped event writes nothing. Traps if the event would
 * have queued more than PERDURE_OUTPUT_BYTES_MAX bytes. */
PERDURE_API void perdure_output(perdure_host* host, int fd, const void* bytes, size_t length);

/* Ends the event with a trap; everything it changed is rolled back. `message` is copied. */
PERDURE_API
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void perdure_trap(perdure_host* host, const char* message);

/* Host references (externref). A pointer of the host's own may be passed to the guest and back, but
 * not kept by it when the event ends: the address means nothing to the next process, so the event
 * traps. A named reference stands for a number that the host gives a meaning to; it persists.
 * Pointers to be passed have to be even, and 0xffffffff is no name. */
static inline void* perdure_named_reference(uint32_t name) {
  return (void*)(((uintptr_t)name << 1) | 1); /* odd, so no pointer to anything */
}
/* 1 and *name if `reference` is a named one; 0 if it is null or a pointer. */
static inline int perdure_reference_name(const void* reference, uint32_t* name) {
  const uintptr_t bits = (uintptr_t)reference;
  if ((bits & 1) == 0 || bits >> 1 >= 0xffffffffu) return 0;
  *name = (uint32_t)(bits >> 1);
  return 1;
}

/* The program's name, for messages. Static storage. */
PERDURE_API const char* perdure_program_name(perdure_host* host);

/* A pointer of the embedder's own (perdure::Options::host_data), or NULL. Never persisted. */
PERDURE_API void* perdure_host_data(perdure_host* host);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PERDURE_HOST_H_ */
