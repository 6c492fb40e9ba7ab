// How generated code reads and writes guest memory: rewrites of the macros in wasm2c's app-impl.h.
//
// Trick `float-registers`. A load whose value nobody needs must still trap when it is out of
// bounds, so wasm2c passes every loaded value through an empty asm statement that the C compiler
// cannot remove. Its constraint "r" asks for an integer register, floats too: each float load
// costs two moves between register files. Here the constraint names the register file floats live
// in: "x" on x86-64, "w" on aarch64. The load is as impossible to remove as before.
// And wasm2c copies each value out of memory, and into it, as bytes. A memcpy of eight bytes is one
// of an integer to gcc, which then moves numbers between the register files and makes no minimum of
// a comparison. Here what is read and written has the value's type, and no alignment.
//
// Trick `constant-base`. wasm2c addresses memory through `instance->memory.data`. A store to guest
// memory is a store of bytes, which in C may change anything, that pointer too: so it is read
// again after every store, no address can be moved out of a loop, and no loop that stores
// vectorises. In a program (no library) with one memory the base is set once, before any guest
// code runs, and never changes: memories do not move when they grow. So the shards see
//
//     extern u8* const perdure_memory_base;
//
// a constant whose value the compiler does not know; app.main.c, a file of its own that is never
// optimised together with the shards, defines the variable, and `instantiate` sets it after
// wasm2c's own code has allocated the memory and filled in the data segments (which go through the
// memory's struct: nothing may read the constant before it has its value).
//
//     unset ── instantiate ──► set ── free ──► unset       one instance at a time (else abort)
//
// Invariants, which tests cite:
//   A1  An out-of-bounds load traps, whether or not its value is used.
//   A2  Nothing reads perdure_memory_base before instantiate has set it.
//   A3  Libraries, and programs with more than one memory, do not use the constant.
//
// Rejected:
//   - The memory at a constant address (0x10000, MAP_FIXED_NOREPLACE, a program that is linked
//     elsewhere): as fast (measured: 1.026 against 1.029 of native), but the address can be taken
//     (emulators, valgrind, vm.mmap_min_addr), and then the program needs a second copy of its
//     code.
//   - The x86 segment register GS as the base (wasm2c's "segue"): slower, clang only, and the
//     segment must be set at every entry.
//   - `restrict` on the instance pointer: no gain (docs/internals/run-speed.md).
#pragma once

#include <string>
#include <string_view>

#include "compiler/rewrite/tricks.h"
#include "perdure/status.h"

namespace perdure {

// app-impl.h with the tricks that are on. A failure is an internal error: the header is not
// what wasm2c 1.0.36 writes.
Result<std::string> RewriteMemoryAccess(std::string_view impl, const Tricks& tricks);

}  // namespace perdure
