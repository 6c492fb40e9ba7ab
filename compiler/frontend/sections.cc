#include "compiler/frontend/sections.h"

#include <array>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::array<std::string_view, 14> kSectionNames = {
    "custom", "type",  "import",  "function", "table", "memory",     "global",
    "export", "start", "element", "code",     "data",  "data count", "tag"};

// An unsigned 32-bit LEB128 at `*position`, which it moves; nullopt: cut off or too long.
std::optional<uint32_t> ReadU32(std::span<const uint8_t> bytes, uint64_t* position) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (*position >= bytes.size()) return std::nullopt;
    const uint8_t byte = bytes[(*position)++];
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      if (value > UINT32_MAX) return std::nullopt;
      return static_cast<uint32_t>(value);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view SectionName(uint8_t id) {
  return id < kSectionNames.size() ? kSectionNames[id] : std::string_view("unknown");
}

std::optional<SectionError> ScanSections(std::span<const uint8_t> bytes,
                                         std::vector<Section>* sections) {
  uint64_t position = kModuleHeaderBytes;
  while (position < bytes.size()) {
    Section section;
    section.begin = position;
    section.id = bytes[position++];
    const std::optional<uint32_t> size = ReadU32(bytes, &position);
    if (!size) {
      const bool cut = position >= bytes.size();
      return SectionError{section.begin, cut ? "truncated: the file ends in the header of a section"
                                             : "invalid module: malformed section size"};
    }
    section.payload = position;
    section.end = position + *size;
    if (section.end > bytes.size()) {
      return SectionError{
          section.begin,
          StrCat("truncated: the ", SectionName(section.id), " section has ", *size,
                 " bytes, the file ends after ", bytes.size() - position, " of them")};
    }
    position = section.end;
    sections->push_back(section);
  }
  return std::nullopt;
}

}  // namespace perdure
