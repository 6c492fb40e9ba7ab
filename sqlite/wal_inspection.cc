// Telling a torn log from a damaged one
//
// Purpose. SQLite's recovery reads the log (WAL) frame by frame while salts and running checksum
// agree, and silently forgets everything behind the first frame where they do not. That is right
// for a transaction cut off by a power failure: nobody was told that it had committed. It is wrong
// for a byte that rotted in the middle: the committed, acknowledged transactions behind it vanish
// without a word. This file finds the second case; the store then refuses to open, before anything
// is changed.
//
//   header | frame 1 | frame 2 C | frame 3 C | frame 4 | frame 5 C | old frames, zeros or the end
//          '-- transaction 1 --' '--- 2 ---' '-- transaction 3 --'    C: commit mark
//
// What SQLite and the store guarantee while the state is written with durability "full"
//  (W1) A transaction's frames are written in order; its last, and only its last, carries a commit
//       mark (the size of the database, not 0). No padding follows it: SQLite's unix layer promises
//       power-safe overwrites.
//  (W2) The log is synced between a commit mark and the first byte of the next transaction.
//  (W3) All frames with the salts of the header were written since the log last began anew (its
//       generation), and those behind the last committed transaction belong to one unfinished
//       transaction: what a rolled back transaction leaves is cut off, and so is, at every open,
//       what a dead process left (StateVfs::CutLog). Behind them come older generations' frames
//       (other salts) or zeros.
//  (W4) The header is synced before the first frame. It lies in one sector. Where it takes the
//       place of the mark of a closed log (wal_format.h), which was synced, it is not: until it is,
//       that sector holds the mark or the header, and with the mark there is no log.
//  (W5) Sectors of 512 bytes (or more) are written wholly or not at all.
//
// The rule. Let b be the first frame whose salts or running checksum are wrong. If b was torn by a
// power failure or a kill, it belongs to the unfinished transaction (W2), and then so do all later
// frames with the header's salts (W3), of which only the very last can have a commit mark (W1). So
//
//     a frame certainly carrying a commit mark, at b or behind it, that is followed by any frame
//     with the header's salts, proves damage.
//
// "Certainly": after a power failure the header of a frame in the unfinished transaction may be
// half new and half old (W5), if a sector ends inside it. A commit mark counts if
//   - it lies in one sector with matching salts, or
//   - it has matching salts and the frame's checksum, which covers it, continues the one before, or
//   - it is in b, and the checksum continues the valid frames (only the salts are wrong), or
//   - the next frame has the salts and continues the frame's own checksum, which lies in one sector
//     with the mark; or
//   - it is in b, and only the mark itself is wrong: the checksum algorithm runs backwards as well,
//     from the frame's stored checksum over its page to the first eight bytes it covers, page
//     number and mark. If the page number found so is the stored one, the mark found so is the true
//     one.
// A bad header with anything but zeros behind it is damage by (W4).
//
// What cannot be told apart
//   - Damage within the last transaction, and a power failure during it: one acknowledged
//     transaction may be lost to a rotten byte there. (Events up to the last seal are covered by
//     the header all the same.)
//   - A log that was cut short or removed, and one that never was longer. Same remedy.
//   - Under durability "normal" and "off" W2 does not hold, and W4 only under "normal"; the store
//     ignores the findings that do not apply.
//
// Rejected: repairing the frame (a single wrong byte can be found by search), because a medium that
// changes bytes is not to be continued on; and a count of commit marks behind b ("two prove
// damage"), which misses the most common log of all, one frame for each event, when the last but
// one is hit.
#include "sqlite/wal_inspection.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "sqlite/error.h"
#include "sqlite/wal_format.h"

