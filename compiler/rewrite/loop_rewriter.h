// Trick `needed-loads`: loads of floats, and of vectors of them, in inner loops that need not be
// forced.
//
// A forced load (memory_access.h) stands in the way of everything an optimiser does to a loop,
// vectorising and unrolling first of all (clang takes an asm statement for a call). A load whose
// value is visibly needed cannot be dropped, so it need not be forced. "Visibly" is hard to say of
// a whole function: an optimiser finds out that a store is overwritten, that an operand is always
// NaN, that both branches do the same. It is easy to say of a loop that is one straight line and
// whose surroundings the C compiler cannot see:
//
//     UNKNOWN(float locals the loop reads)   the compiler knows nothing about what comes in ...
//     UNKNOWN(memory)
//     var_L5:                                ... so what happens here, stays
//       var_d1 = f64_load_needed(...);
//       var_d1 *= var_l7;
//       f64_store(..., var_d1);
//       ...
//       if (var_i0) {goto var_L5;}
//     UNKNOWN(memory)                        ... and every byte stored is looked at afterwards
//
// (UNKNOWN is an empty asm statement that may change its operand: no instruction.)
//
// Invariants, which tests cite. A load is left unforced if and only if
//   L1  its loop is a straight line: one label, one jump back to it, which is the only one in the
//       function, and between them only assignments without side effects, loads, and stores;
//   L2  its value reaches a store of the same iteration through +, -, *, / and copies alone, where
//       every other operand is a finite literal, a loaded value, or a float that came into the loop
//       and is itself only changed in these ways: none can be a NaN that the compiler knows, and
//       IEEE arithmetic depends on each of its operands otherwise; of vectors, all lanes do (a
//       shuffle's result is as unknown as its operands, but does not count as their use);
//   L3  no store of the loop overwrites another: all addresses are the same sum of locals plus
//       different constants, and an iteration moves that sum by a constant at least as long as what
//       one iteration stores.
// By L3 every store's bytes are there after the loop, where memory is UNKNOWN; by L2 they depend on
// the load; by L1 the load is executed whenever the store is. So the load stays, and traps (A1).
// (A sum that wraps around 2^32 may come back to an address after 2^29 iterations and more. No
// optimiser reasons about that.)
//
// Rejected: loads outside such loops (no gain was measured), integer loads (the same; and x & 0,
// x ^ x ... would each have to be thought of), a check of the address instead of the load (costs
// what it saves).
//
// straight_loop.h follows the loops; linear_addresses.h is another trick with the same ones.
#pragma once

#include <string>
#include <string_view>

#include "compiler/rewrite/tricks.h"

namespace perdure {

// The shard with the tricks of loops that are on. Their macros are in app-impl.h
// (memory_access.h). To be done last: the rewriter of captured functions knows loops as wasm2c
// writes them.
std::string RewriteLoops(std::string_view source, const Tricks& tricks);

}  // namespace perdure
