// XXH3, the one hash of the project: fast enough to check every byte read back, and no defence
// against somebody who forges a state on purpose (readers are total, so a forged state is an error
// or another valid state, never undefined behaviour).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace perdure {

uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);

// XXH3-128 in xxHash's canonical (big-endian) form, as `xxhsum -H2` prints it.
std::array<uint8_t, 16> Hash128(std::string_view bytes);

// Hash64 of what Update() was given, in pieces. Not copyable: the state is large and aligned.
class Hasher64 {
 public:
  explicit Hasher64(uint64_t seed = 0);
  Hasher64(const Hasher64&) = delete;
  Hasher64& operator=(const Hasher64&) = delete;

  void Update(std::string_view bytes);
  uint64_t Digest() const;

 private:
  alignas(64) unsigned char state_[640];
};

// Hash128 of what Update() was given, in pieces.
class Hasher128 {
 public:
  Hasher128();
  Hasher128(const Hasher128&) = delete;
  Hasher128& operator=(const Hasher128&) = delete;

  void Update(std::string_view bytes);
  std::array<uint8_t, 16> Digest() const;

 private:
  alignas(64) unsigned char state_[640];
};

}  // namespace perdure
