// Which pages of a private mapping exist, that is, were touched since they were mapped or given up:
// /proc/self/pagemap has a word for each that says so, on every kernel.
#pragma once

#include <cstdint>
#include <vector>

#include "rtlib/track/tracker.h"

namespace perdure {

// Appends the pages [begin, end), counted from `base`, that exist to *pages, as ranges of pages.
// Pages that were only read may be among them, and where there is no /proc all pages are.
void AppendExistingPages(const uint8_t* base, uint64_t begin, uint64_t end,
                         std::vector<ChunkRange>* pages);

}  // namespace perdure
