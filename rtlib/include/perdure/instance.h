// An instance: one live copy of a program's state in this process, tied to one store.
//
//     perdure::Options options;
//     options.state_path = "counter.db";
//     auto opened = perdure::Instance::Open(counter_program, options, perdure::OpenSqliteStore);
//     if (!opened.ok()) return Fail(opened.status());
//     perdure_value args[1] = {{.i32 = 42}};
//     auto outcome = (*opened)->Call(set_export, args, {});        // durable when it returns
//
// Every call is one event: (event, state) -> (effects, state'), one transaction of the store. A
// trap rolls the state back to what it was before the event and is reported as an Outcome; a Status
// that is not OK means the runtime itself failed (disk full, corrupt file) and the instance is
// poisoned: every later call returns kFailedPrecondition, and what was acknowledged before is safe
// in the store.
//
// A command (a module that exports `_start`) is not called but run. A run is a sequence of events,
// each from one point where it may be committed (it blocks, much output is queued, the commit
// interval is over) to the next, and the state holds its call stack: a run that was stopped, or
// whose process died, goes on with the next Run().
//
//     auto outcome = (*opened)->Run();
//
// Threads: an instance is confined to one thread at a time; different instances are independent.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/api.h"
#include "perdure/program.h"
#include "perdure/status.h"

namespace perdure {

class Store;
struct StoreOptions;
struct WasiOptions;  // perdure/wasi.h
using StoreOpener = Result<std::unique_ptr<Store>> (*)(const StoreOptions& options);

enum class Durability : uint8_t {
  kFull,    // an acknowledged event survives power loss
  kNormal,  // survives the death of the process; power loss may take the last events, never
            // consistency
  kOff,     // survives the death of the process; power loss may corrupt the file
};

// What is kept in memory of what the guest has written.
enum class MemoryUse : uint8_t {
  kNormal,  // the guest's memory twice, as it is and as it was last committed
  kLow,     // once, and what one event writes; the first write to a chunk costs more
};

// When a commit ends a group of events. Outcomes and effects are released only after the commit.
struct CommitPolicy {
  enum class Kind : uint8_t { kEvent, kEvery, kInterval } kind = Kind::kEvent;
  uint64_t value = 1;  // kEvery: events; kInterval: milliseconds
};

// Takes what events send outside, when their commit has set it free.
class EffectSink {
 public:
  virtual ~EffectSink() = default;
  // Bytes that the event `seq` sent to descriptor `fd` (1 or 2). Comes in the order of the events,
  // once, on the instance's thread, from inside the call that commits; must not use the instance.
  virtual void Release(uint64_t seq, int fd, std::string_view bytes) = 0;
};

struct Options {
  std::string state_path;
  Durability durability = Durability::kFull;
  CommitPolicy commit;
  MemoryUse memory = MemoryUse::kNormal;
  uint64_t history_events =
      500;  // deltas kept behind the newest event; kHistoryAll keeps every one
  // Of a command, its name first. A run that is in progress must have been started with the same,
  // or there is nothing but the name.
  std::vector<std::string> arguments;
  bool fresh = false;         // begin again from the module's initial state
  void* host_data = nullptr;  // see perdure_host_data(); not owned
  // What WASI imports see of the outside; not owned, must outlive the instance. NULL: the defaults.
  const WasiOptions* wasi = nullptr;
  // Where the effects of calls go; not owned, must outlive the instance. NULL: to the descriptors
  // themselves, and so do those of a command's run always.
  EffectSink* effects = nullptr;

