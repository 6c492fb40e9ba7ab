#include "compiler/driver/build.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "compiler/analysis/persist_plan.h"
#include "compiler/diag/printable.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/depfile.h"
#include "compiler/driver/files.h"
#include "compiler/driver/host_check.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/subprocess.h"
#include "compiler/driver/toolchain.h"
#include "compiler/driver/translate.h"
#include "compiler/emit/c_text.h"
#include "compiler/frontend/input.h"
#include "compiler/frontend/module.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr const char* kDoctorHelp =
    "'perdure doctor' checks the toolchain and says how to complete it";

class Builder {
 public:
  Builder(BuildOptions options, BuildReporter* reporter, Diagnostics* diagnostics)
      : options_(std::move(options)), reporter_(reporter), diagnostics_(diagnostics) {}

  BuildResult Run() {
    using Stage = ExitCode (Builder::*)();
    constexpr Stage kStages[] = {&Builder::CheckOutput,  &Builder::ReadInput,
                                 &Builder::FindTools,    &Builder::MakeWorkDirectory,
                                 &Builder::Translate,    &Builder::CheckHostImports,
                                 &Builder::Compile,      &Builder::WriteProgram,
                                 &Builder::WriteSources, &Builder::WriteDepfile};
    result_.output = options_.output;
    for (const Stage stage : kStages) {
      result_.code = (this->*stage)();
      const ExitCode interrupted = guard_ ? InterruptGuard::Interrupted() : ExitCode::kOk;
      if (interrupted != ExitCode::kOk) result_.code = interrupted;
      if (result_.code != ExitCode::kOk) break;
    }
    return std::move(result_);
  }

 private:
  // --- Failures ----------------------------------------------------------------------------------

  ExitCode Fail(ExitCode code, std::string message, std::vector<std::string> helps = {}) {
    diagnostics_->Error(std::move(message)).helps = std::move(helps);
    return code;
  }
  ExitCode FailTool(const Status& status) {
    return Fail(ExitCode::kToolchain, std::string(status.message()), {kDoctorHelp});
  }
  ExitCode FailOutput(const Status& status) {
    return Fail(ExitCode::kInput, std::string(status.message()));
  }
  ExitCode FailInternal(const Status& status) {
    return Fail(ExitCode::kInternal, StrCat("internal error: ", status.message()),
                {"this is a bug in perdure: please report it with the module"});
  }
  ExitCode FailCommand(const Command& command, const ProcessEnd& end, std::string heading) {
    result_.tool_heading = std::move(heading);
    result_.tool_output = end.output;
    std::vector<std::string> helps;
    if (options_.keep.empty())
      helps.emplace_back("--keep=DIR keeps the generated files to look at");
    helps.emplace_back(kDoctorHelp);
    return Fail(ExitCode::kToolchain,
                StrCat(Basename(command.argv[0]), " failed with exit status ", end.exit_status,
                       " while ", command.label),
                std::move(helps));
  }

  // --- Stages ------------------------------------------------------------------------------------

  // An output that cannot be written is better found out now than after minutes of compiling.
  ExitCode CheckOutput() {
    const std::string& output = options_.output;
    const bool is_folder = IsDirectory(output);
    if (options_.emit == EmitKind::kCpp) {
      if (!is_folder && access(output.c_str(), F_OK) == 0) {
        return Fail(ExitCode::kInput,
                    StrCat("cannot write the folder ", QuotePath(output), ": it is a file"));
      }
      return ExitCode::kOk;
    }
    if (is_folder || output.ends_with('/')) {
      return Fail(ExitCode::kInput, StrCat("cannot write ", QuotePath(output), ": it is a folder"),
                  {"name the file to write: -o FILE"});
    }
    const std::string folder = Directory(output);
    if (!IsDirectory(folder)) {
      return Fail(ExitCode::kInput, StrCat("cannot write ", QuotePath(output),
                                           ": there is no folder ", QuotePath(folder)));
    }
    // Permissions alone do not tell (root, read-only and special file systems): try.
    const AtomicFile probe(output);
    const Status written = WriteFile(probe.temporary_path(), "");
    if (written.ok()) return ExitCode::kOk;
    return Fail(ExitCode::kInput,
                StrCat("cannot write ", QuotePath(output), ": no file can be created in ",
                       QuotePath(folder), written.message().substr(written.message().rfind(": "))));
  }

  ExitCode ReadInput() {
    for (const std::string& host : options_.hosts) {
      if (!IsRegularFile(host)) {
        return Fail(ExitCode::kInput, StrCat("host library ", QuotePath(host), " is not there"));
      }
    }
    std::optional<LinkedModule> linked = ReadInputs(options_.inputs, diagnostics_);
    if (!linked) return ExitCode::kInput;
    module_ = std::move(linked->module);
    PlanOptions plan_options;
    // Sources and libraries are linked by somebody else, who brings the host functions.
    plan_options.has_host_library = !options_.hosts.empty() || !IsComplete(options_.emit);
    plan_options.is_program = options_.emit == EmitKind::kExe;
    plan_options.preempt = options_.preempt;
    plan_ = MakePlan(*module_, plan_options, diagnostics_);
    return plan_ ? ExitCode::kOk : ExitCode::kInput;
  }

