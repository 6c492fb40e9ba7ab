#include "compiler/driver/translate.h"

#include <algorithm>
#include <utility>

#include "compiler/emit/emit.h"
#include "compiler/rewrite/memory_access.h"
#include "compiler/rewrite/needed_loads.h"
#include "compiler/rewrite/rewriter.h"
#include "compiler/rewrite/wasm2c_repair.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr uint64_t kShardBytes = 1'000'000;
constexpr uint64_t kSmallBytes = 300'000;
constexpr uint32_t kShardsMax = 1024;

// Measured on eight real modules (C, C++, Go, AssemblyScript): 13.9 to 15.7 bytes of C per byte of
// code, 6.0 per byte of data ("0x00, ").
uint64_t EstimatedCBytes(const Module& module) {
  uint64_t data_bytes = 0;
  for (const DataSegment& segment : module.data) data_bytes += segment.bytes;
  return 15 * module.code_section_bytes + 6 * data_bytes;
}

std::string ShardName(uint32_t index) { return StrCat("app_", index, ".c"); }

std::string ResumeName(uint32_t index) { return StrCat("app_resume_", index, ".c"); }

Status WriteIfChanged(const std::string& path, const std::string& before,
                      const std::string& after) {
  return after == before ? OkStatus() : WriteFile(path, after);
}

Result<Wasm2cNames> ReadNames(const Module& module, const WorkDirectory& work) {
  Wasm2cText text;
  PERDURE_ASSIGN_OR_RETURN(text.header, ReadFile(work.File("app.h")));
  PERDURE_ASSIGN_OR_RETURN(text.impl, ReadFile(work.File("app-impl.h")));
  PERDURE_ASSIGN_OR_RETURN(text.source, ReadFile(work.File(ShardName(0))));
  return ReadWasm2cNames(module, text);
}

Status WriteEmitted(const WorkDirectory& work, const std::string& name, Result<std::string> text,
                    Translation* translation) {
  if (!text.ok()) return std::move(text).TakeStatus();
  translation->files.push_back(name);
  return WriteFile(work.File(name), *text);
}

// One unit that includes all of `parts`; the includes are the only text.
Status WriteUnit(const WorkDirectory& work, const std::vector<std::string>& parts) {
  std::string text = "/* Written by perdure: one unit, so that everything can be inlined. */\n";
  for (const std::string& part : parts) StrAppend(&text, "#include \"", part, "\"\n");
  return WriteFile(work.File("app.unit.c"), text);
}

// wasm2c's shards: repaired, and in their two forms if the call stack is captured.
class ShardWriter {
 public:
  ShardWriter(const Module& module, const PersistPlan& plan, const Tricks& tricks,
              const WorkDirectory& work, Translation* translation)
      : module_(module), plan_(plan), tricks_(tricks), work_(work), translation_(translation) {
    if (plan.capture) rewriter_.emplace(module, translation->names, *plan.capture);
  }

  Status Write(const std::string& symbol) {
    PERDURE_TRY(WriteImplHeader());
    std::string resume;
    for (uint32_t i = 0; i < ShardCount(module_); ++i) {
      PERDURE_TRY(WriteShard(ShardName(i), &resume));
      const bool is_last = i + 1 == ShardCount(module_);
      if (!rewriter_ || (IsSmall(module_) && !is_last)) continue;
      PERDURE_TRY(WriteResume(ResumeName(IsSmall(module_) ? 0 : i), &resume));
    }
    if (!rewriter_) return OkStatus();
    PERDURE_TRY(
        WriteEmitted(work_, "app.capture.c", rewriter_->CaptureTable(symbol), translation_));
    return WriteEmitted(work_, "app-resume.h", rewriter_->ResumeHeader(), translation_);
  }

 private:
  Status WriteImplHeader() {
    const std::string path = work_.File("app-impl.h");
    PERDURE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    PERDURE_ASSIGN_OR_RETURN(const std::string repaired, RepairImplHeader(text, module_.features));
    PERDURE_ASSIGN_OR_RETURN(std::string rewritten, RewriteMemoryAccess(repaired, tricks_));
    if (rewriter_) rewritten += rewriter_->ImplHeaderTail();
    translation_->files.insert(translation_->files.end(), {"app.h", "app-impl.h"});
    return WriteIfChanged(path, text, rewritten);
  }

