#include "compiler/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "compiler/diag/color.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

bool IsTerminal(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

ColorChoice ChoiceOf(const std::string& when) {
  if (when == "always") return ColorChoice::kAlways;
  return when == "never" ? ColorChoice::kNever : ColorChoice::kAuto;
}

size_t TerminalColumns() {
  winsize size = {};
  return ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void PrintError(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

Console::Console(const Arguments& global, const Arguments& verb) {
  quiet_ = global.Has("quiet") || verb.Has("quiet");
  verbose_ = global.Has("verbose") || verb.Has("verbose");
  const std::string when = verb.Get("color", global.Get("color", "auto"));
  color_ =
      UseColor(ChoiceOf(when), isatty(2) == 1, [](const char* name) { return std::getenv(name); });
  progress_ = !quiet_ && !verbose_ && IsTerminal(2);
}

bool Console::Print(std::string_view text) {
  ClearProgress();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

void Console::Report(const Diagnostics& diagnostics) {
  ClearProgress();
  if (diagnostics.all().empty()) return;
  if (!quiet_) return PrintError(diagnostics.Format(color_));
  Diagnostics errors;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::kError) errors.Add(diagnostic);
  }
  if (errors.has_errors()) PrintError(errors.Format(color_));
}

void Console::ToolOutput(const std::string& heading, const std::string& text) {
  ClearProgress();
  if (text.empty()) return;
  PrintError(StrCat(heading, ":\n", text, text.ends_with('\n') ? "" : "\n"));
}

void Console::Step(size_t number, size_t total, const std::string& what) {
  if (!progress_) return;
  std::string line = StrCat('[', number, '/', total, "] ", what);
  const size_t columns = TerminalColumns();
  if (line.size() >= columns) line.resize(columns - 1);
  PrintError(StrCat('\r', line, "\x1b[K"));
  std::fflush(stderr);
  line_open_ = true;
}

void Console::Command(const std::string& text) {
  if (verbose_) PrintError(StrCat(text, '\n'));
}

void Console::ClearProgress() {
  if (!line_open_) return;
  PrintError("\r\x1b[K");
  line_open_ = false;
}

}  // namespace perdure
