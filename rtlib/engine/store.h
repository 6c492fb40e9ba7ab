// Store: where commits go. The engine owns this interface; sqlite/ implements it for the product
// and engine/memory_store.h for tests.
//
// A store keeps rows and makes a transaction atomic and durable. It does not interpret what it
// keeps: blobs are encoded, hashed and verified by state/ and engine/ (a store may be lying, its
// file may have been edited), so a second store need not repeat any of that.
//
//   CLOSED --open--> IDLE --Begin--> OPEN_TX --Commit--> IDLE --Close--> CLOSED
//                                       \------Abort----/
//
// Contract
//  (S1) Everything written between Begin and Commit becomes visible to a later open, or none of it.
//  (S2) When Commit returns OK under Durability::kFull, the transaction survives power loss.
//  (S3) Reads see committed rows and the rows of the open transaction.
//  (S4) One process at a time: opening a state another process owns gives kLocked, and the message
//       names that process's pid.
//  (S5) After a failed write inside a transaction the caller Abort()s; Commit() would be an error.
//
// Threads: confined to the thread of the instance that owns it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "perdure/instance.h"
#include "perdure/status.h"

namespace perdure {

// What a store keeps of a delta in one row. Whoever reads or removes an event between two others
// (fold.h) does a piece at a time: this one takes about 150 us.
inline constexpr size_t kDeltaPieceBytes = size_t{256} << 10;

struct StoreOptions {
  std::string path;
  Durability durability = Durability::kFull;
  // What one value of the store may hold, if less than it could; deltas are cut into pieces of half
  // of that, or of kDeltaPieceBytes. 0: no less. Bytes, at least 16 KiB.
  size_t value_bytes_max = 0;
};

enum class EventKind : uint8_t { kStart = 1, kCall = 2, kResume = 3 };
enum class EventOutcome : uint8_t { kReturned = 1, kTrapped = 2, kExited = 3 };

// A row of the log: one event, or a series of them that share a delta (series.h), of which the
// fields describe the last. Texts are canonical: input "set(42)", result "42" (values as in
// docs/reference/values.md, several joined by ", "), or the trap message, or the exit status.
struct EventRecord {
  uint64_t seq = 0;  // 1, 2, 3 ... without gaps after the base
  // Of a series: how many events come before the last, numbered up to seq - 1, and what was asked
  // and answered, as JSON: the Unix time of the first in microseconds, then for each of them
  // [input, result, microseconds later, bytes of effects if any]. Never read back by the runtime.
  uint64_t earlier_count = 0;
  std::string earlier;
  EventKind kind = EventKind::kCall;
  EventOutcome outcome = EventOutcome::kReturned;
  int64_t time_us = 0;  // Unix time of the commit, microseconds
  std::string input;
  std::string result;
  std::string delta;    // state/delta_writer.h encoding; empty: nothing changed
  std::string effects;  // state/effects.h encoding, of all events of a series; empty: none
  std::string outlet;   // state/outlet.h encoding; empty: none
  // JSON object name -> value of the globals this event changed, for the views; a readable mirror
  // of what delta holds, never read back by the runtime.
  std::string globals;
  uint32_t chunks = 0;  // chunks with changed bytes, for the views
  uint64_t hash = 0;    // chain: XXH3 of this record's fields seeded with the previous event's hash
};

// What a store keeps besides the log: the state after an event near the newest one, whole, and the
// state at the far end of the history, as far as it differs from that.
enum class Image : uint8_t { kBase, kPast };

struct ImageHeader {
  uint64_t seq = 0;   // the event whose outcome the rows show; 0: the instantiated module
  uint64_t hash = 0;  // that event's chain hash (0 for event 0)
  // While a fold is under way, where it leads: some chunks are as of this event already. Else seq.
  uint64_t folding_seq = 0;
  uint64_t chunks = 0;  // rows of chunks
  uint64_t digest = 0;  // wrapping sum of the hashes of all rows

  bool operator==(const ImageHeader&) const = default;
};

// The one row that says what the state is. `hash` covers every other field.
struct StateHeader {
  uint32_t format_version = 0;
  uint8_t module_hash[16] = {};
  std::string program_name;
  std::string compiler;    // version that created the state
  int64_t created_us = 0;  // Unix time, microseconds
  // The base, near the newest event; and the far end of the history, as differences from the base.
  ImageHeader base;
  ImageHeader past;
  uint64_t sealed_seq = 0;   // newest event when the file was last sealed (Close, checkpoint)
  uint64_t sealed_hash = 0;  // its chain hash
  // Of a command: everything that events up to this one sent had left the process then; not beyond
  // sealed_seq.
  uint64_t released_seq = 0;
  uint64_t hash = 0;
};

// Readable description of a global, for the SQL view `globals`. Never read back.
struct GlobalMirror {
  uint32_t index = 0;
  std::string name;
  std::string type;   // "i32" ...
  std::string value;  // at the base event, as JSON
};

class Store {
 public:
  virtual ~Store() = default;

