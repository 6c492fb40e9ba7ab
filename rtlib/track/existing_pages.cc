#include "rtlib/track/existing_pages.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "rtlib/track/trackers.h"
#include "rtlib/track/userfault.h"

namespace perdure {
namespace {

constexpr uint64_t kPresent = uint64_t{1} << 63;
constexpr uint64_t kSwapped = uint64_t{1} << 62;
constexpr uint64_t kWordsARead = 8192;

// Reads the words of `count` pages from page `first` of the address space on; false if it cannot.
bool ReadWords(int pagemap, uint64_t first, uint64_t count, uint64_t* words) {
  auto* bytes = reinterpret_cast<uint8_t*>(words);
  const uint64_t size = count * sizeof(uint64_t);
  for (uint64_t got = 0; got < size;) {
    const ssize_t read =
        pread(pagemap, bytes + got, size - got, static_cast<off_t>(first * sizeof(uint64_t) + got));
    if (read == 0 || (read < 0 && errno != EINTR)) return false;
    if (read > 0) got += static_cast<uint64_t>(read);
  }
  return true;
}

}  // namespace

void AppendExistingPages(const uint8_t* base, uint64_t begin, uint64_t end,
                         std::vector<ChunkRange>* pages) {
  if (begin >= end) return;
  const Result<OwnedFd> pagemap = OpenPagemap();
  const uint64_t first = reinterpret_cast<uintptr_t>(base) / PageBytes();
  std::vector<uint64_t> words(std::min(kWordsARead, end - begin));
  while (begin < end) {
    const uint64_t count = std::min(words.size(), end - begin);
    if (!pagemap.ok() || !ReadWords(pagemap->get(), first + begin, count, words.data())) {
      AppendRange(pages, begin, end);
      return;
    }
    for (uint64_t i = 0; i < count; ++i) {
      if ((words[i] & (kPresent | kSwapped)) != 0) AppendRange(pages, begin + i, begin + i + 1);
    }
    begin += count;
  }
}

}  // namespace perdure
