#include "rtlib/entry/given_resources.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

namespace perdure {
namespace {

std::vector<int> Sockets(const std::map<std::string, std::string>& variables) {
  return InheritedSockets([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST_CASE("sockets passed to this process are the descriptors from 3 on") {
  if (fcntl(3, F_GETFD) < 0) REQUIRE(dup2(STDIN_FILENO, 3) == 3);
  const std::string self = std::to_string(getpid());
  CHECK(Sockets({{"LISTEN_PID", self}, {"LISTEN_FDS", "1"}}) == std::vector<int>{3});
  CHECK((fcntl(3, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(Sockets({{"LISTEN_PID", self}, {"LISTEN_FDS", "0"}}).empty());
  CHECK(Sockets({{"LISTEN_PID", self}, {"LISTEN_FDS", "1x"}}).empty());
  CHECK(Sockets({{"LISTEN_PID", self}}).empty());
  CHECK(Sockets({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}).empty());
  CHECK(Sockets({{"LISTEN_FDS", "1"}}).empty());
  CHECK(Sockets({}).empty());
}

TEST_CASE("a directory that cannot be opened is named, with the reason") {
  CHECK(CheckDirectories({}).ok());
  CHECK(CheckDirectories({{"/", "/"}, {"/tmp", "/tmp"}}).ok());
  const Status missing = CheckDirectories({{"/", "/"}, {"/nowhere", "/data"}});
  CHECK(missing.code() == StatusCode::kInvalidArgument);
  CHECK(missing.message() == "--perdure-dir: cannot open '/nowhere': No such file or directory");
  CHECK(CheckDirectories({{"/dev/null", "/data"}}).message() ==
        "--perdure-dir: cannot open '/dev/null': Not a directory");
}

}  // namespace
}  // namespace perdure
