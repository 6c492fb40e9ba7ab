#include "tests/crash/killing.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <catch2/catch.hpp>

namespace perdure::test {
namespace {

Command LineLoop(const ProgramOn& program, std::vector<std::string> options) {
  options.push_back("-");
  return program.Line(std::move(options));
}

// Kills after a delay, from a thread of its own so that the moment does not depend on what the test
// is waiting for.
class Killer {
 public:
  Killer(pid_t pid, int64_t delay_us)
      : thread_([pid, delay_us] {
          std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
          kill(pid, SIGKILL);  // still ours: nobody has waited for it
        }) {}
  ~Killer() { thread_.join(); }

 private:
  std::thread thread_;
};

// What the killed process said. Where nothing traps it must not have said anything on standard
// error.
std::vector<std::string> Answers(Process* process, Traps traps) {
  Finished finished = process->Wait();
  INFO(finished.Text());
  REQUIRE(finished.signal == SIGKILL);
  REQUIRE((traps == Traps::kSome || finished.err.empty()));
  size_t end = finished.out.rfind('\n');
  return Lines(std::string_view(finished.out).substr(0, end == std::string::npos ? 0 : end + 1));
}

}  // namespace

uint64_t CrashSeed() {
  const char* text = std::getenv("PERDURE_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device()();
}

Killed PingPongUntilKilled(const ProgramOn& program, const std::vector<std::string>& options,
                           const std::string& call, int64_t delay_us) {
  Killed killed;
  Process process(LineLoop(program, options));
  {
    Killer killer(process.pid(), delay_us);
    while (process.Write(call + "\n")) {
      ++killed.sent;
      if (!process.ReadLine()) break;
    }
  }
  killed.answers = Answers(&process, Traps::kNone);
  return killed;
}

Killed StreamUntilKilled(const ProgramOn& program, const std::vector<std::string>& options,
                         const std::vector<std::string>& calls, int64_t count, int64_t delay_us,
                         Traps traps) {
  Killed killed;
  killed.sent = count;
  std::string input;
  for (int64_t i = 0; i < count; ++i) {
    input += calls[static_cast<size_t>(i) % calls.size()] + "\n";
  }
  Process process(LineLoop(program, options));
  std::thread writer([&] { process.Write(input); });
  process.ReadLine();  // answers come in blocks: with the first one it is at work
  {
    Killer killer(process.pid(), delay_us);
    while (process.ReadLine()) continue;
  }
  writer.join();
  killed.answers = Answers(&process, traps);
  return killed;
}

}  // namespace perdure::test
