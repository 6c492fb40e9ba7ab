// Trick `call-checks`: what an indirect call tests before it calls.
//
// wasm2c tests that the index is inside of the table, that the element is not null, and that its
// type is the wanted one, which are 32 bytes to compare unless both are the same pointer. Compilers
// put all of it in line, before every call; gcc even on the way of the calls that are right, which
// then jump over it. But types of one module are the same pointer exactly if they are equal, and
// that of a null element is null. So a right call is one whose type pointer is the wanted one:
//
//     index < size && data[index].func_type == wanted || perdure_check_call_indirect(...)
//
// The call on the right knows the rest, types that are equal but of other modules included, and
// returns if the element may be called after all.
//
// Invariant, which tests cite
//   C1  A call is made exactly if wasm2c's test would have it made, and traps for the same cause if
//       not: an element whose type pointer is the wanted one is not null.
//
// Rejected: one number a type in place of the hash (the layout of references is wasm2c's, and the
// host's).
#pragma once

#include <string>
#include <string_view>

#include "compiler/rewrite/tricks.h"
#include "perdure/status.h"

namespace perdure {

// app-impl.h with the shorter test, if the trick is on. A failure is an internal error: the header
// is not what wasm2c 1.0.36 writes.
Result<std::string> RewriteCallCheck(std::string_view impl, const Tricks& tricks);

}  // namespace perdure
