#include "compiler/analysis/persist_plan.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

using test::Corpus;
using test::ScratchFile;

struct Planned {
  Module module;
  std::optional<PersistPlan> plan;
  Diagnostics diagnostics;
};

Planned PlanFile(const std::string& path, bool has_host_library = false) {
  Planned planned;
  std::optional<Module> module = ReadModule(path, &planned.diagnostics);
  INFO(planned.diagnostics.Format(false));
  REQUIRE(module.has_value());
  planned.module = *std::move(module);
  planned.plan =
      MakePlan(planned.module, {.has_host_library = has_host_library}, &planned.diagnostics);
  CHECK(planned.plan.has_value() != planned.diagnostics.has_errors());
  return planned;
}

Planned PlanText(const std::string& text, bool has_host_library = false) {
  const ScratchFile file(text);
  return PlanFile(file.path(), has_host_library);
}

// Each diagnostic as "offset severity message".
std::vector<std::string> Lines(const Planned& planned) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : planned.diagnostics.all()) {
    Diagnostics one;
    one.Add(diagnostic);
    std::string text = one.Format(false);
    text.erase(0, diagnostic.file.size() + 1);
    lines.push_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

using Strings = std::vector<std::string>;
using Indices = std::vector<uint32_t>;

std::string TablesText(const PersistPlan& plan) {
  std::string text;
  for (const PlannedTable& table : plan.tables) {
    text += std::to_string(table.table) + (table.is_mutable ? "m " : "c ");
  }
  return text;
}

std::string SegmentsText(const PersistPlan& plan) {
  std::string text;
  for (const PlannedSegment& segment : plan.segments) {
    text += (segment.is_elem ? "e" : "d") + std::to_string(segment.index) + " ";
  }
  return text;
}

TEST_CASE("all of the corpus that can be built gets a plan without a word") {
  for (const char* name :
       {"atomics",    "counter",     "exceptions",  "export_names", "extended_const",
        "globals",    "initialize",  "memories",    "memory",       "memory64",
        "multivalue", "pure",        "recursion",   "segments",     "shared_memory",
        "simd",       "start",       "start_traps", "tables",       "tail_calls",
        "traps",      "wasi_reactor"}) {
    INFO(name);
    CHECK(PlanFile(Corpus(std::string(name) + ".wat")).diagnostics.all().empty());
  }
}

TEST_CASE("every mutable global is in the plan, whatever its type, exported or not") {
  const Planned planned = PlanFile(Corpus("globals.wat"));
  CHECK(planned.plan->mutable_globals == Indices{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("every memory is in the plan, an empty one too") {
  CHECK(PlanFile(Corpus("memories.wat")).plan->memories == Indices{0, 1, 2});
  CHECK(PlanFile(Corpus("counter.wat")).plan->memories.empty());
}

TEST_CASE("a table is mutable when an instruction can change it") {
  CHECK(TablesText(*PlanFile(Corpus("tables.wat")).plan) == "0m 1m 2c ");
  const char* const changes[] = {
      "(table.set 1 (i32.const 0) (ref.null func))",
      "(drop (table.grow 1 (ref.null func) (i32.const 1)))",
      "(table.fill 1 (i32.const 0) (ref.null func) (i32.const 1))",
      "(table.copy 1 0 (i32.const 0) (i32.const 0) (i32.const 1))",
      "(table.init 1 0 (i32.const 0) (i32.const 0) (i32.const 1))",
  };
  for (const char* change : changes) {
    INFO(change);
    const Planned planned = PlanText(std::string("(module (table 1 funcref) (table 1 funcref) "
                                                 "(elem func 0) (func (export \"f\") ") +
                                     change + "))");
    CHECK(TablesText(*planned.plan) == "0c 1m ");
  }
  const Planned reads = PlanText(
      "(module (table 1 funcref) (func (export \"f\") (drop (table.get 0 (i32.const 0))) "
      "(drop (table.size 0)) (call_indirect (i32.const 0))))");
  CHECK(TablesText(*reads.plan) == "0c ");
}

// wasm2c has a dropped flag for these and for no others; the generated struct must match the plan.
TEST_CASE("passive segments with contents have a dropped flag") {
  CHECK(SegmentsText(*PlanFile(Corpus("segments.wat")).plan) == "d1 d2 e1 e2 ");
  CHECK(SegmentsText(*PlanFile(Corpus("tables.wat")).plan) == "e2 ");
  CHECK(SegmentsText(*PlanText("(module (memory 1) (data \"never used\") (elem func) "
                               "(func (export \"f\")))")
                          .plan) == "d0 ");
}

TEST_CASE("_initialize is run by the runtime and cannot be called") {
  const Planned planned = PlanFile(Corpus("initialize.wat"));
  CHECK(planned.plan->initialize == 1u);
  REQUIRE(planned.plan->exported_functions.size() == 2);
  CHECK(planned.module.exports[planned.plan->exported_functions[0]].name == "order");
}

TEST_CASE("an _initialize with parameters is a function like others") {
  const Planned planned = PlanText("(module (func (export \"_initialize\") (param i32)))");
  CHECK_FALSE(planned.plan->initialize.has_value());
  CHECK(planned.plan->exported_functions.size() == 1);
}

TEST_CASE("the runtime's imports need no host library") {
  const Planned planned = PlanFile(Corpus("wasi_reactor.wat"));
  REQUIRE(planned.plan->imports.size() == 4);
  for (const PlannedImport& import : planned.plan->imports) {
    CHECK(import.supplier == ImportSupplier::kRuntime);
  }
}

TEST_CASE("a host library supplies what the runtime does not, and duplicates stay") {
  const Planned planned = PlanFile(Corpus("host_import.wat"), true);
  REQUIRE(planned.plan->imports.size() == 3);
  CHECK(planned.plan->imports[2].import == 2);
  CHECK(planned.plan->imports[2].supplier == ImportSupplier::kHost);
}

TEST_CASE("an import nobody supplies is named with its type and the way out") {
  const Planned planned = PlanFile(Corpus("bad/missing_import.wat"));
  CHECK(Lines(planned) ==
        Strings{"0x000027: error: nobody supplies the import 'env.get_temperature' of type (i32, "
                "i64) -> f64",
                "0x00003d: error: nobody supplies the import 'wasi_snapshot_preview1.sock_listen' "
                "of type (i32, i32, i32) -> i32",
                "0x000062: error: nobody supplies the import 'wasi_unstable.fd_write' of type "
                "(i32, i32, i32, i32) -> i32"});
  CHECK(
      planned.diagnostics.all()[0].helps ==
      Strings{
          "give a library that defines it with --host=LIBRARY, or link a module that exports it"});
  CHECK_FALSE(PlanFile(Corpus("bad/missing_import.wat"), true).diagnostics.has_errors());
}

TEST_CASE("an import of the runtime with another type is an error, with a host library too") {
  for (const bool has_host_library : {false, true}) {
    CHECK(Lines(PlanFile(Corpus("bad/wrong_import_type.wat"), has_host_library)) ==
          Strings{"0x00001d: error: the import 'env.abort' has type () -> (), but the runtime "
                  "supplies it with type (i32, i32, i32, i32) -> ()",
                  "0x000029: error: the import 'wasi_snapshot_preview1.fd_seek' has type (i32, "
                  "i32, i32, i32) -> i32, but the runtime supplies it with type (i32, i64, i32, "
                  "i32) -> i32"});
  }
}

TEST_CASE("one import with two types is an error") {
  CHECK(Lines(PlanFile(Corpus("bad/import_two_types.wat"), true)) ==
        Strings{"0x000025: error: the import 'host.log' appears with two types, (i32) -> () and "
                "(i64) -> ()"});
}

TEST_CASE("memories, tables, globals and tags cannot come from a host") {
  CHECK(Lines(PlanFile(Corpus("bad/imported_state.wat"), true)) ==
        Strings{"0x000016: error: nobody supplies the imported memory 'env.memory': a host can "
                "supply functions only",
                "0x000024: error: nobody supplies the imported table "
                "'env.__indirect_function_table': a host can supply functions only",
                "0x000046: error: nobody supplies the imported global 'env.__memory_base': a host "
                "can supply functions only",
                "0x00005b: error: nobody supplies the imported tag 'env.__cpp_exception': a host "
                "can supply functions only"});
}

TEST_CASE("a memory that no process can have is refused") {
  CHECK(Lines(PlanText("(module (memory i64 0x100000000) (func (export \"f\")))")) ==
        Strings{"0x000015: error: memory 0 starts with 4294967296 pages, at most 1073741824 (64 "
                "TiB) are supported"});
}

TEST_CASE("a module without a function to call is refused as a program and taken as a part") {
  for (const char* name : {"bad/no_exports.wat", "bad/only_initialize.wat"}) {
    CHECK(Lines(PlanFile(Corpus(name))) ==
          Strings{" error: the module exports no function, so nothing could ever be called"});
    Diagnostics diagnostics;
    const std::optional<Module> module = ReadModule(Corpus(name), &diagnostics);
    REQUIRE(module.has_value());
    CHECK(MakePlan(*module, {.is_program = false}, &diagnostics).has_value());
  }
}

TEST_CASE("the call stack of a command is captured, that of a reactor is not") {
  const Planned command = PlanText("(module (func (export \"_start\")))");
  REQUIRE(command.plan.has_value());
  CHECK(command.plan->capture.has_value());
  for (const char* reactor : {"(module (func (export \"_start\") (param i32)))",
                              "(module (memory (export \"_start\") 1) (func (export \"f\")))"}) {
    const Planned planned = PlanText(reactor);
    REQUIRE(planned.plan.has_value());
    CHECK_FALSE(planned.plan->capture.has_value());
  }
}

TEST_CASE("names with a NUL cannot be built, those with control characters only warn") {
  CHECK(Lines(PlanFile(Corpus("bad/export_nul.wat"))) ==
        Strings{"0x000016: error: the export name 'nul\\u{00}inside' contains a NUL character"});
  CHECK(Lines(PlanText("(module (import \"a\\00\" \"b\" (func)) (func (export \"f\")))", true)) ==
        Strings{"0x000011: error: the import name 'a\\u{00}.b' contains a NUL character"});
  const Planned planned = PlanFile(Corpus("bad/export_control.wat"));
  CHECK(planned.plan.has_value());
  CHECK(Lines(planned) ==
        Strings{"0x000016: warning: the export '-' cannot be called from the command line",
                "0x00001a: warning: the export name 'two\\nlines: error: forged' contains control "
                "characters",
                "0x000035: warning: the export name '\\u{1b}[31mred' contains control characters"});
}

TEST_CASE("an externref warns exactly where one can get into state") {
  const Planned table = PlanFile(Corpus("references.wat"));
  CHECK(table.plan.has_value());
  CHECK(Lines(table) ==
        Strings{"0x000031: warning: table 0 ('externs') may come to hold an externref, which "
                "persists only if it is null or named"});
  CHECK(table.diagnostics.all()[0].notes[0] ==
        "one can come in as an argument of the export 'pass'");

  const std::string global = "(global $g (mut externref) (ref.null extern)) ";
  const std::string set = "(func $set (param externref) (global.set $g (local.get 0))) ";
  const std::string inside = "(func (export \"f\") (call $set (ref.null extern)))";
  CHECK(Lines(PlanText("(module " + global + set + inside + ")")).empty());
  CHECK(Lines(PlanText("(module " + global + set + "(export \"set\" (func $set)))")).size() == 1);
  CHECK(Lines(PlanText("(module (import \"h\" \"make\" (func (result externref))) " + global + set +
                           inside + ")",
                       true))
            .size() == 1);
  CHECK(Lines(PlanText("(module " + global + "(func (export \"f\") (param externref)))")).empty());
}

TEST_CASE("a funcref from outside warns like an externref") {
  const Planned planned = PlanText(
      "(module (import \"h\" \"callback\" (func $callback (result funcref))) "
      "(global $g (mut funcref) (ref.null func)) "
      "(func (export \"f\") (global.set $g (call $callback))))",
      true);
  CHECK(planned.plan.has_value());
  REQUIRE(Lines(planned).size() == 1);
  CHECK(Lines(planned)[0].find("may come to hold a funcref that is not a function of the module") !=
        std::string::npos);
}

TEST_CASE("all errors of a module are gathered") {
  const Planned planned = PlanText(
      "(module (import \"a\" \"b\" (func)) (import \"c\" \"d\" (memory 1)) "
      "(memory (export \"a\\00b\") 1) (func))");
  CHECK(Lines(planned).size() == 4);
}

}  // namespace
}  // namespace perdure
