#include "compiler/cli/inspect.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

struct Inspected {
  std::string text;
  nlohmann::json json;
};

Inspected Inspect(const std::string& path, bool has_host_library = false) {
  Diagnostics diagnostics;
  const std::optional<Module> module = ReadModule(path, &diagnostics);
  REQUIRE(module.has_value());
  const std::optional<PersistPlan> plan =
      MakePlan(*module, {.has_host_library = has_host_library}, &diagnostics);
  const PersistPlan* pointer = plan ? &*plan : nullptr;
  return {InspectText(*module, pointer, {}),
          nlohmann::json::parse(InspectJson(*module, pointer, {}, diagnostics))};
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the text shows exports, imports with their supplier, and what persists") {
  const std::string text = Inspect(test::Corpus("wasi_reactor.wat")).text;
  CHECK(Has(text, "wasi_reactor.wat: reactor, "));
  CHECK(Has(text, "'greet'      () -> i32\n"));
  CHECK(Has(text, "'wasi_snapshot_preview1.proc_exit'       (i32) -> ()"));
  CHECK(Has(text, "  runtime\n"));
  CHECK(Has(text, "memory 0  'memory'     1 page (64 KiB), may grow\n"));
  CHECK(Has(text, "global 0  'greetings'  i32\n"));
  CHECK_FALSE(Has(text, "cannot be built"));
}

TEST_CASE("the text says which tables change and which segments keep a flag") {
  const std::string text = Inspect(test::Corpus("tables.wat")).text;
  CHECK(Has(text, "'dispatch'  4 funcrefs, up to 8\n"));
  CHECK(Has(text, "'fixed'     2 funcrefs, up to 2, never changes\n"));
  CHECK(Has(text, "element segment 2              whether it has been dropped\n"));
}

TEST_CASE("a module that cannot be built is shown all the same") {
  const Inspected inspected = Inspect(test::Corpus("bad/imported_state.wat"));
  CHECK(Has(inspected.text, "'env.memory'"));
  CHECK(Has(inspected.text, "This module cannot be built\n"));
  CHECK_FALSE(Has(inspected.text, "Persists"));
  CHECK(inspected.json["buildable"] == false);
  CHECK(inspected.json["persists"].is_null());
  CHECK(inspected.json["diagnostics"].size() == 4);
  CHECK(inspected.json["diagnostics"][0]["severity"] == "error");
  CHECK(inspected.json["diagnostics"][0]["offset"] == 0x16);
}

TEST_CASE("the JSON has a version and the plan by index") {
  const nlohmann::json json = Inspect(test::Corpus("tables.wat")).json;
  CHECK(json["version"] == 1);
  CHECK(json["kind"] == "reactor");
  CHECK(json["buildable"] == true);
  CHECK(json["hash"].get<std::string>().size() == 32);
  CHECK(json["exports"].size() == 15);
  CHECK(json["exports"][1]["signature"]["params"] == nlohmann::json({"i32"}));
  CHECK(json["exports"][0]["signature"].is_null());
  CHECK(json["tables"][0]["max_size"] == 8);
  CHECK(json["tables"][1]["max_size"].is_null());
  CHECK(json["persists"]["tables"][2] == nlohmann::json({{"index", 2}, {"is_mutable", false}}));
  CHECK(json["persists"]["element_segments"] == nlohmann::json({2}));
  CHECK(json["persists"]["memories"].empty());
}

TEST_CASE("the JSON names who supplies an import") {
  const nlohmann::json json = Inspect(test::Corpus("host_import.wat"), true).json;
  CHECK(json["imports"][0]["supplier"] == "host");
  CHECK(Inspect(test::Corpus("wasi_reactor.wat")).json["imports"][0]["supplier"] == "runtime");
}

TEST_CASE("features and start functions are shown") {
  const Inspected simd = Inspect(test::Corpus("simd.wat"));
  CHECK(Has(simd.text, "  WebAssembly 2.0 with simd\n"));
  CHECK(simd.json["features"] == nlohmann::json({"simd"}));
  const Inspected start = Inspect(test::Corpus("initialize.wat"));
  CHECK(Has(start.text, "start function: func 0 'start', run once, as the first event\n"));
  CHECK(start.json["start_function"] == 0);
  CHECK(start.json["initialize_function"] == 1);
}

TEST_CASE("of a command it is shown what saving its call stack takes") {
  const std::string spin = test::Corpus("../e2e/modules/spin.wat");
  const Inspected inspected = Inspect(spin);
  CHECK(Has(inspected.text,
            "\nCall stack, persists\n"
            "  captured           3 of 3 functions  left in 3 calls, 0 indirect calls, "
            "2 host calls, 1 loops\n"
            "  with --no-preempt  2 of 3 functions  left in 2 calls, 0 indirect calls, "
            "2 host calls, 0 loops\n"));
  CHECK_FALSE(Has(inspected.text, "empty between events"));
  CHECK(inspected.json["capture"]["preempt"] == nlohmann::json({{"functions", 3},
                                                                {"calls", 3},
                                                                {"indirect_calls", 0},
                                                                {"host_calls", 2},
                                                                {"loops", 1}}));
  CHECK(inspected.json["capture"]["no_preempt"]["loops"] == 0);
  CHECK(Inspect(test::Corpus("counter.wat")).json["capture"].is_null());
}

TEST_CASE("control characters in names reach neither terminal nor parser") {
  const Inspected inspected = Inspect(test::Corpus("bad/export_control.wat"));
  CHECK_FALSE(Has(inspected.text, "\x1b"));
  CHECK(Has(inspected.text, "'two\\nlines: error: forged'"));
  CHECK(inspected.json["exports"][2]["name"] == "\x1b[31mred");
}

}  // namespace
}  // namespace perdure
