#include "compiler/driver/compile.h"

#include <features.h>

#include <algorithm>
#include <cstdlib>

#include "compiler/driver/files.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// What a C compiler needs, rounded up from what was measured (clang 40 to 60 bytes, gcc 70).
constexpr uint64_t kMemoryBase = 100'000'000, kMemoryPerCByte = 80;

// The user's flags come before ours: what a program's meaning depends on has the last word.
std::vector<std::string> CompilerCommand(const CToolchain& tools, const BuildOptions& options) {
  std::vector<std::string> argv = tools.compiler.command;
  if (!options.target.empty()) argv.push_back("--target=" + options.target);
  const std::vector<std::string>& flags = tools.compiler.compile_flags;
  argv.insert(argv.end(), flags.begin(), flags.end());
  return argv;
}

bool IsSharedLibrary(const std::string& path) {
  const std::string name = Basename(path);
  return name.ends_with(".so") || name.find(".so.") != std::string::npos;
}

// Programs are linked with the C library this compiler was built with, unless they are for another
// machine. This one's static startup code reads packed relocations (0.1 MB less, and faster).
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
constexpr bool kReadsPackedRelocations = __GLIBC_PREREQ(2, 36);
#else
constexpr bool kReadsPackedRelocations = false;
#endif

// Names of functions are for debuggers and profilers; who uses one asks for debug information.
bool WantsNames(const CCompiler& compiler) {
  for (const std::vector<std::string>* flags : {&compiler.compile_flags, &compiler.link_flags}) {
    if (std::any_of(flags->begin(), flags->end(),
                    [](const std::string& flag) { return flag.starts_with("-g"); })) {
      return true;
    }
  }
  return false;
}

int OptimizeLevel(const BuildOptions& options, const Unit& unit) {
  const int level = unit.is_resume ? 2 : options.optimize;
  return unit.is_giant ? std::min(level, 1) : level;
}

}  // namespace

std::string ObjectName(const std::string& unit) { return unit.substr(0, unit.rfind('.')) + ".o"; }

Command CompileCommand(const CToolchain& tools, const BuildOptions& options,
                       const Features& features, const Unit& unit, const std::string& directory,
                       bool use_ccache) {
  Command command;
  command.directory = directory;
  command.label = "compiling " + unit.file;
  command.memory_bytes = kMemoryBase + kMemoryPerCByte * unit.c_bytes;
  if (use_ccache && !tools.compiler.ccache.empty()) command.argv.push_back(tools.compiler.ccache);
  const std::vector<std::string> compiler = CompilerCommand(tools, options);
  command.argv.insert(command.argv.end(), compiler.begin(), compiler.end());
  const bool is_library = options.emit != EmitKind::kExe;
  command.argv.insert(
      command.argv.end(),
      {"-std=gnu11", StrCat("-O", OptimizeLevel(options, unit)), is_library ? "-fPIC" : "-fPIE",
       // What wasm says about numbers, and no assumption about types behind a guest's pointers.
       "-fno-fast-math", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off",
       "-fno-strict-aliasing",
       // Endless recursion ends with a trap and does not become an endless loop.
       "-fno-optimize-sibling-calls",
       // What is not used goes (--gc-sections); nothing of ours is exported from the program.
       "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections",
       // Warnings would be about a machine's code.
       "-w"});
  // Blocks nest in C as deep as in wasm; clang's limit is 256.
  if (tools.compiler.is_clang) command.argv.emplace_back("-fbracket-depth=65536");
  // Below -O3 gcc vectorises only loops whose length it knows; it unrolls none at any level.
  if (!tools.compiler.is_clang)
    command.argv.insert(command.argv.end(), {"-fvect-cost-model=dynamic", "-funroll-loops"});
  // A tenth of the time of compiling them, for values that are joined across where a run goes on.
  if (unit.is_resume) command.argv.emplace_back("-fno-tree-slp-vectorize");
  if (features.memory64) command.argv.emplace_back("-DSUPPORT_MEMORY64=1");
  command.argv.insert(command.argv.end(), {"-isystem", tools.runtime.include_directory, "-c",
                                           unit.file, "-o", ObjectName(unit.file)});
  return command;
}

