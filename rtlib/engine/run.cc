// Runs: a command's main function as a sequence of events, each from one commit point to the next.
//
//                 no stack in the state               a stack in the state
//                 (new, or the last run ended)               │
//                          │                          frames verified, put back
//              instantiate, start function                   │
//                          ▼                                 ▼
//        ┌──────────► COMPUTING ◄───────────────── resume functions take the frames on
//        │                 │
//        │                 ├── returned, proc_exit ──► SETTLE `exited`, no stack ──► run is over
//        │                 ├── trap ──► ROLL BACK, row `trapped`, release what it had printed
//        │                 │
//        │            COMMIT POINT   the guest is parked in a host call or at a loop head (park.h)
//        │                 │
//        │            CAPTURING      native stack copied aside; the guest unwinds, pushing frames
//        │                 ├── cannot be stored ──► the commit waits ─────────────┐
//        │            SETTLE, COMMIT, RELEASE   (instance.cc)                     │
//        │                 │                                                      │
//        │                 ├── stop requested, output closed ──► stopped          │
//        │            native stack put back                                       │
//        └─────────────────┴──────────────────────────────────────────────────────┘
//
// Commit points are where the guest blocks, where much output is queued, and, when the commit
// interval is over or a stop is requested, whichever host call or loop head comes first.
//
// Invariants
//  (R1)  Output of a run is released only with the commit of its event (E2); so whoever has seen it
//        finds a state that is not before it.
//  (R2)  While a run waits for the outside, its state is committed, up to this very host call.
//  (R3)  A run goes on in this process with its own native stack: capturing it changes nothing that
//        the guest can see, and costs no speed afterwards.
//  (R4)  Frames are verified completely before the first is entered; a state that is refused has
//        not been changed.
//  (R5)  A trap in a run leaves the state of the last commit, and releases what the event had
//        printed: the message of a panic is why there is a trap. The next start goes on from there.
//  (R6)  When a run has ended its state stays. The next one begins with a `start` event whose delta
//        leads from there to the module's initial state and on, so that history is one chain.
//  (R7)  A stop request ends the run at a commit point, after its commit.
//  (R8)  What cannot be captured now (the start function, a value that cannot be stored) makes a
//        commit wait, and nothing else.
//
// Why not resume functions in this process as well: a frame that was resumed runs in its cold form
// for as long as it lives, and the main loop of a program lives as long as the program. Two copies
// of the native stack per commit are cheaper than one flush by orders of magnitude.
#include <algorithm>
#include <csignal>

#include "perdure/capture.h"
#include "rtlib/abi/frame_buffer.h"
#include "rtlib/abi/park.h"
#include "rtlib/abi/run_control.h"
#include "rtlib/abi/stop_request.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/instance_impl.h"
#include "rtlib/engine/interval_timer.h"
#include "rtlib/state/stack_codec.h"
#include "rtlib/state/stack_verifier.h"
#include "rtlib/state/value_text.h"
#include "rtlib/wasi/host_table.h"
#include "wasm-rt-exceptions.h"

namespace perdure {
namespace {

struct Resumption {
  void (*function)(void* instance);
  void* instance;
  wasm_rt_tag_t exception_tag;
  uint32_t exception_size;
  const void* exception;
};

// On the guest's stack: no destructors.
void EnterResumed(void* argument) {
  const auto* resumption = static_cast<const Resumption*>(argument);
  if (resumption->exception_tag != nullptr) {
    wasm_rt_load_exception(resumption->exception_tag, resumption->exception_size,
                           resumption->exception);
  }
  resumption->function(resumption->instance);
}

// For the log: where a run waits.
std::string PlaceText(const perdure_program& program, const StackInfo& stack) {
  if (stack.host_call == PERDURE_NO_INDEX) return "computing";
  for (uint32_t i = 0; i < program.import_count; ++i) {
    const perdure_import& import = program.imports[i];
    if (import.kind == PERDURE_FUNC && import.index == stack.host_call) return import.field;
  }
  return StrCat("function ", stack.host_call);
}

}  // namespace

// Connects the guest's host functions and polls to this run, for as long as it lives. A stop
// request is answered by the run's end, however it comes.
class Instance::Impl::RunScope {
 public:
  RunScope(Guest* guest, abi::RunControl* control) : guest_(*guest) {
    guest_.host().run = abi::current_run = control;
  }
  ~RunScope() {
    abi::AbandonGuest();
    guest_.host().run = abi::current_run = nullptr;
    abi::ClearStopRequest();
  }
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

