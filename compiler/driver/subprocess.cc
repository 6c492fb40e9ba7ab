// One thread, no pipes: children write into memory files, and the parent sleeps in sigtimedwait()
// for SIGCHLD and the interrupts together, so no signal can slip between a check and a wait.
#include "compiler/driver/subprocess.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "compiler/diag/printable.h"
#include "compiler/driver/files.h"
#include "rtlib/base/text.h"

extern char** environ;

namespace perdure {
namespace {

int interrupting_signal = 0;  // the first that came; main thread only

sigset_t InterruptSet() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// Takes pending signals out of `set`, waiting up to `seconds`. True if one came.
bool Receive(const sigset_t& set, int seconds) {
  const timespec timeout = {seconds, 0};
  const int signal = sigtimedwait(&set, nullptr, &timeout);
  if (signal > 0 && signal != SIGCHLD && interrupting_signal == 0) interrupting_signal = signal;
  return signal > 0;
}

// Blocks SIGCHLD for as long as there are children to wait for.
class ChildSignalBlock {
 public:
  ChildSignalBlock() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &old_mask_);
    wait_set_ = set;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      // Without an InterruptGuard these keep their usual effect.
      if (sigismember(&old_mask_, signal) == 1) sigaddset(&wait_set_, signal);
    }
  }
  ~ChildSignalBlock() { sigprocmask(SIG_SETMASK, &old_mask_, nullptr); }
  ChildSignalBlock(const ChildSignalBlock&) = delete;
  ChildSignalBlock& operator=(const ChildSignalBlock&) = delete;

  void Wait() { Receive(wait_set_, 1); }

 private:
  sigset_t old_mask_, wait_set_;
};

struct Child {
  size_t index = 0;  // into commands
  pid_t pid = 0;
  int output = -1;  // memory file
};

