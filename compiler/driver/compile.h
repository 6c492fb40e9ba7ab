// Command lines for the C compiler and the linker.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/build.h"
#include "compiler/driver/subprocess.h"
#include "compiler/driver/toolchain.h"
#include "compiler/driver/translate.h"
#include "compiler/frontend/module.h"

namespace perdure {

// "app_0.c" gives "app_0.o".
std::string ObjectName(const std::string& unit);

struct CToolchain {
  const CCompiler& compiler;
  const RuntimeFiles& runtime;
};

// Compiles `unit` in `directory`. Resume forms are always optimised: a program that was restored
// may stay in one for ever. File names are
// relative, so that neither the object nor ccache's key depends on where the work directory is.
Command CompileCommand(const CToolchain& tools, const BuildOptions& options,
                       const Features& features, const Unit& unit, const std::string& directory,
                       bool use_ccache);

// Links a program or a shared library out of `objects` (in `directory`, as is the library's export
// map), host libraries and the runtime.
Command LinkCommand(const CToolchain& tools, const BuildOptions& options,
                    const std::vector<std::string>& objects, const std::string& directory,
                    const std::string& output);

// Puts `objects` into an archive, or links them into one relocatable object, by options.emit.
Command CombineCommand(const CToolchain& tools, const BuildOptions& options,
                       const std::vector<std::string>& objects, const std::string& directory,
                       const std::string& output);

}  // namespace perdure
