#include "compiler/driver/files.h"

#include <catch2/catch.hpp>
#include <filesystem>

namespace perdure {

TEST_CASE("a temporary work directory goes, a kept one stays") {
  std::string temporary;
  {
    Result<WorkDirectory> work = WorkDirectory::Temporary();
    REQUIRE(work.ok());
    temporary = work->path();
    REQUIRE(WriteFile(work->File("a"), "x").ok());
    REQUIRE(WorkDirectory::Kept(work->File("kept/deep")).ok());
    REQUIRE(IsDirectory(temporary + "/kept/deep"));
  }
  REQUIRE_FALSE(std::filesystem::exists(temporary));
}

TEST_CASE("a work directory that is moved goes once") {
  Result<WorkDirectory> first = WorkDirectory::Temporary();
  REQUIRE(first.ok());
  const WorkDirectory second = *std::move(first);
  REQUIRE(IsDirectory(second.path()));
}

TEST_CASE("an atomic file appears whole or not at all") {
  Result<WorkDirectory> work = WorkDirectory::Temporary();
  const std::string path = work->File("out");
  REQUIRE(WriteFile(path, "old").ok());
  {
    const AtomicFile file(path);
    REQUIRE(WriteFile(file.temporary_path(), "half").ok());
  }
  REQUIRE(*ReadFile(path) == "old");
  {
    AtomicFile file(path);
    REQUIRE(WriteFile(file.temporary_path(), "new").ok());
    REQUIRE(file.Commit().ok());
  }
  REQUIRE(*ReadFile(path) == "new");
  REQUIRE(std::distance(std::filesystem::directory_iterator(work->path()), {}) == 1);
}

TEST_CASE("an output that has the text already is left alone") {
  Result<WorkDirectory> work = WorkDirectory::Temporary();
  const std::string path = work->File("out");
  REQUIRE(WriteOutput(path, "text").ok());
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(path, old);
  REQUIRE(WriteOutput(path, "text").ok());
  REQUIRE(std::filesystem::last_write_time(path) == old);
  REQUIRE(WriteOutput(path, "other").ok());
  REQUIRE(*ReadFile(path) == "other");
}

TEST_CASE("paths are split where they should be") {
  REQUIRE(Directory("a/b.c") == "a");
  REQUIRE(Directory("b.c") == ".");
  REQUIRE(Directory("/b.c") == "/");
  REQUIRE(Basename("a/b.c") == "b.c");
  REQUIRE(Basename("a/b/") == "b");
}

TEST_CASE("a file that cannot be read or written is named") {
  REQUIRE(ReadFile("/no/such/file").status().message().find("/no/such/file") !=
          std::string_view::npos);
  REQUIRE(WriteFile("/no/such/file", "").message().find("/no/such/file") != std::string_view::npos);
  REQUIRE_FALSE(WriteFile("/dev/full", "x").ok());
}

}  // namespace perdure
