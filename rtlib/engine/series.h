// Series: events of a group that share one row of the log, and one delta.
//
// What an event costs besides the guest's own work is asking the trackers, comparing, encoding and
// a row: 5 to 10 us, when a group of hundreds of events has one flush of 100 us. So under group
// commit events follow each other without any of that, and what they changed is found out once, for
// all of them. The price is paid when one of them has to be undone: the committed image is that of
// before the first, so those before the one that trapped are executed again.
//
//   committed image        e1 e2 e3 ... en         the guest
//         │                └──────────── their inputs and results are in here
//         │
//         ├── row ends: collect, diff, encode once ──► a row {e1..en, delta}, image := guest
//         │
//         └── e(n+1) traps: guest := image, repeat e1..en ──► row {e1..en, delta}, image := guest,
//                           row {e(n+1), trapped}
//
// An event can be repeated if it is a function of the state and its arguments alone and has done
// nothing outside, and nothing of it has been told anybody. The latter holds because results and
// effects are held back until the group is committed. As for the former: before it runs, a call is
// fit to be in a series if every function that the program imports is the runtime's own and can be
// told to be (perdure_import::by_runtime), and none of its parameters is a reference (a host object
// in a global or table makes an event trap when it is encoded, and then it must be known which).
// Afterwards, if it returned, reached nothing outside (wasi::ReachedOutside: files, clocks,
// sockets, the first random numbers, standard input) and left memories and tables at their sizes
// (to grow may succeed once and fail the next time). One that is not fit afterwards is the last of
// its series: nothing needs to repeat it. So programs with host functions of their own have a row
// for each event, as without groups.
//
// Invariants
//  (G1) Guest = committed image + the events of the series. Nothing else differs.
//  (G2) Every event of a series can be repeated. The last event of its row need not be.
//  (G3) What is repeated must end, answer and send as it did, and leave sizes alone; else the
//       instance is poisoned (E9), with a message that says which event differed. Nothing was
//       acknowledged that is lost: the group is.
//  (G4) A series is bounded, in events, bytes and time: a trap repeats at most kSeriesNs of work
//       and one event, and a row stays short.
//  (G5) A series begins with an event that changed or sent something. So events that only read,
//       outside of a series, cost neither a row nor a flush (E10); inside, they are in the row with
//       the others, for nobody has looked whether they changed anything.
//
// States exist at the ends of rows only: history, folds and restores step from row to row, and the
// chain (E5) links rows.
//
// Rejected: an undo log of old chunks (a copy for each chunk an event touches first, so tracking
// for each event again). Rejected: flushing inputs alone and repeating them after a crash, so that
// deltas follow much later: what is saved is one collection a group, a few microseconds, and what
// is lost is that a state does not depend on the build or the processor that comes back to it.
// Rejected: a row for each event (costs as much again as all else that is done for it).
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/store.h"

namespace perdure {

inline constexpr uint64_t kSeriesEventsMax = 4096;
inline constexpr size_t kSeriesBytesMax = size_t{1} << 20;  // of texts and effects
inline constexpr uint64_t kSeriesNs = 100'000'000;

class Series {
 public:
  explicit Series(const perdure_program& program);

  // Whether a call of a function of this type may be in a series at all.
  bool Takes(const perdure_type& type) const;

  bool empty() const { return calls_.empty(); }
  uint64_t events() const { return calls_.size(); }
  bool IsFull(uint64_t now_ns) const;

  // The event that was just executed. `types`: of its arguments; `result`: as AppendValues() writes
  // it.
  void Add(uint32_t export_index, std::span<const uint8_t> types,
           std::span<const perdure_value> args, std::string_view result,
           const std::vector<perdure_effect>& effects, uint64_t now_ns);

  // Completes the row that ends with the newest of these events, or, if *record is an event
  // already, with that one, whose own effects are still to be added.
  void Describe(EventRecord* record) const;

  // (G3) Executes all of them again. REQUIRES: the guest is as the committed image.
  [[gnu::cold]] Status Repeat(Guest* guest) const;

  void Clear();

 private:
  struct Call {
    uint32_t export_index;
    size_t first_value;  // of its arguments
    uint64_t answer;     // hash of its result and effects
  };

  [[gnu::cold]] bool AnswersAs(const Call& call, Guest* guest, const perdure_type& type,
                               std::span<const perdure_value> results) const;
  std::span<const perdure_value> ArgsOf(const Call& call) const;
  const std::string& ListHead(uint32_t export_index);

  const perdure_program& program_;
  bool repeatable_;  // the program
  std::vector<Call> calls_;
  std::vector<perdure_value> values_;
  uint64_t began_ns_ = 0;
  std::string list_;       // room for EventRecord::earlier of all of them
  size_t list_bytes_ = 0;  // so much is written, without what closes it
  size_t newest_at_ = 0;   // where it goes on with the newest event
  size_t newest_result_at_ = 0, newest_result_bytes_ = 0;  // in the list
  std::string effects_;
  std::vector<std::string> list_heads_;  // by export: how the list goes on with a call of it
};

}  // namespace perdure
