#include "compiler/driver/translate.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "compiler/driver/shard_plan.h"
#include "compiler/emit/emit.h"
#include "compiler/rewrite/call_check.h"
#include "compiler/rewrite/data_blob.h"
#include "compiler/rewrite/loop_rewriter.h"
#include "compiler/rewrite/memory_access.h"
#include "compiler/rewrite/rewriter.h"
#include "compiler/rewrite/wasm2c_repair.h"
#include "compiler/wasm2c/source_functions.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr const char* kSourceHead = "/* Written by wasm2c. */\n#include \"app-impl.h\"\n\n";
constexpr const char* kDataUnit = "app.data.c";
// With two files functions have external linkage, which the descriptor and shards need.
constexpr uint32_t kWasm2cFiles = 2;

std::string ShardName(uint32_t index) { return StrCat("app_", index, ".c"); }

std::string ResumeName(uint32_t index) { return StrCat("app_resume_", index, ".c"); }

Status WriteEmitted(const WorkDirectory& work, const std::string& name, Result<std::string> text,
                    Translation* translation) {
  if (!text.ok()) return std::move(text).TakeStatus();
  translation->files.push_back(name);
  return WriteFile(work.File(name), *text);
}

// Makes one unit of what is optimised alike; the includes are its only text.
Status JoinUnits(const WorkDirectory& work, std::vector<Unit>* units) {
  std::string text = "/* Written by perdure: one unit, so that everything can be inlined. */\n";
  std::vector<Unit> apart;
  uint64_t bytes = 0;
  for (Unit& unit : *units) {
    if (unit.is_resume || unit.file == kDataUnit) {
      apart.push_back(std::move(unit));
    } else {
      PERDURE_ASSIGN_OR_RETURN(const uint64_t part, FileBytes(work.File(unit.file)));
      StrAppend(&text, "#include \"", unit.file, "\"\n");
      bytes += part;
    }
  }
  apart.push_back({.file = "app.unit.c", .c_bytes = bytes});
  *units = std::move(apart);
  return WriteFile(work.File("app.unit.c"), text);
}

// What takes longest is to begin first.
Status SortUnits(const WorkDirectory& work, std::vector<Unit>* units) {
  for (Unit& unit : *units) {
    PERDURE_ASSIGN_OR_RETURN(const uint64_t bytes, FileBytes(work.File(unit.file)));
    unit.c_bytes += bytes;
  }
  std::stable_sort(units->begin(), units->end(),
                   [](const Unit& a, const Unit& b) { return a.c_bytes > b.c_bytes; });
  return OkStatus();
}

struct WrittenText {
  std::string header, impl;
  std::vector<std::string> sources;
};

Result<WrittenText> ReadWritten(const WorkDirectory& work) {
  WrittenText text;
  PERDURE_ASSIGN_OR_RETURN(text.header, ReadFile(work.File("app.h")));
  PERDURE_ASSIGN_OR_RETURN(text.impl, ReadFile(work.File("app-impl.h")));
  for (uint32_t i = 0; i < kWasm2cFiles; ++i) {
    PERDURE_ASSIGN_OR_RETURN(text.sources.emplace_back(), ReadFile(work.File(ShardName(i))));
    std::remove(work.File(ShardName(i)).c_str());
  }
  return text;
}

// What wasm2c wrote: repaired, in its shards, and in two forms if the call stack is captured.
class ShardWriter {
 public:
  ShardWriter(const Module& module, const PersistPlan& plan, const Tricks& tricks,
              const WorkDirectory& work, Translation* translation)
      : module_(module), plan_(plan), tricks_(tricks), work_(work), translation_(translation) {
    if (plan.capture) rewriter_.emplace(module, translation->names, *plan.capture);
    if (DataBlob::IsWanted(module)) blob_.emplace(module, translation->names.prefix);
  }

  Status Write(const std::string& symbol, const WrittenText& text) {
    PERDURE_TRY(WriteImplHeader(text.impl));
    translation_->files.emplace_back("app.h");
    if (blob_) {
      PERDURE_TRY(WriteEmitted(work_, "app.data.bin", blob_->Bytes(), translation_));
      PERDURE_TRY(WriteEmitted(work_, kDataUnit, blob_->Source(), translation_));
      AddUnit({.file = kDataUnit});
    }
    PERDURE_TRY(WriteShards(text.sources));
    if (!rewriter_) return OkStatus();
    PERDURE_TRY(
        WriteEmitted(work_, "app.capture.c", rewriter_->CaptureTable(symbol), translation_));
    return WriteEmitted(work_, "app-resume.h", rewriter_->ResumeHeader(), translation_);
  }

 private:
  Status WriteImplHeader(const std::string& text) {
    PERDURE_ASSIGN_OR_RETURN(std::string impl, RepairImplHeader(text, module_.features));
    PERDURE_ASSIGN_OR_RETURN(impl, RewriteMemoryAccess(impl, tricks_));
    PERDURE_ASSIGN_OR_RETURN(impl, RewriteCallCheck(impl, tricks_));
    if (blob_) impl = blob_->RewriteHeader(impl);
    if (rewriter_) impl += rewriter_->ImplHeaderTail();
    return WriteEmitted(work_, "app-impl.h", impl, translation_);
  }

