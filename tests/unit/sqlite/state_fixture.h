// A scratch folder with a state in it, and the few verbs the store tests are written in.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "perdure/sqlite.h"
#include "rtlib/engine/store.h"

namespace perdure::test {

// A folder that is removed at the end, in memory if the system has a place for that: what is tested
// here does not depend on the medium, but takes many flushes. The state's path is path().
class ScratchState {
 public:
  ScratchState();
  explicit ScratchState(const std::string& parent);
  ~ScratchState();
  ScratchState(const ScratchState&) = delete;
  ScratchState& operator=(const ScratchState&) = delete;

  const std::string& folder() const { return folder_; }
  std::string path() const { return folder_ + "/state.db"; }
  std::string log() const { return path() + "-wal"; }
  std::vector<std::string> Files() const;  // names in the folder, sorted

 private:
  std::string folder_;
};

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& bytes);
bool Exists(const std::string& path);
uint64_t FileSize(const std::string& path);  // 0 if there is none

// Opens, failing the test if that fails.
std::unique_ptr<Store> MustOpen(const std::string& path, Durability durability = Durability::kFull);
// The status of an attempt to open; if it succeeds the store is closed at once.
Status TryOpen(const std::string& path, Durability durability = Durability::kFull);
// Changes the file behind the store's back. No store may have it open.
void Sql(const std::string& path, const std::string& sql);
// Rows as lines, columns joined by "|", as the shell prints them.
std::string Query(const std::string& path, const char* sql);

StateHeader SampleHeader(uint64_t sealed_seq = 0);
// Fields derived from seq, so that any event can be checked by its number.
EventRecord SampleEvent(uint64_t seq);
// A chunk's blob; empty if it has no row.
std::string Chunk(Store* store, uint64_t id, Image image = Image::kBase);
bool IsSampleEvent(const EventRecord& event);

// Creation as the engine does it: header, base and event 1 in one transaction.
Status CreateSample(Store* store);
// The event in a transaction of its own; every other one in the short way.
Status AppendSample(Store* store, uint64_t seq);
// A state with events 1..count, left as a killed process leaves it: the log still to be recovered.
void MakeKilledState(const std::string& path, uint64_t count,
                     Durability durability = Durability::kFull);
// The same, closed in order.
void MakeClosedState(const std::string& path, uint64_t count);

// Everything a store has, as text; equal texts mean equal states.
Result<std::string> Dump(Store* store);
// seq of the newest event; every event must be SampleEvent(seq), without gaps from 1.
Result<uint64_t> LastSampleEvent(Store* store);

// fork() that never fails (kill(-1) would be the end of everything) and whose child dies with this
// process, however a test ends.
pid_t Fork();

// Runs `body` in a child process and returns its exit status as waitpid() has it. A body that
// returns exits with its value; nothing of the test framework runs in the child.
int InChild(const std::function<int()>& body);

}  // namespace perdure::test
