// env.abort of AssemblyScript modules: every string is the guest's word.
#include <cstring>
#include <string>

#include "tests/unit/abi/host_fixture.h"

extern "C" void w2c_env_abort(perdure_host* host, uint32_t message, uint32_t file, uint32_t line,
                              uint32_t column);

namespace perdure::abi {
namespace {

class AbortingGuest : public HostedGuest {
 public:
  // Lays an AssemblyScript string out at `address`, claiming `claimed_bytes` (its own length if 0).
  uint32_t Put(uint32_t address, const std::u16string& text, uint32_t claimed_bytes = 0) {
    const auto bytes = static_cast<uint32_t>(text.size() * 2);
    const uint32_t length = claimed_bytes == 0 ? bytes : claimed_bytes;
    std::memcpy((*this)->memory.data + address - 4, &length, sizeof length);
    std::memcpy((*this)->memory.data + address, text.data(), bytes);
    return address;
  }

  std::string Abort(uint32_t message, uint32_t file, uint32_t line = 12, uint32_t column = 3) {
    const GuestEnd end = Run([&] { w2c_env_abort(host(), message, file, line, column); });
    CHECK(end.kind == Kind::kTrapped);
    return end.message;
  }
};

TEST_CASE("abort says what and where") {
  AbortingGuest guest;
  const uint32_t message = guest.Put(64, u"Index out of range");
  const uint32_t file = guest.Put(256, u"~lib/array.ts");
  CHECK(guest.Abort(message, file) == "abort: Index out of range in ~lib/array.ts(12:3)");
  CHECK(guest.Abort(0, file) == "abort in ~lib/array.ts(12:3)");
  CHECK(guest.Abort(message, 0) == "abort: Index out of range");
  CHECK(guest.Abort(0, 0) == "abort");
}

TEST_CASE("abort turns UTF-16 into UTF-8, surrogate pairs included, lone ones replaced") {
  AbortingGuest guest;
  const uint32_t text = guest.Put(64, u"a\u00e9\u20ac\U0001f600");
  CHECK(guest.Abort(text, 0) == "abort: a\u00e9\u20ac\U0001f600");
  std::u16string broken = u"x";
  broken += static_cast<char16_t>(0xd83d);
  broken += u'y';
  broken += static_cast<char16_t>(0xde00);
  broken += static_cast<char16_t>(0xd83d);
  CHECK(guest.Abort(guest.Put(64, broken), 0) == "abort: x\ufffdy\ufffd\ufffd");
}

TEST_CASE("abort survives hostile pointers and lengths") {
  AbortingGuest guest;
  for (const uint32_t address : {1u, 3u, 65536u, 65540u, 0x7fffffffu, 0xfffffffcu, 0xffffffffu}) {
    CHECK(guest.Abort(address, address) == "abort");
  }
  CHECK(guest.Abort(guest.Put(64, u"abc", 0xffffffffu), 0) == "abort");
  CHECK(guest.Abort(guest.Put(64, u"abc", 65536u - 63), 0) == "abort");
  CHECK(guest.Abort(guest.Put(64, u"abc", 5), 0) == "abort: ab");
  CHECK(guest.Abort(guest.Put(65536 - 6, u"abc"), 0) == "abort: abc");
  CHECK(guest.Abort(4, 0) == "abort");
}

TEST_CASE("a long message leaves room for the place") {
  AbortingGuest guest;
  const uint32_t message = guest.Put(64, std::u16string(5000, u'\u20ac'));
  const uint32_t file = guest.Put(20000, std::u16string(5000, u'f'));
  const std::string text = guest.Abort(message, file, 4294967295u, 4294967295u);
  CHECK(text.size() <= 255);
  std::string euros;
  for (int i = 0; i < 50; ++i) euros += "\u20ac";
  CHECK(text == "abort: " + euros + " in " + std::string(64, 'f') + "(4294967295:4294967295)");
}

}  // namespace
}  // namespace perdure::abi
