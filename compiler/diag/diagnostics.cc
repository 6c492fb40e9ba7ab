#include "compiler/diag/diagnostics.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <utility>

#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// The colours clang uses, so that editors and people already know them.
struct Palette {
  const char* location;
  const char* error;
  const char* warning;
  const char* note;
  const char* help;
  const char* reset;
};
constexpr Palette kPlain = {"", "", "", "", "", ""};
constexpr Palette kColored = {"\x1b[1m",    "\x1b[1;31m", "\x1b[1;35m",
                              "\x1b[1;36m", "\x1b[1;32m", "\x1b[0m"};

std::string Location(const Diagnostic& diagnostic) {
  if (diagnostic.file.empty()) return "";
  if (diagnostic.offset) return PlaceText(diagnostic.file, *diagnostic.offset) + ": ";
  std::string out = Printable(diagnostic.file);
  if (diagnostic.line) {
    StrAppend(&out, ':', *diagnostic.line);
    if (diagnostic.column) StrAppend(&out, ':', *diagnostic.column);
  }
  return out + ": ";
}

void AppendDiagnostic(std::string* out, const Diagnostic& diagnostic, const Palette& palette) {
  const bool is_error = diagnostic.severity == Severity::kError;
  const std::string location = Location(diagnostic);
  if (!location.empty()) StrAppend(out, palette.location, location, palette.reset);
  StrAppend(out, is_error ? palette.error : palette.warning,
            is_error ? "error: " : "warning: ", palette.reset, Printable(diagnostic.message), '\n');
  for (const std::string& note : diagnostic.notes) {
    StrAppend(out, "  ", palette.note, "note: ", palette.reset, Printable(note), '\n');
  }
  for (const std::string& help : diagnostic.helps) {
    StrAppend(out, "  ", palette.help, "help: ", palette.reset, Printable(help), '\n');
  }
}

std::string Counted(size_t count, const char* noun) {
  return StrCat(count, ' ', noun, count == 1 ? "" : "s");
}

}  // namespace

std::string PlaceText(std::string_view file, uint64_t offset) {
  char text[32];
  std::snprintf(text, sizeof(text), ":0x%06" PRIx64, offset);
  return Printable(file) + text;
}

Diagnostic& Diagnostics::Error(std::string message) {
  Diagnostic& diagnostic = all_.emplace_back();
  diagnostic.message = std::move(message);
  return diagnostic;
}

Diagnostic& Diagnostics::Warning(std::string message) {
  Diagnostic& diagnostic = Error(std::move(message));
  diagnostic.severity = Severity::kWarning;
  return diagnostic;
}

void Diagnostics::Add(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }

bool Diagnostics::has_errors() const {
  return std::any_of(all_.begin(), all_.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::kError;
  });
}

std::string Diagnostics::Format(bool color) const {
  if (all_.empty()) return "";
  const Palette& palette = color ? kColored : kPlain;
  std::string out;
  size_t errors = 0;
  size_t warnings = 0;
  for (const Diagnostic& diagnostic : all_) {
    ++(diagnostic.severity == Severity::kError ? errors : warnings);
  }
  // Errors are what stops the build, so when not everything is shown they come before warnings.
  const bool cut = all_.size() > static_cast<size_t>(kDiagnosticsMax);
  size_t shown = 0;
  const auto show = [&](const Diagnostic& diagnostic) {
    if (shown == static_cast<size_t>(kDiagnosticsMax)) return;
    ++shown;
    AppendDiagnostic(&out, diagnostic, palette);
  };
  for (const Diagnostic& diagnostic : all_) {
    if (!cut || diagnostic.severity == Severity::kError) show(diagnostic);
  }
  for (const Diagnostic& diagnostic : all_) {
    if (cut && diagnostic.severity == Severity::kWarning) show(diagnostic);
  }
  if (errors > 0) out += Counted(errors, "error");
  if (errors > 0 && warnings > 0) out += ", ";
  if (warnings > 0) out += Counted(warnings, "warning");
  if (shown < all_.size()) StrAppend(&out, " (", all_.size() - shown, " not shown)");
  out += '\n';
  return out;
}

}  // namespace perdure
