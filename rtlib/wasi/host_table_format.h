// The durable format of the host table, as constants shared by its writer and its reader.
// docs/internals/host-table.md has the layout byte by byte.
//
//   u8 version, then parts in the order of their tags, each at most once: u8 tag, varint length,
//   payload. A part with nothing in it is left out, but for kDescriptors.
//
//   kRun          varint count, arguments; varint count, variables      (each: bytes)
//   kPreopens     varint count; each: bytes name, identity
//   kDescriptors  varint next serial, varint count; each, ascending by number:
//                   varint number, varint serial, u8 origin, varint origin's number, bytes path,
//                   u8 filetype, u8 access bits, u16 fdflags, u64 rights base, u64 inheriting,
//                   varint offset, varint append end, identity
//   kClock        varint monotonic floor, varint processor time, varint waiting since
//   kRandom       32 bytes key, varint next block
//   kInput        the bytes
//   kInputSource  u64 device, u64 inode, varint bytes waiting (no fewer than those of kInput)
//
// An identity is u64 device, u64 inode, u64 time of birth in ns. An empty table is that of a
// program which has the descriptors it began with and has been told nothing else.
//
// A change that an older reader would misread raises kHostTableVersion.
#pragma once

#include <cstddef>
#include <cstdint>

namespace perdure::wasi {

inline constexpr uint8_t kHostTableVersion = 2;

enum class HostTablePart : uint8_t {
  kRun = 1,
  kPreopens = 2,
  kDescriptors = 3,
  kClock = 4,
  kRandom = 5,
  kInput = 6,
  kInputSource = 7,
};

// Access bits of a descriptor.
inline constexpr uint8_t kAccessReads = 1 << 0;
inline constexpr uint8_t kAccessWrites = 1 << 1;
inline constexpr uint8_t kAccessLost = 1 << 2;
inline constexpr uint8_t kAccessAll = (1 << 3) - 1;

// Limits, checked by the writer's callers and by the reader.
inline constexpr uint32_t kDescriptorsMax = 4096;  // guest numbers are below it, too
inline constexpr uint32_t kPreopensMax = 1024;
inline constexpr size_t kPathBytesMax =
    4096;  // a NUL at the end included, as the system's PATH_MAX
inline constexpr uint64_t kRunBytesMax = uint64_t{4} << 20;  // arguments and variables
inline constexpr uint64_t kInputBytesMax = uint64_t{1} << 20;
static_assert(kDescriptorsMax * (kPathBytesMax + 128) < size_t{18} << 20,
              "only absurd descriptors can outgrow the 16 MiB of a host table");

}  // namespace perdure::wasi
