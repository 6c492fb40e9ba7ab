// The commit protocol.
//
//                  Open                                  Open
//        (new, or --perdure-fresh)                 (existing state)
//                   │                                    │
//                   ▼                                    ▼
//               CREATING ── start trapped,           RESTORING ── does not verify,
//                   │       store failed:                │        other module,
//                   │       no state                     │        store failed: error
//        Commit(base 0, event 1)              base + events, verified
//                   └──────────────────┬─────────────────┘
//                                      ▼
//     ┌────────────────────────────► IDLE ◄──────────────────────────────────┐
//     │                              │  │                                    │
//     │                         Call │  │ Close ──► FOLDING ──► sealed,      │
//     │                              ▼                        CLOSED         │
//     │                           RUNNING  guest code, on its own stack      │
//     │              trap ┌──────────┴───────────┐ returned, exited          │
//     │                   ▼      cannot be       ▼                           │
//     │             ROLLING BACK ◄─ stored ── DIFFING                        │
//     │             guest := image               ├── nothing changed, sent ──┤
//     │                   ▼                      ▼                           │
//     │               APPENDING  the event's row, in the open transaction    │
//     │                   │      (begun by the first event of a group)       │
//     │                   ├── group not full ── ADVANCE image := guest ──────┘
//     │                   ▼
//     │              COMMITTING  one transaction, one flush
//     │                   ▼
//     │            ADVANCE image := guest ──► RELEASE effects ──► FOLDING, a piece
//     └───────────────────┘
//     any failure of the store or of tracking ──► Abort, POISONED: no guest code runs again
//
// Invariants
//  (E1)  Without a group, Call returns OK for an event with a row only after Commit said OK. With
//        a group the same holds for the Flush (or the Call that fills the group) that ends it.
//  (E2)  Effects leave the process after the commit of their event, in the order of events, once.
//        If it dies meanwhile, what a run owes is written by the next process (outbox.h).
//  (E3)  Whenever the instance is IDLE, guest and committed image are equal, and both are what base
//        plus events in the store (the open transaction included) give.
//  (E4)  A trapped event leaves nothing but its log row: memories (sizes too), globals, tables,
//        segments, host table and queued effects are as before it.
//  (E5)  The log is a chain: seq counts up by one from the past, each hash is seeded with the one
//        before.
//  (E6)  What is read back is verified before it is used (restore.h lists the checks); if it does
//        not verify the open fails with kCorrupt, and no function of the guest has run; of what is
//        read lazily, no function of the guest sees it (lazy_memory.h).
//  (E7)  An event at or before the last seal cannot vanish unnoticed, and neither can any event in
//        the middle.
//  (E8)  A fold changes what rows hold, never the state they stand for; each of its transactions
//        alone keeps that, so that a crash between or inside them loses nothing.
//  (E9)  After a failure of the store or of tracking, no guest code runs and nothing is appended:
//        what was acknowledged is in the store, what was not is reported as failed.
//  (E10) An event that changed nothing and sent nothing costs no transaction and leaves no row.
//  (E11) A state comes into being in one transaction, with its start event; a trapped start leaves
//        none (and with --perdure-fresh, leaves the old one).
//  (E12) What a state cannot hold (a reference to a host object, another instance's function, more
//        than one row can take) makes the event trap; it is never left out.
//
// Why log the delta and not the changed chunks: real events change 1 to 13 % of the bytes of the
// chunks they dirty; one row of runs is one flush and an order of magnitude fewer bytes
// (change_set.h, delta_writer.h).
//
// Why keep an image in memory: the delta needs the bytes from before the event, and so does a
// rollback. The alternatives are a copy on first write in the fault handler (a microsecond a chunk
// on the guest's path, and impossible with tracking inside the kernel; this is what low memory
// does) and reading the store back (130 times slower for one chunk; so it is done once for each
// chunk, of states that were read whole). Both are in pre_images.h.
//
// Why advance the image after the commit and not before: a failed commit rolls the guest back to
// the image, so that what the embedder can still see is never ahead of the store. Within a group,
// events before the failing one are in the image already; the instance is poisoned either way.
//
// Why no second chance after a failed commit: whether the transaction is durable is not known then,
// and a retry could put an event in twice. Opening again reads what is true.
#include "perdure/instance.h"

#include <algorithm>

#include "rtlib/abi/frame_buffer.h"
#include "rtlib/abi/memory.h"
#include "rtlib/abi/stop_request.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/creation.h"
#include "rtlib/engine/global_mirror.h"
#include "rtlib/engine/instance_impl.h"
#include "rtlib/engine/restore.h"
#include "rtlib/state/stack_verifier.h"

// The linker's bounds of this executable or shared library.
extern "C" {
extern const char __ehdr_start __attribute__((visibility("hidden")));  // NOLINT(bugprone-*)
extern const char _end __attribute__((visibility("hidden")));          // NOLINT(bugprone-*)
}

