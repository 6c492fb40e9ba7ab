#include "tests/unit/engine/run_session.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "rtlib/base/text.h"
#include "tests/unit/engine/output_capture.h"

namespace perdure::test {
namespace {

// Descriptor 2 leads elsewhere while one lives.
class Redirect {
 public:
  explicit Redirect(int to) : saved_(dup(2)) { dup2(to, 2); }
  ~Redirect() {
    dup2(saved_, 2);
    close(saved_);
  }
  Redirect(const Redirect&) = delete;
  Redirect& operator=(const Redirect&) = delete;

 private:
  int saved_;
};

}  // namespace

RunSession::RunSession(const perdure_program& run_program) : program(&run_program) {
  static int disks = 0;
  options.state_path = StrCat("run-disk-", ++disks);
  options.host_data = &config;
  REQUIRE(pipe2(dots_, O_CLOEXEC) == 0);
  config.dots = dots_[0];
}

RunSession::~RunSession() {
  instance_.reset();
  disk() = {};
  close(dots_[0]);
  close(dots_[1]);
}

Status RunSession::Open() {
  Result<std::unique_ptr<Instance>> opened = Instance::Open(*program, options, OpenMemoryStore);
  if (!opened.ok()) return opened.status();
  instance_ = *std::move(opened);
  return OkStatus();
}

void RunSession::Start() {
  const Status opened = Open();
  INFO(opened.message());
  REQUIRE(opened.ok());
}

void RunSession::Kill() {
  const MemoryDisk left_behind = disk();
  instance_.reset();
  disk() = left_behind;
  disk().in_use = false;
}

void RunSession::Close() {
  const Status closed = instance_->Close();
  INFO(closed.message());
  REQUIRE(closed.ok());
  instance_.reset();
}

Result<Outcome> RunSession::Try(std::string_view input) {
  config.input += input;
  const OutputCapture capture(&output_);
  const Redirect dots(dots_[1]);
  return instance_->Run();
}

Outcome RunSession::Feed(std::string_view input) {
  const Result<Outcome> outcome = Try(input);
  INFO(input << ": " << outcome.status().message());
  REQUIRE(outcome.ok());
  return *outcome;
}

Outcome RunSession::End(std::string_view input) {
  config.ends = true;
  const Outcome outcome = Feed(input);
  config.ends = false;
  return outcome;
}

void RunSession::PutDot() { REQUIRE(write(dots_[1], ".", 1) == 1); }

std::string RunSession::Memory() const {
  const wasm_rt_memory_t& memory = config.live->memory;
  return {reinterpret_cast<const char*>(memory.data), memory.size};
}

}  // namespace perdure::test
