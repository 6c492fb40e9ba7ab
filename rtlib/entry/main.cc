// perdure_main: from a command line to one event, or to a stream of them.
//
// Everything that can be wrong with the command line is found before anything is opened, so that
// exit status 2 always means that the state has not been touched.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perdure/entry.h"
#include "perdure/instance.h"
#include "perdure/wasi.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/store_kind.h"
#include "rtlib/entry/answers.h"
#include "rtlib/entry/call_line.h"
#include "rtlib/entry/default_state.h"
#include "rtlib/entry/exit_status.h"
#include "rtlib/entry/given_resources.h"
#include "rtlib/entry/help.h"
#include "rtlib/entry/info.h"
#include "rtlib/entry/line_loop.h"
#include "rtlib/entry/options.h"
#include "rtlib/entry/output.h"
#include "rtlib/entry/session.h"
#include "rtlib/entry/signals.h"
#include "rtlib/state/stack_verifier.h"

namespace perdure {
namespace {

constexpr int kStdinFd = 0;
constexpr int kStdoutFd = 1;
constexpr int kStderrFd = 2;

int Fail(std::string_view name, const Status& status, int exit_status) {
  WriteMessage(kStderrFd, StrCat(name, ": error: ", status.message()));
  return exit_status;
}

// Text for standard output. A reader that has gone away ends the process quietly, as SIGPIPE would.
Result<int> Print(std::string_view text, int exit_status) {
  Output out(kStdoutFd);
  out.Append(text);
  out.Flush();
  if (out.error() == 0) return exit_status;
  if (out.error() == EPIPE) return kExitSignalBase + SIGPIPE;
  return Status(StatusCode::kIo,
                StrCat("writing to standard output: ", std::strerror(out.error())));
}

// One run of the program, from the parsed command line to the exit status.
class Run {
 public:
  Run(const perdure_program& program, StoreOpener open_store, const CommandLine& line)
      : program_(program), open_store_(open_store), line_(line), exports_(program) {}

  // Checks what can be checked without opening anything. An error is the user's.
  Status Check();
  // REQUIRES: Check() was OK. An error is the runtime's, unless start_trapped().
  Result<int> Execute();
  bool start_trapped() const { return start_trapped_; }
  // The error of Execute() is the user's: the run in progress was started with other arguments.
  bool arguments_differ() const { return arguments_differ_; }

 private:
  Result<int> ShowInfo();
  Result<int> DeliverEvents();
  Result<int> RunOneCall();
  Result<int> RunLines();
  Result<int> RunCommand();
  Status Open();
  // Closes the instance and shows what --perdure-info and --perdure-stats asked for.
  Status CloseAndReport();
  Result<StatePath> ChoosePath() const { return ChooseStatePath(program_, line_.options, getenv); }