  Status WriteShards(const std::vector<std::string>& sources) {
    PERDURE_ASSIGN_OR_RETURN(const SourceFunctions found,
                             FindFunctions(module_, translation_->names, sources));
    const std::vector<Shard> shards = PlanShards(module_);
    for (uint32_t i = 0; i < shards.size(); ++i) {
      std::string text = kSourceHead;
      if (i == 0) {
        text = std::string(found.head);
        if (blob_) {
          PERDURE_ASSIGN_OR_RETURN(text, blob_->RewriteHead(found.head));
        }
      }
      for (uint32_t f = shards[i].begin; f < shards[i].end; ++f) text += found.functions[f];
      PERDURE_TRY(WriteShard(i, shards[i], std::move(text)));
    }
    return OkStatus();
  }

  Status WriteShard(uint32_t index, const Shard& shard, std::string text) {
    PERDURE_ASSIGN_OR_RETURN(text, RepairSource(text, module_.features));
    std::string resume;
    if (rewriter_) {
      PERDURE_ASSIGN_OR_RETURN(text, rewriter_->RewriteSource(ShardName(index), text, &resume));
    }
    text = RewriteLoops(text, tricks_);
    AddUnit({.file = ShardName(index), .is_giant = shard.is_giant});
    PERDURE_TRY(WriteEmitted(work_, ShardName(index), text, translation_));
    if (!rewriter_) return OkStatus();
    resume = StrCat("/* Written by perdure. */\n#include \"app-resume.h\"\n", resume);
    AddUnit({.file = ResumeName(index), .is_resume = true, .is_giant = shard.is_giant});
    return WriteEmitted(work_, ResumeName(index), resume, translation_);
  }

  void AddUnit(Unit unit) { translation_->units.push_back(std::move(unit)); }

  const Module& module_;
  const PersistPlan& plan_;
  const Tricks& tricks_;
  const WorkDirectory& work_;
  Translation* translation_;
  std::optional<Rewriter> rewriter_;
  std::optional<DataBlob> blob_;
};

}  // namespace

size_t UnitCount(const Module& module, const PersistPlan& plan, EmitKind emit) {
  const size_t forms = plan.capture ? 2 : 1;
  const size_t tables = IsSmall(module) ? 0 : forms;
  return PlanShards(module).size() * forms + tables + (DataBlob::IsWanted(module) ? 1 : 0) +
         (emit == EmitKind::kExe ? 1 : 0);
}

Command Wasm2cCommand(const Module& module, const std::string& wasm2c, const std::string& symbol,
                      const WorkDirectory& work) {
  Command command;
  command.directory = work.path();
  command.label = "translating to C";
  command.argv = {wasm2c, "--no-debug-names", "-n", symbol, "--num-outputs", StrCat(kWasm2cFiles)};
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
  PERDURE_ASSIGN_OR_RETURN(const WrittenText text, ReadWritten(work));
  Translation translation;
  PERDURE_ASSIGN_OR_RETURN(translation.names,
                           ReadWasm2cNames(module, {text.header, text.impl, text.sources[0]}));
  Tricks tricks = options.tricks;
  // A library may have several instances, and an access in a program of several memories has to say
  // which.
  if (options.emit != EmitKind::kExe || module.memories.size() != 1) tricks.constant_base = false;
  PERDURE_TRY(ShardWriter(module, plan, tricks, work, &translation).Write(symbol, text));

  const EmitInput input = {module, plan,          translation.names,        options.name,
                           symbol, options.state, options.compiler_version, tricks.constant_base};
  PERDURE_TRY(WriteEmitted(work, "app.persist.c", EmitDescriptor(input), &translation));
  PERDURE_TRY(WriteEmitted(work, "app.main.c", EmitMain(input), &translation));
  PERDURE_TRY(WriteEmitted(work, options.name + ".hpp", EmitClassHeader(input), &translation));
  PERDURE_TRY(WriteEmitted(work, options.name + ".host.h", EmitHostHeader(input), &translation));
  if (options.emit == EmitKind::kSharedLib) {
    PERDURE_TRY(WriteEmitted(work, kExportMap, EmitExportMap(input), &translation));
  }
  std::sort(translation.files.begin(), translation.files.end());

  translation.units.push_back({.file = "app.persist.c"});
  if (plan.capture) translation.units.push_back({.file = "app.capture.c"});
  if (IsSmall(module)) PERDURE_TRY(JoinUnits(work, &translation.units));
  if (options.emit == EmitKind::kExe) translation.units.push_back({.file = "app.main.c"});
  PERDURE_TRY(SortUnits(work, &translation.units));
  return translation;
}

}  // namespace perdure
