// Boost.Program_options has no subcommands: the line is cut at the verb, and each half parsed on
// its own.
#include "compiler/cli/arguments.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <utility>

#include "compiler/cli/suggest.h"
#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

namespace po = boost::program_options;

std::vector<const OptionSpec*> OptionsOf(const VerbSpec* verb) {
  std::vector<const OptionSpec*> options;
  if (verb != nullptr) {
    for (const OptionSpec& option : verb->options) options.push_back(&option);
  }
  for (const OptionSpec& option : GlobalOptions()) options.push_back(&option);
  return options;
}

std::string HelpCommand(const VerbSpec* verb) {
  return verb == nullptr ? "'perdure --help' lists verbs and options"
                         : StrCat("'perdure ", verb->name, " --help' lists its options");
}

UsageError UnknownOption(const VerbSpec* verb, std::string given) {
  given = given.substr(0, given.find('='));
  UsageError error;
  error.message = StrCat("unknown option ", Quote(given));
  std::vector<std::string> known;
  for (const OptionSpec* option : OptionsOf(verb)) known.push_back(StrCat("--", option->name));
  const std::string nearest = given.starts_with("--") ? Nearest(given, known) : "";
  if (!nearest.empty()) StrAppend(&error.message, "; did you mean '", nearest, "'?");
  error.helps.push_back(HelpCommand(verb));
  return error;
}

std::string Choices(const OptionSpec& option) {
  std::string out;
  for (const std::string_view choice : option.choices)
    StrAppend(&out, out.empty() ? "" : ", ", choice);
  return out;
}

std::optional<UsageError> CheckChoice(const OptionSpec& option, const std::string& value) {
  if (option.choices.empty()) return std::nullopt;
  if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) {
    return std::nullopt;
  }
  return UsageError{StrCat("--", option.name, " cannot be ", Quote(value)),
                    {StrCat("it is one of: ", Choices(option))}};
}

std::variant<Arguments, UsageError> Parse(const VerbSpec* verb,
                                          const std::vector<std::string>& args) {
  po::options_description description;
  for (const OptionSpec* option : OptionsOf(verb)) {
    std::string name(option->name);
    if (option->letter != 0) StrAppend(&name, ',', option->letter);
    if (option->value.empty()) {
      description.add_options()(name.c_str(), "");
    } else {
      description.add_options()(name.c_str(), po::value<std::string>(), "");
    }
  }
  Arguments out;
  try {
    // No abbreviations: a new option must not break a script that used one.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed =
        po::command_line_parser(args).options(description).style(style).run();
    for (const po::option& item : parsed.options) {
      if (item.string_key.empty() || item.position_key >= 0) {
        for (const std::string& value : item.value) out.AddPositional(value);
        continue;
      }
      out.AddValue(item.string_key, item.value.empty() ? "" : item.value[0]);
    }
  } catch (const po::unknown_option& error) {
    return UnknownOption(verb, error.get_option_name());
  } catch (const po::error& error) {
    return UsageError{error.what(), {HelpCommand(verb)}};
  }
  for (const OptionSpec* option : OptionsOf(verb)) {
    for (const std::string& value : out.All(option->name)) {
      if (std::optional<UsageError> error = CheckChoice(*option, value)) return *std::move(error);
    }
  }
  return out;
}

UsageError UnknownVerb(const std::string& given) {
  UsageError error;
  error.message = StrCat("unknown verb ", Quote(given));
  std::vector<std::string> known;
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden) known.emplace_back(verb.name);
  }
  const std::string nearest = Nearest(given, known);
  if (given.ends_with(".wasm") || given.ends_with(".wat")) {
    StrAppend(&error.message, "; did you mean 'perdure build ", Printable(given), "'?");
  } else if (!nearest.empty()) {
    StrAppend(&error.message, "; did you mean '", nearest, "'?");
  }
  error.helps.push_back(HelpCommand(nullptr));
  return error;
}

}  // namespace

std::string Arguments::Get(std::string_view option, std::string_view fallback) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::string(fallback) : found->second.back();
}

std::vector<std::string> Arguments::All(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::variant<CommandLine, UsageError> SplitCommandLine(const std::vector<std::string>& args) {
  size_t verb_at = 0;
  while (verb_at < args.size() && args[verb_at].starts_with('-')) {
    // The one global option whose value may be a word of its own.
    verb_at += args[verb_at] == "--color" ? 2 : 1;
  }
  verb_at = std::min(verb_at, args.size());
  std::variant<Arguments, UsageError> global =
      Parse(nullptr, {args.begin(), args.begin() + static_cast<ptrdiff_t>(verb_at)});
  if (auto* error = std::get_if<UsageError>(&global)) return std::move(*error);
  CommandLine line;
  line.global = std::get<Arguments>(std::move(global));
  if (verb_at == args.size()) return line;
  line.verb = FindVerb(args[verb_at]);
  if (line.verb == nullptr) return UnknownVerb(args[verb_at]);
  line.rest.assign(args.begin() + static_cast<ptrdiff_t>(verb_at) + 1, args.end());
  return line;
}

std::variant<Arguments, UsageError> ParseVerb(const VerbSpec& verb,
                                              const std::vector<std::string>& rest) {
  std::variant<Arguments, UsageError> parsed = Parse(&verb, rest);
  const auto* arguments = std::get_if<Arguments>(&parsed);
  if (arguments == nullptr || arguments->Has("help")) return parsed;
  const std::vector<std::string>& positional = arguments->positional();
  if (positional.size() < verb.arguments_min) {
    return UsageError{StrCat("'perdure ", verb.name, "' needs ", verb.argument_name),
                      {StrCat("usage: perdure ", verb.name, " ", verb.usage)}};
  }
  if (positional.size() > verb.arguments_max) {
    return UsageError{StrCat("unexpected argument ", Quote(positional[verb.arguments_max])),
                      {StrCat("usage: perdure ", verb.name, " ", verb.usage)}};
  }
  return parsed;
}

}  // namespace perdure
