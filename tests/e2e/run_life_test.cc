// The life of a run: how it is stopped, goes on, ends, and what of the outside it takes along.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

ProgramOn Talk() { return ProgramOn(BuildProgram(Module("talk.wat"))); }

// The program with `input` behind it, killed where it waits for more.
void FeedAndKill(const ProgramOn& talk, const std::string& input,
                 const std::vector<std::string>& arguments = {}) {
  Process process(talk.Line(arguments));
  REQUIRE(process.Write(input));
  REQUIRE(process.WaitUntilItWaits());
  process.Signal(SIGKILL);
  const Finished killed = process.Wait();
  CAPTURE(killed.Text());
  REQUIRE(killed.out == input);
}

void CheckEnd(const Finished& finished, int status, const std::string& out) {
  CAPTURE(finished.Text());
  CHECK(finished.status == status);
  CHECK(finished.out == out);
}

// A listening socket, and connections to it.
class Listener {
 public:
  explicit Listener(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address_.sun_path);
    std::memcpy(address_.sun_path, path.c_str(), path.size() + 1);
    REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&address_), sizeof address_) == 0);
    REQUIRE(listen(fd_, 5) == 0);
  }
  ~Listener() { close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int fd() const { return fd_; }
  int Connect() const {
    const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(connect(connection, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) ==
            0);
    const timeval limit = {.tv_sec = 20, .tv_usec = 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return connection;
  }

 private:
  int fd_;
  sockaddr_un address_ = {};
};

// Sends `text` and gets it back.
void CheckEcho(int connection, const std::string& text) {
  REQUIRE(send(connection, text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
  std::string back(text.size(), '\0');
  REQUIRE(recv(connection, back.data(), back.size(), MSG_WAITALL) ==
          static_cast<ssize_t>(back.size()));
  CHECK(back == text);
}

}  // namespace

TEST_CASE("SIGINT, SIGTERM and SIGHUP stop a run after a commit, and it goes on") {
  const std::pair<int, int> signals[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};
  for (const auto& [signal, status] : signals) {
    const ProgramOn talk = Talk();
    Process process(talk.Line({}));
    REQUIRE(process.Write("abc\n"));
    REQUIRE(process.ReadLine() == "abc");
    REQUIRE(process.WaitUntilItWaits());
    process.Signal(signal);
    CheckEnd(process.Wait(), status, "abc\n");
    CheckEnd(talk.Run({}, "xyz\n"), 8, "xyz\n");
  }
}

TEST_CASE("a run goes on with the arguments it was started with, or with none") {
  const ProgramOn talk = Talk();
  FeedAndKill(talk, "one\n", {"a", "b c"});
  talk.Refused(2, {"a"}, {"started with", "'a' 'b c'", "--perdure-fresh"});
  talk.Refused(2, {"a", "b", "c"}, {"started with"});
  FeedAndKill(talk, "two\n", {"a", "b c"});
  CheckEnd(talk.Run({}, "three\n"), 14, "three\n");
  CheckEnd(talk.Run({"other"}, "x"), 1, "x");  // a new run
}

TEST_CASE("a run that has ended is followed by a new one, and so is one that is given up") {
  const ProgramOn talk = Talk();
  CheckEnd(talk.Run({}, "abc"), 3, "abc");
  CheckEnd(talk.Run({}, "de"), 2, "de");
  FeedAndKill(talk, "one\n");
  CheckEnd(talk.Run({"--perdure-fresh"}, "z"), 1, "z");
}

TEST_CASE("(O1) what nobody read stops the run, and is written by the next start") {
  const ProgramOn talk = Talk();
  Command line = talk.Line({});
  line.input = "abc\n";
  line.closed_stdout = true;
  CheckEnd(Run(line), 141, "");
  CheckEnd(talk.Run({}, "xyz\n"), 4, "abc\n");  // (O4) it had come to its end
  CheckEnd(talk.Run({}, "xy\n"), 3, "xy\n");
}

TEST_CASE("(O1) what there is no room for stops the run, and is written by the next start") {
  const ProgramOn talk = Talk();
  Command line = talk.Line({});
  line.input = "abc\n";
  line.output_file = "/dev/full";
  RequireRefusal(Run(line), 125, {"standard output", "No space left"});
  CheckEnd(talk.Run({}, "xyz\n"), 4, "abc\n");
  CheckEnd(talk.Run({}, "xy\n"), 3, "xy\n");
}

TEST_CASE("(O5) output before a trap comes out once, however often the trap is repeated") {
  const ProgramOn talk = Talk();
  FeedAndKill(talk, "abc\n");
  CheckEnd(talk.Run({}, "!dead\n"), 134, "!dead\n");
  CheckEnd(talk.Run({}, "!dead\n"), 134, "");
  CheckEnd(talk.Run({}, "!dead, really\n"), 134, ", really\n");
  CheckEnd(talk.Run({}, "alive\n"), 10, "alive\n");
}

TEST_CASE("input that is logged is not lost in part") {
  const std::string input(100, 'x');
  for (const bool is_logged : {false, true}) {
    int whole = 0, none = 0, part = 0;
    for (int n = 0;; ++n) {
      const ProgramOn talk = Talk();
      const std::vector<std::string> arguments = {
          is_logged ? "--perdure-input=logged" : "--perdure-input=direct",
          "--perdure-commit=event"};
      Command line = KilledAt(talk.Line(arguments), "any:" + std::to_string(n) + ":before");
      line.input = input;
      const Finished killed = Run(line);
      if (killed.signal == 0) break;
      const Finished rest = talk.Run(arguments, "");
      CAPTURE(n, killed.Text(), rest.Text());
      // All of it may come twice, if it was killed between writing and noting that (O3).
      const size_t size = std::max(killed.out.size(), rest.out.size());
      (size == 0 ? none : size == input.size() ? whole : part) += 1;
    }
    CAPTURE(is_logged, whole, none, part);
    CHECK(none > 0);
    CHECK(whole > 0);
    if (is_logged) CHECK(part == 0);
  }
}

// The pipe is held by the test, as by a supervisor: what the killed process left is for the next.
TEST_CASE("(I2, I3) logged input of a pipe that outlives the process is read exactly once") {
  const std::string input(100, 'x');
  const std::vector<std::string> arguments = {"--perdure-input=logged", "--perdure-commit=event"};
  int untouched = 0, taken = 0;
  for (int n = 0;; ++n) {
    const ProgramOn talk = Talk();
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    REQUIRE(write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
    close(ends[1]);
    const std::string end = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(ends[0]);
    Command line = KilledAt(talk.Line(arguments), "any:" + std::to_string(n) + ":before");
    line.input_file = end;
    const Finished killed = Run(line);
    int left = 0;
    CHECK(ioctl(ends[0], FIONREAD, &left) == 0);
    ++(left == 0 ? taken : untouched);
    line = talk.Line(arguments);
    line.input_file = end;
    const Finished rest = Run(line);
    close(ends[0]);
    if (killed.signal == 0) break;
    CAPTURE(n, left, killed.Text(), rest.Text());
    // All of it may come twice, if it was killed between writing and noting that (O3).
    const bool is_repeated = killed.out == input && rest.out == input;
    CHECK((is_repeated || killed.out + rest.out == input));
  }
  CHECK(untouched > 0);
  CHECK(taken > 0);
}

TEST_CASE("a sleep goes on in the next process for the time that remains") {
  const ProgramOn nap(BuildProgram(Module("nap.wat")));
  const auto at = [&](long seconds) {
    Command line = nap.Line({});
    line.env["LD_PRELOAD"] = CompileShared(RepositoryFile("tests/support/clock_offset.c"));
    line.env["PERDURE_CLOCK_OFFSET"] = std::to_string(seconds);
    return line;
  };
  for (const long seconds : {0, 60, 1200}) {
    Process process(at(seconds));
    if (seconds == 0) REQUIRE(process.ReadLine() == "sleeping");
    REQUIRE(process.WaitUntilItWaits());
  }
  CheckEnd(Run(at(1900)), 0, "awake\n");
}

TEST_CASE("a server goes on serving on the socket that it is given again") {
  TempDir dir;
  const Listener listener(dir / "socket");
  const ProgramOn server(BuildProgram(Module("echo_server.wat")));
  // LISTEN_PID has to be the server's own.
  Command line = server.Line({});
  line.argv = {"/bin/sh", "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\"", server.program()};
  line.fd3 = listener.fd();
  int abandoned = -1;
  {
    Process process(line);
    const int first = listener.Connect();
    CheckEcho(first, "abc");
    close(first);
    abandoned = listener.Connect();
    CheckEcho(abandoned, "de");
  }
  Process process(line);
  const int last = listener.Connect();  // once the abandoned one is given up
  CheckEcho(last, "fgh");
  REQUIRE(send(last, "q", 1, MSG_NOSIGNAL) == 1);
  CheckEnd(process.Wait(), 3, "");
  close(abandoned);
  close(last);
}

}  // namespace perdure::test
