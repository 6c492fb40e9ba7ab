// --help, --version and the usage shown when there are no arguments.
#pragma once

#include <string>

#include "perdure/status.h"
#include "rtlib/entry/call_line.h"
#include "rtlib/entry/default_state.h"

namespace perdure {

// `state` may be an error: the help then says that no place is known.
// For a command.
std::string RunHelpText(const perdure_program& program, const Result<StatePath>& state);
std::string HelpText(const Exports& exports, const Result<StatePath>& state);
// Without the last newline.
std::string UsageText(const Exports& exports);
std::string VersionText(const perdure_program& program);

}  // namespace perdure