  ExitCode FindTools() {
    Result<std::string> prefix = InstallPrefix();
    if (!prefix.ok()) return FailTool(prefix.status());
    Result<Wasm2c> wasm2c = FindWasm2c(*prefix);
    if (!wasm2c.ok()) return FailTool(wasm2c.status());
    wasm2c_ = *std::move(wasm2c);
    if (options_.emit == EmitKind::kCpp) return ExitCode::kOk;
    Result<CCompiler> compiler = FindCCompiler(options_.cc);
    if (!compiler.ok()) return FailTool(compiler.status());
    compiler_ = *std::move(compiler);
    if (!options_.target.empty() && !compiler_.is_clang) {
      return Fail(ExitCode::kToolchain,
                  StrCat("--target needs clang, and the C compiler is ", Quote(compiler_.version)),
                  {"--cc=clang"});
    }
    Result<RuntimeFiles> runtime = FindRuntimeFiles(*prefix, options_.target);
    if (!runtime.ok()) return FailTool(runtime.status());
    runtime_ = *std::move(runtime);
    return ExitCode::kOk;
  }

  ExitCode MakeWorkDirectory() {
    guard_.emplace();
    Result<WorkDirectory> work =
        options_.keep.empty() ? WorkDirectory::Temporary() : WorkDirectory::Kept(options_.keep);
    if (!work.ok()) return FailOutput(work.status());
    work_.emplace(*std::move(work));
    return ExitCode::kOk;
  }

  ExitCode Translate() {
    symbol_ = options_.emit == EmitKind::kExe ? "app" : Identifier(options_.name);
    const std::vector<uint8_t> binary = BinaryForWasm2c(*module_);
    const std::string_view bytes(reinterpret_cast<const char*>(binary.data()), binary.size());
    if (Status written = WriteFile(work_->File("app.wasm"), bytes); !written.ok())
      return FailOutput(written);
    const Command command = Wasm2cCommand(*module_, wasm2c_.path, symbol_, *work_);
    Announce(command);
    Result<ProcessEnd> end = perdure::Run(command);
    if (!end.ok()) return FailTool(end.status());
    if (!end->ok()) return FailCommand(command, *end, "while translating to C");
    Result<Translation> translation =
        FinishTranslation(*module_, *plan_, options_, symbol_, *work_);
    if (!translation.ok()) return FailInternal(translation.status());
    translation_ = *std::move(translation);
    return ExitCode::kOk;
  }

  ExitCode CheckHostImports() {
    if (!IsComplete(options_.emit)) return ExitCode::kOk;
    Result<std::vector<uint32_t>> missing =
        MissingHostImports(*module_, *plan_, translation_.names, Tools(), options_, *work_);
    if (!missing.ok()) return FailTool(missing.status());
    for (const uint32_t index : *missing) {
      const Import& import = module_->imports[index];
      const Function& function = module_->functions[import.index];
      Diagnostic& error = diagnostics_->Error(
          StrCat("import ", Quote(StrCat(import.module, ".", import.field)), " of type ",
                 FuncTypeText(module_->types[function.type]), " is in no --host library"));
      const Place place = module_->PlaceOf(import.offset);
      error.file = place.file;
      error.offset = place.offset;
      error.notes.push_back(StrCat("the C function ",
                                   Quote(translation_.names.functions[import.index].symbol),
                                   " was looked for"));
      error.helps.emplace_back("'perdure build --emit=cpp' writes the prototypes into NAME.host.h");
    }
    return missing->empty() ? ExitCode::kOk : ExitCode::kInput;
  }

  ExitCode Compile() {
    if (options_.emit == EmitKind::kCpp) return ExitCode::kOk;
    // ccache is a convenience: when a compile through it fails, the verdict is the compiler's own.
    if (!compiler_.ccache.empty()) {
      Result<std::vector<ProcessEnd>> ends =
          RunAll(CompileCommands(true), options_.jobs, Announcer());
      if (ends.ok() &&
          std::all_of(ends->begin(), ends->end(), [](const auto& end) { return end.ok(); })) {
        return ExitCode::kOk;
      }
      if (InterruptGuard::Interrupted() != ExitCode::kOk) return ExitCode::kInterrupted;
      step_ = 1;
    }
    const std::vector<Command> commands = CompileCommands(false);
    Result<std::vector<ProcessEnd>> ends = RunAll(commands, options_.jobs, Announcer());
    if (!ends.ok()) return FailTool(ends.status());
    for (size_t i = 0; i < ends->size(); ++i) {
      const ProcessEnd& end = (*ends)[i];
      if (end.exit_status > 0)
        return FailCommand(commands[i], end, "while compiling generated code");
    }
    return ExitCode::kOk;
  }

