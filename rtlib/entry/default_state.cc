#include "rtlib/entry/default_state.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr mode_t kDirectoryMode = 0700;

// The variable's value if it is an absolute path, else empty.
std::string_view AbsolutePath(const Environment& environment, const char* variable) {
  const char* value = environment(variable);
  if (value == nullptr || value[0] != '/') return {};
  return value;
}

std::string_view DirectoryOf(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status IoError(std::string_view path, std::string_view doing, int error) {
  return Status(StatusCode::kIo, StrCat("state '", path, "': ", doing, ": ", std::strerror(error),
                                        "; name another place with --perdure-state=FILE"));
}

// Creates every directory above `path` that is missing.
Status CreateDirectories(const std::string& path) {
  struct stat info;
  if (stat(std::string(DirectoryOf(path)).c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return OkStatus();
  }
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    std::string directory = path.substr(0, slash);
    if (mkdir(directory.c_str(), kDirectoryMode) == 0 || errno == EEXIST) continue;
    int error = errno;
    // A read-only or forbidden parent does not matter when the directory is there already.
    if (stat(directory.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
    return IoError(path, StrCat("cannot create directory '", directory, "'"), error);
  }
  return OkStatus();
}

}  // namespace

Result<StatePath> ChooseStatePath(const perdure_program& program, const RuntimeOptions& options,
                                  const Environment& environment) {
  if (!options.state_flag.empty()) return StatePath{options.state_flag, "--perdure-state", false};
  if (!options.state_environment.empty()) {
    return StatePath{options.state_environment, "PERDURE_STATE", false};
  }
  if (program.default_state != nullptr && program.default_state[0] != '\0') {
    return StatePath{program.default_state, "build", false};
  }
  std::string_view name = program.name;
  std::string_view directory = AbsolutePath(environment, "STATE_DIRECTORY");
  directory = directory.substr(0, directory.find(':'));
  if (!directory.empty()) {
    return StatePath{StrCat(directory, "/", name, ".db"), "STATE_DIRECTORY", true};
  }
  directory = AbsolutePath(environment, "XDG_STATE_HOME");
  if (!directory.empty()) {
    return StatePath{StrCat(directory, "/", name, "/state.db"), "XDG_STATE_HOME", true};
  }
  directory = AbsolutePath(environment, "HOME");
  if (!directory.empty()) {
    return StatePath{StrCat(directory, "/.local/state/", name, "/state.db"), "HOME", true};
  }
  return Status(
      StatusCode::kNotFound,
      "nothing says where the state is: name a file with --perdure-state=FILE or "
      "PERDURE_STATE (or set STATE_DIRECTORY, XDG_STATE_HOME or HOME to an absolute path)");
}

Status PrepareStateDirectory(const StatePath& state) {
  if (state.is_default) PERDURE_TRY(CreateDirectories(state.path));
  std::string directory(DirectoryOf(state.path));
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) {
    return IoError(state.path, StrCat("directory '", directory, "'"), errno);
  }
  if (!S_ISDIR(info.st_mode)) {
    return IoError(state.path, StrCat("directory '", directory, "'"), ENOTDIR);
  }
  return OkStatus();
}

bool StateExists(const StatePath& state) {
  struct stat info;
  return stat(state.path.c_str(), &info) == 0;
}

}  // namespace perdure
