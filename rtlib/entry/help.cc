#include "rtlib/entry/help.h"

#include <algorithm>

#include "rtlib/base/text.h"
#include "rtlib/entry/options.h"

namespace perdure {
namespace {

constexpr size_t kUsageExportsMax = 20;
constexpr size_t kTextColumns = 80;

constexpr std::string_view kCallHelp =
    "Arguments and results are written as: i32 and i64 decimal (or 0x hex), f32 and f64\n"
    "decimal or hex float, inf, nan; v128 32 hex digits; funcref null or func:INDEX;\n"
    "externref null. Results are printed one a line. Each call is one event, durable when\n"
    "its results appear; a call that traps leaves the state as it was.\n";

constexpr std::string_view kExitHelp =
    "Exit status:\n"
    "  0      done\n"
    "  2      wrong arguments, nothing was run (with -: some lines were wrong)\n"
    "  125    the runtime failed: state locked, corrupt, of another program, disk full\n"
    "  134    the guest trapped (with -: in some line); the event was rolled back\n"
    "  129, 130, 141, 143\n"
    "         with -: stopped by SIGHUP, SIGINT, a closed output, SIGTERM\n"
    "  other  the guest's own\n";

void AppendUsageLines(std::string_view name, std::string* out) {
  StrAppend(out, "Usage: ", name, " [OPTION...] EXPORT [ARG...]\n");
  StrAppend(out, "       ", name, " [OPTION...] -      calls from standard input, one a line\n");
  StrAppend(out, "       ", name, " --help | --version | --perdure-info\n");
}

void AppendExports(const Exports& exports, size_t count_max, std::string* out) {
  auto callables = exports.callables();
  *out += "\nExports:\n";
  size_t shown = std::min(callables.size(), count_max);
  for (size_t i = 0; i < shown; ++i) StrAppend(out, "  ", CallableText(callables[i]), "\n");
  if (shown < callables.size()) {
    StrAppend(out, "  ... and ", callables.size() - shown, " more: see --help\n");
  }
}

// `text` wrapped at blanks, each line after `indent` blanks.
void AppendWrapped(std::string_view text, size_t indent, std::string* out) {
  while (!text.empty()) {
    size_t end = text.size();
    if (indent + end > kTextColumns) {
      size_t blank = text.rfind(' ', kTextColumns - indent);
      if (blank != std::string_view::npos) end = blank;
    }
    StrAppend(out, std::string(indent, ' '), text.substr(0, end), "\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void AppendOptions(std::string* out) {
  *out += "\nOptions, before the export's name (each is also read from the variable beside it):\n";
  for (const OptionSpec& spec : RuntimeOptionSpecs()) {
    std::string flag = StrCat("  --perdure-", spec.name);
    if (!spec.value.empty()) StrAppend(&flag, "=", spec.value);
    flag.resize(std::max<size_t>(flag.size() + 2, 46), ' ');
    StrAppend(out, flag, spec.variable, spec.value.empty() ? "=1\n" : "\n");
    AppendWrapped(spec.help, 6, out);
  }
}

void AppendState(const Result<StatePath>& state, std::string* out) {
  *out += "\nState:\n";
  if (!state.ok()) {
    AppendWrapped(state.status().message(), 2, out);
    return;
  }
  StrAppend(out, "  ", state->path, StateExists(*state) ? "" : " (not created yet)", "\n");
}

}  // namespace

std::string HelpText(const Exports& exports, const Result<StatePath>& state) {
  std::string out;
  AppendUsageLines(exports.program().name, &out);
  AppendExports(exports, SIZE_MAX, &out);
  StrAppend(&out, "\n", kCallHelp);
  AppendOptions(&out);
  AppendState(state, &out);
  StrAppend(&out, "\n", kExitHelp);
  return out;
}

std::string RunHelpText(const perdure_program& program, const Result<StatePath>& state) {
  std::string out =
      StrCat("Usage: ", program.name, " [--perdure-OPTION...] [ARGUMENT...]\n       ", program.name,
             " --perdure-help | --perdure-version | --perdure-info\n\n");
  AppendWrapped(
      "Starts a run with the arguments, or goes on with the one in progress (then without "
      "arguments, or with the same). A run is committed where it waits for input or time, where "
      "it ends, and every 250 ms while it computes; --perdure-commit=interval:MS sets another "
      "interval, event leaves only the first two.",
      0, &out);
  AppendOptions(&out);
  AppendState(state, &out);
  StrAppend(&out,
            "\nExit status: the guest's own; 134 trap, 125 the runtime failed, 2 wrong options or "
            "arguments,\n128 + N stopped by signal N (the next start goes on).\n");
  return out;
}

std::string UsageText(const Exports& exports) {
  std::string out;
  AppendUsageLines(exports.program().name, &out);
  AppendExports(exports, kUsageExportsMax, &out);
  out.pop_back();
  return out;
}

std::string VersionText(const perdure_program& program) {
  return StrCat(program.name, " (module ",
                Hex(std::string_view(reinterpret_cast<const char*>(program.module_hash),
                                     sizeof program.module_hash)),
                ", built by perdure ", program.compiler, ")\n");
}

}  // namespace perdure
