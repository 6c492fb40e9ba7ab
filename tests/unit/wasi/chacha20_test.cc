#include "rtlib/wasi/chacha20.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <string>

#include "rtlib/base/text.h"

namespace perdure::wasi {
namespace {

std::string Block(std::span<const uint8_t, 32> key, uint32_t counter,
                  std::span<const uint8_t, 12> nonce) {
  uint8_t block[kChaCha20BlockBytes];
  ChaCha20Block(key, counter, nonce, block);
  return Hex({reinterpret_cast<const char*>(block), sizeof block});
}

TEST_CASE("ChaCha20 gives the block of RFC 8439, 2.3.2") {
  uint8_t key[32];
  std::iota(std::begin(key), std::end(key), uint8_t{0});
  const uint8_t nonce[12] = {0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0};
  CHECK(Block(key, 1, nonce) ==
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST_CASE("ChaCha20 gives the blocks of RFC 8439, appendix A.1") {
  uint8_t key[32] = {};
  uint8_t nonce[12] = {};
  CHECK(Block(key, 0, nonce) ==
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
  CHECK(Block(key, 1, nonce) ==
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
  key[31] = 1;
  CHECK(Block(key, 1, nonce) ==
        "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
        "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0");
}

}  // namespace
}  // namespace perdure::wasi
