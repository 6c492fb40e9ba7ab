#include "rtlib/entry/line_reader.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

namespace perdure {
namespace {

// Feeds `pieces` through a pipe, one write each, and gives the lines ("<long>" for one too long)
// with their numbers.
std::vector<std::string> ReadAll(std::vector<std::string> pieces) {
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  std::thread writer([&] {
    for (const std::string& piece : pieces) {
      for (size_t done = 0; done < piece.size();) {
        done += static_cast<size_t>(write(fds[1], piece.data() + done, piece.size() - done));
      }
    }
    close(fds[1]);
  });
  std::vector<std::string> lines;
  LineReader reader(fds[0]);
  for (;;) {
    std::string_view line;
    LineReader::Next next = reader.TakeLine(&line);
    if (next == LineReader::Next::kEmpty) {
      if (reader.at_end()) break;
      if (!reader.Fill().ok()) break;
      continue;
    }
    std::string text = next == LineReader::Next::kTooLong ? "<long>" : std::string(line);
    lines.push_back(std::to_string(reader.line_number()) + ":" + text);
  }
  writer.join();
  close(fds[0]);
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("lines come out however the input is cut") {
  std::string input = "one\n\nthree three\nfour";
  Lines expected = {"1:one", "2:", "3:three three", "4:four"};
  CHECK(ReadAll({input}) == expected);
  Lines bytes;
  for (char c : input) bytes.push_back(std::string(1, c));
  CHECK(ReadAll(bytes) == expected);
}

TEST_CASE("no input has no lines, and a last newline adds none") {
  CHECK(ReadAll({}) == Lines{});
  CHECK(ReadAll({"\n"}) == Lines{"1:"});
  CHECK(ReadAll({"a\n"}) == Lines{"1:a"});
}

TEST_CASE("a line of the longest length is read, a longer one is reported once and skipped") {
  std::string longest(LineReader::kLineBytesMax, 'a');
  CHECK(ReadAll({longest + "\nb\n"}) == Lines{"1:" + longest, "2:b"});
  CHECK(ReadAll({longest}) == Lines{"1:" + longest});
  CHECK(ReadAll({longest + "a\nb\n"}) == Lines{"1:<long>", "2:b"});
  CHECK(ReadAll({longest + "a"}) == Lines{"1:<long>"});
  std::string huge(LineReader::kLineBytesMax * 7, 'x');
  CHECK(ReadAll({"a\n" + huge + "\nb\n" + huge + "\nc"}) ==
        Lines{"1:a", "2:<long>", "3:b", "4:<long>", "5:c"});
  CHECK(ReadAll({huge, "\n", "b"}) == Lines{"1:<long>", "2:b"});
}

TEST_CASE("a descriptor that cannot be read is an error") {
  LineReader reader(-1);
  std::string_view line;
  REQUIRE(reader.TakeLine(&line) == LineReader::Next::kEmpty);
  Status status = reader.Fill();
  CHECK(status.code() == StatusCode::kIo);
  CHECK(status.message() == "reading standard input: Bad file descriptor");
}

}  // namespace
}  // namespace perdure