 private:
  Guest& guest_;
};

Status Instance::Impl::CheckRun() const {
  PERDURE_TRY(Usable());
  if (!IsCommand(program_)) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("'", program_.name, "' is no command: it has no `_start` to run"));
  }
  if (abi::current_run != nullptr) {
    return Status(StatusCode::kFailedPrecondition, "another run is going on in this process");
  }
  if (abi::PrepareStopRequests()) return OkStatus();
  return Status(StatusCode::kResourceExhausted, "no descriptor left for stop requests");
}

Result<Outcome> Instance::Impl::Run() {
  PERDURE_TRY(CheckRun());
  abi::RunControl control;
  const RunScope scope(guest_.get(), &control);
  if (abi::StopRequested() != 0) return Stopped(abi::StopRequested());
  PERDURE_ASSIGN_OR_RETURN(std::optional<Outcome> owed, ReleaseOwed());
  if (owed.has_value()) return *std::move(owed);
  IntervalTimer timer;
  if (options_.commit.kind == CommitPolicy::Kind::kInterval) {
    PERDURE_TRY(timer.Start(options_.commit.value));
  }
  EventKind kind = guest_->stack().empty() ? EventKind::kStart : EventKind::kResume;
  PERDURE_ASSIGN_OR_RETURN(abi::GuestEnd end,
                           kind == EventKind::kStart ? EnterStart(&control) : EnterResume());
  while (end.kind == abi::GuestEnd::Kind::kParked) {
    if (control.reason == abi::ParkReason::kStopped) return Stopped(abi::StopRequested());
    abi::GuestEnd unwound;
    PERDURE_ASSIGN_OR_RETURN(const bool committed, PassCommitPoint(control, kind, &unwound));
    if (unwound.kind != abi::GuestEnd::Kind::kReturned) {
      end = std::move(unwound);
      break;
    }
    if (committed) kind = EventKind::kResume;
    perdure_poll_requested = 0;
    if (abi::StopRequested() != 0) return Stopped(abi::StopRequested());  // (R7)
    PERDURE_ASSIGN_OR_RETURN(std::optional<Outcome> ended, EndForOutput());
    if (ended.has_value()) return *std::move(ended);
    running_ = true;
    end = abi::ReenterGuest(abi::ParkReply::kGoOn);
    running_ = false;
  }
  return EndRun(std::move(end), kind);
}

// What earlier processes have left to be written, and to be said (outbox.h). nullopt: the run may
// go on.
Result<std::optional<Outcome>> Instance::Impl::ReleaseOwed() {
  outbox_->ExitSeen(newest_);
  if (!OwesOutput()) return std::optional<Outcome>();
  PERDURE_TRY(CheckArguments());
  Result<std::optional<uint32_t>> exit_status = outbox_->ReleaseOwed(newest_);
  if (!exit_status.ok()) return Poison(std::move(exit_status).TakeStatus());
  if (abi::StopRequested() != 0) {
    PERDURE_ASSIGN_OR_RETURN(Outcome stopped, Stopped(abi::StopRequested()));
    return std::optional<Outcome>(std::move(stopped));
  }
  PERDURE_ASSIGN_OR_RETURN(std::optional<Outcome> ended, EndForOutput());
  if (ended.has_value() || !exit_status->has_value()) return ended;
  Outcome outcome;
  outcome.kind = Outcome::Kind::kExited;
  outcome.exit_status = **exit_status;
  outcome.seq = newest_.seq;
  return std::optional<Outcome>(std::move(outcome));
}

// How the run ends because its output could not be written; nullopt: it was.
Result<std::optional<Outcome>> Instance::Impl::EndForOutput() {
  if (!outbox_->closed() && outbox_->failure().ok()) return std::optional<Outcome>();
  PERDURE_ASSIGN_OR_RETURN(Outcome stopped, Stopped(SIGPIPE));
  if (!outbox_->failure().ok()) return outbox_->failure();
  return std::optional<Outcome>(std::move(stopped));
}

