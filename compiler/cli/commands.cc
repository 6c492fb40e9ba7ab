#include "compiler/cli/commands.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "compiler/analysis/persist_plan.h"
#include "compiler/cli/generated_docs.h"
#include "compiler/cli/help_text.h"
#include "compiler/cli/inspect.h"
#include "compiler/cli/suggest.h"
#include "compiler/cli/version.h"
#include "compiler/diag/printable.h"
#include "compiler/driver/doctor.h"
#include "compiler/driver/files.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/subprocess.h"
#include "compiler/driver/toolchain.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::string DoctorText(const std::vector<DoctorCheck>& checks) {
  std::string out;
  for (const DoctorCheck& check : checks) {
    StrAppend(&out, check.ok ? "ok      " : "FAILED  ", check.name, ": ", check.detail, '\n');
    if (!check.ok) StrAppend(&out, "        help: ", check.help, '\n');
  }
  return out;
}

std::string DoctorJson(const std::vector<DoctorCheck>& checks, bool usable) {
  std::string out = StrCat("{\n  \"version\": 1,\n  \"usable\": ", usable ? "true" : "false",
                           ",\n  \"checks\": [");
  for (const DoctorCheck& check : checks) {
    StrAppend(&out, &check == &checks.front() ? "\n" : ",\n",
              "    {\"name\": ", JsonString(check.name), ", \"ok\": ", check.ok ? "true" : "false",
              ", \"detail\": ", JsonString(check.detail),
              ", \"help\": ", check.ok ? "null" : JsonString(check.help), "}");
  }
  return out + "\n  ]\n}\n";
}

}  // namespace

ExitCode FailUsage(const UsageError& error, Console* console) {
  Diagnostics diagnostics;
  diagnostics.Error(error.message).helps = error.helps;
  console->Report(diagnostics);
  return ExitCode::kUsage;
}

ExitCode PrintData(std::string_view text, Console* console) {
  if (console->Print(text)) return ExitCode::kOk;
  Diagnostics diagnostics;
  diagnostics.Error(StrCat("cannot write to standard output: ", std::strerror(errno)));
  console->Report(diagnostics);
  return ExitCode::kInput;
}

ExitCode InspectCommand(const Arguments& arguments, Console* console) {
  if (const Status checked = CheckInputs(arguments.positional()); !checked.ok()) {
    return FailUsage({std::string(checked.message()), {}}, console);
  }
  Diagnostics diagnostics;
  const std::optional<LinkedModule> linked = ReadInputs(arguments.positional(), &diagnostics);
  if (!linked) {
    console->Report(diagnostics);
    return ExitCode::kInput;
  }
  const Module& module = linked->module;
  PlanOptions options;
  options.has_host_library = true;
  options.is_program = false;
  const std::optional<PersistPlan> plan = MakePlan(module, options, &diagnostics);
  const PersistPlan* const plan_or_null = plan ? &*plan : nullptr;
  const bool json = arguments.Has("json");
  const ExitCode printed =
      PrintData(json ? InspectJson(module, plan_or_null, linked->imports, diagnostics)
                     : InspectText(module, plan_or_null, linked->imports),
                console);
  if (!json) console->Report(diagnostics);
  return plan ? printed : ExitCode::kInput;
}

ExitCode DoctorCommand(const Arguments& arguments, Console* console) {
  const std::vector<DoctorCheck> checks = RunDoctor(arguments.Get("cc"), std::string(kVersion));
  if (const ExitCode interrupted = InterruptGuard::Interrupted(); interrupted != ExitCode::kOk) {
    return interrupted;
  }
  const bool usable =
      std::all_of(checks.begin(), checks.end(), [](const DoctorCheck& check) { return check.ok; });
  const ExitCode printed =
      PrintData(arguments.Has("json") ? DoctorJson(checks, usable) : DoctorText(checks), console);
  return usable ? printed : ExitCode::kToolchain;
}

ExitCode VersionCommand(const Arguments& arguments, Console* console) {
  const std::string text = arguments.Has("json")
                               ? StrCat("{\"version\": 1, \"perdure\": ", JsonString(kVersion),
                                        ", \"program_abi\": ", kProgramAbi, "}\n")
                               : StrCat("perdure ", kVersion, '\n');
  return PrintData(text, console);
}

ExitCode HelpCommand(const Arguments& arguments, Console* console) {
  if (arguments.positional().empty()) return PrintData(ProgramHelp(), console);
  const std::string& name = arguments.positional()[0];
  if (const VerbSpec* verb = FindVerb(name)) return PrintData(VerbHelp(*verb), console);
  return FailUsage(
      {StrCat("unknown verb ", Quote(name)), {"'perdure --help' lists verbs and options"}},
      console);
}

ExitCode GenerateCommand(const Arguments& arguments, Console* console) {
  const std::string& what = arguments.positional()[0];
  const std::string& folder = arguments.positional()[1];
  std::vector<GeneratedFile> files;
  if (what == "man") files = ManPages(kVersion);
  if (what == "completion") files = Completions();
  if (what == "reference") files = ReferencePages();
  if (files.empty()) {
    return FailUsage(
        {StrCat("cannot generate ", Quote(what)), {"it is one of: man, completion, reference"}},
        console);
  }
  std::error_code ignored;  // the first file that cannot be written says why
  std::filesystem::create_directories(folder, ignored);
  for (const GeneratedFile& file : files) {
    const Status written = WriteOutput(StrCat(folder, "/", file.name), file.text);
    if (written.ok()) continue;
    Diagnostics diagnostics;
    diagnostics.Error(std::string(written.message()));
    console->Report(diagnostics);
    return ExitCode::kInput;
  }
  return ExitCode::kOk;
}

}  // namespace perdure
