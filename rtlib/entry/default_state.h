// Where the state is: flag > PERDURE_STATE > what was baked in at build time > a default of the
// system.
#pragma once

#include <string>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/entry/options.h"

namespace perdure {

struct StatePath {
  std::string path;
  std::string source;  // who said so, for --perdure-info: "--perdure-state", "PERDURE_STATE", ...
  bool is_default = false;  // nobody named it: its directory is ours to create
};

// The defaults: NAME.db in the first directory of $STATE_DIRECTORY (systemd sets it), else
// NAME/state.db in $XDG_STATE_HOME or ~/.local/state. As the specifications of both demand,
// relative paths in those variables are ignored. kNotFound if nothing says where, not even HOME.
Result<StatePath> ChooseStatePath(const perdure_program& program, const RuntimeOptions& options,
                                  const Environment& environment);

// Makes sure the directory exists: creates that of a default path (mode 0700, for a state may hold
// anything), and reports a named path's missing one, which is more likely a typing mistake.
Status PrepareStateDirectory(const StatePath& state);

bool StateExists(const StatePath& state);

}  // namespace perdure
