// What others do to make an event durable. Each gets the same event and is measured in the same
// loop.
//
//   floor         overwrite as many 4 KiB blocks as the event wrote chunks, at the next place of a
//                 file that exists, then fdatasync: the least anybody can pay who stores chunks.
//                 (The same place each time would be what nobody can do who keeps anything.)
//   page upsert   the chunks that changed, as rows of a SQLite table (WAL, synchronous=FULL)
//   LMDB          the same in LMDB, one durable transaction
//   image dump    all of the memory in a file and the globals as JSON, each written beside the old
//                 one, synced and renamed over it
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/bench/commit/guest.h"
#include "tests/bench/commit/measure.h"

namespace perdure::bench {

// An event as seen by those who store it.
struct Written {
  uint64_t dirty = 0;  // chunks the event wrote to
  const ChangedChunks* changed = nullptr;
  const Plain* after = nullptr;  // the guest as it is now
};

class Peer {
 public:
  virtual ~Peer() = default;
  virtual void Store(const Written& event) = 0;
  // How many of the events it stores: the slow ones are not asked each time.
  virtual int every() const { return 1; }
};

struct NamedPeer {
  std::string name;
  std::unique_ptr<Peer> peer;
};

class Floor final : public Peer {
 public:
  // `blocks`: the most that will be overwritten.
  Floor(std::string path, uint64_t blocks);
  ~Floor() override;
  void Store(const Written& event) override { Overwrite(event.dirty); }
  void Overwrite(uint64_t blocks);

 private:
  const std::string path_;
  int fd_;
  std::vector<char> data_;  // of the next event
  uint64_t file_bytes_, at_ = 0;
};

std::unique_ptr<Peer> MakePageUpsert(const std::string& path, std::span<const uint8_t> memory);
// Null where the benchmark was built without LMDB.
std::unique_ptr<Peer> MakeLmdb(const std::string& path, std::span<const uint8_t> memory);
std::unique_ptr<Peer> MakeImageDump(const std::string& path);

// All of them but the floor, with the chunks of `memory` stored. Their files are in `folder`.
std::vector<NamedPeer> MakePeers(const std::string& folder, std::span<const uint8_t> memory);

// Stores `event` and measures it.
Cost Measure(Peer* peer, const Written& event);

}  // namespace perdure::bench
