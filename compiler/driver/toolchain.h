// What a build needs from the machine: wasm2c, a C compiler, our runtime's files.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "perdure/status.h"

namespace perdure {

// --- wasm2c --------------------------------------------------------------------------------------

// The versions whose output rtlib/abi implements and emit/ reads. 1.0.37 has another memory struct
// and other function references.
inline constexpr int kWasm2cOldest[3] = {1, 0, 36};
inline constexpr int kWasm2cNewest[3] = {1, 0, 36};

struct Wasm2c {
  std::string path;  // absolute
  std::string version;
};

// Looked for: $PERDURE_WASM2C (must then be usable), `wasm2c` on PATH, ../libexec/perdure/wasm2c
// beside this executable. An unusable one on PATH is passed over if a later one will do. NOT_FOUND
// says why each candidate was refused.
Result<Wasm2c> FindWasm2c(const std::string& prefix);

// Why `version`, the first line of `wasm2c --version`, will not do; empty if it will.
std::string Wasm2cVersionProblem(std::string_view version);

// --- C compiler ----------------------------------------------------------------------------------

struct CCompiler {
  std::vector<std::string> command;  // absolute path, and arguments given with it
  std::string version;               // first line of --version
  bool is_clang = false;
  // The user's: for compiling and linking, and for linking only.
  std::vector<std::string> compile_flags, link_flags;
  std::string ccache;  // absolute path, or empty: not used
};

// `wanted` (--cc), else $PERDURE_CC, $CC, clang-19, clang, gcc, cc. A named one must work; of the
// others the first that does is taken. Flags: $PERDURE_CFLAGS, else $CFLAGS; $PERDURE_LDFLAGS, else
// $LDFLAGS.
Result<CCompiler> FindCCompiler(const std::string& wanted);

// --- our own files -------------------------------------------------------------------------------

struct RuntimeFiles {
  std::string include_directory;
  std::string rt_archive, sqlite_archive;
};

// The prefix this compiler is installed in (or the build tree): the parent of its executable's
// folder.
Result<std::string> InstallPrefix();

// `target` empty: the machine's own. For another one the archives are in lib/TRIPLE/.
Result<RuntimeFiles> FindRuntimeFiles(const std::string& prefix, const std::string& target);

}  // namespace perdure
