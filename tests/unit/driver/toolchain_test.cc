#include "compiler/driver/toolchain.h"

#include <catch2/catch.hpp>

#include "compiler/driver/host_check.h"

namespace perdure {

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

TEST_CASE("a symbol is found in a linker's words only as a whole") {
  REQUIRE(NamesSymbol("undefined reference to `w2c_env_now'", "w2c_env_now"));
  REQUIRE_FALSE(NamesSymbol("undefined reference to `w2c_env_now_ms'", "w2c_env_now"));
  REQUIRE_FALSE(NamesSymbol("undefined reference to `xw2c_env_now'", "w2c_env_now"));
  REQUIRE(NamesSymbol("w2c_env_now_ms w2c_env_now", "w2c_env_now"));
}

}  // namespace perdure