  // nullopt: the store is new and empty. Errors: kIncompatible for a format this build does not
  // know, kCorrupt, kIo.
  virtual Result<std::optional<StateHeader>> ReadHeader() = 0;

  virtual Status Begin() = 0;
  virtual Status Commit() = 0;
  virtual void Abort() = 0;  // no-op without an open transaction
  // Begin, AppendEvent and Commit. A store may know a shorter way; if it fails, Abort() as well.
  virtual Status CommitEvent(const EventRecord& event) {
    PERDURE_TRY(Begin());
    PERDURE_TRY(AppendEvent(event));
    return Commit();
  }

  // Writes; each REQUIRES an open transaction. Put replaces.
  virtual Status Clear() = 0;  // deletes everything, header included (--perdure-fresh)
  virtual Status PutHeader(const StateHeader& header) = 0;
  virtual Status PutChunk(Image image, uint64_t id, std::string_view blob) = 0;
  virtual Status DeleteChunk(Image image, uint64_t id) = 0;
  virtual Status PutSection(Image image, uint32_t tag, std::string_view blob) = 0;
  virtual Status DeleteSections(Image image) = 0;
  virtual Status PutGlobalMirror(const GlobalMirror& mirror) = 0;
  virtual Status AppendEvent(const EventRecord& event) = 0;
  // Removes the rows of events up to `seq`, and of what their deltas go on with a piece each time
  // it is called. True: nothing is left of them.
  virtual Result<bool> DeleteEventsThrough(uint64_t seq) = 0;

  // Reads. Visitors get views valid during the call; a visitor's error stops the walk and is
  // returned.
  using BlobVisitor = std::function<Status(uint64_t id, std::string_view blob)>;
  using EventVisitor = std::function<Status(const EventRecord& event)>;
  virtual Status ForEachChunk(Image image, const BlobVisitor& visit) = 0;    // ascending id
  virtual Status ForEachSection(Image image, const BlobVisitor& visit) = 0;  // ascending tag
  // False, with *blob unspecified, if there is no such row.
  virtual Result<bool> ReadChunk(Image image, uint64_t id, std::string* blob) = 0;
  // The lowest id of a chunk's row that is not below `from`.
  virtual Result<std::optional<uint64_t>> NextChunk(Image image, uint64_t from) = 0;
  // Rows with seq > after, ascending.
  virtual Status ForEachEvent(uint64_t after, const EventVisitor& visit) = 0;
  // The row that holds event `seq`. False, with *event unspecified, if there is none.
  Result<bool> ReadEvent(uint64_t seq, EventRecord* event);
  // The same, but with the beginning of the delta only: *pieces others go on with it.
  virtual Result<bool> ReadEventRow(uint64_t seq, EventRecord* event, uint64_t* pieces) = 0;
  // One of those, from 0 on, of the row `seq` (the number of its last event).
  virtual Result<std::string> ReadDeltaPiece(uint64_t seq, uint64_t number) = 0;
  // The number of the oldest row, or of one of which pieces are left. 0: the log is empty.
  virtual Result<uint64_t> OldestEvent() = 0;

  // A few bytes beside the state that are replaced at once, outside of transactions and without a
  // flush: they survive the death of the process, but a power failure, or copying the state without
  // them, may lose them. Empty: there are none.
  virtual Status PutMark(std::string_view mark) = 0;
  virtual Result<std::string> ReadMark() = 0;
  virtual Status DropMark() = 0;

  // Housekeeping, such as moving the write-ahead log into the main file, if it is due. The store
  // seals the header (sealed_seq, sealed_hash, hash) with `header`, already filled in by the
  // engine, before it lets the log go. REQUIRES: no open transaction.
  enum class Moment : uint8_t {
    kBusy,     // the next event may be waiting: only what cannot be put off any longer
    kIdle,     // nobody is waiting now
    kClosing,  // everything
  };
  virtual Status Maintain(const StateHeader& sealed, Moment moment) = 0;
  // Whether Maintain() would do anything.
  virtual bool MaintenanceIsDue(Moment moment) const = 0;

  virtual Status Close() = 0;  // idempotent

  virtual uint64_t BytesWritten() const = 0;  // to all files since open, as handed to the kernel
  virtual uint64_t BytesOnDisk() const = 0;

 protected:
  // Puts the pieces behind what *event has of its delta.
  Status AddPieces(uint64_t pieces, EventRecord* event);
};

}  // namespace perdure
