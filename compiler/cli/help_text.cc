#include "compiler/cli/help_text.h"

#include <algorithm>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr size_t kColumn = 26;  // where explanations begin

// "  LEFT      explanation", the explanation on the next line if LEFT is long.
std::string Row(std::string_view left, std::string_view right) {
  std::string out = StrCat("  ", left);
  if (out.size() + 2 > kColumn) {
    StrAppend(&out, '\n', std::string(kColumn, ' '));
  } else {
    out.append(kColumn - out.size(), ' ');
  }
  return StrCat(out, Wrap(right, kColumn), '\n');
}

std::string OptionRow(const OptionSpec& option) {
  std::string help(option.help);
  if (!option.choices.empty()) {
    help += ": ";
    for (const std::string_view choice : option.choices) {
      StrAppend(&help, choice == option.choices.front() ? "" : ", ", choice);
    }
  }
  if (option.repeatable) help += "; may be given several times";
  return Row(OptionSyntax(option), help);
}

std::string Options(std::string_view heading, const std::vector<OptionSpec>& options) {
  if (options.empty()) return "";
  std::string out = StrCat('\n', heading, ":\n");
  for (const OptionSpec& option : options) out += OptionRow(option);
  return out;
}

std::string Paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = text.find("\n\n");
    StrAppend(&out, out.empty() ? "" : "\n", Wrap(text.substr(0, end), 0), '\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return out;
}

std::string Examples(const std::vector<Example>& examples) {
  std::string out = "\nExamples:\n";
  for (const Example& example : examples) {
    StrAppend(&out, "  ", example.command, "\n      ", example.what, '\n');
  }
  return out;
}

}  // namespace

std::string Wrap(std::string_view text, size_t indent, size_t width) {
  std::string out;
  size_t column = indent;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + 1 + word.size() > width) {
      StrAppend(&out, '\n', std::string(indent, ' '));
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string OptionSyntax(const OptionSpec& option) {
  std::string out;
  if (option.letter != 0) StrAppend(&out, '-', option.letter, ", ");
  StrAppend(&out, "--", option.name);
  if (!option.value.empty()) StrAppend(&out, '=', option.value);
  return out;
}

std::string ProgramHelp() {
  std::string out = StrCat("Usage: perdure [OPTIONS] VERB [ARGUMENTS]\n\n",
                           Wrap(StrCat("perdure: ", kProgramSummary, "."), 0), "\n\nVerbs:\n");
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden) out += Row(verb.name, verb.summary);
  }
  out += Options("Options, before or after the verb", GlobalOptions());
  out += "\nEnvironment:\n";
  for (const EnvironmentSpec& item : Environment()) out += Row(item.name, item.what);
  out += Examples({{"perdure build counter.wasm -o counter", "compile a module into a program"},
                   {"./counter increment", "call its export 'increment'; the state is kept"},
                   {"perdure help build", "all options of build"}});
  return out;
}

std::string VerbHelp(const VerbSpec& verb) {
  std::string out =
      StrCat("Usage: perdure ", verb.name, " ", verb.usage, "\n\n", Paragraphs(verb.description));
  out += Options("Options", verb.options);
  out += Options("Common options", GlobalOptions());
  out += Examples(verb.examples);
  out += "\nExit status:\n";
  for (const ExitStatus& status : verb.exit_statuses) out += Row(StrCat(status.code), status.what);
  return out;
}

}  // namespace perdure
