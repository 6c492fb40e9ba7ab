// Real modules by other compilers: Rust, and AssemblyScript with its runtime and `env.abort`.
#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/oracle.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {

TEST_CASE("the Rust counter remembers its static across processes") {
  std::string module = SharedModule("rust-counter.wasm");
  if (module.empty()) PERDURE_SKIP("../shared/modules/rust-counter.wasm is not on this machine");
  ProgramOn counter(BuildProgram(module));
  counter.Expect({"get"}, "0\n");
  counter.Expect({"set", "42"}, "");
  counter.Expect({"get"}, "42\n");
  CheckOracle(BuildDriver(module), {"call set 42", "call get", "call set -1", "call get"});
}

TEST_CASE("an AssemblyScript module keeps its heap and reports its aborts") {
  std::string module = SharedModule("as-reactor.wasm");
  if (module.empty()) PERDURE_SKIP("../shared/modules/as-reactor.wasm is not on this machine");
  ProgramOn program(BuildProgram(module));
  Finished help = program.Run({"--help"});
  CAPTURE(help.Text());
  REQUIRE(help.status == 0);
  RequireContains(help.out, "join");
  program.Refused(134, {"__new", "-1", "0"}, {"abort"});  // asks for 4 GiB
  CheckOracle(BuildDriver(module),
              {"call __new 64 1", "call join", "call __collect", "call __new -1 0",
               "call __new 100 1", "call join", "call __collect", "call join"});
}

}  // namespace perdure::test
