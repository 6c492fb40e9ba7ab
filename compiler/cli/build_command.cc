#include <charconv>
#include <cstdlib>
#include <optional>

#include "compiler/cli/commands.h"
#include "compiler/cli/version.h"
#include "compiler/diag/printable.h"
#include "compiler/driver/files.h"
#include "compiler/driver/inputs.h"
#include "compiler/frontend/input.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr int kJobsMax = 1024;

std::optional<int> ParseCount(const std::string& text, int max) {
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (value < 1 || value > max) return std::nullopt;
  return value;
}

EmitKind EmitKindOf(const std::string& name) {
  if (name == "static-lib") return EmitKind::kStaticLib;
  if (name == "shared-lib") return EmitKind::kSharedLib;
  if (name == "object") return EmitKind::kObject;
  return name == "cpp" ? EmitKind::kCpp : EmitKind::kExe;
}

// Names end up in file names, in C string literals and in a path below the user's home.
bool IsProgramName(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  for (const char c : name) {
    if (c == '/' || c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return false;
  }
  return true;
}

std::optional<UsageError> CheckCombination(const BuildOptions& options) {
  if (const Status checked = CheckInputs(options.inputs); !checked.ok()) {
    return UsageError{std::string(checked.message()), {}};
  }
  if (options.output.empty() && ParseInput(options.inputs.back()).path == kStandardInput) {
    return UsageError{"the main module comes from standard input, which gives the output no name",
                      {"name it with -o FILE"}};
  }
  if (options.is_static && options.emit != EmitKind::kExe) {
    return UsageError{"--static is for programs", {"leave out --static or --emit"}};
  }
  if (!options.hosts.empty() && !IsComplete(options.emit)) {
    return UsageError{
        "--host is for programs and shared libraries; link the host library where "
        "the output is linked",
        {}};
  }
  for (const std::string& host : options.hosts) {
    if (options.is_static && host.ends_with(".so")) {
      return UsageError{StrCat("--static cannot use the shared library ", QuotePath(host)),
                        {"give an archive (.a) or leave out --static"}};
    }
  }
  const std::string name = WithDefaults(options).name;
  if (!IsProgramName(name) &&
      !IsDirectory(options.inputs.back())) {  // a folder as input is the better message
    return UsageError{StrCat(Quote(name), " cannot be a program's name"),
                      {"give one with --name=NAME"}};
  }
  return std::nullopt;
}

std::optional<UsageError> ReadOptions(const Arguments& arguments, BuildOptions* options) {
  options->compiler_version = kVersion;
  options->inputs = arguments.positional();
  options->output = arguments.Get("output");
  options->emit = EmitKindOf(arguments.Get("emit", "exe"));
  options->name = arguments.Get("name");
  options->state = arguments.Get("state");
  options->hosts = arguments.All("host");
  options->optimize = arguments.Get("optimize", "3")[0] - '0';
  options->cc = arguments.Get("cc");
  options->target = arguments.Get("target");
  options->is_static = arguments.Has("static");
  options->preempt = !arguments.Has("no-preempt");
  options->keep = arguments.Get("keep");
  options->depfile = arguments.Get("depfile");
  if (arguments.Has("jobs")) {
    const std::optional<int> jobs = ParseCount(arguments.Get("jobs"), kJobsMax);
    if (!jobs) {
      return UsageError{StrCat("--jobs cannot be ", Quote(arguments.Get("jobs"))),
                        {StrCat("it is a number from 1 to ", kJobsMax)}};
    }
    options->jobs = *jobs;
  }
  return CheckCombination(*options);
}

}  // namespace

ExitCode BuildCommand(const Arguments& arguments, Console* console) {
  BuildOptions options;
  if (const std::optional<UsageError> error = ReadOptions(arguments, &options)) {
    return FailUsage(*error, console);
  }
  const char* without = std::getenv("PERDURE_WITHOUT");
  const Result<Tricks> tricks = TricksWithout(without == nullptr ? "" : without);
  if (!tricks.ok()) return FailUsage({std::string(tricks.status().message()), {}}, console);
  options.tricks = *tricks;
  Diagnostics diagnostics;
  const BuildResult result = Build(options, console, &diagnostics);
  console->ToolOutput(result.tool_heading, result.tool_output);
  console->Report(diagnostics);
  return result.code;
}

}  // namespace perdure
