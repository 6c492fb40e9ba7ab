// The stack section: rtlib/state/stack_codec.h. Invariants (V1) to (V5) are those of
// rtlib/state/stack_verifier.h, (R4) is that of rtlib/engine/run.cc.
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "rtlib/abi/frame_buffer.h"
#include "rtlib/base/bytes.h"
#include "rtlib/state/stack_codec.h"
#include "tests/unit/engine/run_program.h"

namespace perdure::test {
namespace {

Status Decode(const std::string& stack, const perdure_program& program = kRunProgram) {
  RunInstance instance = {};
  const FunctionRefs functions(program, &instance, nullptr);
  Result<StackInfo> decoded = DecodeStack(stack, functions, program, &abi::Frames());
  abi::Frames().Clear();
  return decoded.ok() ? OkStatus() : decoded.status();
}

// Functions of run_program.cc.
constexpr uint32_t kWait = 0, kStart = 3, kSum = 4, kIndirect = 5, kThrower = 6, kCatch = 7,
                   kRethrow = 8;
constexpr uint8_t kCall = PERDURE_SITE_CALL, kThrough = PERDURE_SITE_CALL_INDIRECT,
                  kImport = PERDURE_SITE_IMPORT, kPoll = PERDURE_SITE_POLL;

// Builds stacks that no run has made.
class Forger {
 public:
  Forger() { bytes_.push_back(static_cast<char>(kStackVersion)); }
  Forger& Frame(uint32_t function, uint8_t kind, uint32_t ordinal, uint32_t values) {
    ByteWriter writer(&bytes_);
    writer.Varint(uint64_t{function} + 1);
    writer.U8(kind);
    writer.Varint(ordinal);
    writer.Varint(values);
    for (uint32_t i = 0; i < values; ++i) {
      writer.U8(PERDURE_PLACE_LOCAL);
      writer.Varint(i);
      writer.U8(PERDURE_I32);
      writer.U32(i);
    }
    return *this;
  }
  // Holds a caught exception.
  Forger& Rethrow() {
    Frame(kRethrow, kImport, 1, 0);
    bytes_.back() = 1;
    ByteWriter writer(&bytes_);
    writer.U8(PERDURE_PLACE_CATCH);
    writer.Varint(0);
    writer.U8(PERDURE_LIVE_EXCEPTION);
    writer.Varint(0);
    writer.Bytes("abcd");
    return *this;
  }
  std::string End(uint64_t pending, std::string_view exception = {}) {
    ByteWriter writer(&bytes_);
    writer.Varint(0);
    writer.Varint(pending);
    writer.Varint(exception.empty() ? 0 : 1);
    if (!exception.empty()) writer.Bytes(exception);
    return bytes_;
  }

 private:
  std::string bytes_;
};

TEST_CASE("stacks that a run can have are accepted") {
  CHECK(Decode(Forger().Frame(kStart, kImport, 0, 2).End(kWait + 1)).ok());
  CHECK(Decode(Forger().Frame(kStart, kCall, 1, 2).Frame(kSum, kImport, 1, 2).End(1)).ok());
  CHECK(Decode(Forger().Frame(kStart, kThrough, 2, 2).Frame(kIndirect, kImport, 1, 1).End(1)).ok());
}

TEST_CASE("stacks that no run can have are refused before a frame is entered (R4)") {
  const auto code = [](const std::string& stack) { return Decode(stack).code(); };
  // (V1) not from the entry; nothing at all
  CHECK(code(Forger().Frame(kSum, kImport, 1, 2).End(1)) == StatusCode::kCorrupt);
  CHECK(code(Forger().End(0)) == StatusCode::kCorrupt);
  // (V3) another callee; through the table one of another type, and one that no reference names
  CHECK(code(Forger().Frame(kStart, kCall, 1, 2).Frame(kThrower, kImport, 1, 1).End(1)) ==
        StatusCode::kCorrupt);
  CHECK(code(Forger().Frame(kStart, kThrough, 2, 2).Frame(kSum, kImport, 1, 2).End(1)) ==
        StatusCode::kCorrupt);
  CHECK(code(Forger()
                 .Frame(kStart, kThrough, 2, 2)
                 .Frame(kCatch, kCall, 0, 1)
                 .Frame(kThrower, kImport, 1, 1)
                 .End(1)) == StatusCode::kCorrupt);
  // (V4) a call with nothing behind it; a host call in the middle; another pending call
  CHECK(code(Forger().Frame(kStart, kCall, 1, 2).End(0)) == StatusCode::kCorrupt);
  CHECK(code(Forger().Frame(kStart, kImport, 0, 2).Frame(kSum, kImport, 1, 2).End(1)) ==
        StatusCode::kCorrupt);
  CHECK(code(Forger().Frame(kStart, kImport, 0, 2).End(2)) == StatusCode::kCorrupt);
  CHECK(code(Forger().Frame(kStart, kImport, 0, 2).End(0)) == StatusCode::kCorrupt);
  // no such site, or with other values: of another build
  CHECK(code(Forger().Frame(kStart, kImport, 77, 2).End(1)) == StatusCode::kIncompatible);
  CHECK(code(Forger().Frame(kStart, kCall, 0, 2).End(1)) == StatusCode::kIncompatible);
  CHECK(code(Forger().Frame(0xfffffff0, kImport, 0, 2).End(1)) == StatusCode::kIncompatible);
  CHECK(code(Forger().Frame(kStart, kImport, 0, 1).End(1)) == StatusCode::kIncompatible);
  CHECK(code(Forger().Frame(kStart, kPoll, 0, 0).End(0)) == StatusCode::kIncompatible);
  CHECK(code("") == StatusCode::kCorrupt);
  CHECK(code(std::string("\x02", 1)) == StatusCode::kCorrupt);
}

TEST_CASE("a stack in the file is accepted or refused whatever it holds, byte by byte (R4)") {
  // A call through the table, a caught exception that is live, and a loop head.
  std::string good[] = {
      Forger()
          .Frame(kStart, kCall, 1, 2)
          .Frame(kSum, kCall, 0, 2)
          .Frame(kSum, kImport, 1, 2)
          .End(1),
      Forger().Frame(kStart, kThrough, 2, 2).Frame(kIndirect, kImport, 1, 1).End(1),
      Forger().Frame(kStart, kCall, 4, 2).Rethrow().End(1, "abcd"),
  };
  uint64_t accepted = 0, refused = 0;
  for (const std::string& stack : good) {
    REQUIRE(Decode(stack).ok());
    for (size_t at = 0; at < stack.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        std::string bad = stack;
        bad[at] = static_cast<char>(value);
        const Status decoded = Decode(bad);
        decoded.ok() ? ++accepted : ++refused;
        if (!decoded.ok()) {
          REQUIRE((decoded.code() == StatusCode::kCorrupt ||
                   decoded.code() == StatusCode::kIncompatible));
        }
      }
      REQUIRE_FALSE(Decode(stack.substr(0, at)).ok());
    }
  }
  CHECK(accepted > 0);
  CHECK(refused > accepted);
}

}  // namespace
}  // namespace perdure::test