  const perdure_program& program_;
  StoreOpener open_store_;
  const CommandLine& line_;
  Exports exports_;
  std::optional<PreparedCall> call_;
  StatePath state_;
  WasiOptions wasi_;                // the instance refers to it
  std::optional<Answers> answers_;  // of a stream of calls
  std::unique_ptr<Instance> instance_;
  bool start_trapped_ = false;
  bool arguments_differ_ = false;
};

Status Run::Check() {
  const bool opens = line_.action == Action::kCall || line_.action == Action::kLines ||
                     line_.action == Action::kRun || line_.action == Action::kInfo;
  if (opens) PERDURE_TRY(CheckDirectories(line_.options.directories));
  if (line_.action == Action::kCall) {
    PERDURE_ASSIGN_OR_RETURN(call_, PrepareCall(exports_, line_.words));
  }
  return OkStatus();
}

Result<int> Run::Execute() {
  switch (line_.action) {
    case Action::kHelp:
      return Print(IsCommand(program_) ? RunHelpText(program_, ChoosePath())
                                       : HelpText(exports_, ChoosePath()),
                   kExitOk);
    case Action::kVersion:
      return Print(VersionText(program_), kExitOk);
    case Action::kUsage:
      WriteMessage(kStderrFd, UsageText(exports_));
      return kExitUsage;
    case Action::kInfo:
      return ShowInfo();
    case Action::kCall:
    case Action::kLines:
    case Action::kRun:
      return DeliverEvents();
  }
  return kExitUsage;
}

Result<int> Run::ShowInfo() {
  PERDURE_ASSIGN_OR_RETURN(state_, ChoosePath());
  std::optional<Info> info;
  if (StateExists(state_)) {
    PERDURE_TRY(Open());
    info = instance_->info();
    PERDURE_TRY(instance_->Close());
  }
  return Print(InfoReport(program_, state_, info).ToString(line_.options.json), kExitOk);
}

Result<int> Run::DeliverEvents() {
  PERDURE_ASSIGN_OR_RETURN(state_, ChoosePath());
  PERDURE_TRY(PrepareStateDirectory(state_));
  PERDURE_TRY(Open());
  Result<int> exit_status = line_.action == Action::kRun     ? RunCommand()
                            : line_.action == Action::kLines ? RunLines()
                                                             : RunOneCall();
  Status closed = CloseAndReport();
  if (exit_status.ok() && !closed.ok()) return closed;
  return exit_status;
}

Status Run::Open() {
  const RuntimeOptions& options = line_.options;
  wasi_.environment = options.environment;
  wasi_.directories = options.directories;
  wasi_.logs_input = options.logs_input;
  wasi_.sockets = InheritedSockets(getenv);
  // The calls are on standard input; the guest must not take them away.
  if (line_.action == Action::kLines) {
    wasi_.stdin_fd = -1;
    answers_.emplace(kStdoutFd, kStderrFd);
  }
  Options instance_options;
  instance_options.state_path = state_.path;
  instance_options.durability = options.durability;
  instance_options.commit = options.commit;
  instance_options.history_events = options.history_events;
  instance_options.memory = options.memory;
  instance_options.fresh = options.fresh && line_.action != Action::kInfo;
  instance_options.wasi = &wasi_;
  if (answers_.has_value()) instance_options.effects = &*answers_;
  instance_options.arguments = {program_.name};
  instance_options.arguments.insert(instance_options.arguments.end(), line_.words.begin(),
                                    line_.words.end());
  Result<std::unique_ptr<Instance>> opened =
      Instance::Open(program_, instance_options, open_store_);
  if (!opened.ok()) {
    start_trapped_ = opened.status().code() == StatusCode::kFailedPrecondition;
    return opened.status();
  }
  instance_ = *std::move(opened);
  return OkStatus();
}

Result<int> Run::RunOneCall() {
  const PreparedCall& call = *call_;
  InstanceSession session(instance_.get());
  std::string lines;
  PERDURE_ASSIGN_OR_RETURN(Outcome outcome, Deliver(&session, call, &lines));
  PERDURE_TRY(session.Flush());
  switch (outcome.kind) {
    case Outcome::Kind::kReturned:
      return Print(lines, kExitOk);
    case Outcome::Kind::kExited:
      return static_cast<int>(outcome.exit_status & 0xff);
    case Outcome::Kind::kTrapped:
    case Outcome::Kind::kStopped:  // only runs are
      break;
  }
  WriteMessage(kStderrFd, StrCat(program_.name, ": ", TrapText(call, outcome)));
  return kExitTrap;
}

Result<int> Run::RunLines() {
  CatchStopSignals();
  InstanceSession session(instance_.get());
  LineLoop loop(exports_, &session, line_.options.commit, kStdinFd, &*answers_);
  return loop.Run();
}

Result<int> Run::RunCommand() {
  CatchStopSignalsOfRun();
  Result<Outcome> ran = instance_->Run();
  if (!ran.ok()) {
    arguments_differ_ = ran.status().code() == StatusCode::kInvalidArgument;
    return std::move(ran).TakeStatus();
  }
  switch (ran->kind) {
    case Outcome::Kind::kReturned:
    case Outcome::Kind::kExited:
      return static_cast<int>(ran->exit_status & 0xff);
    case Outcome::Kind::kStopped:
      return kExitSignalBase + ran->stop_signal;
    case Outcome::Kind::kTrapped:
      break;
  }
  WriteMessage(kStderrFd, StrCat(program_.name, ": trap: ", ran->message,
                                 " (the run is as it was before this event: start again to go on "
                                 "from there, or with --perdure-fresh to begin a new one)"));
  return kExitTrap;
}

Status Run::CloseAndReport() {
  std::optional<Info> info;
  if (line_.options.info) info = instance_->info();
  Status closed = instance_->Close();
  std::string reports;
  if (info.has_value()) {
    reports += InfoReport(program_, state_, info).ToString(line_.options.json);
  }
  if (line_.options.stats) reports += StatsReport(instance_->stats()).ToString(line_.options.json);
  if (!reports.empty()) {
    reports.pop_back();  // WriteMessage ends the last line
    WriteMessage(kStderrFd, reports);
  }
  // Closed, it holds nothing but memory, which the end of the process gives back in less time than
  // it takes to unmap and unregister it piece by piece.
  [[maybe_unused]] static Instance* left;
  left = instance_.release();
  return closed;
}

int Main(std::span<char* const> argv, const perdure_program& program, StoreOpener open_store) {
  // Writing to a pipe nobody reads must be an error we see, not the end between a commit and its
  // results.
  signal(SIGPIPE, SIG_IGN);
  std::vector<std::string_view> args;
  for (size_t i = 1; i < argv.size(); ++i) args.push_back(argv[i]);
  Result<CommandLine> line =
      IsCommand(program) ? ParseRunLine(args, getenv) : ParseCommandLine(args, getenv);
  if (!line.ok()) return Fail(program.name, line.status(), kExitUsage);
  Run run(program, open_store, *line);
  Status checked = run.Check();
  if (!checked.ok()) return Fail(program.name, checked, kExitUsage);
  Result<int> exit_status = run.Execute();
  if (exit_status.ok()) return *exit_status;
  if (run.arguments_differ()) return Fail(program.name, exit_status.status(), kExitUsage);
  return Fail(program.name, exit_status.status(), run.start_trapped() ? kExitTrap : kExitRuntime);
}

}  // namespace
}  // namespace perdure

int perdure_main(int argc, char** argv, const perdure_program* program,
                 const perdure_store_kind* store) {
  return perdure::Main({argv, static_cast<size_t>(argc)}, *program, store->open);
}
