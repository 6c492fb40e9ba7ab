// Outlet: what an event of a run says of the output that was still to leave when it was committed.
//
//   varint   newest event all of whose effects had left
//   for descriptor 1, then for 2: where it stood
//     u8     0: not a regular file;  1: one, and then
//     varint device, varint inode, u64 time of birth, varint offset
//   varint length, bytes: output that has left and is not in the state (engine/outbox.h)
//
// An event has one if it has effects, or ends its run, or such output is concerned.
//
// Threads: pure functions on value types.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "perdure/status.h"

namespace perdure {

// Where the next byte of a descriptor goes.
struct OutletPlace {
  bool is_file = false;  // else nothing is known
  uint64_t dev = 0;
  uint64_t ino = 0;
  uint64_t born_ns = 0;
  uint64_t offset = 0;

  bool operator==(const OutletPlace&) const = default;
  bool IsSameFile(const OutletPlace& other) const {
    return is_file && other.is_file && dev == other.dev && ino == other.ino &&
           born_ns == other.born_ns;
  }
};

inline constexpr size_t kOutletCount = 2;  // descriptors 1 and 2

struct Outlet {
  uint64_t released_seq = 0;
  std::array<OutletPlace, kOutletCount> places;
  std::string ahead;

  bool operator==(const Outlet&) const = default;
};

std::string EncodeOutlet(const Outlet& outlet);
// kCorrupt if it is not what EncodeOutlet makes.
Result<Outlet> DecodeOutlet(std::string_view encoded);

}  // namespace perdure