  ExitCode WriteProgram() {
    if (options_.emit == EmitKind::kCpp) return ExitCode::kOk;
    std::vector<std::string> objects;
    for (const Unit& unit : translation_.units) objects.push_back(ObjectName(unit.file));
    AtomicFile file(options_.output);
    const std::string output = Absolute(file.temporary_path());
    auto* const make_command = IsComplete(options_.emit) ? LinkCommand : CombineCommand;
    const Command command = make_command(Tools(), options_, objects, work_->path(), output);
    Announce(command);
    Result<ProcessEnd> end = perdure::Run(command);
    if (!end.ok()) return FailTool(end.status());
    if (!end->ok()) return FailCommand(command, *end, StrCat("while ", command.label));
    if (InterruptGuard::Interrupted() != ExitCode::kOk) return ExitCode::kInterrupted;
    const Status committed = file.Commit();
    return committed.ok() ? ExitCode::kOk : FailOutput(committed);
  }

  // --emit=cpp gives all sources; a library gives its headers.
  ExitCode WriteSources() {
    std::vector<std::string> names;
    std::string folder = Directory(options_.output);
    if (options_.emit == EmitKind::kCpp) {
      names = translation_.files;
      folder = options_.output;
      if (Result<WorkDirectory> made = WorkDirectory::Kept(folder); !made.ok())
        return FailOutput(made.status());
    } else if (options_.emit != EmitKind::kExe) {
      names = {options_.name + ".hpp", options_.name + ".host.h"};
    }
    for (const std::string& name : names) {
      const Result<std::string> text = ReadFile(work_->File(name));
      if (!text.ok()) return FailOutput(text.status());
      const Status written = WriteOutput(StrCat(folder, "/", name), *text);
      if (!written.ok()) return FailOutput(written);
    }
    return ExitCode::kOk;
  }

  ExitCode WriteDepfile() {
    if (options_.depfile.empty()) return ExitCode::kOk;
    std::vector<std::string> dependencies;
    for (const std::string& input : options_.inputs) {
      const InputFile file = ParseInput(input);
      if (file.path != kStandardInput) dependencies.push_back(file.path);
    }
    dependencies.insert(dependencies.end(), options_.hosts.begin(), options_.hosts.end());
    if (IsComplete(options_.emit)) {
      dependencies.push_back(runtime_.rt_archive);
      dependencies.push_back(runtime_.sqlite_archive);
    }
    const Status written = WriteFile(options_.depfile, DepfileText(options_.output, dependencies));
    return written.ok() ? ExitCode::kOk : FailOutput(written);
  }

  // --- Helpers -----------------------------------------------------------------------------------

  CToolchain Tools() const { return {compiler_, runtime_}; }

  std::vector<Command> CompileCommands(bool use_ccache) const {
    std::vector<Command> commands;
    for (const Unit& unit : translation_.units) {
      commands.push_back(
          CompileCommand(Tools(), options_, module_->features, unit, work_->path(), use_ccache));
    }
    return commands;
  }

  // Translating, the units, and the last step that puts them together.
  size_t TotalSteps() const {
    if (options_.emit == EmitKind::kCpp) return 1;
    return 2 + UnitCount(*module_, *plan_, options_.emit);
  }

  void Announce(const Command& command) {
    ++step_;
    reporter_->Step(step_, TotalSteps(), command.label);
    reporter_->Command(CommandText(command));
  }
  std::function<void(const Command&)> Announcer() {
    return [this](const Command& command) { Announce(command); };
  }

  BuildOptions options_;
  BuildReporter* reporter_;
  Diagnostics* diagnostics_;
  BuildResult result_;
  std::optional<Module> module_;
  std::optional<PersistPlan> plan_;
  Wasm2c wasm2c_;
  CCompiler compiler_;
  RuntimeFiles runtime_;
  std::optional<InterruptGuard> guard_;  // outlives the work directory it protects
  std::optional<WorkDirectory> work_;
  std::string symbol_;
  Translation translation_;
  size_t step_ = 0;
};

}  // namespace

BuildOptions WithDefaults(BuildOptions options) {
  if (options.output.empty()) {
    const std::string stem = Stem(ParseInput(options.inputs.back()).path);
    switch (options.emit) {
      case EmitKind::kExe:
        options.output = stem;
        break;
      case EmitKind::kStaticLib:
        options.output = StrCat("lib", stem, ".a");
        break;
      case EmitKind::kSharedLib:
        options.output = StrCat("lib", stem, ".so");
        break;
      case EmitKind::kObject:
        options.output = stem + ".o";
        break;
      case EmitKind::kCpp:
        options.output = stem + "-cpp";
        break;
    }
  }
  if (options.name.empty()) {
    options.name = Basename(options.output);
    if (options.emit != EmitKind::kExe && options.emit != EmitKind::kCpp) {
      const size_t suffix = options.name.find(".so");
      options.name = options.emit == EmitKind::kSharedLib && suffix != std::string::npos
                         ? options.name.substr(0, suffix)
                         : Stem(options.name);
      if (options.emit != EmitKind::kObject && options.name.starts_with("lib") &&
          options.name.size() > 3) {
        options.name.erase(0, 3);
      }
    }
  }
  if (options.jobs < 1)
    options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return options;
}

BuildResult Build(const BuildOptions& options, BuildReporter* reporter, Diagnostics* diagnostics) {
  return Builder(WithDefaults(options), reporter, diagnostics).Run();
}

}  // namespace perdure
