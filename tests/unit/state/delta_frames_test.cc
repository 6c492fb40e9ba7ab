// Deltas of many frames.
#include <catch2/catch.hpp>
#include <random>

#include "rtlib/base/bytes.h"
#include "rtlib/state/delta_writer.h"
#include "tests/unit/state/delta_state.h"

namespace perdure {
namespace {

using test::kShapeProgram;
using State = test::DeltaState;

// The frames of a delta: how each is encoded, and its raw size.
struct Frame {
  Encoding encoding;
  uint64_t raw_bytes;
};
std::vector<Frame> Frames(std::string_view delta) {
  std::vector<Frame> frames;
  ByteReader reader(delta);
  while (!reader.AtEnd()) {
    Frame frame;
    frame.encoding = static_cast<Encoding>(reader.U8());
    if (frame.encoding == Encoding::kRaw) {
      frame.raw_bytes = reader.Bytes().size();
    } else {
      frame.raw_bytes = reader.Varint();
      reader.Bytes();
    }
    REQUIRE(reader.ok());
    frames.push_back(frame);
  }
  return frames;
}

TEST_CASE("a long delta is in frames, each compressed if that is worth it") {
  std::string image(10 * kPageBytes, '\0');
  std::mt19937 random(11);
  // What does not compress, then what does.
  for (size_t i = 0; i < image.size() / 2; ++i) image[i] = static_cast<char>(random());
  for (size_t i = image.size() / 2; i < image.size(); ++i) image[i] = static_cast<char>(i / 100);
  for (const uint64_t words : {image.size() / 8, size_t{512}, size_t{7}}) {
    DeltaWriter writer;
    writer.MemorySize(0, 10);
    for (uint64_t at = 0; at < image.size() / 8; at += words) {
      writer.MemoryRun(0, at, std::min(words, image.size() / 8 - at),
                       reinterpret_cast<const uint8_t*>(image.data() + at * 8));
    }
    writer.SegmentToggled(1);
    std::string delta;
    REQUIRE(writer.Finish(&delta));
    const std::vector<Frame> frames = Frames(delta);
    REQUIRE(frames.size() >= 3);
    CHECK(frames.front().encoding == Encoding::kRaw);
    CHECK(frames.back().encoding == Encoding::kLz4);
    for (const Frame& frame : frames) CHECK(frame.raw_bytes <= 2 * kDeltaFrameBytes + 100);
    CHECK(delta.size() < image.size() * 3 / 4);
    State state;
    REQUIRE(state.Apply(delta).ok());
    CHECK((state.memory.memories[0] == image));
    CHECK(state.small.dropped[1] == 1);
  }
}

TEST_CASE("a delta applies in whatever pieces it comes, and in whatever steps") {
  std::mt19937 random(12);
  std::string image(10 * kPageBytes, '\0');
  for (char& byte : image) byte = static_cast<char>(random() % 4);
  DeltaWriter writer;
  writer.MemorySize(0, 10);
  for (size_t at = 0; at < image.size(); at += 4096) {
    writer.MemoryRun(0, at / 8, 512, reinterpret_cast<const uint8_t*>(image.data()) + at);
  }
  writer.HostTable("host");
  std::string delta;
  REQUIRE(writer.Finish(&delta));
  for (const size_t piece : {size_t{1}, size_t{1000}, delta.size()}) {
    for (const uint64_t step : {uint64_t{1}, uint64_t{50'000}, UINT64_MAX}) {
      State state;
      DeltaApplication application(kShapeProgram, &state.small, &state.memory);
      size_t steps = 0;
      for (size_t at = 0; at < delta.size(); at += piece) {
        application.Feed(std::string_view(delta).substr(at, piece));
        for (uint64_t left = step; *application.Step(&left); left = step) ++steps;
        if (at == 0) CHECK(application.Finish().ok() == (piece == delta.size()));
      }
      CHECK(application.Finish().ok());
      CHECK(steps >= (step == 1 ? image.size() / 4096 : Frames(delta).size()));
      CHECK((state.memory.memories[0] == image));
      CHECK(state.small.host_table == "host");
    }
  }
}

}  // namespace
}  // namespace perdure
