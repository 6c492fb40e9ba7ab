// The ChaCha20 block function (RFC 8439, section 2.3).
#pragma once

#include <cstdint>
#include <span>

namespace perdure::wasi {

inline constexpr size_t kChaCha20BlockBytes = 64;

void ChaCha20Block(std::span<const uint8_t, 32> key, uint32_t counter,
                   std::span<const uint8_t, 12> nonce, std::span<uint8_t, 64> block);

}  // namespace perdure::wasi