namespace perdure {
namespace {

// As many as somebody reads.
constexpr size_t kInfoFramesMax = 100;

// Generated code calls the runtime it was linked with, and traps unwind through that runtime's
// frames. Two shared libraries of perdure's in a program have a runtime each, and the class of the
// second is bound to the first.
Status CheckSharesRuntime(const perdure_program& program) {
  const auto code = reinterpret_cast<uintptr_t>(program.instantiate);
  const auto begin = reinterpret_cast<uintptr_t>(&__ehdr_start);
  const auto end = reinterpret_cast<uintptr_t>(&_end);
  if (begin <= code && code < end) return OkStatus();
  return Status(StatusCode::kIncompatible,
                StrCat("'", program.name,
                       "' is in another shared library than the runtime; a program can be linked "
                       "with one library that --emit=shared-lib made, and the others have to be "
                       "archives (--emit=static-lib)"));
}

}  // namespace

Instance::Impl::Impl(const perdure_program& program, const Options& options,
                     std::unique_ptr<Store> store)
    : program_(program),
      options_(options),
      global_names_(GlobalNames(program)),
      store_(std::move(store)),
      // What the outbox has to know is in the newest event.
      folder_(program, store_.get(),
              IsCommand(program) ? std::max<uint64_t>(options.history_events, 1)
                                 : options.history_events),
      series_(program) {
  if (IsCommand(program)) outbox_.emplace(store_.get());
}

Instance::Impl::~Impl() { (void)Close(); }

Result<std::unique_ptr<Instance::Impl>> Instance::Impl::Open(const perdure_program& program,
                                                             const Options& options,
                                                             StoreOpener open_store) {
  PERDURE_TRY(CheckSharesRuntime(program));
  PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                           open_store({options.state_path, options.durability}));
  std::optional<StateHeader> header;
  if (!options.fresh) {
    PERDURE_ASSIGN_OR_RETURN(header, store->ReadHeader());
  }
  // An instance seals its header when it is closed: there is none before the header is known.
  std::unique_ptr<Impl> impl(new Impl(program, options, std::move(store)));
  Status opened = header.has_value() ? impl->Restore(*std::move(header)) : impl->Create();
  if (!opened.ok()) {
    impl->store_->Abort();
    impl->poisoned_ = opened;
    return opened;
  }
  return impl;
}

Status Instance::Impl::Create() {
  PERDURE_ASSIGN_OR_RETURN(guest_, Guest::Create(program_, options_));
  PERDURE_ASSIGN_OR_RETURN(image_, CommittedImage::Create(*guest_));
  const bool is_low = options_.memory == MemoryUse::kLow;
  PERDURE_ASSIGN_OR_RETURN(pre_images_, PreImages::Create(is_low ? PreImages::Origin::kCapture
                                                                 : PreImages::Origin::kImage,
                                                          guest_.get(), image_.get()));
  header_.format_version = kStateFormatVersion;
  std::copy(std::begin(program_.module_hash), std::end(program_.module_hash), header_.module_hash);
  header_.program_name = program_.name;
  header_.compiler = program_.compiler;
  header_.created_us = NowUnixUs();
  PERDURE_TRY(store_->Begin());
  if (options_.fresh) PERDURE_TRY(store_->Clear());
  PERDURE_TRY(
      WriteInitialBase(guest_.get(), store_.get(), image_.get(), pre_images_.get(), &header_));
  PERDURE_ASSIGN_OR_RETURN(trackers_, TrackMemories(*guest_, nullptr, pre_images_.get()));
  if (!IsCommand(program_)) return RunStartEvent();
  creating_ = transaction_open_ = true;  // its start event is its first run's
  return OkStatus();
}

Status Instance::Impl::Restore(StateHeader header) {
  const uint64_t began_ns = MonotonicNs();
  PERDURE_TRY(VerifyHeader(header, program_));
  PERDURE_ASSIGN_OR_RETURN(guest_, Guest::Create(program_, options_));
  PERDURE_ASSIGN_OR_RETURN(image_, CommittedImage::Create(*guest_));
  PERDURE_ASSIGN_OR_RETURN(const RestoreMode mode, ChooseRestoreMode());
  PERDURE_ASSIGN_OR_RETURN(Restored restored, RestoreState(header, store_.get(), guest_.get(),
                                                           image_.get(), mode, options_.memory));
  pre_images_ = std::move(restored.pre_images);
  lazy_ = std::move(restored.lazy);
  warms_up_ = lazy_ != nullptr && mode == RestoreMode::kWarm;
  PERDURE_ASSIGN_OR_RETURN(trackers_, TrackMemories(*guest_, lazy_.get(), pre_images_.get()));
  if (!guest_->stack().empty()) {
    if (!IsCommand(program_)) {
      return Status(StatusCode::kCorrupt, "it holds a call stack, and the program has no runs");
    }
    PERDURE_ASSIGN_OR_RETURN(
        stack_info_, DecodeStack(guest_->stack(), guest_->functions(), program_, &abi::Frames()));
    abi::Frames().Clear();
  }
  if (outbox_.has_value()) PERDURE_TRY(outbox_->Restore(header, restored.newest));
  header_ = std::move(header);
  newest_ = restored.newest;
  folder_.Opened(header_, restored.events, restored.fold_weight);
  stats_.restored_chunks = restored.chunks;
  stats_.restored_events = restored.events;
  stats_.restore_ns = MonotonicNs() - began_ns;
  return OkStatus();
}

