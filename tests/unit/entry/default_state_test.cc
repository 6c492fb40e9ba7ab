#include "rtlib/entry/default_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace perdure {
namespace {

namespace fs = std::filesystem;
using Variables = std::map<std::string, std::string>;

Result<StatePath> Choose(const RuntimeOptions& options, const Variables& variables,
                         const char* baked_in = nullptr) {
  perdure_program program = {};
  program.name = "counter";
  program.default_state = baked_in;
  return ChooseStatePath(program, options, [&](const char* name) {
    auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

std::string PathOf(const RuntimeOptions& options, const Variables& variables,
                   const char* baked_in = nullptr) {
  Result<StatePath> state = Choose(options, variables, baked_in);
  REQUIRE(state.ok());
  return state->path;
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "perdure-entry-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

TEST_CASE("flag beats variable beats build beats defaults") {
  RuntimeOptions options;
  Variables all = {{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"},
                   {"XDG_STATE_HOME", "/xdg"},
                   {"HOME", "/home/u"}};
  CHECK(PathOf(options, all, "baked.db") == "baked.db");
  CHECK(PathOf(options, all) == "/var/lib/a/counter.db");
  all.erase("STATE_DIRECTORY");
  CHECK(PathOf(options, all) == "/xdg/counter/state.db");
  all.erase("XDG_STATE_HOME");
  CHECK(PathOf(options, all) == "/home/u/.local/state/counter/state.db");
  options.state_environment = "variable.db";
  CHECK(PathOf(options, all, "baked.db") == "variable.db");
  options.state_flag = "flag.db";
  CHECK(PathOf(options, all, "baked.db") == "flag.db");
}

TEST_CASE("relative directories in the variables are ignored") {
  Variables variables = {{"STATE_DIRECTORY", "lib"}, {"XDG_STATE_HOME", "x"}, {"HOME", "/home/u"}};
  CHECK(PathOf({}, variables) == "/home/u/.local/state/counter/state.db");
}

TEST_CASE("without a home the user is told what to set") {
  for (const Variables& variables :
       {Variables{}, Variables{{"HOME", "home"}}, Variables{{"HOME", ""}}}) {
    Result<StatePath> state = Choose({}, variables);
    REQUIRE_FALSE(state.ok());
    CHECK(state.status().message().find("--perdure-state=FILE") != std::string::npos);
  }
}

TEST_CASE("the directory of a default path is created, for its owner only") {
  TemporaryDirectory directory;
  StatePath state = {directory / "a/b/state.db", "HOME", true};
  REQUIRE(PrepareStateDirectory(state).ok());
  struct stat info;
  REQUIRE(stat((directory / "a/b").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  CHECK(PrepareStateDirectory(state).ok());
  CHECK_FALSE(StateExists(state));
  std::ofstream(state.path) << "x";
  CHECK(StateExists(state));
}

TEST_CASE("the missing directory of a named path is an error that names it") {
  TemporaryDirectory directory;
  StatePath state = {directory / "a/state.db", "--perdure-state", false};
  Status status = PrepareStateDirectory(state);
  REQUIRE(status.code() == StatusCode::kIo);
  CHECK(status.message() == "state '" + state.path + "': directory '" + (directory / "a") +
                                "': No such file or directory; name another place with "
                                "--perdure-state=FILE");
  CHECK_FALSE(fs::exists(directory / "a"));
  CHECK(PrepareStateDirectory({"state.db", "--perdure-state", false}).ok());
  CHECK(PrepareStateDirectory({"/state.db", "--perdure-state", false}).ok());
}

TEST_CASE("a file where a directory should be is an error that names it") {
  TemporaryDirectory directory;
  std::ofstream(directory / "a") << "x";
  Status status = PrepareStateDirectory({directory / "a/state.db", "--perdure-state", false});
  CHECK(status.message().find("directory '" + (directory / "a") + "': Not a directory") !=
        std::string::npos);
  status = PrepareStateDirectory({directory / "a/b/state.db", "HOME", true});
  CHECK(status.message().find("cannot create directory '" + (directory / "a") + "/b'") !=
        std::string::npos);
}

}  // namespace
}  // namespace perdure
