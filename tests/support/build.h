// Programs and drivers built by the compiler under test, each once per version of the toolchain.
//
// The cache lies in the build tree under a key of everything that goes into a program (the
// compiler, the libraries, the driver, the module, the flags), so that the CTest processes of one
// run share what they build and a changed compiler builds everything anew. A lock file per program
// keeps two tests from building it at once.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"

namespace perdure::test {

// `perdure` ARGS...
Finished RunCompiler(std::vector<std::string> arguments, Command extra = {});

// tests/e2e/modules/NAME, tests/modules/NAME, a module of other people, or a file of this
// repository.
std::string Module(const std::string& name);
std::string RepositoryFile(const std::string& path);
// Empty if the machine does not have the collection of real modules, in ../shared/modules or where
// PERDURE_TEST_MODULES says.
std::string SharedModule(const std::string& name);

struct BuildOptions {
  std::vector<std::string> flags = {"-O1"};
  // Modules that are linked with it and come before it.
  std::vector<std::string> libraries = {};
  // C source of a host library to compile and link, or empty.
  std::string host_source = {};
};

struct Built {
  std::string path;   // empty: it failed
  Finished compiler;  // of the run that failed
};

// The native program of a module; its name is the module's file name without extension.
Built TryBuildProgram(const std::string& module, const BuildOptions& options = {});
// The state driver (state_driver.cc) linked with a module.
Built TryBuildDriver(const std::string& module, const BuildOptions& options = {});

// The same, failing the running test if the build fails.
std::string BuildProgram(const std::string& module, const BuildOptions& options = {});
std::string BuildDriver(const std::string& module, const BuildOptions& options = {});

// Compiles C to an object file of the cache, or to a library to be preloaded; fails the running
// test on an error.
std::string CompileHost(const std::string& source);
std::string CompileShared(const std::string& source);

}  // namespace perdure::test
