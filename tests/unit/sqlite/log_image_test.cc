#include "sqlite/log_image.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

std::string Bytes(std::mt19937* random, size_t size) {
  std::string bytes(size, 0);
  for (char& byte : bytes) byte = static_cast<char>((*random)());
  return bytes;
}

void Put(const std::string& bytes, int64_t offset, std::string* file) {
  const size_t end = static_cast<size_t>(offset) + bytes.size();
  if (file->size() < end) file->resize(end);
  std::copy(bytes.begin(), bytes.end(), file->begin() + offset);
}

bool Write(LogImage* image, const std::string& bytes, int64_t offset) {
  return image->Write(bytes.data(), static_cast<int64_t>(bytes.size()), offset);
}

// What a reader sees at [offset, offset + size): the image, or else the file.
std::string Seen(const LogImage& image, const std::string& file, int64_t offset, int64_t size) {
  std::string bytes(static_cast<size_t>(size), 0);
  if (image.Read(bytes.data(), size, offset)) return bytes;
  return file.substr(static_cast<size_t>(offset), static_cast<size_t>(size));
}

TEST_CASE("what is gathered and read is what was written, handed over or given up (G1, G3)") {
  std::mt19937 random(3);
  for (int round = 0; round < 30; ++round) {
    LogImage image;
    std::string file, log;  // as it is; as SQLite sees it
    const auto hand_over = [&] {
      if (!image.HasGathered()) return;
      Put(std::string(reinterpret_cast<const char*>(image.gathered()),
                      static_cast<size_t>(image.end() - image.begin())),
          image.begin(), &file);
      image.Settle();
    };
    for (int step = 0; step < 200; ++step) {
      const int64_t size = log.empty() ? 32 : 24 + random() % 9000;
      const int64_t offset = random() % 8 == 0 ? random() % (log.size() + 1) : log.size();
      const std::string bytes = Bytes(&random, static_cast<size_t>(size));
      Put(bytes, offset, &log);
      if (!Write(&image, bytes, offset)) {
        hand_over();
        Put(bytes, offset, &file);
        image.WrittenThrough(size, offset);
        REQUIRE((file == log));
      }
      switch (random() % 6) {
        case 0:
        case 1:
        case 2:
          break;
        case 3:
          hand_over();
          REQUIRE((file == log));
          break;
        case 4:
          image.GiveUp(0);
          REQUIRE_FALSE(image.HasGathered());
          log = file;
          break;
        case 5: {
          const auto cut = static_cast<int64_t>(random() % (file.size() + 1));
          image.GiveUp(0);
          image.Truncate(cut);
          file.resize(static_cast<size_t>(cut));
          log = file;
          break;
        }
      }
      if (log.empty()) continue;
      const auto from = static_cast<int64_t>(random() % log.size());
      const auto length = static_cast<int64_t>(1 + random() % (log.size() - from));
      REQUIRE(Seen(image, log, from, length) == log.substr(from, length));
    }
  }
}

TEST_CASE("what lies beyond the image, or behind a hole, is not held") {
  LogImage image;
  char byte = 0;
  CHECK_FALSE(Write(&image, "x", 1));
  CHECK_FALSE(image.Read(&byte, 1, 0));
  REQUIRE(Write(&image, std::string(LogImage::kBytes, 'a'), 0));
  CHECK_FALSE(Write(&image, "x", LogImage::kBytes));
  image.Settle();
  image.WrittenThrough(4096, LogImage::kBytes - 4096);
  CHECK_FALSE(image.Read(&byte, 1, LogImage::kBytes - 4096));
  REQUIRE(image.Read(&byte, 1, LogImage::kBytes - 4097));
  CHECK(byte == 'a');
}

TEST_CASE("a direct write leaves in the file what was gathered, around it what was there (G1)") {
  ScratchState scratch("/var/tmp");
  WriteFile(scratch.log(), std::string(64 * 4096, '\0'));
  LogImage image;
  image.OpenDirect(scratch.log().c_str());
  std::mt19937 random(4);
  std::string expected = ReadFile(scratch.log());
  int64_t at = 0;
  for (int transaction = 0; transaction < 100; ++transaction) {
    if (at > 50 * 4096) at = 0;  // the log starts over: old frames lie behind the new ones
    for (int frame = 0; frame < 1 + transaction % 4; ++frame) {
      const std::string bytes = Bytes(&random, at == 0 ? 32 : 4120);
      REQUIRE(Write(&image, bytes, at));
      Put(bytes, at, &expected);
      at += static_cast<int64_t>(bytes.size());
    }
    CHECK(image.DirectEnd() >= at);
    int64_t written = 0;
    const LogImage::Direct direct = image.WriteDirectly(&written);
    if (direct == LogImage::Direct::kRefused) {
      WARN("skipped: no direct writes in /var/tmp");
      return;
    }
    REQUIRE(direct == LogImage::Direct::kWritten);
    CHECK(written % 4096 == 0);
    CHECK_FALSE(image.HasGathered());
    REQUIRE((ReadFile(scratch.log()) == expected));
  }
  // What was given up is not found behind the next transaction.
  REQUIRE(Write(&image, std::string(9000, 'x'), at));
  image.GiveUp(0);
  REQUIRE(Write(&image, std::string(10, 'y'), at));
  int64_t written = 0;
  REQUIRE(image.WriteDirectly(&written) == LogImage::Direct::kWritten);
  CHECK(ReadFile(scratch.log()).find('x' + std::string(20, 'x')) == std::string::npos);
}

TEST_CASE("where there is no file to write to directly nothing changes") {
  LogImage image;
  image.OpenDirect("/nowhere/at/all");
  REQUIRE(Write(&image, "gathered", 0));
  int64_t written = 0;
  CHECK(image.WriteDirectly(&written) == LogImage::Direct::kRefused);
  CHECK(image.HasGathered());
}

}  // namespace
}  // namespace perdure::test
