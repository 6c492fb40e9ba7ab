// Readable copies of globals for the store's SQL views. Never read back.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/small_state.h"

namespace perdure {

// A name for every global: its own, or "g<index>" if it has none, made unique with underscores.
std::vector<std::string> GlobalNames(const perdure_program& program);

// A value as JSON: a number, null, or a string where JSON has no such number (inf, nan, vectors,
// functions).
std::string ValueJson(uint8_t type, const PortableValue& value);

// {"name": value, ...} of the given mutable globals as they are in the guest; "" if there are none.
// REQUIRES: their values can be captured.
std::string GlobalsJson(const Guest& guest, const std::vector<std::string>& names,
                        const std::vector<uint32_t>& globals);

// Puts a mirror of every mutable global as `state` has it.
Status PutGlobalMirrors(const perdure_program& program, const SmallState& state, Store* store);

}  // namespace perdure
