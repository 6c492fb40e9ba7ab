#include "compiler/cli/generated_docs.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::string Join(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) StrAppend(&out, out.empty() ? "" : " ", word);
  return out;
}

std::string VisibleVerbs() {
  std::vector<std::string_view> names;
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden) names.push_back(verb.name);
  }
  return Join(names);
}

// --- bash ----------------------------------------------------------------------------------------

// "--output= --static", and -o -j.
std::string OptionWords(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    StrAppend(&out, out.empty() ? "" : " ", "--", option.name, option.value.empty() ? "" : "=");
  }
  return out;
}

// A branch that completes the value of each option that has one.
std::string ValueBranches(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    if (option.value.empty()) continue;
    StrAppend(&out, "    --", option.name);
    if (option.letter != 0) StrAppend(&out, "|-", option.letter);
    out += ") ";
    switch (option.completes) {
      case Completes::kChoices:
        StrAppend(&out, "COMPREPLY=($(compgen -W '", Join(option.choices), "' -- \"$cur\"))");
        break;
      case Completes::kFile:
      case Completes::kModule:
        out += "COMPREPLY=($(compgen -f -- \"$cur\"))";
        break;
      case Completes::kDirectory:
        out += "COMPREPLY=($(compgen -d -- \"$cur\"))";
        break;
      case Completes::kNothing:
        out += "COMPREPLY=()";
        break;
    }
    out += "; return ;;\n";
  }
  return out;
}

std::string BashCompletion() {
  std::string out =
      "# bash completion for perdure. Written by perdure generate completion.\n"
      "_perdure() {\n"
      "  local cur prev verb word\n"
      "  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=\n"
      "  # --option=value is three words for bash\n"
      "  if [[ $cur == = ]]; then cur=\n"
      "  elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    if [[ $word != -* ]]; then verb=$word; break; fi\n"
      "  done\n"
      "  case $prev in\n";
  out += ValueBranches(GlobalOptions());
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden) out += ValueBranches(verb.options);
  }
  out += "  esac\n  local options=\n  case $verb in\n";
  StrAppend(&out, "    '') COMPREPLY=($(compgen -W '", VisibleVerbs(), ' ',
            OptionWords(GlobalOptions()), "' -- \"$cur\")) ;;\n");
  for (const VerbSpec& verb : Verbs()) {
    if (verb.hidden) continue;
    StrAppend(&out, "    ", verb.name, ") options='", OptionWords(verb.options),
              verb.options.empty() ? "" : " ", OptionWords(GlobalOptions()), "' ;;\n");
  }
  StrAppend(&out,
            "  esac\n"
            "  if [[ -n $verb ]]; then\n"
            "    if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
            "    elif [[ $verb == help ]]; then COMPREPLY=($(compgen -W '",
            VisibleVerbs(),
            "' -- \"$cur\"))\n"
            "    elif [[ $verb == build || $verb == inspect ]]; then\n"
            "      COMPREPLY=($(compgen -f -X '!*.wasm' -- \"$cur\") $(compgen -f -X '!*.wat' -- "
            "\"$cur\") "
            "$(compgen -d -- \"$cur\"))\n"
            "    fi\n"
            "  fi\n"
            "  if [[ ${COMPREPLY[0]:-} == *= ]]; then compopt -o nospace; fi\n"
            "}\n"
            "complete -o filenames -F _perdure perdure\n");
  return out;
}

// --- zsh -----------------------------------------------------------------------------------------

std::string ZshQuoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':') out += '\\';
      out += c;
    }
  }
  return out;
}

// What follows the option's name: "[explanation]:VALUE:how to complete it".
std::string ZshSpecification(const OptionSpec& option) {
  std::string out = StrCat('[', ZshQuoted(option.help), ']');
  if (option.value.empty()) return out;
  StrAppend(&out, ':', ZshQuoted(option.value), ':');
  if (option.completes == Completes::kChoices) StrAppend(&out, '(', Join(option.choices), ')');
  if (option.completes == Completes::kFile) out += "_files";
  if (option.completes == Completes::kDirectory) out += "_files -/";
  return out;
}

