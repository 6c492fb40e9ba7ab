// Reads a binary module with libwabt: one pass, without an intermediate tree.
//
// wabt's usual way is to build its IR and to validate that. The IR of a module of some tens of
// megabytes takes a gigabyte, its destructors recurse as deep as blocks are nested, and its
// locations are where instructions end. So here the callbacks of wabt's reader go straight to
// wabt's SharedValidator, as its own interpreter does it: memory stays near the size of the file,
// no recursion depends on the input, and offsets are exact.
#pragma once

#include <optional>

#include "compiler/frontend/declaration_reader.h"
#include "compiler/frontend/module.h"

namespace perdure {

// Fills `module`, all but hash and start section, from its path and binary. REQUIRES: the header is
// that of a core module.
std::optional<ReadError> ReadBinary(Module* module);

}  // namespace perdure
