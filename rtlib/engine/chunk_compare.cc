#include "rtlib/engine/chunk_compare.h"

#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace perdure {
namespace {

static_assert(kChunkBytes == kBaseChunkBytes, "the unit of tracking is the unit of storage");
static_assert(kChunkWords % 64 == 0);

uint64_t Word(const uint8_t* image, uint64_t index) {
  uint64_t word;
  std::memcpy(&word, image + index * kWordBytes, sizeof(word));
  return word;
}

// The mask of one line, word by word.
uint64_t LineMask(const uint8_t* now, const uint8_t* then) {
  uint64_t mask = 0;
  for (uint64_t i = 0; i < kLineWords; ++i) {
    mask |= uint64_t{Word(now, i) != Word(then, i)} << i;
  }
  return mask;
}

bool CompareScalar(const uint8_t* now, const uint8_t* then, WordMask* mask) {
  uint64_t any = 0;
  for (uint64_t& bits : mask->words) {
    bits = 0;
    for (uint64_t line = 0; line < 64 / kLineWords; ++line) {
      uint64_t difference = 0;
      for (uint64_t i = 0; i < kLineWords; ++i) difference |= Word(now, i) ^ Word(then, i);
      if (difference != 0) bits |= LineMask(now, then) << (line * kLineWords);
      now += kLineBytes;
      then += kLineBytes;
    }
    any |= bits;
  }
  return any != 0;
}

#if defined(__x86_64__)

[[gnu::target("avx2")]] __m256i Difference(const uint8_t* now, const uint8_t* then) {
  return _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(now)),
                          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(then)));
}

[[gnu::target("avx2")]] uint64_t NotZeroWords(__m256i difference) {
  const __m256i equal = _mm256_cmpeq_epi64(difference, _mm256_setzero_si256());
  return static_cast<uint64_t>(_mm256_movemask_pd(_mm256_castsi256_pd(equal))) ^ 0xf;
}

[[gnu::target("avx2")]] bool CompareAvx2(const uint8_t* now, const uint8_t* then, WordMask* mask) {
  uint64_t any = 0;
  for (uint64_t& bits : mask->words) {
    bits = 0;
    // Two lines at a time: nearly all are equal.
    for (uint64_t shift = 0; shift < 64; shift += 16) {
      const __m256i d0 = Difference(now, then);
      const __m256i d1 = Difference(now + 32, then + 32);
      const __m256i d2 = Difference(now + 64, then + 64);
      const __m256i d3 = Difference(now + 96, then + 96);
      const __m256i all = _mm256_or_si256(_mm256_or_si256(d0, d1), _mm256_or_si256(d2, d3));
      if (_mm256_testz_si256(all, all) == 0) {
        bits |= (NotZeroWords(d0) | NotZeroWords(d1) << 4 | NotZeroWords(d2) << 8 |
                 NotZeroWords(d3) << 12)
                << shift;
      }
      now += 128;
      then += 128;
    }
    any |= bits;
  }
  return any != 0;
}

// __builtin_cpu_supports() would do, but with it every program begins by asking the processor some
// twenty questions, each of which is a trap in a virtual machine.
bool HasAvx2() {
  unsigned a, b, c, d;
  constexpr unsigned kSavedAvx = bit_OSXSAVE | bit_AVX;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSavedAvx) != kSavedAvx) return false;
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr unsigned kVectorRegisters = 6;  // that the system keeps: both halves
  if ((low & kVectorRegisters) != kVectorRegisters) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_AVX2) != 0;
}

std::span<const ChunkComparer> Choose() {
  static constexpr ChunkComparer kComparers[] = {{"avx2", CompareAvx2}, {"scalar", CompareScalar}};
  return std::span(kComparers).subspan(HasAvx2() ? 0 : 1);
}

#elif defined(__aarch64__)

bool CompareNeon(const uint8_t* now, const uint8_t* then, WordMask* mask) {
  uint64_t any = 0;
  for (uint64_t& bits : mask->words) {
    bits = 0;
    for (uint64_t shift = 0; shift < 64; shift += kLineWords) {
      uint8x16_t all = vdupq_n_u8(0);
      for (uint64_t at = 0; at < kLineBytes; at += 16) {
        all = vorrq_u8(all, veorq_u8(vld1q_u8(now + at), vld1q_u8(then + at)));
      }
      if (vmaxvq_u32(vreinterpretq_u32_u8(all)) != 0) bits |= LineMask(now, then) << shift;
      now += kLineBytes;
      then += kLineBytes;
    }
    any |= bits;
  }
  return any != 0;
}

std::span<const ChunkComparer> Choose() {
  static constexpr ChunkComparer kComparers[] = {{"neon", CompareNeon}, {"scalar", CompareScalar}};
  return kComparers;
}

#else

std::span<const ChunkComparer> Choose() {
  static constexpr ChunkComparer kComparers[] = {{"scalar", CompareScalar}};
  return kComparers;
}

#endif

}  // namespace

std::span<const ChunkComparer> ChunkComparers() {
  static const std::span<const ChunkComparer> comparers = Choose();
  return comparers;
}

}  // namespace perdure