std::string TakeOutput(int fd) {
  std::string text;
  char buffer[65536];
  off_t offset = 0;
  for (ssize_t n = 1; n > 0; offset += n > 0 ? n : 0) {
    n = pread(fd, buffer, sizeof(buffer), offset);
    if (n > 0) text.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return text;
}

int ExitStatus(int wait_status) {
  if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
  return 128 + (WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0);
}

// While one exists, new processes get a large stack: wasm2c and C compilers recurse over nested
// blocks, and modules made by machines nest thousands deep. A limit, not memory; where it may not
// be raised, such modules fail in the tool.
class LargeStackLimit {
 public:
  LargeStackLimit() {
    if (getrlimit(RLIMIT_STACK, &old_) != 0) return;
    constexpr rlim_t kWantedBytes = rlim_t{1} << 30;
    rlimit wanted = old_;
    wanted.rlim_cur = std::min(kWantedBytes, old_.rlim_max);
    changed_ = old_.rlim_cur < wanted.rlim_cur && setrlimit(RLIMIT_STACK, &wanted) == 0;
  }
  ~LargeStackLimit() {
    if (changed_) setrlimit(RLIMIT_STACK, &old_);
  }
  LargeStackLimit(const LargeStackLimit&) = delete;
  LargeStackLimit& operator=(const LargeStackLimit&) = delete;

 private:
  rlimit old_ = {};
  bool changed_ = false;
};

// posix_spawn with everything a child of ours gets: its output into `output`, no input, the signal
// state of a fresh program.
int Spawn(const Command& command, int output, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  if (!command.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, defaults = InterruptSet();
  sigemptyset(&none);
  sigaddset(&defaults, SIGCHLD);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const std::string& argument : command.argv)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const LargeStackLimit large_stack;
  const int error = posix_spawnp(pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

Result<Child> Start(const Command& command, size_t index) {
  Child child;
  child.index = index;
  child.output = memfd_create("perdure-output", MFD_CLOEXEC);
  if (child.output < 0)
    return Status(StatusCode::kIo, StrCat("memfd_create: ", std::strerror(errno)));
  const int error = Spawn(command, child.output, &child.pid);
  if (error == 0) return child;
  close(child.output);
  return Status(StatusCode::kIo,
                StrCat("cannot run ", QuotePath(command.argv[0]), ": ", std::strerror(error)));
}

class Runner {
 public:
  Runner(const std::vector<Command>& commands, int jobs,
         const std::function<void(const Command&)>& on_start)
      : commands_(commands), jobs_(jobs < 1 ? 1 : static_cast<size_t>(jobs)), on_start_(on_start) {
    ends_.assign(commands.size(), ProcessEnd{-1, ""});
    for (size_t i = 0; i < commands.size(); ++i) waiting_.push_back(i);
  }

  Result<std::vector<ProcessEnd>> Go() {
    while (!waiting_.empty() || !running_.empty()) {
      Status started = StartWhatFits();
      if (!started.ok()) {
        EndAll();
        return started;
      }
      if (running_.empty()) break;  // stopped
      if (!Reap()) block_.Wait();
      if (interrupting_signal != 0) EndAll();
    }
    return std::move(ends_);
  }

 private:
  Status StartWhatFits() {
    for (size_t i = 0; !stopped_ && running_.size() < jobs_ && i < waiting_.size();) {
      const Command& command = commands_[waiting_[i]];
      if (!running_.empty() && MemoryInUse() + command.memory_bytes > memory_bytes_) {
        ++i;  // a later one may fit beside those that run
        continue;
      }
      if (on_start_) on_start_(command);
      Result<Child> child = Start(command, waiting_[i]);
      if (!child.ok()) return std::move(child).TakeStatus();
      running_.push_back(*child);
      waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(i));
    }
    return OkStatus();
  }

  uint64_t MemoryInUse() const {
    uint64_t sum = 0;
    for (const Child& child : running_) sum += commands_[child.index].memory_bytes;
    return sum;
  }

  // Collects children that have ended. False if none had.
  bool Reap() {
    bool any = false;
    for (size_t i = 0; i < running_.size();) {
      int wait_status = 0;
      if (waitpid(running_[i].pid, &wait_status, WNOHANG) != running_[i].pid) {
        ++i;
        continue;
      }
      any = true;
      ProcessEnd& end = ends_[running_[i].index];
      end.output = TakeOutput(running_[i].output);
      end.exit_status = ExitStatus(wait_status);
      running_.erase(running_.begin() + static_cast<ptrdiff_t>(i));
      if (!end.ok() && !stopped_) EndAll();
    }
    return any;
  }

  void EndAll() {
    stopped_ = true;
    for (const Child& child : running_) kill(child.pid, SIGTERM);
    for (const Child& child : running_) {
      int ignored = 0;
      while (waitpid(child.pid, &ignored, 0) < 0 && errno == EINTR) {
      }
      close(child.output);
    }
    running_.clear();
  }

  const std::vector<Command>& commands_;
  const size_t jobs_;
  const std::function<void(const Command&)>& on_start_;
  ChildSignalBlock block_;
  std::vector<ProcessEnd> ends_;
  std::vector<Child> running_;
  std::vector<size_t> waiting_;  // into commands_
  const uint64_t memory_bytes_ = AvailableMemoryBytes();
  bool stopped_ = false;
};

bool NeedsQuotes(std::string_view argument) {
  return argument.empty() || argument.find_first_not_of(
                                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "_-+=./:,@%") != std::string_view::npos;
}

}  // namespace

std::string CommandText(const Command& command) {
  std::string out;
  if (!command.directory.empty()) StrAppend(&out, "cd ", command.directory, " && ");
  for (const std::string& argument : command.argv) {
    if (&argument != &command.argv.front()) out += ' ';
    if (!NeedsQuotes(argument)) {
      out += argument;
      continue;
    }
    out += '\'';
    for (const char c : argument) c == '\'' ? out += "'\\''" : out += c;
    out += '\'';
  }
  return out;
}

InterruptGuard::InterruptGuard() {
  const sigset_t set = InterruptSet();
  sigprocmask(SIG_BLOCK, &set, &old_mask_);
}

InterruptGuard::~InterruptGuard() { sigprocmask(SIG_SETMASK, &old_mask_, nullptr); }

ExitCode InterruptGuard::Interrupted() {
  while (interrupting_signal == 0 && Receive(InterruptSet(), 0)) {
  }
  switch (interrupting_signal) {
    case SIGINT:
      return ExitCode::kInterrupted;
    case SIGTERM:
      return ExitCode::kTerminated;
    case SIGHUP:
      return ExitCode::kHangup;
    default:
      return ExitCode::kOk;
  }
}

Result<ProcessEnd> Run(const Command& command) {
  PERDURE_ASSIGN_OR_RETURN(std::vector<ProcessEnd> ends, RunAll({command}, 1, nullptr));
  return std::move(ends[0]);
}

Result<std::vector<ProcessEnd>> RunAll(const std::vector<Command>& commands, int jobs,
                                       const std::function<void(const Command&)>& on_start) {
  return Runner(commands, jobs, on_start).Go();
}

std::string FindOnPath(const std::string& name) {
  if (name.find('/') != std::string::npos) return IsExecutableFile(name) ? name : "";
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string candidate = StrCat(folder.empty() ? "." : folder, "/", name);
    if (IsExecutableFile(candidate)) return candidate;
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  }
  return "";
}

}  // namespace perdure
