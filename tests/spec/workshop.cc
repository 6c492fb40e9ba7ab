#include "tests/spec/workshop.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"
#include "tests/support/process.h"

namespace perdure::spec {
namespace {

namespace fs = std::filesystem;
using test::ReadFile;
using test::WriteFile;

constexpr const char* kCompiler = SPEC_COMPILER;
constexpr const char* kLibraries = SPEC_LIBRARIES;  // the folder of libperdure_*.a
constexpr const char* kDriver = SPEC_DRIVER;        // libspec_driver.a
constexpr const char* kCxx = SPEC_CXX;
constexpr const char* kCc = SPEC_CC;

constexpr auto kBuildTimeout = std::chrono::minutes(10);

std::string Version(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return path + " is missing";
  return StrCat(path, ' ', info.st_size, ' ', info.st_mtim.tv_sec, ' ', info.st_mtim.tv_nsec);
}

std::string Key(std::string_view bytes) { return Hex64(Hash64(bytes)).substr(2); }

// What objects and drivers depend on besides their own parts.
std::string ToolchainKey() {
  const std::string libraries = kLibraries;
  return Key(StrCat(Version(kCompiler), Version(libraries + "/libperdure_rt.a"),
                    Version(libraries + "/libperdure_sqlite.a"), Version(kDriver)));
}

std::string FirstError(const std::string& text) {
  for (const std::string& line : test::Lines(text)) {
    for (const char* mark : {" error: ", "undefined reference", "multiple definition"}) {
      if (line.find(mark) != std::string::npos) return line;
    }
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

Workshop::Workshop(const std::string& folder) : folder_(folder + "/" + ToolchainKey()) {
  fs::create_directories(folder_);
  // What an earlier toolchain made is of no use any more.
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    std::error_code ignored;
    if (entry.path() != folder_) fs::remove_all(entry.path(), ignored);
  }
}

std::string Workshop::ScriptFolder(const std::string& path) const {
  const fs::path absolute = fs::absolute(path);
  return StrCat(folder_, "/", absolute.filename().string(), ".", Key(absolute.string()));
}

BuiltModule Workshop::Build(const std::string& module) const {
  BuiltModule built;
  built.symbol = "m" + Key(ReadFile(module));
  const std::string object = StrCat(folder_, "/", built.symbol, ".o");
  const std::string verdict = object + ".refused";
  if (fs::exists(verdict)) {
    built.problem = ReadFile(verdict);
    return built;
  }
  built.object = object;
  if (fs::exists(object)) return built;
  const test::Finished finished =
      test::Run({.argv = {kCompiler, "build", module, "-o", object, "--emit=object", "-O1", "-j1",
                          "--name=" + built.symbol},
                 .timeout = kBuildTimeout});
  if (finished.status == 0) return built;
  built.object.clear();
  built.problem = finished.signal != 0 ? finished.Text() : FirstError(finished.err);
  if (built.problem.empty()) built.problem = finished.Text();
  WriteFile(verdict, built.problem);
  return built;
}

std::string Workshop::LinkDriver(const std::string& folder, const std::vector<BuiltModule>& modules,
                                 std::string* problem) const {
  std::map<std::string, std::string> objects;  // by symbol: a module may be there twice
  std::string table = "#include \"perdure/program.h\"\n";
  std::string rows;
  for (const BuiltModule& module : modules) {
    if (module.object.empty()) {
      rows += "  NULL,\n";
      continue;
    }
    if (objects.try_emplace(module.symbol, module.object).second) {
      StrAppend(&table, "extern const perdure_program perdure_", module.symbol, "_program;\n");
    }
    StrAppend(&rows, "  &perdure_", module.symbol, "_program,\n");
  }
  StrAppend(&table, "const perdure_program* const spec_programs[] = {\n", rows, "  NULL};\n");

  const std::string driver = StrCat(folder, "/driver-", Key(table));
  if (fs::exists(driver)) return driver;
  const std::string source = StrCat(folder, "/programs.c");
  WriteFile(source, table);
  const std::string include = StrCat("-I", SPEC_SOURCE, "/rtlib/include");
  test::Finished finished =
      test::Run({.argv = {kCc, "-c", include, source, "-o", folder + "/programs.o"}});
  if (finished.status == 0) {
    const std::string fresh = StrCat(driver, ".", getpid());
    std::vector<std::string> argv = {kCxx, "-o", fresh, folder + "/programs.o"};
    for (const auto& [symbol, object] : objects) argv.push_back(object);
    for (const char* part : {kDriver, "-lperdure_sqlite", "-lperdure_rt", "-lsqlite3", "-llz4",
                             "-lm", "-Wl,--gc-sections"}) {
      argv.emplace_back(part);
    }
    argv.push_back(StrCat("-L", kLibraries));
    std::istringstream flags(SPEC_LINK_FLAGS);
    for (std::string flag; flags >> flag;) argv.push_back(flag);
    finished = test::Run({.argv = argv, .timeout = kBuildTimeout});
    if (finished.status == 0) fs::rename(fresh, driver);
  }
  if (finished.status == 0) return driver;
  *problem = "linking the driver: " + FirstError(finished.err);
  return {};
}

}  // namespace perdure::spec
