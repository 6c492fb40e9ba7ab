#include "rtlib/entry/line_loop.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/entry/fake_session.h"

namespace perdure {
namespace {

using test::FakeSession;

struct Ending {
  std::string out, error;
  int exit_status = -1;  // -1: the loop failed
  std::string failure;
};

class ScratchFile {
 public:
  explicit ScratchFile(std::string_view content = {}) {
    char name[] = "/tmp/perdure-loop-XXXXXX";
    fd_ = mkstemp(name);
    REQUIRE(fd_ >= 0);
    unlink(name);
    REQUIRE(write(fd_, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    lseek(fd_, 0, SEEK_SET);
  }
  ~ScratchFile() { close(fd_); }
  int fd() const { return fd_; }
  std::string Content() const {
    std::string content(static_cast<size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    REQUIRE(pread(fd_, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
    return content;
  }

 private:
  int fd_ = -1;
};

Ending RunLoop(std::string_view input, FakeSession* session, CommitPolicy commit = {}) {
  ScratchFile in(input), out, error;
  Exports exports(test::kSampleProgram);
  Answers answers(out.fd(), error.fd());
  if (session->speaks) session->effects = &answers;
  Result<int> status = LineLoop(exports, session, commit, in.fd(), &answers).Run();
  Ending ending;
  ending.out = out.Content();
  ending.error = error.Content();
  if (status.ok()) {
    ending.exit_status = *status;
  } else {
    ending.failure = status.status().message();
  }
  return ending;
}

Ending RunLoop(std::string_view input) {
  FakeSession session;
  return RunLoop(input, &session);
}

TEST_CASE("each line is a call, and results come one a line in order") {
  Ending ending =
      RunLoop("set 42\nget\n\n# a comment\n  increment  \npair\nsame func:3\nsame null");
  CHECK(ending.out == "42\n43\n43\n5\nfunc:3\nnull\n");
  CHECK(ending.error.empty());
  CHECK(ending.exit_status == 0);
}

TEST_CASE("(L4) a bad line is reported with its number and the rest goes on") {
  FakeSession session;
  Ending ending = RunLoop("set 1\nsett 2\nset x\n\nincrement 5\nget", &session);
  CHECK(ending.out == "1\n");
  CHECK(ending.error ==
        "sample: line 2: error: no function 'sett' is exported; did you mean 'set'?\n"
        "sample: line 3: error: argument 1 of set(i32) -> (): 'x' is no i32 (an integer from "
        "-2147483648 to 4294967295, or 0x hex)\n"
        "sample: line 5: error: 'increment' takes 0 arguments, not 1: increment() -> i32\n");
  CHECK(ending.exit_status == 2);
  CHECK(session.log == std::vector<std::string>{"set", "commit", "get", "commit"});
}

TEST_CASE("(L4) a trap is reported with its number, the rest goes on, and the status tells") {
  Ending ending = RunLoop("set 1\ndivide 1 0\nbad\nget\n");
  CHECK(ending.out == "1\n");
  CHECK(ending.error.starts_with(
      "sample: line 2: trap: integer divide by zero in 'divide' (event rolled back)\n"));
  CHECK(ending.exit_status == 134);
}

TEST_CASE("(L4) a line too long is reported and skipped") {
  std::string input = "set 1\nset " + std::string(200000, '1') + "\nget\n";
  Ending ending = RunLoop(input);
  CHECK(ending.out == "1\n");
  CHECK(ending.error == "sample: line 2: error: the line is longer than 65536 bytes\n");
  CHECK(ending.exit_status == 2);
}

TEST_CASE("(L5) the guest's exit ends the loop with its status") {
  FakeSession session;
  Ending ending = RunLoop("increment\nquit 259\nincrement\n", &session, {});
  CHECK(ending.out == "1\n");
  CHECK(ending.exit_status == 3);
  CHECK(session.log == std::vector<std::string>{"increment", "commit", "quit", "commit"});
}

TEST_CASE("(L1) results of a group are written after its commit, those before a failure are kept") {
  FakeSession session;
  session.group_size = 2;
  session.fail_at = 4;
  Ending ending = RunLoop("increment\nincrement\nincrement\nincrement\nincrement\n", &session,
                          {CommitPolicy::Kind::kEvery, 2});
  CHECK(ending.out == "1\n2\n");
  CHECK(ending.exit_status == -1);
  CHECK(ending.failure == "disk full");
}

TEST_CASE("(L2) an open group is committed at the end of the input") {
  FakeSession session;
  session.group_size = 100;
  Ending ending = RunLoop("increment\nincrement\n", &session, {CommitPolicy::Kind::kEvery, 100});
  CHECK(ending.out == "1\n2\n");
  CHECK(session.log == std::vector<std::string>{"increment", "increment", "commit"});
}

TEST_CASE("(L5) an open group is committed when the guest exits") {
  FakeSession session;
  session.group_size = 100;
  Ending ending = RunLoop("increment\nquit 0\n", &session, {CommitPolicy::Kind::kEvery, 100});
  CHECK(ending.out == "1\n");
  CHECK(session.log.back() == "commit");
}

TEST_CASE("(L1) the guest's output stands before the results of its own line, in every group") {
  const std::string input = "set 1\nget\nset 2\nincrement\nsett\ndivide 1 0\nget\nset 9\n";
  for (const uint64_t group : {1, 2, 3, 5, 100}) {
    FakeSession session;
    session.speaks = true;
    session.group_size = group;
    Ending ending = RunLoop(input, &session, {CommitPolicy::Kind::kEvery, group});
    CAPTURE(group);
    CHECK(ending.out == "said 1\n1\nsaid 2\n3\n3\nsaid 9\n");
    CHECK(ending.exit_status == 134);
  }
}

TEST_CASE("(L1) complaints come in the order of the lines as well") {
  FakeSession session;
  session.speaks = true;
  session.group_size = 100;
  ScratchFile in("set 1\nincrement\ndivide 1 0\nsett\nincrement\n"), both;
  Exports exports(test::kSampleProgram);
  Answers answers(both.fd(), both.fd());
  session.effects = &answers;
  REQUIRE(
      LineLoop(exports, &session, {CommitPolicy::Kind::kEvery, 100}, in.fd(), &answers).Run().ok());
  CHECK(both.Content() ==
        "said 1\n2\nsample: line 3: trap: integer divide by zero in 'divide' (event rolled back)\n"
        "sample: line 4: error: no function 'sett' is exported; did you mean 'set'?\n3\n");
}

TEST_CASE("(L1) nothing of a group whose commit fails is written") {
  FakeSession session;
  session.speaks = true;
  session.group_size = 3;
  session.fail_at = 5;
  Ending ending =
      RunLoop("set 1\nincrement\nget\nset 7\nset 8\n", &session, {CommitPolicy::Kind::kEvery, 3});
  CHECK(ending.out == "said 1\n2\n2\n");
  CHECK(ending.failure == "disk full");
}

// A loop in a thread with the test at the other end of its pipes.
class Conversation {
 public:
  Conversation(FakeSession* session, CommitPolicy commit) : exports_(test::kSampleProgram) {
    REQUIRE(pipe(in_) == 0);
    REQUIRE(pipe(out_) == 0);
    thread_ = std::thread([this, session, commit] {
      Answers answers(out_[1], 2);
      LineLoop loop(exports_, session, commit, in_[0], &answers);
      Result<int> status = loop.Run();
      exit_status_ = status.ok() ? *status : -1;
    });
  }
  ~Conversation() { Finish(); }

  void Say(std::string_view text) {
    REQUIRE(write(in_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  // What is written next; empty if nothing is within ten seconds.
  std::string Hear() {
    pollfd wanted = {out_[0], POLLIN, 0};
    if (poll(&wanted, 1, 10000) != 1) return "";
    char buffer[4096];
    ssize_t count = read(out_[0], buffer, sizeof buffer);
    return std::string(buffer, static_cast<size_t>(std::max<ssize_t>(count, 0)));
  }
  void StopListening() {
    close(out_[0]);
    out_[0] = -1;
  }
  int Finish() {
    if (!thread_.joinable()) return exit_status_;
    close(in_[1]);
    thread_.join();
    close(in_[0]);
    close(out_[1]);
    if (out_[0] >= 0) close(out_[0]);
    return exit_status_;
  }

 private:
  Exports exports_;
  int in_[2], out_[2];
  std::thread thread_;
  int exit_status_ = -1;
};

TEST_CASE("(L2) a partner who waits for each answer gets it, under every policy") {
  for (CommitPolicy policy :
       {CommitPolicy{CommitPolicy::Kind::kEvent, 1}, CommitPolicy{CommitPolicy::Kind::kEvery, 1000},
        CommitPolicy{CommitPolicy::Kind::kInterval, 5}}) {
    FakeSession session;
    session.group_size = policy.kind == CommitPolicy::Kind::kEvent ? 1 : UINT64_MAX;
    Conversation conversation(&session, policy);
    for (int i = 1; i <= 20; ++i) {
      conversation.Say("increment\n");
      REQUIRE(conversation.Hear() == std::to_string(i) + "\n");
    }
    CHECK(conversation.Finish() == 0);
  }
}

TEST_CASE("(L2) half a line is waited for, and the answers before it are not held back") {
  FakeSession session;
  Conversation conversation(&session, {});
  conversation.Say("increment\nincre");
  CHECK(conversation.Hear() == "1\n");
  conversation.Say("ment\n");
  CHECK(conversation.Hear() == "2\n");
}

TEST_CASE("(L3) results of queued lines are gathered") {
  std::string input;
  for (int i = 0; i < 50000; ++i) input += "increment\n";
  ScratchFile in(input), error;
  Exports exports(test::kSampleProgram);
  FakeSession session;
  int out[2];
  REQUIRE(pipe2(out, O_DIRECT) == 0);  // a packet a write
  size_t writes = 0, bytes = 0;
  std::thread reader([&] {
    std::string buffer(1 << 20, '\0');
    for (ssize_t count; (count = read(out[0], buffer.data(), buffer.size())) > 0; ++writes) {
      bytes += static_cast<size_t>(count);
    }
  });
  Answers answers(out[1], error.fd());
  Result<int> status = LineLoop(exports, &session, {}, in.fd(), &answers).Run();
  close(out[1]);
  reader.join();
  close(out[0]);
  REQUIRE(status.ok());
  CHECK(bytes == 288894);
  // A packet holds a page, so one write of the buffer arrives as several.
  CHECK(writes < 500);
}

TEST_CASE("(L3) a result does not wait for long, though input is queued and calls are slow") {
  ScratchFile in("increment\nincrement\nincrement\n"), out, error;
  Exports exports(test::kSampleProgram);
  FakeSession session;
  std::vector<std::string> seen;  // before each call
  session.before_call = [&] {
    seen.push_back(out.Content());
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  };
  Answers answers(out.fd(), error.fd());
  REQUIRE(LineLoop(exports, &session, {}, in.fd(), &answers).Run().ok());
  CHECK(seen == std::vector<std::string>{"", "1\n", "1\n2\n"});
}

TEST_CASE("(L5) when nobody reads the results, the loop ends quietly with its group committed") {
  signal(SIGPIPE, SIG_IGN);
  FakeSession session;
  Conversation conversation(&session, {});
  conversation.Say("increment\n");
  CHECK(conversation.Hear() == "1\n");
  conversation.StopListening();
  conversation.Say("increment\n");
  CHECK(conversation.Finish() == 128 + SIGPIPE);
  CHECK(session.log.back() == "commit");
}

TEST_CASE("results that cannot be written are an error that says they are committed") {
  ScratchFile in("increment\n");
  int full = open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  Exports exports(test::kSampleProgram);
  FakeSession session;
  Answers answers(full, 2);
  Result<int> status = LineLoop(exports, &session, {}, in.fd(), &answers).Run();
  close(full);
  REQUIRE_FALSE(status.ok());
  CHECK(status.status().message() ==
        "writing results: No space left on device (they are committed)");
}

TEST_CASE("input that cannot be read is an error") {
  ScratchFile out;
  Exports exports(test::kSampleProgram);
  FakeSession session;
  int directory = open("/", O_RDONLY);
  Answers answers(out.fd(), 2);
  Result<int> status = LineLoop(exports, &session, {}, directory, &answers).Run();
  close(directory);
  REQUIRE_FALSE(status.ok());
  CHECK(status.status().message() == "reading standard input: Is a directory");
}

}  // namespace
}  // namespace perdure
