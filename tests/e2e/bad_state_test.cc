// State files that cannot be used: exit status 125, one line with the path, and the file left as it
// is.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

ProgramOn Counter() { return ProgramOn(BuildProgram(Module("counter.wat"))); }

// Refuses calls, info, and lines alike, and changes nothing.
void RefusesUnchanged(const ProgramOn& counter, const std::vector<std::string>& words) {
  const std::string before = ReadFile(counter.state());
  counter.Refused(125, {"increment"}, words);
  counter.Refused(125, {"get"}, words);
  counter.Refused(125, {"--perdure-info"}, words);
  RequireRefusal(counter.Run({"-"}, "increment\n"), 125, words);
  REQUIRE(ReadFile(counter.state()) == before);
}

std::string Sql(const std::string& file, const std::string& sql) {
  Finished finished = Run({.argv = {"/usr/bin/sqlite3", file, sql}});
  INFO(finished.Text());
  REQUIRE(finished.status == 0);
  return finished.out;
}

}  // namespace

TEST_CASE("a state file that is not SQLite is refused and untouched") {
  ProgramOn counter = Counter();
  WriteFile(counter.state(), "these are my holiday photographs\n" + std::string(8192, 'p'));
  RefusesUnchanged(counter, {counter.state()});
  WriteFile(counter.state(), "x");
  RefusesUnchanged(counter, {counter.state()});
}

TEST_CASE("another application's SQLite database is refused and untouched") {
  if (!fs::exists("/usr/bin/sqlite3")) PERDURE_SKIP("no sqlite3 shell");
  ProgramOn counter = Counter();
  Sql(counter.state(), "CREATE TABLE photographs(name); INSERT INTO photographs VALUES('sea');");
  RefusesUnchanged(counter, {counter.state()});
  counter.Refused(125, {"--perdure-fresh", "get"}, {counter.state()});
}

TEST_CASE("a state of another module is refused and untouched") {
  ProgramOn counter = Counter();
  counter.Expect({"set", "5"}, "");
  ProgramOn types(BuildProgram(Module("types.wat")), counter.state());
  const std::string before = ReadFile(counter.state());
  types.Refused(125, {"get_i32"}, {counter.state(), "counter"});
  types.Refused(125, {"--perdure-info"}, {counter.state()});
  REQUIRE(ReadFile(counter.state()) == before);
  counter.Expect({"get"}, "5\n");
}

TEST_CASE("a state of a newer format is refused and untouched") {
  if (!fs::exists("/usr/bin/sqlite3")) PERDURE_SKIP("no sqlite3 shell");
  ProgramOn counter = Counter();
  counter.Expect({"set", "5"}, "");
  Sql(counter.state(), "PRAGMA user_version = 99;");
  RefusesUnchanged(counter, {counter.state(), "99"});
}

TEST_CASE("rows that were edited or removed are noticed, and the state is left as it is") {
  if (!fs::exists("/usr/bin/sqlite3")) PERDURE_SKIP("no sqlite3 shell");
  for (const char* sql :
       {"DELETE FROM event WHERE seq = 2;", "DELETE FROM event WHERE seq = 3;",
        "DELETE FROM event;", "UPDATE event SET input = 'set(6)' WHERE seq = 2;",
        "UPDATE event SET delta = x'00' WHERE seq = 2;",
        "UPDATE event SET delta = x'' WHERE seq = 2;", "UPDATE event SET seq = 9 WHERE seq = 3;",
        "UPDATE event SET outcome = 2 WHERE seq = 2;", "DELETE FROM header;",
        "DELETE FROM base_section;", "UPDATE header SET base_seq = 1;",
        "UPDATE header SET sealed_seq = -1;", "UPDATE header SET durability = 'maybe';",
        "UPDATE base_section SET data = x'';",
        "UPDATE event SET delta = zeroblob(length(delta)) WHERE seq = 2;"}) {
    INFO(sql);
    ProgramOn counter = Counter();
    counter.Expect({"set", "5"}, "");
    counter.Expect({"increment"}, "6\n");
    Sql(counter.state(), sql);
    const std::string before = Sql(counter.state(), ".dump");
    RequireRefusal(counter.Run({"get"}), 125, {counter.state()});
    REQUIRE(Sql(counter.state(), ".dump") == before);
  }
}

TEST_CASE("a schema that was changed is noticed") {
  if (!fs::exists("/usr/bin/sqlite3")) PERDURE_SKIP("no sqlite3 shell");
  for (const char* sql :
       {"DROP TABLE event;", "ALTER TABLE event ADD COLUMN extra TEXT;",
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM base_chunk; END;"}) {
    INFO(sql);
    ProgramOn counter = Counter();
    counter.Expect({"set", "5"}, "");
    Sql(counter.state(), "DROP VIEW IF EXISTS events; DROP VIEW IF EXISTS globals;");
    Sql(counter.state(), sql);
    RequireRefusal(counter.Run({"get"}), 125, {counter.state()});
  }
}

TEST_CASE("a state directory that is missing is named and not made") {
  TempDir dir;
  ProgramOn counter(BuildProgram(Module("counter.wat")), dir / "no/such/state.db");
  counter.Refused(125, {"increment"}, {"no/such"});
  REQUIRE_FALSE(fs::exists(dir / "no"));
}

TEST_CASE("a state path that is a directory is refused") {
  TempDir dir;
  ProgramOn counter(BuildProgram(Module("counter.wat")), dir.path());
  counter.Refused(125, {"increment"}, {dir.path()});
}

TEST_CASE("a state file cut at any length is refused and not overwritten") {
  ProgramOn counter = Counter();
  counter.Expect({"set", "5"}, "");
  counter.Expect({"increment"}, "6\n");
  const std::string whole = ReadFile(counter.state());
  REQUIRE(whole.size() >= 8192);
  std::vector<size_t> lengths = {1,
                                 15,
                                 16,
                                 50,
                                 99,
                                 100,
                                 101,
                                 512,
                                 4095,
                                 4096,
                                 4097,
                                 8192,
                                 whole.size() - 4097,
                                 whole.size() - 4096,
                                 whole.size() - 4095,
                                 whole.size() - 1};
  for (size_t length = 700; length < whole.size(); length += LongForm() ? 97 : 3001) {
    lengths.push_back(length);
  }
  for (size_t length : lengths) {
    INFO("cut to " << length << " of " << whole.size() << " bytes");
    const std::string cut = whole.substr(0, length);
    WriteFile(counter.state(), cut);
    fs::remove(counter.wal());
    Finished finished = counter.Run({"get"});
    RequireRefusal(finished, 125, {counter.state()});
    REQUIRE(ReadFile(counter.state()) == cut);
  }
  WriteFile(counter.state(), whole);
  counter.Expect({"get"}, "6\n");
}

}  // namespace perdure::test