  static constexpr uint64_t kHistoryAll = UINT64_MAX;
};

// How an event ended, as seen by the caller.
struct Outcome {
  enum class Kind : uint8_t { kReturned, kTrapped, kExited, kStopped } kind = Kind::kReturned;
  std::string message;       // kTrapped: why, for a person ("integer divide by zero")
  uint32_t exit_status = 0;  // kExited: the guest's own
  int stop_signal = 0;       // kStopped: why (RequestStop(); SIGPIPE: nobody reads its output)
  uint64_t seq = 0;  // the event's number in the log; 0 if it changed nothing and left no row
};

// Counters since Open, for --perdure-stats. Times in nanoseconds, sizes in bytes.
struct Stats {
  uint64_t events = 0, events_unchanged = 0, events_trapped = 0, commits = 0;
  uint64_t chunks_dirty = 0;    // chunks the tracker reported
  uint64_t chunks_changed = 0;  // of those, chunks with at least one changed byte
  uint64_t delta_bytes = 0;     // as stored
  uint64_t bytes_written = 0;   // by the store, to all its files
  // From the end of the guest's work to the event, or its group, being durable.
  uint64_t commit_ns = 0;  // all together
  uint64_t commit_ns_p50 = 0, commit_ns_p99 = 0;
  // What that time went into: asking the trackers; finding what changed and encoding it; the store,
  // its flush included.
  uint64_t track_ns = 0, encode_ns = 0, store_ns = 0;
  uint64_t rollback_ns = 0, chunks_rolled_back = 0;  // chunks: looked at to undo what was written
  uint64_t folds = 0, fold_ns = 0;
  uint64_t restore_ns = 0, restored_chunks = 0, restored_events = 0;
};

// An activation of a run in progress.
struct RunFrame {
  uint32_t function = 0;      // index; of a host call that is waited for, an imported function's
  std::string name;           // of the name section or an export, "fd_read" of an import; else ""
  bool is_host_call = false;  // not the program's own: what the run waits for
  bool in_loop = false;       // it is at the head of a loop, else in a call
  uint32_t ordinal = 0;       // which of the function's loops or calls, counted in its bytecode
};

// What --perdure-info shows.
struct Info {
  std::string state_path;
  std::string tracker;  // "wp-async", "wp-sync", "mprotect", "compare"
  uint64_t base_seq = 0, last_seq = 0;
  uint64_t past_seq = 0;      // the oldest event whose state the history gives
  uint64_t memory_bytes = 0;  // all memories
  uint64_t state_bytes = 0;   // size of the state's files
  uint32_t format_version = 0;
  std::string created;     // RFC 3339, UTC
  bool owes_exit = false;  // a run has ended, and the next Run() is to say with which status
  uint64_t frames = 0;     // of a run that is in progress; 0: none is
  // That run's call stack, innermost first, the host call it waits for included; of a deep one the
  // innermost frames.
  std::vector<RunFrame> stack;
};

class PERDURE_API Instance {
 public:
  // Opens (or creates, running the `start` event) the state at options.state_path and restores it.
  // A command's new state is created by the first commit of its first run.
  // `program` must outlive the instance. Errors: kLocked, kIncompatible, kCorrupt, kIo,
  // kInvalidArgument; kFailedPrecondition if the start event trapped (nothing is created then).
  static Result<std::unique_ptr<Instance>> Open(const perdure_program& program,
                                                const Options& options, StoreOpener open_store);
  ~Instance();  // Close()s, ignoring its status
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // Delivers the event `call NAME(ARGS)`. export_index counts program.exports and must name a
  // function; args and results must have the lengths of its type (kInvalidArgument otherwise).
  // Under group commit the event is durable after the next Flush() or when the group is full; until
  // then it may be executed again, if it could do nothing else than before, to undo a later one.
  Result<Outcome> Call(uint32_t export_index, std::span<const perdure_value> args,
                       std::span<perdure_value> results);

  // Runs a command: goes on with the run that is in progress, or begins a new one. Returns when the
  // run has ended (kExited), has trapped (the state is that of its last commit), or was asked to
  // stop (kStopped; the next Run() goes on). Effects are released meanwhile, after their commits.
  // One run at a time in a process. kInvalidArgument if the program is no command.
  Result<Outcome> Run();

  // Asks the run of this process, now or when there is one, to stop at its next commit point.
  // `signal` is what its Outcome will say. Async-signal-safe; callable from any thread.
  static void RequestStop(int signal);

  // Ends the current group, if any: commits it and releases its effects.
  Status Flush();

  // Does a piece of what can wait until there is time for it: moving old events into the base, the
  // write-ahead log into the file. For when nobody waits for an answer; takes about a quarter of a
  // millisecond, or one flush. False: there is nothing to do at present. Without such calls the
  // work is done in small pieces after events, and the rest when closing.
  Result<bool> Housekeep();

  // True if outcomes have been returned whose commit is still to come (group commit only).
  bool HasUncommittedEvents() const;

  // Flushes, folds what the history window allows, seals and closes the store. Idempotent.
  Status Close();

  // Function index of a non-null funcref value, or kInvalidArgument if it is no function of the
  // program.
  Result<uint32_t> FunctionIndex(const wasm_rt_funcref_t& funcref) const;
  // The funcref for a function index; kInvalidArgument if out of range.
  Result<wasm_rt_funcref_t> FunctionRef(uint32_t function_index) const;

  const perdure_program& program() const;
  Stats stats() const;
  Info info() const;

 private:
  class __attribute__((visibility("hidden"))) Impl;
  explicit Instance(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace perdure