Status Instance::Impl::Close() {
  if (closed_) return OkStatus();
  if (running_) return Usable();
  Status flushed = Flush();
  closed_ = true;
  if (flushed.ok() && poisoned_.ok() && !creating_) {
    if (outbox_.has_value()) outbox_->ExitSeen(newest_);
    HousekeepToTheEnd();
    flushed = poisoned_;
    if (flushed.ok() && outbox_.has_value() && !OwesOutput()) flushed = store_->DropMark();
  } else {
    store_->Abort();
  }
  Status closed = store_->Close();
  return flushed.ok() ? closed : flushed;
}

Stats Instance::Impl::stats() const {
  Stats stats = stats_;
  stats.bytes_written = store_->BytesWritten();
  if (lazy_ != nullptr) stats.restored_chunks += lazy_->loaded();
  stats.folds = folder_.passes();
  stats.commit_ns_p50 = commit_latency_.Percentile(50);
  stats.commit_ns_p99 = commit_latency_.Percentile(99);
  return stats;
}

Info Instance::Impl::info() const {
  Info info;
  info.state_path = options_.state_path;
  info.tracker = trackers_.empty() ? "none" : std::string(TrackModeName(trackers_[0]->mode()));
  info.base_seq = header_.base.seq;
  info.past_seq = header_.past.folding_seq;
  info.last_seq = newest_.seq + series_.events();
  for (uint32_t i = 0; i < program_.memory_count; ++i) info.memory_bytes += guest_->memory(i)->size;
  info.state_bytes = store_->BytesOnDisk();
  info.format_version = header_.format_version;
  info.created = Rfc3339(header_.created_us);
  info.owes_exit = guest_->stack().empty() && outbox_.has_value() && outbox_->owes_exit();
  if (guest_->stack().empty()) return info;
  info.frames = stack_info_.frames;
  info.stack = DescribeStack(guest_->stack(), guest_->functions(), program_, kInfoFramesMax);
  return info;
}

Instance::Instance(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Instance::~Instance() = default;

Result<std::unique_ptr<Instance>> Instance::Open(const perdure_program& program,
                                                 const Options& options, StoreOpener open_store) {
  Result<std::unique_ptr<Impl>> impl = Impl::Open(program, options, open_store);
  if (!impl.ok()) {
    // What the store reports names the file already.
    if (impl.status().message().starts_with("state '")) return std::move(impl).TakeStatus();
    return std::move(impl).TakeStatus().WithContext(StrCat("state '", options.state_path, "'"));
  }
  return std::unique_ptr<Instance>(new Instance(*std::move(impl)));
}

Result<Outcome> Instance::Call(uint32_t export_index, std::span<const perdure_value> args,
                               std::span<perdure_value> results) {
  return impl_->Call(export_index, args, results);
}

Result<Outcome> Instance::Run() { return impl_->Run(); }
void Instance::RequestStop(int signal) { abi::RequestStop(signal); }
Status Instance::Flush() { return impl_->Flush(); }
Result<bool> Instance::Housekeep() { return impl_->Housekeep(); }
bool Instance::HasUncommittedEvents() const { return impl_->HasUncommittedEvents(); }
Status Instance::Close() { return impl_->Close(); }
const perdure_program& Instance::program() const { return impl_->program(); }
Stats Instance::stats() const { return impl_->stats(); }
Info Instance::info() const { return impl_->info(); }

Result<uint32_t> Instance::FunctionIndex(const wasm_rt_funcref_t& funcref) const {
  uint32_t index;
  if (impl_->functions().IndexOf(funcref, &index) && index != kNullRef) return index;
  return Status(StatusCode::kInvalidArgument, "the reference is no function of this program");
}

Result<wasm_rt_funcref_t> Instance::FunctionRef(uint32_t function_index) const {
  if (function_index < impl_->functions().function_count()) {
    return impl_->functions().RefOf(function_index);
  }
  return Status(StatusCode::kInvalidArgument,
                StrCat("the program has no function ", function_index, ", only ",
                       impl_->functions().function_count()));
}

}  // namespace perdure