// A new run, from the module's initial state.
Result<abi::GuestEnd> Instance::Impl::EnterStart(abi::RunControl* control) {
  if (!creating_) {  // (R6)
    trackers_.clear();
    pre_images_->HoldAll(/*use_up=*/true);
    if (lazy_ != nullptr) {
      const Status completed = lazy_->LoadImage(header_.base);
      pre_images_->Watch(nullptr);
      lazy_.reset();
      warms_up_ = false;
      if (!completed.ok()) return Poison(completed);
    }
    Status begun = guest_->Reinstantiate();
    if (!begun.ok()) return Poison(std::move(begun));
    Result<std::vector<std::unique_ptr<Tracker>>> trackers =
        TrackMemories(*guest_, nullptr, pre_images_.get());
    if (!trackers.ok()) return Poison(std::move(trackers).TakeStatus());
    trackers_ = *std::move(trackers);
    compare_all_ = true;
  }
  PERDURE_TRY(wasi::BeginRun(&guest_->host(), options_.arguments));
  running_ = true;
  abi::GuestEnd end;
  if (program_.start_function != PERDURE_NO_INDEX) {
    control->capturable = false;
    end = guest_->Run(program_.start_function, nullptr, nullptr);
    control->capturable = true;
  }
  if (end.kind == abi::GuestEnd::Kind::kReturned) {
    end = guest_->Run(EntryFunction(program_), nullptr, nullptr);
  }
  running_ = false;
  return end;
}

// The run of the state, from where it stands.
Result<abi::GuestEnd> Instance::Impl::EnterResume() {
  PERDURE_TRY(CheckArguments());
  PERDURE_ASSIGN_OR_RETURN(  // (R4)
      const StackInfo stack,
      DecodeStack(guest_->stack(), guest_->functions(), program_, &abi::Frames()));
  abi::SetFrameOwner(program_.capture);
  abi::WidenGuestStack();
  Resumption resumption = {};
  resumption.function =
      reinterpret_cast<void (*)(void*)>(program_.capture->resume[EntryFunction(program_)]);
  resumption.instance = guest_->instance();
  if (stack.exception_tag != PERDURE_NO_INDEX) {
    resumption.exception_tag = program_.capture->tags[stack.exception_tag];
    resumption.exception_size = static_cast<uint32_t>(stack.exception.size());
    resumption.exception = stack.exception.data();
  }
  running_ = true;
  abi::GuestEnd end = abi::RunGuest(EnterResumed, &resumption);
  running_ = false;
  const bool left = !abi::Frames().AtEnd();
  if (left && end.trap == WASM_RT_TRAP_EXHAUSTION) {
    return Poison(Status(
        StatusCode::kResourceExhausted,
        StrCat("the run's ", stack.frames, " frames do not fit into the ", abi::kResumeStackBytes,
               " bytes of this build's call stack; resume "
               "it with a build of another optimisation level")));
  }
  abi::Frames().Clear();
  return end;
}

// A run goes on with the arguments it was started with. None besides the name: no opinion.
Status Instance::Impl::CheckArguments() const {
  const wasi::HostTable* table = guest_->host().live_table;
  if (table == nullptr || !table->record().run.has_value() || options_.arguments.size() <= 1) {
    return OkStatus();
  }
  const std::vector<std::string>& started_with = table->record().run->arguments;
  if (std::equal(started_with.begin() + (started_with.empty() ? 0 : 1), started_with.end(),
                 options_.arguments.begin() + 1, options_.arguments.end())) {
    return OkStatus();
  }
  std::string given;
  for (size_t i = 1; i < started_with.size(); ++i) {
    StrAppend(&given, given.empty() ? "" : " ", QuoteText(started_with[i]));
  }
  return Status(
      StatusCode::kInvalidArgument,
      StrCat("a run is in progress that was started with ", given.empty() ? "no arguments" : given,
             "; give the same or none to go on with it, or --perdure-fresh to begin a new "
             "one"));
}

// Commits what the guest, which is parked, has done. False: the commit waits (R8). *unwound says
// kReturned unless the guest trapped on its way.
Result<bool> Instance::Impl::PassCommitPoint(const abi::RunControl& control, EventKind kind,
                                             abi::GuestEnd* unwound) {
  const uint64_t began_ns = MonotonicNs();
  EventRecord record;
  record.kind = kind;
  record.outcome = EventOutcome::kReturned;
  if (!CaptureStack(&record, unwound)) return false;
  if (unwound->kind != abi::GuestEnd::Kind::kReturned) return false;
  PERDURE_ASSIGN_OR_RETURN(const bool settled, SettlePause(std::move(record), began_ns));
  if (!settled) return false;
  // Nobody may wait for an answer that is held back until a group is full (R1, R2).
  const bool says_something = !group_.effects.empty();
  if (says_something && control.reason != abi::ParkReason::kPolled) PERDURE_TRY(Flush());
  return true;
}

