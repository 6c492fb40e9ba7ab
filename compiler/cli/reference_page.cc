#include "compiler/cli/generated_docs.h"
#include "compiler/cli/help_text.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// A table cell: '|' would end it.
std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : text) StrAppend(&out, c == '|' ? "\\|" : "", c);
  return out;
}

std::string OptionRows(const std::vector<OptionSpec>& options) {
  if (options.empty()) return "";
  std::string out = "\n| option | meaning |\n|---|---|\n";
  for (const OptionSpec& option : options) {
    std::string help(option.help);
    for (const std::string_view choice : option.choices) {
      StrAppend(&help, choice == option.choices.front() ? ": " : ", ", '`', choice, '`');
    }
    if (option.repeatable) help += "; may be given several times";
    StrAppend(&out, "| `", Cell(OptionSyntax(option)), "` | ", Cell(help), " |\n");
  }
  return out;
}

std::string VerbSection(const VerbSpec& verb) {
  std::string out =
      StrCat("\n## perdure ", verb.name, "\n\n    perdure ", verb.name, " ", verb.usage, "\n\n",
             verb.description, "\n", OptionRows(verb.options), "\nExamples\n\n");
  for (const Example& example : verb.examples) {
    StrAppend(&out, "    ", example.command, "    # ", example.what, '\n');
  }
  out += "\n| exit status | meaning |\n|---|---|\n";
  for (const ExitStatus& status : verb.exit_statuses) {
    StrAppend(&out, "| ", status.code, " | ", status.what, " |\n");
  }
  return out;
}

}  // namespace

std::vector<GeneratedFile> ReferencePages() {
  std::string out =
      StrCat("# The perdure command\n\n",
             "Written by `perdure generate reference` from the compiler's option table; a test "
             "compares the two.\n\n",
             "    perdure [OPTIONS] VERB [ARGUMENTS]\n\n",
             "Options may stand before or after the verb. Diagnostics go to standard error, data "
             "to standard "
             "output.\nThe options of the programs that perdure makes are in "
             "[runtime-options.md](runtime-options.md)."
             "\n",
             OptionRows(GlobalOptions()), "\n| environment variable | meaning |\n|---|---|\n");
  for (const EnvironmentSpec& item : Environment()) {
    StrAppend(&out, "| `", item.name, "` | ", Cell(item.what), " |\n");
  }
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden) out += VerbSection(verb);
  }
  return {{"cli.md", out}};
}

}  // namespace perdure
