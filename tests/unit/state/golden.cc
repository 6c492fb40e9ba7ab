#include "tests/unit/state/golden.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

#include "rtlib/base/text.h"

namespace perdure::test {

std::string Golden(std::string_view name, std::string_view bytes) {
  const std::string path = StrCat(PERDURE_GOLDEN_DIR, "/", name, ".hex");
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 16) {
    StrAppend(&text, Hex(bytes.substr(at, 16)), '\n');
  }
  if (std::getenv("PERDURE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  std::string golden;
  for (std::string line; std::getline(file, line);) {
    for (size_t at = 0; at + 1 < line.size(); at += 2) {
      golden.push_back(static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16)));
    }
  }
  INFO(path);
  CHECK_FALSE(golden.empty());
  return golden;
}

void CheckGolden(std::string_view name, std::string_view bytes) {
  CHECK(Hex(bytes) == Hex(Golden(name, bytes)));
}

}  // namespace perdure::test