std::string ZshOptions(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    const std::string specification = ZshSpecification(option);
    const char* const repeat = option.repeatable ? "*" : "";
    StrAppend(&out, "        '", repeat, "--", option.name, option.value.empty() ? "" : "=",
              specification, "' \\\n");
    if (option.letter == 0) continue;
    StrAppend(&out, "        '", repeat, '-', option.letter, option.value.empty() ? "" : "+",
              specification, "' \\\n");
  }
  return out;
}

std::string ZshCompletion() {
  std::string out =
      "#compdef perdure\n"
      "# zsh completion for perdure. Written by perdure generate completion.\n"
      "_perdure() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  _arguments -C '1:verb:->verb' '*::argument:->argument' && return\n"
      "  case $state in\n"
      "    verb)\n"
      "      local -a verbs=(\n";
  for (const VerbSpec& verb : Verbs()) {
    if (!verb.hidden) StrAppend(&out, "        '", verb.name, ':', ZshQuoted(verb.summary), "'\n");
  }
  out += "      )\n      _describe verb verbs ;;\n    argument)\n      case $line[1] in\n";
  for (const VerbSpec& verb : Verbs()) {
    if (verb.hidden) continue;
    StrAppend(&out, "      ", verb.name, ")\n        _arguments \\\n", ZshOptions(verb.options),
              ZshOptions(GlobalOptions()), "        ");
    if (verb.argument == Completes::kModule) {
      out += "'1:module:_files -g \"*.(wasm|wat)\"' ;;\n";
    } else if (verb.name == "help") {
      StrAppend(&out, "'1:verb:(", VisibleVerbs(), ")' ;;\n");
    } else {
      out += "&& return ;;\n";
    }
  }
  return out + "      esac ;;\n  esac\n}\n_perdure \"$@\"\n";
}

// --- fish ----------------------------------------------------------------------------------------

std::string FishQuoted(std::string_view text) {
  std::string out;
  for (const char c : text) StrAppend(&out, c == '\'' || c == '\\' ? "\\" : "", c);
  return out;
}

std::string FishOptions(std::string_view condition, const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    StrAppend(&out, "complete -c perdure ", condition, "-l ", option.name);
    if (option.letter != 0) StrAppend(&out, " -s ", option.letter);
    if (!option.value.empty()) {
      const bool files =
          option.completes == Completes::kFile || option.completes == Completes::kDirectory;
      out += files ? " -r -F" : " -x";
      if (option.completes == Completes::kChoices)
        StrAppend(&out, " -a '", Join(option.choices), "'");
    }
    StrAppend(&out, " -d '", FishQuoted(option.help), "'\n");
  }
  return out;
}

std::string FishCompletion() {
  std::string out =
      "# fish completion for perdure. Written by perdure generate completion.\n"
      "complete -c perdure -f\n";
  for (const VerbSpec& verb : Verbs()) {
    if (verb.hidden) continue;
    StrAppend(&out, "complete -c perdure -n __fish_use_subcommand -a ", verb.name, " -d '",
              FishQuoted(verb.summary), "'\n");
    const std::string condition = StrCat("-n '__fish_seen_subcommand_from ", verb.name, "' ");
    out += FishOptions(condition, verb.options);
    if (verb.argument == Completes::kModule) {
      StrAppend(&out, "complete -c perdure ", condition,
                "-k -a '(__fish_complete_suffix .wasm) (__fish_complete_suffix .wat)'\n");
    }
  }
  return out + FishOptions("", GlobalOptions());
}

}  // namespace

std::vector<GeneratedFile> Completions() {
  return {{"perdure.bash", BashCompletion()},
          {"_perdure", ZshCompletion()},
          {"perdure.fish", FishCompletion()}};
}

}  // namespace perdure
