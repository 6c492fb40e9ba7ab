// The one table of verbs and options. Parsing, --help, man pages, completions and
// docs/reference/cli.md are all made from it, so none of them can disagree.
#pragma once

#include <string_view>
#include <vector>

namespace perdure {

// What completes a value.
enum class Completes : unsigned char { kNothing, kFile, kDirectory, kModule, kChoices };

struct OptionSpec {
  std::string_view name;   // "output", given as --output
  char letter;             // 'o', given as -o; 0: none
  std::string_view value;  // "FILE"; empty: a switch
  std::string_view help;   // one sentence, lower case
  Completes completes = Completes::kNothing;
  std::vector<std::string_view> choices = {};  // the allowed values, if they are few
  bool repeatable = false;
};

struct Example {
  std::string_view command;
  std::string_view what;
};

struct ExitStatus {
  int code;
  std::string_view what;
};

struct VerbSpec {
  std::string_view name;
  std::string_view usage;        // after "perdure build"
  std::string_view summary;      // one line
  std::string_view description;  // paragraphs separated by empty lines
  std::vector<OptionSpec> options;
  Completes argument = Completes::kNothing;  // of positional arguments
  size_t arguments_min = 0, arguments_max = 0;
  std::string_view argument_name;  // "an input module", for messages
  std::vector<Example> examples;
  std::vector<ExitStatus> exit_statuses;
  bool hidden = false;
};

struct EnvironmentSpec {
  std::string_view name;
  std::string_view what;
};

// Modules that can be linked with each other on one command line.
inline constexpr size_t kInputsMax = 1000;

inline constexpr std::string_view kProgramSummary =
    "compile WebAssembly modules into native programs whose state outlives their process";

const std::vector<VerbSpec>& Verbs();
const std::vector<OptionSpec>& GlobalOptions();
const std::vector<EnvironmentSpec>& Environment();
const VerbSpec* FindVerb(std::string_view name);

}  // namespace perdure
