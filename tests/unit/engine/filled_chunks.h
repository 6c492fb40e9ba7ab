// A state with something in each of 40 chunks, for tests of how it is read back.
#pragma once

#include <cstdint>

#include "tests/unit/engine/session.h"

namespace perdure::test {

inline constexpr uint32_t kChunk = 4096;

// Chunk i has 1000 + i at its byte 8, or 2000 + i if it is one of the ten, 20 to 29, that events
// behind the base changed. The session goes on.
inline void FillChunks(Session* session) {
  session->Start();
  session->Do("grow", {I32(2)});
  for (uint32_t i = 0; i < 40; ++i) session->Do("poke", {I32(i * kChunk + 8), I64(1000 + i)});
  session->Close();
  session->Start();
  for (uint32_t i = 20; i < 30; ++i) session->Do("poke", {I32(i * kChunk + 8), I64(2000 + i)});
}

}  // namespace perdure::test