namespace perdure {
namespace {

constexpr uint32_t kMagicLittle = 0x377f0682;  // checksums over little-endian words
constexpr uint32_t kMagicBig = 0x377f0683;
constexpr uint32_t kWalVersion = 3007000;
constexpr int64_t kSectorBytes = 512;

struct CloseFile {
  void operator()(FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, CloseFile>;

uint32_t Big32(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}
uint32_t Little32(const uint8_t* p) {
  return uint32_t{p[3]} << 24 | uint32_t{p[2]} << 16 | uint32_t{p[1]} << 8 | p[0];
}

struct Checksum {
  uint32_t s0 = 0, s1 = 0;
  bool operator==(const Checksum&) const = default;
};

template <bool kBig>
Checksum Forward(Checksum sum, const uint8_t* bytes, int64_t size) {
  for (int64_t i = 0; i < size; i += 8) {
    sum.s0 += (kBig ? Big32(bytes + i) : Little32(bytes + i)) + sum.s1;
    sum.s1 += (kBig ? Big32(bytes + i + 4) : Little32(bytes + i + 4)) + sum.s0;
  }
  return sum;
}

// Undoes Forward() over the same bytes.
template <bool kBig>
Checksum Backward(Checksum sum, const uint8_t* bytes, int64_t size) {
  for (int64_t i = size - 8; i >= 0; i -= 8) {
    sum.s1 -= (kBig ? Big32(bytes + i + 4) : Little32(bytes + i + 4)) + sum.s0;
    sum.s0 -= (kBig ? Big32(bytes + i) : Little32(bytes + i)) + sum.s1;
  }
  return sum;
}

struct Frame {
  int64_t offset = 0;
  uint8_t bytes[kWalFrameBytes];

  uint32_t page_number() const { return Big32(bytes); }
  bool has_commit_mark() const { return Big32(bytes + 4) != 0; }
  Checksum stored() const { return {Big32(bytes + 16), Big32(bytes + 20)}; }
  // True if a sector begins at byte `at` of the frame.
  bool SectorBeginsAt(int64_t at) const { return (offset + at) % kSectorBytes == 0; }
};

class Inspector {
 public:
  explicit Inspector(const uint8_t* header)
      : big_(Big32(header) == kMagicBig), sum_{Big32(header + 24), Big32(header + 28)} {
    std::memcpy(salts_, header + 16, sizeof(salts_));
  }

  // Takes the frames in order; true as soon as damage is proved.
  bool Take(const Frame& frame) {
    const bool salts_match = std::memcmp(frame.bytes + 8, salts_, sizeof(salts_)) == 0;
    const bool continues = Over(sum_, frame) == frame.stored();
    const bool first_bad = !broken_ && !(salts_match && continues);
    if (first_bad) {
      broken_ = true;
      broken_offset_ = static_cast<uint64_t>(frame.offset);
    }
    if (broken_) {
      // The frame before this one, seen from here.
      if (!first_bad && continues && before_mark_whole_) commit_mark_seen_ |= salts_match;
      if (commit_mark_seen_ && salts_match) return true;
      commit_mark_seen_ |= CertainCommitMark(frame, salts_match, continues, first_bad);
      before_mark_whole_ =
          frame.has_commit_mark() && !frame.SectorBeginsAt(8) && !frame.SectorBeginsAt(16);
    }
    if (!broken_ && frame.has_commit_mark()) valid_end_ = frame.offset + kWalFrameBytes;
    sum_ = frame.stored();
    return false;
  }

  uint64_t broken_offset() const { return broken_offset_; }
  int64_t valid_end() const { return valid_end_; }

 private:
  Checksum Over(Checksum sum, const Frame& frame) const {
    const uint8_t* page = frame.bytes + kWalFrameHeaderBytes;
    sum = big_ ? Forward<true>(sum, frame.bytes, 8) : Forward<false>(sum, frame.bytes, 8);
    return big_ ? Forward<true>(sum, page, kDatabasePageBytes)
                : Forward<false>(sum, page, kDatabasePageBytes);
  }

  bool CertainCommitMark(const Frame& frame, bool salts_match, bool continues,
                         bool first_bad) const {
    if (frame.has_commit_mark()) {
      // Older generations' frames continue each other as well: without the salts, only a frame that
      // continues the valid ones is known to be new.
      if (!salts_match) return first_bad && continues;
      return continues || !frame.SectorBeginsAt(8);
    }
    // Only for the first bad frame is the checksum before it known to be right.
    return first_bad && salts_match && TrueCommitMark(frame);
  }

  // Whether the checksum says that the page number is right and the missing mark was there.
  bool TrueCommitMark(const Frame& frame) const {
    const uint8_t* page = frame.bytes + kWalFrameHeaderBytes;
    const Checksum after = big_ ? Backward<true>(frame.stored(), page, kDatabasePageBytes)
                                : Backward<false>(frame.stored(), page, kDatabasePageBytes);
    const uint32_t page_word = after.s0 - sum_.s0 - sum_.s1;
    const uint32_t mark_word = after.s1 - sum_.s1 - after.s0;
    const uint32_t stored_word = big_ ? Big32(frame.bytes) : Little32(frame.bytes);
    return page_word == stored_word && mark_word != 0;
  }

  bool big_;
  Checksum sum_;  // stored in the frame before
  uint8_t salts_[8];
  bool broken_ = false;
  uint64_t broken_offset_ = 0;
  int64_t valid_end_ = kWalHeaderBytes;
  bool commit_mark_seen_ = false;   // a certain one, at the first bad frame or behind it
  bool before_mark_whole_ = false;  // the frame before has a mark in one sector with its checksum
};

bool HeaderIsValid(const uint8_t* header) {
  const uint32_t magic = Big32(header);
  if (magic != kMagicLittle && magic != kMagicBig) return false;
  const Checksum sum =
      magic == kMagicBig ? Forward<true>({}, header, 24) : Forward<false>({}, header, 24);
  return sum == Checksum{Big32(header + 24), Big32(header + 28)} &&
         Big32(header + 4) == kWalVersion && Big32(header + 8) == kDatabasePageBytes;
}

bool AllZero(const uint8_t* bytes, size_t size) {
  return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

// Not to the last byte: what lies behind a mark that rotted is still nothing.
bool IsClosedLogMark(const uint8_t* header) {
  int wrong = 0;
  for (int64_t i = 0; i < kWalHeaderBytes; ++i) {
    wrong += header[i] != static_cast<uint8_t>(kClosedLogMark[i]);
  }
  return wrong <= 2;
}

Status ReadError(const std::string& path) {
  return StateError(CodeOfErrno(errno), path, "cannot be read: ", ErrnoText(errno));
}

}  // namespace

bool LogIsClosed(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  uint8_t header[kWalHeaderBytes];
  const ssize_t size = pread(fd, header, sizeof(header), 0);
  close(fd);  // a log is never locked
  return size == static_cast<ssize_t>(sizeof(header)) && IsClosedLogMark(header);
}

Result<WalFinding> InspectWal(const std::string& path) {
  WalFinding finding;
  finding.closed = LogIsClosed(path);
  if (finding.closed) return finding;
  File file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    if (errno == ENOENT) return finding;
    return ReadError(path);
  }
  uint8_t header[kWalHeaderBytes];
  const size_t header_size = std::fread(header, 1, sizeof(header), file.get());
  if (header_size < sizeof(header)) {
    if (std::ferror(file.get()) != 0) return ReadError(path);
    return finding;  // SQLite writes the header at once: nothing ever followed it
  }
  const bool header_valid = HeaderIsValid(header);
  Inspector inspector(header);
  auto frame = std::make_unique<Frame>();
  frame->offset = kWalHeaderBytes;
  while (finding.damage == WalDamage::kNone) {
    const size_t size = std::fread(frame->bytes, 1, sizeof(frame->bytes), file.get());
    if (!header_valid && size > 0 && !AllZero(frame->bytes, size)) {
      finding.damage = WalDamage::kHeader;
    }
    if (size < sizeof(frame->bytes)) break;
    if (header_valid && inspector.Take(*frame)) {
      finding.damage = WalDamage::kMiddle;
      finding.offset = inspector.broken_offset();
    }
    frame->offset += kWalFrameBytes;
  }
  if (std::ferror(file.get()) != 0) return ReadError(path);
  if (header_valid) {
    const int64_t end = inspector.valid_end();
    finding.valid_bytes = static_cast<uint64_t>(end);
    finding.valid_frames = static_cast<uint32_t>((end - kWalHeaderBytes) / kWalFrameBytes);
  }
  return finding;
}

}  // namespace perdure