// Has the guest's frames in guest_->stack() and the guest parked again as it was. False: nothing
// could be captured, and the guest is as it was.
bool Instance::Impl::CaptureStack(EventRecord* record, abi::GuestEnd* unwound) {
  if (!parked_.Save()) return false;
  abi::Frames().Clear();
  perdure_capturing = 1;
  *unwound = abi::ReenterGuest(abi::ParkReply::kUnwind);
  perdure_capturing = 0;
  StackInfo stack;
  Status encoded(StatusCode::kFailedPrecondition,
                 "a host function called the guest, and was running when the call stack had to be "
                 "saved");
  if (unwound->kind == abi::GuestEnd::Kind::kReturned) {
    encoded = EncodeStack(guest_->functions(), program_, parked_.exception(), &abi::Frames(),
                          &guest_->stack(), &stack);
  }
  abi::Frames().Clear();
  if (unwound->kind == abi::GuestEnd::Kind::kTrapped) return true;
  if (encoded.code() == StatusCode::kFailedPrecondition) {
    // That host function took the dummy value for a result, and what it did with it cannot be
    // undone but by going back to the last commit.
    *unwound = {};
    unwound->kind = abi::GuestEnd::Kind::kTrapped;
    unwound->message = encoded.message();
    return true;
  }
  parked_.Restore();  // (R3)
  if (!encoded.ok()) {
    guest_->stack() = image_->stack();
    return false;
  }
  stack_info_ = stack;
  record->input = record->kind == EventKind::kStart ? "start" : "resume";
  record->result = PlaceText(program_, stack);
  return true;
}

// The middle of Settle() for an event that ends at a commit point. False: something that changed
// cannot be stored; the next event will contain this one.
Result<bool> Instance::Impl::SettlePause(EventRecord record, uint64_t began_ns) {
  DirtyChunks dirty;
  ChangeSet changes;
  Status status = Collect(CollectDirty, &dirty);
  wasi::EncodeHostTable(&guest_->host());
  Status encoded;
  {
    const TimeAdder timer(&stats_.encode_ns);
    if (status.ok()) status = FindChanges(guest_.get(), dirty, image_.get(), &changes);
    if (status.ok()) encoded = EncodeChanges(guest_.get(), changes, *image_, &record.delta);
  }
  if (!status.ok()) return Poison(std::move(status));
  if (!encoded.ok()) {
    held_dirty_ = std::move(dirty);
    guest_->stack() = image_->stack();
    PERDURE_TRY(ArmAgain({}));
    return false;
  }
  ++stats_.events;
  if (record.kind == EventKind::kResume && changes.empty() && guest_->host().effects.empty()) {
    ++stats_.events_unchanged;  // (E10)
    PERDURE_TRY(ArmAgain(changes));
    return true;
  }
  Seal(&record, changes);
  PERDURE_TRY(Record(record, changes, dirty, began_ns));
  return true;
}

Result<Outcome> Instance::Impl::EndRun(abi::GuestEnd end, EventKind kind) {
  EventRecord record;
  record.kind = kind;
  record.input = kind == EventKind::kStart ? "start" : "resume";
  if (end.kind == abi::GuestEnd::Kind::kReturned) {
    end.kind = abi::GuestEnd::Kind::kExited;
    end.exit_status = 0;
  }
  if (end.kind == abi::GuestEnd::Kind::kExited) guest_->stack().clear();
  PERDURE_ASSIGN_OR_RETURN(Outcome outcome, Settle(std::move(end), std::move(record)));
  PERDURE_TRY(Flush());
  if (outcome.kind == Outcome::Kind::kTrapped) return outcome;
  PERDURE_ASSIGN_OR_RETURN(std::optional<Outcome> ended, EndForOutput());
  return ended.has_value() ? *std::move(ended) : outcome;
}

// The state is that of the last commit, which the next Run() resumes.
Result<Outcome> Instance::Impl::Stopped(int signal) {
  // There is something to undo only if a commit had to wait (R8).
  DirtyChunks dirty;
  Status collected = Collect(PeekDirty, &dirty);
  if (!collected.ok()) return Poison(std::move(collected));
  RollBack(dirty);
  PERDURE_TRY(Flush());
  Outcome outcome;
  outcome.kind = Outcome::Kind::kStopped;
  outcome.stop_signal = signal;
  return outcome;
}

}  // namespace perdure
