#include "rtlib/wasi/chacha20.h"

#include <bit>
#include <cstring>

namespace perdure::wasi {
namespace {

static_assert(std::endian::native == std::endian::little, "words are copied as they lie");

constexpr int kDoubleRounds = 10;

void QuarterRound(uint32_t* state, int a, int b, int c, int d) {
  state[a] += state[b];
  state[d] = std::rotl(state[d] ^ state[a], 16);
  state[c] += state[d];
  state[b] = std::rotl(state[b] ^ state[c], 12);
  state[a] += state[b];
  state[d] = std::rotl(state[d] ^ state[a], 8);
  state[c] += state[d];
  state[b] = std::rotl(state[b] ^ state[c], 7);
}

}  // namespace

void ChaCha20Block(std::span<const uint8_t, 32> key, uint32_t counter,
                   std::span<const uint8_t, 12> nonce, std::span<uint8_t, 64> block) {
  uint32_t initial[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};  // "expand 32-byte k"
  std::memcpy(initial + 4, key.data(), key.size());
  initial[12] = counter;
  std::memcpy(initial + 13, nonce.data(), nonce.size());
  uint32_t state[16];
  std::memcpy(state, initial, sizeof state);
  for (int i = 0; i < kDoubleRounds; ++i) {
    for (int column = 0; column < 4; ++column) {
      QuarterRound(state, column, column + 4, column + 8, column + 12);
    }
    for (int column = 0; column < 4; ++column) {
      QuarterRound(state, column, (column + 1) % 4 + 4, (column + 2) % 4 + 8,
                   (column + 3) % 4 + 12);
    }
  }
  for (int i = 0; i < 16; ++i) state[i] += initial[i];
  std::memcpy(block.data(), state, sizeof state);
}

}  // namespace perdure::wasi
