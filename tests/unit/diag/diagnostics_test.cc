#include "compiler/diag/diagnostics.h"

#include <catch2/catch.hpp>
#include <string>

namespace perdure {
namespace {

TEST_CASE("nothing to say is no text") {
  const Diagnostics diagnostics;
  CHECK(diagnostics.Format(false).empty());
  CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("a diagnostic has a place, a severity, notes and helps, and a count follows") {
  Diagnostics diagnostics;
  Diagnostic& error = diagnostics.Error("table 1 is odd");
  error.file = "app.wasm";
  error.offset = 0x1a3;
  error.notes.push_back("in function 'render'");
  error.helps.push_back("make it even");
  CHECK(diagnostics.Format(false) ==
        "app.wasm:0x0001a3: error: table 1 is odd\n"
        "  note: in function 'render'\n"
        "  help: make it even\n"
        "1 error\n");
}

TEST_CASE("places are an offset, a line and column, a file, or none") {
  Diagnostics diagnostics;
  Diagnostic& text = diagnostics.Error("a");
  text.file = "app.wat";
  text.line = 3;
  text.column = 14;
  Diagnostic& line = diagnostics.Error("b");
  line.file = "app.wat";
  line.line = 3;
  diagnostics.Error("c").file = "app.wasm";
  diagnostics.Warning("d");
  Diagnostic& far = diagnostics.Error("e");
  far.file = "app.wasm";
  far.offset = 0x12345678;
  CHECK(diagnostics.Format(false) ==
        "app.wat:3:14: error: a\n"
        "app.wat:3: error: b\n"
        "app.wasm: error: c\n"
        "warning: d\n"
        "app.wasm:0x12345678: error: e\n"
        "4 errors, 1 warning\n");
}

TEST_CASE("warnings alone are no errors") {
  Diagnostics diagnostics;
  diagnostics.Warning("careful");
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(diagnostics.Format(false) == "warning: careful\n1 warning\n");
  diagnostics.Error("stop");
  CHECK(diagnostics.has_errors());
}

TEST_CASE("at most twenty are shown, errors first, and the rest is counted") {
  Diagnostics diagnostics;
  diagnostics.Warning("early warning");
  for (int i = 0; i < kDiagnosticsMax + 3; ++i) diagnostics.Error("e" + std::to_string(i));
  const std::string text = diagnostics.Format(false);
  CHECK(text.find("error: e19\n") != std::string::npos);
  CHECK(text.find("error: e20\n") == std::string::npos);
  CHECK(text.find("early warning") == std::string::npos);
  CHECK(text.find("\n23 errors, 1 warning (4 not shown)\n") != std::string::npos);
}

TEST_CASE("colours surround, and never change, the text") {
  Diagnostics diagnostics;
  Diagnostic& error = diagnostics.Error("odd");
  error.file = "a.wasm";
  error.notes.push_back("note text");
  std::string colored = diagnostics.Format(true);
  CHECK(colored.find("\x1b[1;31merror: \x1b[0modd\n") != std::string::npos);
  for (size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  CHECK(colored == diagnostics.Format(false));
}

TEST_CASE("names from a module cannot forge lines or drive the terminal") {
  Diagnostics diagnostics;
  Diagnostic& error = diagnostics.Error("export 'x\nerror: forged\x1b[2J'");
  error.file = "a\nb.wasm";
  error.notes.push_back("\r\x07");
  CHECK(diagnostics.Format(false) ==
        "a\\nb.wasm: error: export 'x\\nerror: forged\\u{1b}[2J'\n"
        "  note: \\u{0d}\\u{07}\n"
        "1 error\n");
}

}  // namespace
}  // namespace perdure
