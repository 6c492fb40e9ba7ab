// What one event sent outside, as kept in its log row: per effect  u8 descriptor (1 or 2), varint
// length, bytes. Nothing sent is the empty string. The log's hash chain covers it.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "perdure/status.h"
#include "rtlib/abi/host_context.h"

namespace perdure {

// Neighbours with the same descriptor become one effect.
std::string EncodeEffects(const std::vector<perdure_effect>& effects);

// kCorrupt if `encoded` is not what EncodeEffects makes.
Result<std::vector<perdure_effect>> DecodeEffects(std::string_view encoded);

}  // namespace perdure
