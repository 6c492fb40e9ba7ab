#include "compiler/driver/toolchain.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "compiler/driver/compile.h"
#include "compiler/driver/host_check.h"

namespace perdure {
namespace {

class ScopedEnvironment {
 public:
  ScopedEnvironment(const char* name, const char* value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    was_set_ = before != nullptr;
    setenv(name, value, 1);
  }
  ~ScopedEnvironment() {
    if (was_set_) {
      setenv(name_, before_.c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  const char* name_;
  std::string before_;
  bool was_set_;
};

}  // namespace

TEST_CASE("only wasm2c versions whose output is known are accepted") {
  REQUIRE(Wasm2cVersionProblem("1.0.36").empty());
  REQUIRE(Wasm2cVersionProblem("1.0.36 (git~1.0.36)").empty());
  REQUIRE(Wasm2cVersionProblem("1.0.32").find("too old") != std::string::npos);
  REQUIRE(Wasm2cVersionProblem("0.9.99").find("too old") != std::string::npos);
  REQUIRE(Wasm2cVersionProblem("1.0.37").find("newer") != std::string::npos);
  REQUIRE(Wasm2cVersionProblem("1.1.0").find("newer") != std::string::npos);
  for (const char* text : {"", "hello", "1", "1.0", "1.0.", "-1.0.36"}) {
    CAPTURE(text);
    REQUIRE_FALSE(Wasm2cVersionProblem(text).empty());
  }
}

TEST_CASE("the user's flags are the environment's, perdure's own variables first") {
  ScopedEnvironment cflags("CFLAGS", "-g  -DX=1"), ldflags("LDFLAGS", "-s");
  Result<CCompiler> compiler = FindCCompiler("cc");
  REQUIRE(compiler.ok());
  CHECK(compiler->compile_flags == std::vector<std::string>{"-g", "-DX=1"});
  CHECK(compiler->link_flags == std::vector<std::string>{"-s"});
  ScopedEnvironment ours("PERDURE_CFLAGS", "-O0");
  compiler = FindCCompiler("cc");
  REQUIRE(compiler.ok());
  CHECK(compiler->compile_flags == std::vector<std::string>{"-O0"});
}

TEST_CASE("no flag of the user's changes what a program means") {
  CCompiler compiler;
  compiler.command = {"cc"};
  compiler.compile_flags = {"-ffast-math"};
  compiler.link_flags = {"-L/opt"};
  const RuntimeFiles runtime;
  const CToolchain tools = {compiler, runtime};
  const BuildOptions options;
  auto place = [](const Command& command, const char* flag) {
    return std::find(command.argv.begin(), command.argv.end(), flag) - command.argv.begin();
  };
  const Command compile = CompileCommand(tools, options, {}, Unit{"app.c"}, ".", false);
  CHECK(place(compile, "-ffast-math") < place(compile, "-fno-fast-math"));
  CHECK(place(compile, "-fno-fast-math") < place(compile, "-c"));
  const Command link = LinkCommand(tools, options, {"app.o"}, ".", "app");
  CHECK(place(link, "-ffast-math") < place(link, "-L/opt"));
  CHECK(place(link, "-L/opt") < place(link, "app.o"));
}

TEST_CASE("a symbol is found in a linker's words only as a whole") {
  REQUIRE(NamesSymbol("undefined reference to `w2c_env_now'", "w2c_env_now"));
  REQUIRE_FALSE(NamesSymbol("undefined reference to `w2c_env_now_ms'", "w2c_env_now"));
  REQUIRE_FALSE(NamesSymbol("undefined reference to `xw2c_env_now'", "w2c_env_now"));
  REQUIRE(NamesSymbol("w2c_env_now_ms w2c_env_now", "w2c_env_now"));
}

}  // namespace perdure
