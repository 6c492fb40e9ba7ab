#include "rtlib/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <new>

namespace perdure {
namespace {

static_assert(sizeof(XXH3_state_t) <= 640 && alignof(XXH3_state_t) <= 64,
              "the hashers' opaque storage holds xxHash's state");

XXH3_state_t* State(unsigned char* storage) { return reinterpret_cast<XXH3_state_t*>(storage); }
const XXH3_state_t* State(const unsigned char* storage) {
  return reinterpret_cast<const XXH3_state_t*>(storage);
}

std::array<uint8_t, 16> Canonical(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::array<uint8_t, 16> out;
  static_assert(sizeof(canonical.digest) == 16);
  for (size_t i = 0; i < out.size(); ++i) out[i] = canonical.digest[i];
  return out;
}

}  // namespace

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::array<uint8_t, 16> Hash128(std::string_view bytes) {
  return Canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

Hasher64::Hasher64(uint64_t seed) {
  new (state_) XXH3_state_t;
  XXH3_INITSTATE(State(state_));
  XXH3_64bits_reset_withSeed(State(state_), seed);
}

void Hasher64::Update(std::string_view bytes) {
  XXH3_64bits_update(State(state_), bytes.data(), bytes.size());
}

uint64_t Hasher64::Digest() const { return XXH3_64bits_digest(State(state_)); }

Hasher128::Hasher128() {
  new (state_) XXH3_state_t;
  XXH3_INITSTATE(State(state_));
  XXH3_128bits_reset(State(state_));
}

void Hasher128::Update(std::string_view bytes) {
  XXH3_128bits_update(State(state_), bytes.data(), bytes.size());
}

std::array<uint8_t, 16> Hasher128::Digest() const {
  return Canonical(XXH3_128bits_digest(State(state_)));
}

}  // namespace perdure
