// HostRecord: what the runtime itself must remember for a guest that uses WASI, as plain values.
//
// It is state like the guest's memory: encoded into perdure_host::table (host_record_codec.h) it
// commits and rolls back with every event. The descriptors of the system that belong to it are not
// in here; HostTable joins the two.
//
// Threads: value types.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rtlib/wasi/layout.h"

namespace perdure::wasi {

// Which file it is, as far as the system can say. The time of birth tells a file from a later one
// that got its inode.
struct FileIdentity {
  uint64_t dev = 0;
  uint64_t ino = 0;
  uint64_t born_ns = 0;  // 0: the file system does not know
  bool operator==(const FileIdentity&) const = default;
};

// A directory given to the guest. Where it is on this machine is no part of the state: only who
// starts the process may say what a guest can reach.
struct PreopenRecord {
  std::string name;  // the guest's name for it
  FileIdentity identity;
  bool operator==(const PreopenRecord&) const = default;
};

// Where a descriptor comes from, and hence how it comes back in another process.
enum class Origin : uint8_t {
  kStandard = 0,   // the process's own `number`: 0, 1 or 2
  kPreopen = 1,    // directory `number` of the preopens itself
  kPath = 2,       // opened at `path` below preopen `number`
  kInherited = 3,  // socket `number` of those the process was given
  kAccepted = 4,   // a connection; cannot come back
};
inline constexpr uint8_t kOriginMax = 4;

struct DescriptorRecord {
  uint64_t serial = 0;  // no other descriptor that was ever committed has it
  Origin origin = Origin::kStandard;
  uint32_t number = 0;
  // kPath: below the preopen, every component a real directory when it was walked; no "." or "..".
  std::string path;
  Filetype filetype = Filetype::kUnknown;
  bool reads = false;   // how it was opened
  bool writes = false;  // likewise
  bool lost = false;    // did not come back, and the guest was told so
  uint16_t fdflags = 0;
  uint64_t rights_base = 0;
  uint64_t rights_inheriting = 0;
  uint64_t offset = 0;      // of a regular file, standard input included
  uint64_t append_end = 0;  // fdflags append: where its last write ended
  FileIdentity identity;    // of a file or directory; of standard input if it is a regular file
  bool operator==(const DescriptorRecord&) const = default;
};

// The input of a run: what its main function was started with.
struct RunRecord {
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  bool operator==(const RunRecord&) const = default;
};

struct ClockRecord {
  uint64_t monotonic_floor_ns = 0;  // no reading so far was above it
  uint64_t cpu_ns = 0;              // the highest reading of the processor's time
  // When a poll_oneoff began to wait, on the guest's monotonic clock; 0: none is waiting.
  uint64_t waiting_since_ns = 0;
  bool operator==(const ClockRecord&) const = default;
};

inline constexpr size_t kRandomKeyBytes = 32;

struct RandomRecord {
  std::array<uint8_t, kRandomKeyBytes> key = {};
  uint64_t next_block = 0;  // of 64 bytes
  bool operator==(const RandomRecord&) const = default;
};

// A pipe or socket that logged input was copied from, and has not been taken from.
struct InputSource {
  uint64_t dev = 0;
  uint64_t ino = 0;
  uint64_t waiting_bytes = 0;  // in it at the time, what was copied included
  bool operator==(const InputSource&) const = default;
};

// Of standard input: logged_input.cc.
struct InputRecord {
  std::string bytes;  // logged, not yet read by the guest
  std::optional<InputSource> source;
  bool operator==(const InputRecord&) const = default;
};

struct HostRecord {
  std::optional<RunRecord> run;  // none: a reactor, or no run has begun
  std::vector<PreopenRecord> preopens;
  std::map<uint32_t, DescriptorRecord> descriptors;  // by the guest's number
  uint64_t next_serial = 0;
  ClockRecord clock;
  std::optional<RandomRecord> random;  // none: nobody has asked for a random byte
  InputRecord input;
  bool operator==(const HostRecord&) const = default;
};

}  // namespace perdure::wasi
