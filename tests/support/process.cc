#include "tests/support/process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

extern char** environ;

namespace perdure::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uid_t kNobody = 65534;

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "test support: %s: %s\n", what, std::strerror(errno));
  std::abort();
}

// What steers a built program and must come from the test alone.
constexpr const char* kProgramVariables[] = {
    "PERDURE_STATE",      "PERDURE_DIR",     "PERDURE_ENV",     "PERDURE_INPUT",
    "PERDURE_DURABILITY", "PERDURE_COMMIT",  "PERDURE_HISTORY", "PERDURE_INFO",
    "PERDURE_JSON",       "PERDURE_STATS",   "PERDURE_FRESH",   "PERDURE_MEMORY",
    "PERDURE_TRACK",      "PERDURE_RESTORE", "XDG_STATE_HOME",  "STATE_DIRECTORY"};

std::vector<std::string> Environment(const Command& command) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string text = *entry;
    size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const char* name : kProgramVariables) variables.erase(name);
  for (const std::string& name : command.unset) variables.erase(name);
  for (const auto& [name, value] : command.env) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void Limit(__rlimit_resource resource, const std::optional<uint64_t>& value) {
  if (!value) return;
  rlimit limit = {*value, *value};
  if (setrlimit(resource, &limit) != 0) _exit(126);
}

void OpenAs(int fd, const std::string& path, int flags) {
  if (path.empty()) return;
  const int opened = open(path.c_str(), flags, 0644);
  if (opened < 0 || dup2(opened, fd) < 0) _exit(126);
  close(opened);
}

// The child's side between fork and exec; a failure shows as exit status 126.
void BecomeCommand(const Command& command, const int in[2], const int out[2], const int err[2]) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0) _exit(126);
  for (int fd : {in[0], in[1], out[0], out[1], err[0], err[1]}) close(fd);
  OpenAs(0, command.input_file, O_RDONLY);
  OpenAs(1, command.output_file, O_WRONLY | O_CREAT | O_APPEND);
  if (command.fd3 >= 0) {
    const int copy = fcntl(command.fd3, F_DUPFD, 4);  // it may be 3 itself
    if (dup2(copy, 3) < 0 || close(copy) != 0) _exit(126);
  }
  signal(SIGPIPE, SIG_DFL);
  if (!command.cwd.empty() && chdir(command.cwd.c_str()) != 0) _exit(126);
  Limit(RLIMIT_FSIZE, command.file_bytes_max);
  Limit(RLIMIT_AS, command.address_bytes_max);
  Limit(RLIMIT_STACK, command.stack_bytes_max);
  if (command.as_nobody) {
    if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) _exit(126);
  }
}

void CloseIfOpen(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

// Appends what is there to *text; closes *fd at the end of the stream.
void Drain(int* fd, std::string* text) {
  char buffer[65536];
  ssize_t count = read(*fd, buffer, sizeof buffer);
  if (count > 0) {
    text->append(buffer, static_cast<size_t>(count));
  } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
    CloseIfOpen(fd);
  }
}

std::string Quoted(const std::string& text) {
  return text.size() <= 2000 ? "'" + text + "'" : "'" + text.substr(0, 2000) + "...'";
}

}  // namespace

std::string Finished::Text() const {
  std::string how = timed_out ? "timed out"
                    : signal  ? "signal " + std::to_string(signal)
                              : "exit " + std::to_string(status);
  return how + ", out " + Quoted(out) + ", err " + Quoted(err);
}

