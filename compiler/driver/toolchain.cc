#include "compiler/driver/toolchain.h"

#include <cstdlib>
#include <utility>

#include "compiler/diag/printable.h"
#include "compiler/driver/files.h"
#include "compiler/driver/subprocess.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

// $CC may hold arguments ("gcc -m64"); a path with blanks in it is tried first.
std::vector<std::string> SplitCommand(const std::string& text) {
  if (!FindOnPath(text).empty()) return {text};
  return Words(text);
}

std::string EnvironmentOr(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

// ccache is used only when it starts at all with this compiler (its folder may not be writable).
std::string FindCcache(const CCompiler& compiler) {
  if (EnvironmentOr("PERDURE_CCACHE", "") == "off") return "";
  if (Basename(compiler.command[0]) == "ccache") return "";
  const std::string ccache = FindOnPath("ccache");
  if (ccache.empty()) return "";
  const Result<ProcessEnd> end = Run({{ccache, compiler.command[0], "--version"}, "", ""});
  return end.ok() && end->ok() ? Absolute(ccache) : "";
}

// A compiler that cannot say its version is taken as well, if it was named: what it prints when it
// compiles will say more.
Result<CCompiler> ProbeCompiler(const std::string& text, bool is_named) {
  CCompiler compiler;
  compiler.command = SplitCommand(text);
  const std::string path = compiler.command.empty() ? "" : FindOnPath(compiler.command[0]);
  if (path.empty()) {
    return Status(StatusCode::kNotFound, StrCat("C compiler ", QuotePath(text), " was not found"));
  }
  compiler.command[0] = Absolute(path);
  Command ask = {compiler.command, "", ""};
  ask.argv.emplace_back("--version");
  PERDURE_ASSIGN_OR_RETURN(const ProcessEnd end, Run(ask));
  if (!end.ok() && !is_named) {
    return Status(StatusCode::kNotFound,
                  StrCat("C compiler ", QuotePath(text), " fails when asked for its --version"));
  }
  compiler.version = end.ok() ? end.output.substr(0, end.output.find('\n')) : "unknown version";
  compiler.is_clang = compiler.version.find("clang") != std::string::npos;
  compiler.ccache = FindCcache(compiler);
  compiler.compile_flags = Words(EnvironmentOr("PERDURE_CFLAGS", EnvironmentOr("CFLAGS", "")));
  compiler.link_flags = Words(EnvironmentOr("PERDURE_LDFLAGS", EnvironmentOr("LDFLAGS", "")));
  return compiler;
}

}  // namespace

Result<CCompiler> FindCCompiler(const std::string& wanted) {
  const std::string named =
      !wanted.empty() ? wanted : EnvironmentOr("PERDURE_CC", EnvironmentOr("CC", ""));
  if (!named.empty()) return ProbeCompiler(named, true);
  for (const char* name : {"clang-19", "clang", "gcc", "cc"}) {
    if (FindOnPath(name).empty()) continue;
    Result<CCompiler> compiler = ProbeCompiler(name, false);
    if (compiler.ok()) return compiler;
  }
  return Status(StatusCode::kNotFound, "no C compiler was found (tried clang-19, clang, gcc, cc)");
}

Result<std::string> InstallPrefix() {
  PERDURE_ASSIGN_OR_RETURN(const std::string bin, ExecutableDirectory());
  return Directory(bin);
}

Result<RuntimeFiles> FindRuntimeFiles(const std::string& prefix, const std::string& target) {
  RuntimeFiles files;
  files.include_directory = prefix + "/include";
  const std::string header = files.include_directory + "/perdure/program.h";
  if (!IsRegularFile(header)) {
    return Status(StatusCode::kNotFound,
                  StrCat("the runtime's headers were not found: no ", QuotePath(header)));
  }
  std::string missing;
  for (const char* libraries : {"lib", PERDURE_LIBDIR}) {
    const std::string folder = StrCat(prefix, "/", libraries, target.empty() ? "" : "/", target);
    files.rt_archive = folder + "/libperdure_rt.a";
    files.sqlite_archive = folder + "/libperdure_sqlite.a";
    if (IsRegularFile(files.rt_archive) && IsRegularFile(files.sqlite_archive)) return files;
    if (missing.empty())
      missing = IsRegularFile(files.rt_archive) ? files.sqlite_archive : files.rt_archive;
  }
  return Status(StatusCode::kNotFound,
                StrCat("the runtime was not found: no ", QuotePath(missing)));
}

}  // namespace perdure
