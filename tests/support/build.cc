#include "tests/support/build.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <sstream>
#include <system_error>

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCompiler = PERDURE_TEST_COMPILER;
constexpr const char* kLibraries = PERDURE_TEST_LIBRARIES;  // the folder of libperdure_*.a
constexpr const char* kDriver = PERDURE_TEST_DRIVER;
constexpr const char* kCache = PERDURE_TEST_CACHE;
constexpr const char* kSource = PERDURE_TEST_SOURCE;
constexpr const char* kCxx = PERDURE_TEST_CXX;
constexpr const char* kCc = PERDURE_TEST_CC;

std::string Key(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

std::string Version(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return path + " is missing";
  return path + std::to_string(info.st_size) + "/" + std::to_string(info.st_mtim.tv_sec) + "/" +
         std::to_string(info.st_mtim.tv_nsec);
}

// The cache of this version of the toolchain. Whoever makes it removes the caches of earlier ones.
const std::string& CacheFolder() {
  static const std::string folder = [] {
    std::string libraries = kLibraries, key;
    for (const std::string& part :
         {std::string(kCompiler), std::string(kDriver), libraries + "/libperdure_rt.a",
          libraries + "/libperdure_sqlite.a"}) {
      key += Version(part);
    }
    fs::create_directories(kCache);
    std::string path = std::string(kCache) + "/" + Key(key);
    if (mkdir(path.c_str(), 0755) == 0) {
      for (const fs::directory_entry& entry : fs::directory_iterator(kCache)) {
        std::error_code ignored;
        if (entry.path() != path) fs::remove_all(entry.path(), ignored);
      }
    }
    return path;
  }();
  return folder;
}

// Holds the lock of one cache entry.
class EntryLock {
 public:
  explicit EntryLock(const std::string& folder)
      : fd_(open((folder + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    flock(fd_, LOCK_EX);
  }
  ~EntryLock() { close(fd_); }
  EntryLock(const EntryLock&) = delete;
  EntryLock& operator=(const EntryLock&) = delete;

 private:
  int fd_;
};

// The file `name` of the entry `key`, made by `make(path)` unless it is there.
Built Cached(const std::string& key, const std::string& name,
             const std::function<Finished(const std::string& path)>& make) {
  std::string folder = CacheFolder() + "/" + Key(key);
  EntryLock lock(folder);
  std::string path = folder + "/" + name;
  if (fs::exists(path)) return {path, {}};
  fs::create_directories(folder);
  Finished finished = make(path);
  bool good = finished.status == 0 && fs::exists(path);
  return {good ? path : "", finished};
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + '\n';
  return text;
}

std::string EntryKey(const char* kind, const std::string& module, const BuildOptions& options) {
  std::string text = std::string(kind) + '\n' + module + '\n' + ReadFile(module) + '\n';
  for (const std::string& library : options.libraries) {
    text += library + '\n' + ReadFile(library) + '\n';
  }
  return text + Joined(options.flags) +
         (options.host_source.empty() ? "" : ReadFile(options.host_source));
}

std::vector<std::string> BuildArguments(const std::string& module, const BuildOptions& options,
                                        const std::string& output) {
  std::vector<std::string> arguments = {"build"};
  arguments.insert(arguments.end(), options.libraries.begin(), options.libraries.end());
  arguments.insert(arguments.end(), {module, "-o", output});
  arguments.insert(arguments.end(), options.flags.begin(), options.flags.end());
  return arguments;
}

Finished LinkDriver(const std::string& library, const std::string& host,
                    const std::string& output) {
  std::vector<std::string> argv = {kCxx, "-o", output, kDriver, library};
  if (!host.empty()) argv.push_back(host);
  for (const char* flag :
       {"-lperdure_rt", "-lperdure_sqlite", "-lperdure_rt", "-lsqlite3", "-llz4", "-lm"}) {
    argv.push_back(flag);
  }
  argv.push_back("-L" + std::string(kLibraries));
  std::istringstream flags(PERDURE_TEST_LINK_FLAGS);
  for (std::string flag; flags >> flag;) argv.push_back(flag);
  return Run({.argv = argv, .timeout = std::chrono::seconds(120)});
}

std::string Required(const Built& built, const std::string& module) {
  INFO("building " << module << ": " << built.compiler.Text());
  REQUIRE_FALSE(built.path.empty());
  return built.path;
}

}  // namespace

Finished RunCompiler(std::vector<std::string> arguments, Command extra) {
  arguments.insert(arguments.begin(), kCompiler);
  extra.argv = std::move(arguments);
  extra.timeout = std::chrono::seconds(580);  // large modules, on a machine that does much else
  return Run(extra);
}

std::string RepositoryFile(const std::string& path) { return std::string(kSource) + "/" + path; }

std::string Module(const std::string& name) {
  for (const char* folder : {"tests/e2e/modules/", "tests/modules/"}) {
    std::string path = RepositoryFile(folder + name);
    if (fs::exists(path)) return path;
  }
  FAIL("no module " << name);
  return {};
}

std::string SharedModule(const std::string& name) {
  const char* elsewhere = std::getenv("PERDURE_TEST_MODULES");
  const std::string folder = elsewhere == nullptr ? RepositoryFile("../shared/modules") : elsewhere;
  std::string path = folder + "/" + name;
  return fs::exists(path) ? path : "";
}

namespace {

std::string CompileC(const std::string& source, const char* name,
                     const std::vector<std::string>& flags) {
  const std::string key = "c\n" + Joined(flags) + source + '\n' + ReadFile(source);
  const Built built = Cached(key, name, [&](const std::string& path) {
    std::vector<std::string> argv = {kCc, "-std=gnu11", "-O1", "-Wall", "-Werror"};
    argv.insert(argv.end(), flags.begin(), flags.end());
    argv.insert(argv.end(), {source, "-o", path, "-I", RepositoryFile("rtlib/include")});
    return Run({.argv = argv});
  });
  return Required(built, source);
}

}  // namespace

std::string CompileHost(const std::string& source) { return CompileC(source, "host.o", {"-c"}); }
std::string CompileShared(const std::string& source) {
  return CompileC(source, "preload.so", {"-shared", "-fPIC"});
}

Built TryBuildProgram(const std::string& module, const BuildOptions& options) {
  std::string host = options.host_source.empty() ? "" : CompileHost(options.host_source);
  std::string name = fs::path(module).stem().string();
  return Cached(EntryKey("program", module, options), name, [&](const std::string& path) {
    std::vector<std::string> arguments = BuildArguments(module, options, path);
    if (!host.empty()) arguments.push_back("--host=" + host);
    return RunCompiler(std::move(arguments));
  });
}

Built TryBuildDriver(const std::string& module, const BuildOptions& options) {
  std::string host = options.host_source.empty() ? "" : CompileHost(options.host_source);
  return Cached(EntryKey("driver", module, options), "driver", [&](const std::string& path) {
    std::string library = fs::path(path).replace_filename("app.a").string();
    std::vector<std::string> arguments = BuildArguments(module, options, library);
    arguments.push_back("--emit=static-lib");
    Finished finished = RunCompiler(std::move(arguments));
    return finished.status == 0 ? LinkDriver(library, host, path) : finished;
  });
}

std::string BuildProgram(const std::string& module, const BuildOptions& options) {
  return Required(TryBuildProgram(module, options), module);
}

std::string BuildDriver(const std::string& module, const BuildOptions& options) {
  return Required(TryBuildDriver(module, options), module);
}

}  // namespace perdure::test