  Status WriteShard(const std::string& name, std::string* resume) {
    PERDURE_ASSIGN_OR_RETURN(const std::string text, ReadFile(work_.File(name)));
    PERDURE_ASSIGN_OR_RETURN(std::string repaired, RepairSource(text, module_.features));
    if (tricks_.needed_loads) repaired = MarkNeededLoads(repaired);
    if (rewriter_) {
      PERDURE_ASSIGN_OR_RETURN(std::string hot, rewriter_->RewriteSource(name, repaired, resume));
      repaired = std::move(hot);
    }
    translation_->files.push_back(name);
    return WriteIfChanged(work_.File(name), text, repaired);
  }

  Status WriteResume(const std::string& name, std::string* resume) {
    const std::string text =
        StrCat("/* Written by perdure. */\n#include \"app-resume.h\"\n", *resume);
    resume->clear();
    translation_->units.push_back({name, true});
    return WriteEmitted(work_, name, text, translation_);
  }

  const Module& module_;
  const PersistPlan& plan_;
  const Tricks& tricks_;
  const WorkDirectory& work_;
  Translation* translation_;
  std::optional<Rewriter> rewriter_;
};

}  // namespace

uint32_t ShardCount(const Module& module) {
  const uint64_t wanted = (EstimatedCBytes(module) + kShardBytes - 1) / kShardBytes;
  return static_cast<uint32_t>(std::clamp<uint64_t>(wanted, 2, kShardsMax));
}

bool IsSmall(const Module& module) { return EstimatedCBytes(module) <= kSmallBytes; }

size_t UnitCount(const Module& module, const PersistPlan& plan, EmitKind emit) {
  const size_t shards = IsSmall(module) ? 1 : ShardCount(module);
  const size_t tables = IsSmall(module) ? 0 : size_t{1} + (plan.capture ? 1 : 0);
  return shards + tables + (plan.capture ? shards : 0) + (emit == EmitKind::kExe ? 1 : 0);
}

Command Wasm2cCommand(const Module& module, const std::string& wasm2c, const std::string& symbol,
                      const WorkDirectory& work) {
  Command command;
  command.directory = work.path();
  command.label = "translating to C";
  command.argv = {wasm2c, "--no-debug-names", "-n",
                  symbol, "--num-outputs",    StrCat(ShardCount(module))};
  // Only what the module uses: some flags change the output of modules that do not.
  const Features& features = module.features;
  const std::pair<bool, const char*> flags[] = {
      {features.exceptions, "--enable-exceptions"},
      {features.tail_call, "--enable-tail-call"},
      {features.multi_memory, "--enable-multi-memory"},
      {features.memory64, "--enable-memory64"},
      {features.extended_const, "--enable-extended-const"},
      {features.threads, "--enable-threads"}};
  for (const auto& [used, flag] : flags) {
    if (used) command.argv.emplace_back(flag);
  }
  command.argv.insert(command.argv.end(), {"app.wasm", "-o", "app.c"});
  return command;
}

Result<Translation> FinishTranslation(const Module& module, const PersistPlan& plan,
                                      const BuildOptions& options, const std::string& symbol,
                                      const WorkDirectory& work) {
  Translation translation;
  PERDURE_ASSIGN_OR_RETURN(translation.names, ReadNames(module, work));
  Tricks tricks = options.tricks;
  // A library may have several instances, and an access in a program of several memories has to say
  // which.
  if (options.emit != EmitKind::kExe || module.memories.size() != 1) tricks.constant_base = false;
  PERDURE_TRY(ShardWriter(module, plan, tricks, work, &translation).Write(symbol));

  const EmitInput input = {module, plan,          translation.names,        options.name,
                           symbol, options.state, options.compiler_version, tricks.constant_base};
  PERDURE_TRY(WriteEmitted(work, "app.persist.c", EmitDescriptor(input), &translation));
  PERDURE_TRY(WriteEmitted(work, "app.main.c", EmitMain(input), &translation));
  PERDURE_TRY(WriteEmitted(work, options.name + ".hpp", EmitClassHeader(input), &translation));
  PERDURE_TRY(WriteEmitted(work, options.name + ".host.h", EmitHostHeader(input), &translation));
  std::sort(translation.files.begin(), translation.files.end());

  std::vector<std::string> parts;
  for (uint32_t i = 0; i < ShardCount(module); ++i) parts.push_back(ShardName(i));
  parts.emplace_back("app.persist.c");
  if (plan.capture) parts.emplace_back("app.capture.c");
  if (IsSmall(module)) {
    PERDURE_TRY(WriteUnit(work, parts));
    parts = {"app.unit.c"};
  }
  if (options.emit == EmitKind::kExe) parts.emplace_back("app.main.c");
  for (std::string& part : parts) translation.units.push_back({std::move(part), false});
  return translation;
}

}  // namespace perdure
