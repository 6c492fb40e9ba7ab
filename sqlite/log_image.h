// LogImage: the write-ahead log in memory, and how it reaches the file.
//
// SQLite hands over its log frame by frame, each in two writes (24 bytes, 4096 bytes), then syncs,
// and reads the frames back when it moves them into the main file. Here a transaction is gathered
// and reaches the file in one write when it is synced, and what was written is read from memory:
//
//     0                    begin_     end_          held_             kBytes
//     | as in the file     | gathered | as in the file |  not held    |
//
// Where the file system allows it, that one write goes around the kernel's cache and carries the
// sync with it (O_DIRECT, RWF_DSYNC). What goes out then is whole blocks: the block where the last
// transaction ended is written again, with the same bytes, as the kernel's cache would have done;
// behind the last frame follows what was there, or zeros.
//
// Invariants
//  (G1) Bytes [0, held_) are those of the file, but for the gathered ones; behind held_ is zero.
//  (G2) Gathered bytes reach the file before other bytes of the log do, and before it is read
//       where it is not held; when the log is synced they are synced.
//  (G3) What is given up, by a rolled back transaction, never reaches the file.
//
// A log beyond kBytes, that of one large transaction or one that could not be moved for long, is
// written through; it is held again when it starts over.
//
// Rejected: gathering with ordinary writes alone. That saves system calls, 1 us each; but a flush
// of what lies in the kernel's cache takes the processor a third longer than a direct write, and on
// a virtual disk it is the processor that a flush waits for (commit-speed.md).
//
// Threads: confined to the thread of the store.
#pragma once

#include <cstddef>
#include <cstdint>

namespace perdure {

class LogImage {
 public:
  static constexpr int64_t kBytes = 4 << 20;

  LogImage() = default;
  ~LogImage();
  LogImage(const LogImage&) = delete;
  LogImage& operator=(const LogImage&) = delete;

  // Gathers. False: it must be written to the file, after what is gathered.
  bool Write(const void* bytes, int64_t size, int64_t offset);
  // The same was written to the file.
  void WrittenThrough(int64_t size, int64_t offset);
  // False: it must be read from the file, after what is gathered was written.
  bool Read(void* out, int64_t size, int64_t offset) const;

  bool HasGathered() const { return begin_ < end_; }
  int64_t begin() const { return begin_; }
  int64_t end() const { return end_; }
  const uint8_t* gathered() const { return bytes_ + begin_; }
  // What is gathered has reached the file.
  void Settle() { begin_ = end_ = 0; }

  // The file ends at `size` now; what was gathered behind it is given up (G3).
  void Truncate(int64_t size);
  // Gives up what was gathered from `offset` on (G3).
  void GiveUp(int64_t offset);

  // Opens the file once more, for direct writes, if it can be.
  void OpenDirect(const char* path);
  void CloseDirect();
  // Where a direct write of what is gathered would end.
  int64_t DirectEnd() const;
  enum class Direct : uint8_t {
    kWritten,  // and durable
    kRefused,  // nothing has changed
    kNoRoom,   // of these two nothing is known about the file
    kFailed,
  };
  // Writes what is gathered. *written: how many bytes that took.
  Direct WriteDirectly(int64_t* written);

 private:
  void Forget(int64_t from);

  uint8_t* bytes_ = nullptr;  // kBytes of memory, of which what is not used takes no room
  int64_t held_ = 0;
  int64_t begin_ = 0, end_ = 0;
  int direct_ = -1;
};

}  // namespace perdure
