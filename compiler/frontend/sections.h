// The outermost structure of a binary module: which bytes are which section.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace perdure {

inline constexpr uint64_t kModuleHeaderBytes = 8;  // "\0asm" and the version

// Section ids (core spec 5.5.2) this folder needs by name.
inline constexpr uint8_t kCustomSection = 0;
inline constexpr uint8_t kStartSection = 8;

struct Section {
  uint8_t id = 0;
  uint64_t begin = 0;    // of the id byte
  uint64_t payload = 0;  // of the contents
  uint64_t end = 0;
};

struct SectionError {
  uint64_t offset = 0;
  std::string message;
};

// Finds the sections after the module header. Checks nothing inside of them.
// REQUIRES: bytes.size() >= kModuleHeaderBytes.
std::optional<SectionError> ScanSections(std::span<const uint8_t> bytes,
                                         std::vector<Section>* sections);

std::string_view SectionName(uint8_t id);  // "code"; "unknown" for ids that do not exist

}  // namespace perdure
