// The oracle on random modules: whatever a valid module does, killing its process between two
// events changes nothing.
//
// A module the compiler refuses is no failure if the refusal is an ordinary one (exit status 1),
// but half of each batch must build, or the batch says nothing. Effects of the modules' logging
// imports are part of what is compared; the host library for them is fuzzing_support.c.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/property/random_module.h"
#include "tests/support/build.h"
#include "tests/support/oracle.h"
#include "tests/support/process.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

constexpr int kEvents = 30;

struct Batch {
  int built = 0, refused = 0;
  int exnref = 0;  // of the refused, for exceptions of the newer proposal
};

// Builds and runs the module of one seed.
void TryModule(uint64_t seed, const std::vector<std::string>& features,
               const std::vector<std::string>& modes, Batch* batch) {
  INFO("module seed " << seed);
  TempDir dir;
  const std::string module = dir / "random.wasm";
  MakeRandomModule(seed, features, module);
  Built driver = TryBuildDriver(
      module,
      {.flags = {"-O0"}, .host_source = RepositoryFile("tests/property/fuzzing_support.c")});
  if (driver.path.empty()) {
    INFO(driver.compiler.Text());
    REQUIRE(driver.compiler.status == 1);
    RequireContains(driver.compiler.err, "error: ");
    ++batch->refused;
    if (driver.compiler.err.find("exnref") != std::string::npos) ++batch->exnref;
    return;
  }
  ++batch->built;
  CheckRandomOracle(driver.path, seed, kEvents, 1, modes[seed % modes.size()]);
}

void RunBatch(uint64_t first_seed, const std::vector<std::string>& features) {
  const int wanted = LongForm() ? 100 : 8;
  const std::vector<std::string> modes =
      TrackModes(BuildDriver(Module("counter.wat"), {.flags = {"-O0"}}));
  Batch batch;
  for (uint64_t seed = first_seed; batch.built < wanted; ++seed) {
    TryModule(seed, features, modes, &batch);
    if (batch.refused <= 10 * wanted) continue;
    REQUIRE(batch.exnref > batch.refused / 2);
    PERDURE_SKIP("this version of wasm-opt puts exnref nearly everywhere, which is refused");
  }
  std::cout << batch.built << " modules built, " << batch.refused << " refused" << std::endl;
}

}  // namespace

#define RANDOM_BATCH(name, first_seed, ...)                              \
  TEST_CASE("oracle on random modules: " name) {                         \
    if (!CanMakeRandomModules()) PERDURE_SKIP("no wasm-opt (binaryen)"); \
    RunBatch(first_seed, {__VA_ARGS__});                                 \
  }

RANDOM_BATCH("the first version of wasm", 1000)
RANDOM_BATCH("bulk memory", 2000, "bulk-memory")
RANDOM_BATCH("vectors", 3000, "simd")
RANDOM_BATCH("several results", 4000, "multivalue")
RANDOM_BATCH("exceptions", 5000, "exception-handling", "bulk-memory")
RANDOM_BATCH("references", 6000, "reference-types", "bulk-memory")
RANDOM_BATCH("everything", 7000, "simd", "bulk-memory", "multivalue", "exception-handling")

#undef RANDOM_BATCH

}  // namespace perdure::test
