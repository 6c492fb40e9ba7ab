#include "compiler/driver/doctor.h"

#include <utility>

#include "compiler/driver/build.h"
#include "compiler/driver/files.h"
#include "compiler/driver/subprocess.h"
#include "compiler/driver/toolchain.h"
#include "compiler/emit/template.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr const char* kWasm2cHelp =
    "install wabt 1.0.36 (Debian 13: apt install wabt; Debian 12: './dev setup' in perdure's "
    "sources), or "
    "set PERDURE_WASM2C";
constexpr const char* kCompilerHelp = "install clang or gcc (apt install clang), or set PERDURE_CC";
constexpr const char* kRuntimeHelp =
    "perdure looks beside its own executable (../include and ../lib): install it again, whole";
constexpr const char* kBuildHelp =
    "install what programs are linked with: apt install libc6-dev libstdc++-12-dev libsqlite3-dev "
    "liblz4-dev libsimde-dev (on Debian 13 libstdc++-14-dev)";

class SilentReporter : public BuildReporter {
 public:
  void Step(size_t, size_t, const std::string&) override {}
  void Command(const std::string&) override {}
};

DoctorCheck Failed(std::string name, const Status& status, const char* help) {
  return {std::move(name), false, std::string(status.message()), help};
}

DoctorCheck CheckWasm2c(const std::string& prefix) {
  const Result<Wasm2c> tool = FindWasm2c(prefix);
  if (!tool.ok()) return Failed("wasm2c", tool.status(), kWasm2cHelp);
  return {"wasm2c", true, StrCat(tool->version, " (", tool->path, ")"), ""};
}

DoctorCheck CheckCompiler(const std::string& cc) {
  const Result<CCompiler> compiler = FindCCompiler(cc);
  if (!compiler.ok()) return Failed("C compiler", compiler.status(), kCompilerHelp);
  return {"C compiler", true, StrCat(compiler->version, " (", compiler->command[0], ")"), ""};
}

DoctorCheck CheckCcache(const std::string& cc) {
  const Result<CCompiler> compiler = FindCCompiler(cc);
  const bool used = compiler.ok() && !compiler->ccache.empty();
  return {"ccache", true,
          used ? compiler->ccache : "not used (optional: speeds up repeated builds)", ""};
}

DoctorCheck CheckRuntime(const std::string& prefix) {
  const Result<RuntimeFiles> runtime = FindRuntimeFiles(prefix, "");
  if (!runtime.ok()) return Failed("runtime", runtime.status(), kRuntimeHelp);
  return {"runtime", true, Directory(runtime->rt_archive), ""};
}

// Why the program at `program` does not do what its module says; empty if it does. The module adds
// its argument to a global: two processes see one state.
std::string RunSample(const std::string& program, const std::string& state) {
  const Command add = {{program, "--perdure-state=" + state, "add", "20"}, "", ""};
  for (const char* wanted : {"20\n", "40\n"}) {
    const Result<ProcessEnd> end = Run(add);
    if (!end.ok()) return std::string(end.status().message());
    if (!end->ok() || end->output != wanted) {
      return StrCat("the sample program printed '", end->output, "' and exited with ",
                    end->exit_status);
    }
  }
  return "";
}

DoctorCheck CheckSample(const std::string& cc, const std::string& compiler_version) {
  DoctorCheck check = {"build and run", false, "", kBuildHelp};
  InterruptGuard guard;  // before the folder it protects
  Result<WorkDirectory> work = WorkDirectory::Temporary();
  if (!work.ok()) {
    check.detail = work.status().message();
    return check;
  }
  BuildOptions options;
  options.inputs = {work->File("sample.wat")};
  options.output = work->File("sample");
  options.cc = cc;
  options.compiler_version = compiler_version;
  if (Status written = WriteFile(options.inputs[0], EmbeddedTemplate("sample.wat"));
      !written.ok()) {
    check.detail = written.message();
    return check;
  }
  SilentReporter reporter;
  Diagnostics diagnostics;
  const BuildResult built = Build(options, &reporter, &diagnostics);
  if (built.code == ExitCode::kOk) {
    check.detail = RunSample(options.output, work->File("sample.db"));
    check.ok = check.detail.empty();
  } else {
    check.detail = diagnostics.all().empty() ? "interrupted" : diagnostics.all().front().message;
    if (!built.tool_output.empty()) {
      StrAppend(&check.detail, ": ", std::string_view(built.tool_output).substr(0, 2000));
    }
  }
  if (check.ok) check.detail = "a sample program was built, ran twice and kept its state";
  return check;
}

}  // namespace

std::vector<DoctorCheck> RunDoctor(const std::string& cc, const std::string& compiler_version) {
  const Result<std::string> prefix = InstallPrefix();
  if (!prefix.ok()) return {Failed("perdure", prefix.status(), "mount /proc")};
  std::vector<DoctorCheck> checks = {CheckWasm2c(*prefix), CheckCompiler(cc), CheckCcache(cc),
                                     CheckRuntime(*prefix)};
  for (const DoctorCheck& check : checks) {
    if (!check.ok) return checks;  // a build would fail for that reason
  }
  checks.push_back(CheckSample(cc, compiler_version));
  return checks;
}

}  // namespace perdure
