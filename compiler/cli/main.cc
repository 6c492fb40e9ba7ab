// perdure: the compiler's command line.
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "compiler/cli/arguments.h"
#include "compiler/cli/commands.h"
#include "compiler/cli/console.h"
#include "compiler/cli/help_text.h"
#include "compiler/cli/version.h"

namespace perdure {
namespace {

ExitCode RunVerb(const VerbSpec& verb, const Arguments& arguments, Console* console) {
  constexpr std::pair<std::string_view, ExitCode (*)(const Arguments&, Console*)> kCommands[] = {
      {"build", BuildCommand},     {"inspect", InspectCommand}, {"doctor", DoctorCommand},
      {"version", VersionCommand}, {"help", HelpCommand},       {"generate", GenerateCommand}};
  for (const auto& [name, command] : kCommands) {
    if (name == verb.name) return command(arguments, console);
  }
  return ExitCode::kInternal;
}

ExitCode Main(const std::vector<std::string>& args) {
  const Arguments none;
  Console plain(none, none);
  if (args == std::vector<std::string>{"--version"}) return VersionCommand(none, &plain);
  auto split = SplitCommandLine(args);
  if (const auto* error = std::get_if<UsageError>(&split)) return FailUsage(*error, &plain);
  const CommandLine& line = std::get<CommandLine>(split);
  if (line.verb == nullptr) {
    if (line.global.Has("help")) return PrintData(ProgramHelp(), &plain);
    return FailUsage({"no verb was given", {"'perdure --help' lists verbs and options"}}, &plain);
  }
  auto parsed = ParseVerb(*line.verb, line.rest);
  Console global(line.global, none);
  if (const auto* error = std::get_if<UsageError>(&parsed)) return FailUsage(*error, &global);
  const Arguments& arguments = std::get<Arguments>(parsed);
  Console console(line.global, arguments);
  if (line.global.Has("help") || arguments.Has("help"))
    return PrintData(VerbHelp(*line.verb), &console);
  return RunVerb(*line.verb, arguments, &console);
}

}  // namespace
}  // namespace perdure

int main(int argc, char** argv) {
  try {
    return static_cast<int>(perdure::Main({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    const std::string_view version = perdure::kVersion;
    std::fprintf(stderr, "perdure: internal error: %s\nperdure %.*s: please report it\n",
                 error.what(), static_cast<int>(version.size()), version.data());
    return static_cast<int>(perdure::ExitCode::kInternal);
  }
}
