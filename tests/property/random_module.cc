#include "tests/property/random_module.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "tests/support/process.h"

namespace perdure::test {

bool CanMakeRandomModules() { return std::filesystem::exists(PERDURE_TEST_WASM_OPT); }

void MakeRandomModule(uint64_t seed, const std::vector<std::string>& features,
                      const std::string& path) {
  std::mt19937_64 random(seed);
  std::string bytes(1000 + random() % 5000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  WriteFile(path + ".seed", bytes);
  std::vector<std::string> argv = {PERDURE_TEST_WASM_OPT,
                                   path + ".seed",
                                   "-ttf",
                                   "-o",
                                   path,
                                   "--mvp-features",
                                   "--enable-mutable-globals",
                                   "--enable-sign-ext",
                                   "--enable-nontrapping-float-to-int"};
  for (const std::string& feature : features) argv.push_back("--enable-" + feature);
  Finished finished = Run({.argv = argv});
  INFO("seed " << seed << ": " << finished.Text());
  REQUIRE(finished.status == 0);
}

}  // namespace perdure::test