Command LinkCommand(const CToolchain& tools, const BuildOptions& options,
                    const std::vector<std::string>& objects, const std::string& directory,
                    const std::string& output) {
  Command command;
  command.directory = directory;
  command.label = "linking " + Basename(options.output);
  command.argv = CompilerCommand(tools, options);
  const std::vector<std::string>& flags = tools.compiler.link_flags;
  command.argv.insert(command.argv.end(), flags.begin(), flags.end());
  if (options.emit == EmitKind::kSharedLib) {
    // A second one in the process has a runtime of its own, and neither may call into the other's.
    // None is ever unloaded: the runtime's fault handler stays.
    command.argv.insert(command.argv.end(), {"-shared", "-Wl,-soname," + Basename(options.output),
                                             "-Wl,-z,defs", "-Wl,-z,nodelete", "-Wl,-Bsymbolic",
                                             StrCat("-Wl,--version-script=", kExportMap),
                                             // Nothing inside wants them out of the archives.
                                             "-Wl,-u,perdure_main", "-Wl,-u,perdure_sqlite_store"});
  } else {
    command.argv.emplace_back(options.is_static ? "-static-pie" : "-pie");
  }
  command.argv.emplace_back("-Wl,--gc-sections");
  if (!WantsNames(tools.compiler)) command.argv.emplace_back("-s");
  if (kReadsPackedRelocations && options.is_static && options.target.empty()) {
    command.argv.emplace_back("-Wl,-z,pack-relative-relocs");
  }
  // See sqlite/program_parts.cc. A host library may use what would not be there.
  if (options.hosts.empty()) {
    command.argv.insert(command.argv.end(),
                        {"-Wl,-u,perdure_program_parts", "-Wl,--wrap=sqlite3_exec",
                         "-Wl,--wrap=sqlite3_strglob,--wrap=sqlite3_strlike"});
  }
  command.argv.insert(command.argv.end(), {"-o", output});
  command.argv.insert(command.argv.end(), objects.begin(), objects.end());
  // Before the runtime: a host library may define what the runtime supplies too, and then wins.
  for (const std::string& host : options.hosts) {
    command.argv.push_back(Absolute(host));
    if (IsSharedLibrary(host)) command.argv.push_back("-Wl,-rpath," + Directory(Absolute(host)));
  }
  command.argv.insert(command.argv.end(), {tools.runtime.sqlite_archive, tools.runtime.rt_archive,
                                           "-l:libsqlite3.a", "-l:liblz4.a"});
  if (options.is_static) {
    command.argv.emplace_back("-lstdc++");
  } else {
    command.argv.insert(command.argv.end(),
                        {"-Wl,-Bstatic", "-lstdc++", "-Wl,-Bdynamic", "-static-libgcc"});
  }
  command.argv.insert(command.argv.end(), {"-Wl,--as-needed", "-lm"});
  return command;
}

Command CombineCommand(const CToolchain& tools, const BuildOptions& options,
                       const std::vector<std::string>& objects, const std::string& directory,
                       const std::string& output) {
  Command command;
  command.directory = directory;
  command.label = "writing " + Basename(options.output);
  if (options.emit == EmitKind::kStaticLib) {
    const char* ar = std::getenv("AR");
    command.argv = {ar != nullptr && *ar != '\0' ? ar : "ar", "rcsD", output};
  } else {
    command.argv = CompilerCommand(tools, options);
    command.argv.insert(command.argv.end(), {"-r", "-nostdlib", "-o", output});
  }
  command.argv.insert(command.argv.end(), objects.begin(), objects.end());
  return command;
}

}  // namespace perdure
