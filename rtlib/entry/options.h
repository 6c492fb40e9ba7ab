// The command line of a program: runtime options, then an export and its arguments.
//
//     NAME [--perdure-OPTION...] EXPORT [ARG...]
//     NAME [--perdure-OPTION...] -             calls from standard input, one a line
//     NAME --help | --version | --perdure-info
//
// The command line of a program whose module is a command:
//
//     NAME [--perdure-OPTION...] [ARG...]      all from the first ARG on is the guest's
//     NAME --perdure-help | --perdure-version | --perdure-info
//
// Every runtime option has a twin in the environment, PERDURE_<NAME>; the flag wins. Everything
// from the export's name on belongs to the export, so `set -5` works; "--" ends the options before
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/instance.h"
#include "perdure/status.h"
#include "perdure/wasi.h"

namespace perdure {

struct RuntimeOptions {
  std::string state_flag;         // --perdure-state, empty if not given
  std::string state_environment;  // PERDURE_STATE, empty if not set
  Durability durability = Durability::kFull;
  CommitPolicy commit;
  uint64_t history_events = Options().history_events;
  MemoryUse memory = MemoryUse::kNormal;
  bool fresh = false;
  bool info = false;
  bool json = false;
  bool stats = false;
  bool logs_input = false;
  std::vector<std::string> environment;    // for the guest: "KEY=VALUE", each key once
  std::vector<WasiDirectory> directories;  // for the guest, each guest's name once
};

enum class Action : uint8_t { kCall, kLines, kRun, kInfo, kHelp, kVersion, kUsage };

struct CommandLine {
  Action action = Action::kUsage;
  RuntimeOptions options;
  // kCall: the export's name and its arguments; kRun: the guest's arguments, without its name.
  std::vector<std::string_view> words;
};

// getenv(), or a test's stand-in. NULL: not set.
using Environment = std::function<const char*(const char* name)>;

// `args` without argv[0]; must outlive the result. kInvalidArgument names the option, what it was
// given and what it accepts. A bad environment variable does not keep --help and --version from
// working.
Result<CommandLine> ParseCommandLine(std::span<const std::string_view> args,
                                     const Environment& environment);

// The same for a command. Without --perdure-commit, a run is committed where it blocks and every
// kRunCommitIntervalMs while it computes.
inline constexpr uint64_t kRunCommitIntervalMs = 250;
Result<CommandLine> ParseRunLine(std::span<const std::string_view> args,
                                 const Environment& environment);

// One runtime option, for the help and for parsing.
struct OptionSpec {
  std::string_view name;      // "state": flag --perdure-state, variable PERDURE_STATE
  std::string_view variable;  // "PERDURE_STATE"
  std::string_view value;     // "FILE"; empty for a switch
  std::string_view expects;   // for messages: "the path of a file"
  std::string_view help;
  bool (*set)(std::string_view value, RuntimeOptions* options);
  bool repeats = false;
};
std::span<const OptionSpec> RuntimeOptionSpecs();

}  // namespace perdure
