// Outbox: which output of a run has left the process, across processes.
//
// Effects are committed with their event and written after it (E2), so a process can die when they
// are committed and not, or not all, written. The next one has to write what is missing and nothing
// else. What it can know:
//
//   event row      says up to which event everything had left when it was committed, and where the
//                  descriptors stood, if they were regular files          (Outlet, state/outlet.h)
//   the mark       beside the state, overwritten after every piece that was written to anything but
//                  a file, and at the end: how many bytes have left. It survives the death of the
//                  process and not a power failure (Store::PutMark)
//   the header     when the state is closed: everything up to here has left, no mark is needed
//   the file       if a descriptor still is that regular file: how far it has been written
//
//     COMMIT (row: start of the output) ──► write, mark, write, mark ... ──► mark "done"
//        │ died                                │ died                           │ died
//        ▼                                     ▼                                ▼
//     everything is owed                files: the rest is owed              nothing
//                                       pipes: what is behind the mark
//
// Invariants
//  (O1) What was committed is written, by this process or a later one: nothing is lost.
//  (O2) To a regular file that nobody else writes to, nothing is written twice.
//  (O3) To anything else, at most the one piece of kPieceBytes is written twice that was on its way
//       when the process died: if it died between that write and its mark. After a power failure,
//       all of the last commit.
//  (O4) The exit status of a run is an effect, the last one: the process that finds it owed ends
//       with it, and does not begin another run.
//  (O5) A trapped event is rolled back but its output has left (R5). Standard output is not written
//       again when the next process repeats the event: as long as the guest writes the same bytes
//       they are dropped ("ahead": they are out, and not in the state). Standard error is: it says
//       why there was a trap.
//
// Rejected: a second transaction after each release (in the log it must be flushed, or a power
// failure leaves a hole that cannot be told from damage; flushed it doubles the time of a commit).
// Rejected: at most once, by marking before writing: a prompt that is lost is worse than one that
// comes twice, and neither can be ruled out for a pipe.
//
// Reactors have no outbox: who calls one and does not see the answer cannot know whether it
// happened, whatever is done about its output.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/status.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/outlet.h"

namespace perdure {

class Outbox {
 public:
  explicit Outbox(Store* store) : store_(*store) {}

  // Finds in the log, from the newest event backwards, and in the mark, what is owed. kCorrupt if
  // what is read back does not verify.
  Status Restore(const StateHeader& header, LogPosition newest);

  // Completes the row of an event whose effects these are, before it is appended. May drop some
  // (O5).
  void Prepare(EventRecord* record, std::vector<perdure_effect>* effects);

  // Writes `effects`, all those of the commit that ended at `newest`. An error is one of the
  // store's; what became of the output is below.
  Status Release(const std::vector<perdure_effect>& effects, LogPosition newest);

  // Writes what an earlier process, or an earlier run of this one, left owed up to `newest`. The
  // exit status, if that is owed as well (O4).
  Result<std::optional<uint32_t>> ReleaseOwed(LogPosition newest);

  // Whoever was to get the exit status has it.
  void ExitSeen(LogPosition newest);

  // Of the last release: somebody closed the reading end; something else was wrong. What could not
  // be written is owed.
  bool closed() const { return closed_; }
  const Status& failure() const { return failure_; }

  // Everything up to this event has left.
  uint64_t released_seq() const { return released_seq_; }
  // An earlier process ended the run, and nobody got its exit status.
  bool owes_exit() const { return found_exit_; }

 private:
  static constexpr size_t kPieceBytes = 4096;  // PIPE_BUF: in a pipe, all of it or nothing

  Status Verify(const StateHeader& header, const EventRecord& event, LogPosition newest) const;
  Status TakeOutlet(const StateHeader& header, const EventRecord& event);
  std::vector<perdure_effect> DropRepeated(const std::vector<perdure_effect>& effects,
                                           size_t* matched, bool* differs) const;
  Status WriteAll(const std::vector<perdure_effect>& effects, uint64_t skip);
  Status Write(const perdure_effect& effect, size_t skip, uint64_t total, bool* goes_on);
  bool WriteFailed(int fd, int error);
  Status PutMark(bool done);

  Store& store_;
  uint64_t released_seq_ = 0;
  // Of the output after released_seq_: how much has left, and the newest event it belongs to.
  uint64_t bytes_out_ = 0;
  uint64_t marked_hash_ = 0;
  std::string ahead_;
  // As an earlier process left it; empty: this one has released since.
  std::optional<Outlet> found_;
  bool found_exit_ = false;    // owed by an earlier process
  bool exit_is_owed_ = false;  // by this process to whoever called Run()
  bool closed_ = false;
  Status failure_;
};

// The mark as stored.
struct OutputMark {
  uint64_t event_hash = 0;
  uint64_t bytes = 0;
  bool done = false;
};
std::string EncodeMark(const OutputMark& mark);
// nullopt: damaged, or none. A mark that is missing makes output come twice, nothing else.
std::optional<OutputMark> DecodeMark(std::string_view encoded);

// Where descriptors 1 and 2 of this process stand.
std::array<OutletPlace, kOutletCount> PresentPlaces();

// How many bytes of the concatenated `effects` have left, as far as files tell: `then` is where the
// descriptors stood when `known` bytes had, `now` where they stand. At least `known`.
uint64_t BytesInFiles(const std::vector<perdure_effect>& effects, uint64_t known,
                      const std::array<OutletPlace, kOutletCount>& then,
                      const std::array<OutletPlace, kOutletCount>& now);

}  // namespace perdure
