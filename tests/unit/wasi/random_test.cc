#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

std::string Random(Host* host, uint32_t length) {
  REQUIRE(PERDURE_WASI(random_get)(host->get(), 1000, length) == kSuccess);
  return std::string(reinterpret_cast<const char*>(host->bytes(1000)), length);
}

TEST_CASE("random bytes fill exactly the buffer") {
  Host host;
  host.Begin();
  Random(&host, 5000);
  int zeros = 0;
  for (uint32_t i = 0; i < 5000; ++i) zeros += *host.bytes(1000 + i) == 0;
  CHECK(zeros < 100);
  CHECK(*host.bytes(999) == 0);
  CHECK(*host.bytes(6000) == 0);
  CHECK(Random(&host, 0).empty());
}

TEST_CASE("an event that is delivered again gets the same random bytes") {
  Host host;
  host.Begin();
  Random(&host, 100);
  host.Commit();
  const std::string first = Random(&host, 100);
  CHECK(Random(&host, 100) != first);
  host.Rollback();
  CHECK(Random(&host, 100) == first);
  host.Rollback();
  host.Restart();
  CHECK(Random(&host, 100) == first);
}

TEST_CASE("another state gets other random bytes") {
  Host a, b;
  a.Begin();
  b.Begin();
  CHECK(Random(&a, 32) != Random(&b, 32));
}

TEST_CASE("a program that asks for no random bytes has no generator in its state") {
  Host host;
  host.Begin(false);
  CHECK(PERDURE_WASI(random_get)(host.get(), kBad - 1, 2) == kFault);
  host.Commit();
  CHECK(host.get()->table.empty());
}

}  // namespace
}  // namespace perdure::wasi
