/* Text: words found, hashed, compared, copied, counted. */
#include <string.h>

#include "kernel.h"

enum { kBytes = 1 << 20, kWords = 4096, kPasses = 9 };
static char text[kBytes + 1], reversed[kBytes + 1];
static char words[kWords][24];
static uint32_t counts[kWords];

static uint32_t Slot(const char* word, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; ++i) hash = (hash ^ (uint8_t)word[i]) * 16777619u;
  uint32_t at = hash % kWords;
  while (words[at][0] != 0 && (strncmp(words[at], word, length) != 0 || words[at][length] != 0)) {
    at = (at + 1) % kWords;
  }
  return at;
}

static void Count(const char* at) {
  while (*at != 0) {
    while (*at == ' ') ++at;
    const char* end = at;
    while (*end > ' ') ++end;
    const size_t length = (size_t)(end - at);
    if (length > 0) {
      const uint32_t slot = Slot(at, length);
      if (words[slot][0] == 0) memcpy(words[slot], at, length);
      ++counts[slot];
    }
    at = end;
  }
}

int64_t run(void) {
  uint64_t random = 5, result = 0;
  memset(words, 0, sizeof words);
  memset(counts, 0, sizeof counts);
  for (int i = 0; i < kBytes;) {
    uint64_t word = NextRandom(&random) % 1500 + 1;
    for (; word > 0 && i < kBytes; word /= 5) text[i++] = (char)('a' + word % 23);
    if (i < kBytes) text[i++] = ' ';
  }
  for (int pass = 0; pass < kPasses; ++pass) {
    Count(text);
    for (int i = 0; i < kBytes; ++i) reversed[i] = text[kBytes - 1 - i];
    Count(reversed);
    result += strlen(strchr(text + pass * 1000, 'q'));
  }
  for (int i = 0; i < kWords; ++i) result = Mix(result, counts[i] + (uint8_t)words[i][1]);
  return (int64_t)result;
}
