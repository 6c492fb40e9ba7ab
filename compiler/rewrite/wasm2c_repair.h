// Repairs to the C that wasm2c 1.0.36 writes: places where it does not compile, or compiles to
// something else than the module says. Each is a rewrite of exact lines, off unless the module uses
// the feature, and harmless to text that a later wasm2c already writes right.
//
//   R1  app-impl.h has no include guard; several shards are compiled as one unit.
//       -> `#pragma once`.
//   R2  Tail calls. With imports it does not compile: an import's weak fallback passes a struct
//       where its address is meant, and a tail call to an import names `w2c_env_instance` without
//       `instance->`. A direct tail call hands the callee an instance pointer nobody has set.
//       -> the address, the member, the caller's own instance.
//   R3  Exceptions: `catch` followed by `catch_all` comes out as `} else STATEMENT; STATEMENT; ...`
//       without braces. With one statement it is right by luck, with none it does not compile, and
//       with more, everything after the first also runs when another clause caught the exception.
//       -> braces.
//   R4  Exceptions: parameters and locals changed between setjmp and longjmp have indeterminate
//       values in the handler unless they are volatile (C11 7.13.2.1).
//       -> `volatile` in functions that try.
//   R5  memory64: address + offset is added in 64 bits and may wrap around to a valid address, and
//       the bulk memory operations cut addresses and lengths to 32 bits.
//       -> a saturating addition, u64 parameters.
//   R6  An imported function in an element segment is closed over the address of the import pointer
//       (a field of the instance) where the pointer is meant; a call through the table hands the
//       host function that address.
//       -> a kind of row of its own, whose field is read when the row is copied into a table.
//   R7  One trap for several causes: out of bounds of a memory and of a table; a call_indirect
//       beyond the table, of a null element, of another type.
//       -> a trap of its own for tables, perdure_check_call_indirect().
//   R8  C compilers leave out x * 1, x - 0 and their like, which make a signalling NaN quiet in
//       wasm (no flag of clang keeps all of them, see docs/internals/generated-code.md).
//       -> constants 1, -1, 0 and -0 come from perdure_opaque_f32() and _f64().
//   R9  Atomics on a memory that is not shared: read-modify-write gives the new value instead of
//       the old, compare-exchange always the expected one, and it compares the low bits only.
//       -> the old value, all bits. (No memory is shared by then: BinaryForWasm2c().)
//   R10  Six vector instructions of SIMDe 0.7 are wrong on SSE2, and those that round, compiled by
//       gcc.
//       -> those of perdure/vectors.h, which says how.
//
// R3 relies on wasm2c's indentation: a clause chain begins with `if (wasm_rt_exception_tag() ==
// ...) {` in column d; all text inside is deeper; the next line in column d continues or ends the
// chain; the catch blocks end with the first `}` left of d. Rejected: patching wasm2c (it is the
// distribution's), and refusing such modules (every C++ program with a destructor and a catch has
// the pattern).
#pragma once

#include <string>
#include <string_view>

#include "compiler/frontend/module.h"
#include "perdure/status.h"

namespace perdure {

// Both fail, as an internal error, only where the text is not what a repair expects.
Result<std::string> RepairImplHeader(std::string_view text, const Features& features);
Result<std::string> RepairSource(std::string_view text, const Features& features);

// The repairs of one function or file, for the two above and for tests.
std::string RepairTailCalls(std::string_view text);
Result<std::string> RepairCatchAll(std::string_view text);
std::string RepairTryLocals(std::string_view text);
std::string RepairAddresses64(std::string_view text);
std::string RepairElements(std::string_view text);
std::string RepairNeutralConstants(std::string_view text);
Result<std::string> RepairAtomics(std::string_view text);
Result<std::string> RepairVectors(std::string_view text);
Result<std::string> RepairTraps(std::string_view text);

}  // namespace perdure
