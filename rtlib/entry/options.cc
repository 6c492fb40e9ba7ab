#include "rtlib/entry/options.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "rtlib/base/text.h"
#include "rtlib/entry/nearest_name.h"
#include "rtlib/state/value_text.h"

namespace perdure {
namespace {

constexpr std::string_view kPrefix = "--perdure-";

// More than any group or interval that makes sense, little enough that no arithmetic on it
// overflows.
constexpr uint64_t kCommitValueMax = 1'000'000'000;

bool ParseCount(std::string_view text, uint64_t* value) {
  const char* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, *value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

bool SetDurability(std::string_view value, RuntimeOptions* options) {
  if (value == "full") {
    options->durability = Durability::kFull;
  } else if (value == "normal") {
    options->durability = Durability::kNormal;
  } else if (value == "off") {
    options->durability = Durability::kOff;
  } else {
    return false;
  }
  return true;
}

bool SetCommit(std::string_view value, RuntimeOptions* options) {
  CommitPolicy policy;
  if (value == "event") {
    options->commit = policy;
    return true;
  }
  size_t colon = value.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view kind = value.substr(0, colon);
  if (kind == "every") {
    policy.kind = CommitPolicy::Kind::kEvery;
  } else if (kind == "interval") {
    policy.kind = CommitPolicy::Kind::kInterval;
  } else {
    return false;
  }
  if (!ParseCount(value.substr(colon + 1), &policy.value)) return false;
  if (policy.value < 1 || policy.value > kCommitValueMax) return false;
  options->commit = policy;
  return true;
}

bool SetMemory(std::string_view value, RuntimeOptions* options) {
  options->memory = value == "low" ? MemoryUse::kLow : MemoryUse::kNormal;
  return value == "low" || value == "normal";
}

bool SetInput(std::string_view value, RuntimeOptions* options) {
  options->logs_input = value == "logged";
  return value == "logged" || value == "direct";
}

bool SetHistory(std::string_view value, RuntimeOptions* options) {
  if (value == "none") {
    options->history_events = 0;
    return true;
  }
  if (value == "all") {
    options->history_events = Options::kHistoryAll;
    return true;
  }
  return ParseCount(value, &options->history_events);
}

// A later value for the same key replaces the earlier one.
bool AddVariable(std::string_view value, RuntimeOptions* options) {
  size_t equals = value.find('=');
  if (equals == 0 || equals == std::string_view::npos) return false;
  std::string_view key_and_equals = value.substr(0, equals + 1);
  auto same_key = [&](const std::string& other) { return other.starts_with(key_and_equals); };
  std::erase_if(options->environment, same_key);
  options->environment.emplace_back(value);
  return true;
}

// HOST::GUEST, or HOST for a directory that the guest knows by the same name. A later directory for
// the same guest's name replaces the earlier one.
bool AddDirectory(std::string_view value, RuntimeOptions* options) {
  const size_t colons = value.find("::");
  const std::string_view host = value.substr(0, colons);
  const std::string_view guest = colons == std::string_view::npos ? host : value.substr(colons + 2);
  if (host.empty() || guest.empty()) return false;
  std::erase_if(options->directories,
                [&](const WasiDirectory& other) { return other.guest_name == guest; });
  options->directories.push_back({std::string(host), std::string(guest)});
  return true;
}

bool ParseSwitch(std::string_view value, bool* target) {
  if (value != "0" && value != "1") return false;
  *target = value == "1";
  return true;
}

constexpr std::string_view kSwitchValues = "0 or 1";

constexpr OptionSpec kSpecs[] = {
    {"state", "PERDURE_STATE", "FILE", "the path of a file", "the file that holds the state",
     [](std::string_view value, RuntimeOptions* options) {
       options->state_flag = value;
       return !value.empty();
     }},
    {"durability", "PERDURE_DURABILITY", "full|normal|off", "full, normal or off",
     "what survives power loss: every event (full, the default), all but the last ones, nothing",
     SetDurability},
    {"commit", "PERDURE_COMMIT", "event|every:N|interval:MS",
     "event, every:N or interval:MS (N and MS from 1 to 1000000000)",
     "commit each event (the default), N events together, or what MS milliseconds bring",
     SetCommit},
    {"history", "PERDURE_HISTORY", "none|N|all", "none, a number of events or all",
     "past events to keep for roll back and inspection (default 500)", SetHistory},
    {"memory", "PERDURE_MEMORY", "normal|low", "normal or low",
     "keep what the guest has written twice in memory (the default), or once, at a price in speed",
     SetMemory},
    {"fresh", "PERDURE_FRESH", "", kSwitchValues, "forget the state and begin anew",
     [](std::string_view value, RuntimeOptions* options) {
       return ParseSwitch(value, &options->fresh);
     }},
    {"info", "PERDURE_INFO", "", kSwitchValues, "show where the state is and what it holds",
     [](std::string_view value, RuntimeOptions* options) {
       return ParseSwitch(value, &options->info);
     }},
    {"stats", "PERDURE_STATS", "", kSwitchValues, "after the run, show counters on standard error",
     [](std::string_view value, RuntimeOptions* options) {
       return ParseSwitch(value, &options->stats);
     }},
    {"json", "PERDURE_JSON", "", kSwitchValues, "info and stats as JSON",
     [](std::string_view value, RuntimeOptions* options) {
       return ParseSwitch(value, &options->json);
     }},
    {"input", "PERDURE_INPUT", "direct|logged", "direct or logged",
     "give the guest what it reads at once (the default), or when it is committed and cannot be "
     "lost",
     SetInput},
    {"dir", "PERDURE_DIR", "HOST::GUEST", "HOST::GUEST or DIRECTORY",
     "a directory for the guest, and its name for it; may be repeated (in PERDURE_DIR: one a line)",
     AddDirectory, true},
    {"env", "PERDURE_ENV", "KEY=VALUE", "KEY=VALUE",
     "a variable of the guest's environment; may be repeated (in PERDURE_ENV: one a line)",
     AddVariable, true},
};

Status BadValue(std::string_view option, std::string_view value, std::string_view expects) {
  return Status(StatusCode::kInvalidArgument,
                StrCat(option, ": ", QuoteText(value), " is not ", expects));
}

// A variable has to hold all values of an option that may be repeated: one a line.
bool SetFromVariable(const OptionSpec& spec, std::string_view value, RuntimeOptions* options) {
  if (!spec.repeats) return spec.set(value, options);
  while (!value.empty()) {
    size_t end = std::min(value.find('\n'), value.size());
    if (end > 0 && !spec.set(value.substr(0, end), options)) return false;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return true;
}

Status ReadEnvironment(const Environment& environment, RuntimeOptions* options) {
  for (const OptionSpec& spec : kSpecs) {
    const char* value = environment(std::string(spec.variable).c_str());
    if (value == nullptr || *value == '\0') continue;
    if (!SetFromVariable(spec, value, options)) return BadValue(spec.variable, value, spec.expects);
  }
  options->state_environment = std::move(options->state_flag);
  options->state_flag.clear();
  return OkStatus();
}

Status UnknownOption(std::string_view flag) {
  std::string message = StrCat("unknown option ", QuoteText(flag));
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : kSpecs) names.push_back(spec.name);
  std::string_view nearest;
  if (flag.starts_with(kPrefix)) nearest = NearestName(flag.substr(kPrefix.size()), names);
  if (!nearest.empty()) {
    StrAppend(&message, "; did you mean '", kPrefix, nearest, "'?");
  } else {
    message += " (--help lists the options; -- ends them)";
  }
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

// --perdure-NAME, --perdure-NAME=VALUE.
Status ReadRuntimeFlag(std::string_view arg, RuntimeOptions* options) {
  size_t equals = arg.find('=');
  std::string_view flag = arg.substr(0, equals);
  std::string_view name = flag.substr(std::min(kPrefix.size(), flag.size()));
  auto spec = std::find_if(std::begin(kSpecs), std::end(kSpecs),
                           [&](const OptionSpec& candidate) { return candidate.name == name; });
  if (!flag.starts_with(kPrefix) || spec == std::end(kSpecs)) return UnknownOption(flag);
  std::string_view value = "1";
  if (equals != std::string_view::npos) {
    value = arg.substr(equals + 1);
  } else if (!spec->value.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat(flag, " needs a value: ", flag, "=", spec->value));
  }
  if (value.empty() || !spec->set(value, options)) return BadValue(flag, value, spec->expects);
  return OkStatus();
}

// Reads flags from the front of `args` and counts them; what is left is the export's. A flag such
// as
// --help settles the action.
Status ReadFlags(std::span<const std::string_view> args, CommandLine* line, size_t* consumed) {
  size_t i = 0;
  for (; i < args.size(); ++i) {
    std::string_view arg = args[i];
    if (arg == "--help" || arg == "-h") {
      line->action = Action::kHelp;
    } else if (arg == "--version") {
      if (line->action == Action::kUsage) line->action = Action::kVersion;
    } else if (arg == "--") {
      ++i;
      break;
    } else if (arg == "-" || !arg.starts_with("-")) {
      break;
    } else {
      PERDURE_TRY(ReadRuntimeFlag(arg, &line->options));
    }
  }
  *consumed = i;
  return OkStatus();
}

}  // namespace

std::span<const OptionSpec> RuntimeOptionSpecs() { return kSpecs; }

Result<CommandLine> ParseCommandLine(std::span<const std::string_view> args,
                                     const Environment& environment) {
  CommandLine line;
  Status environment_status = ReadEnvironment(environment, &line.options);
  size_t consumed = 0;
  PERDURE_TRY(ReadFlags(args, &line, &consumed));
  if (line.action != Action::kUsage) return line;
  if (!environment_status.ok()) return environment_status;

  bool ended = consumed > 0 && args[consumed - 1] == "--";
  line.words.assign(args.begin() + static_cast<ptrdiff_t>(consumed), args.end());
  if (line.words.empty()) {
    line.action = line.options.info ? Action::kInfo : Action::kUsage;
  } else if (line.words[0] == "-" && !ended) {
    if (line.words.size() > 1) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("'-' reads calls from standard input and takes no arguments, but got ",
                           QuoteText(line.words[1])));
    }
    line.action = Action::kLines;
  } else {
    line.action = Action::kCall;
  }
  return line;
}

Result<CommandLine> ParseRunLine(std::span<const std::string_view> args,
                                 const Environment& environment) {
  CommandLine line;
  line.action = Action::kRun;
  line.options.commit = {CommitPolicy::Kind::kInterval, kRunCommitIntervalMs};
  Status environment_status = ReadEnvironment(environment, &line.options);
  size_t i = 0;
  for (; i < args.size() && args[i].starts_with(kPrefix); ++i) {
    if (args[i] == "--perdure-help") {
      line.action = Action::kHelp;
    } else if (args[i] == "--perdure-version") {
      line.action = Action::kVersion;
    } else {
      PERDURE_TRY(ReadRuntimeFlag(args[i], &line.options));
    }
  }
  if (line.action != Action::kRun) return line;
  if (!environment_status.ok()) return environment_status;
  line.words.assign(args.begin() + static_cast<ptrdiff_t>(i), args.end());
  if (line.options.info) line.action = Action::kInfo;
  return line;
}

}  // namespace perdure