Process::Process(const Command& command) : deadline_(Clock::now() + command.timeout) {
  static const bool ignored = (signal(SIGPIPE, SIG_IGN), true);  // a dead child is no reason to die
  static_cast<void>(ignored);
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
    Die("pipe");
  std::vector<std::string> arguments = command.argv, entries = Environment(command);
  std::vector<char*> argv = Pointers(&arguments), envp = Pointers(&entries);
  pid_ = fork();
  if (pid_ < 0) Die("fork");
  if (pid_ == 0) {
    BecomeCommand(command, in, out, err);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(in[0]), close(out[1]), close(err[1]);
  in_ = in[1], out_ = out[0], err_ = err[0];
  if (command.closed_stdout) CloseIfOpen(&out_);
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  CloseIfOpen(&in_), CloseIfOpen(&out_), CloseIfOpen(&err_);
}

bool Process::Write(std::string_view bytes) {
  while (!bytes.empty() && in_ >= 0) {
    ssize_t count = write(in_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return bytes.empty();
}

void Process::CloseInput() { CloseIfOpen(&in_); }

void Process::Feed(std::string_view bytes) {
  if (fcntl(in_, F_SETFL, O_NONBLOCK) != 0) Die("fcntl");
  while (!bytes.empty() && Clock::now() < deadline_) {
    const ssize_t count = write(in_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd fds[3] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}, {in_, POLLOUT, 0}};
      if (poll(fds, 3, 20) > 0) Pump(0);
    } else if (errno != EINTR) {
      break;
    }
  }
  CloseInput();
}

bool Process::Pump(int wait_ms) {
  pollfd fds[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  int ready = poll(fds, 2, wait_ms);
  if (ready > 0 && fds[0].revents != 0) Drain(&out_, &finished_.out);
  if (ready > 0 && fds[1].revents != 0) Drain(&err_, &finished_.err);
  return out_ >= 0 || err_ >= 0;
}

std::optional<std::string> Process::ReadLine(std::chrono::milliseconds limit) {
  Clock::time_point end = Clock::now() + limit;
  while (true) {
    size_t newline = finished_.out.find('\n', line_begin_);
    if (newline != std::string::npos) {
      std::string line = finished_.out.substr(line_begin_, newline - line_begin_);
      line_begin_ = newline + 1;
      return line;
    }
    if (out_ < 0 || Clock::now() >= end) return std::nullopt;
    Pump(50);
  }
}

void Process::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

bool Process::IsAlive() const {
  siginfo_t ended = {};
  waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
  return ended.si_pid != pid_;
}

bool Process::HasTakenInput() const {
  int left = 0;
  return in_ < 0 || (ioctl(in_, FIONREAD, &left) == 0 && left == 0);
}

bool Process::WaitUntilItWaits(std::chrono::milliseconds limit) {
  const std::string system_call = "/proc/" + std::to_string(pid_) + "/syscall";
  const std::string waits = std::to_string(SYS_ppoll) + " ";
  for (Clock::time_point end = Clock::now() + limit; Clock::now() < end;) {
    if (!IsAlive()) return false;
    // The kernel names a system call only while the process sleeps in it.
    if (HasTakenInput() && ReadFile(system_call).starts_with(waits)) return true;
    Pump(1);
  }
  return false;
}

Finished Process::Wait() {
  while (Pump(20)) {
    if (Clock::now() < deadline_) continue;
    finished_.timed_out = true;
    Signal(SIGKILL);
    break;
  }
  int status = 0;
  while (waitpid(pid_, &status, finished_.timed_out ? 0 : WNOHANG) == 0) {
    usleep(500);
    if (Clock::now() < deadline_) continue;
    finished_.timed_out = true;
    Signal(SIGKILL);
  }
  pid_ = -1;
  if (WIFEXITED(status)) finished_.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished_.signal = WTERMSIG(status);
  return finished_;
}

Finished Run(const Command& command) {
  Process process(command);
  process.Feed(command.input);
  return process.Wait();
}

bool IsRoot() { return geteuid() == 0; }

bool LongForm() {
  const char* value = std::getenv("PERDURE_LONG");
  return value != nullptr && std::string_view(value) == "1";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) Die(("writing " + path).c_str());
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    size_t newline = text.find('\n');
    lines.emplace_back(text.substr(0, newline));
    if (newline == std::string_view::npos) break;
    text.remove_prefix(newline + 1);
  }
  return lines;
}

}  // namespace perdure::test
