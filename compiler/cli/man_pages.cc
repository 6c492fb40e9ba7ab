#include <algorithm>

#include "compiler/cli/generated_docs.h"
#include "compiler/cli/help_text.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Text for roff: no escapes, no requests by accident, hyphens that can be copied.
std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

std::string Header(const std::string& page, std::string_view summary, std::string_view version) {
  return StrCat(".\\\" Written by perdure generate man.\n.TH ", Upper(page), " 1 \"\" \"perdure ",
                version, "\" \"Perdure\"\n.SH NAME\n", Roff(page), " \\- ", Roff(summary), '\n');
}

std::string Item(std::string_view term, std::string_view text) {
  return StrCat(".TP\n.B ", Roff(term), '\n', Roff(text), '\n');
}

std::string OptionItems(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    std::string help(option.help);
    for (const std::string_view choice : option.choices) {
      StrAppend(&help, choice == option.choices.front() ? ": " : ", ", choice);
    }
    out += Item(OptionSyntax(option), help);
  }
  return out;
}

std::string Paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = text.find("\n\n");
    StrAppend(&out, ".PP\n", Roff(text.substr(0, end)), '\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return out;
}

std::string ProgramPage(std::string_view version) {
  std::string out = Header("perdure", kProgramSummary, version);
  out += ".SH SYNOPSIS\n.B perdure\n[OPTIONS] VERB [ARGUMENTS]\n.SH VERBS\n";
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden)
      out += Item(verb.name, StrCat(verb.summary, "; see perdure-", verb.name, "(1)"));
  }
  StrAppend(&out, ".SH OPTIONS\n", OptionItems(GlobalOptions()), ".SH ENVIRONMENT\n");
  for (const EnvironmentSpec& item : Environment()) out += Item(item.name, item.what);
  return out;
}

std::string VerbPage(const VerbSpec& verb, std::string_view version) {
  const std::string page = StrCat("perdure-", verb.name);
  std::string out = Header(page, verb.summary, version);
  StrAppend(&out, ".SH SYNOPSIS\n.B perdure ", verb.name, '\n', Roff(verb.usage),
            "\n.SH DESCRIPTION\n", Paragraphs(verb.description), ".SH OPTIONS\n",
            OptionItems(verb.options), OptionItems(GlobalOptions()), ".SH EXIT STATUS\n");
  for (const ExitStatus& status : verb.exit_statuses) out += Item(StrCat(status.code), status.what);
  out += ".SH EXAMPLES\n";
  for (const Example& example : verb.examples) out += Item(example.command, example.what);
  return out + ".SH SEE ALSO\n.BR perdure (1)\n";
}

}  // namespace

std::vector<GeneratedFile> ManPages(std::string_view version) {
  std::vector<GeneratedFile> pages = {{"perdure.1", ProgramPage(version)}};
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden)
      pages.push_back({StrCat("perdure-", verb.name, ".1"), VerbPage(verb, version)});
  }
  return pages;
}

}  // namespace perdure
