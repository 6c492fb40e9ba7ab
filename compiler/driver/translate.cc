#include "compiler/driver/translate.h"

#include <algorithm>
#include <utility>

#include "compiler/emit/emit.h"
#include "compiler/emit/memory_access.h"
#include "compiler/emit/needed_loads.h"
#include "compiler/emit/wasm2c_repair.h"
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

Status RepairFile(const std::string& path, const Features& features,
                  Result<std::string> (*repair)(std::string_view, const Features&)) {
  PERDURE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  PERDURE_ASSIGN_OR_RETURN(const std::string repaired, repair(text, features));
  return repaired == text ? OkStatus() : WriteFile(path, repaired);
}

Status RewriteImplHeader(const std::string& path, const Tricks& tricks) {
  PERDURE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  PERDURE_ASSIGN_OR_RETURN(const std::string rewritten, RewriteMemoryAccess(text, tricks));
  return WriteFile(path, rewritten);
}

Status RewriteShard(const std::string& path) {
  PERDURE_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return WriteFile(path, MarkNeededLoads(text));
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

}  // namespace

uint32_t ShardCount(const Module& module) {
  const uint64_t wanted = (EstimatedCBytes(module) + kShardBytes - 1) / kShardBytes;
  return static_cast<uint32_t>(std::clamp<uint64_t>(wanted, 2, kShardsMax));
}

bool IsSmall(const Module& module) { return EstimatedCBytes(module) <= kSmallBytes; }

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
  PERDURE_TRY(RepairFile(work.File("app-impl.h"), module.features, RepairImplHeader));
  Tricks tricks = options.tricks;
  // A library may have several instances, and an access in a program of several memories has to say
  // which.
  if (options.emit != EmitKind::kExe || module.memories.size() != 1) tricks.constant_base = false;
  PERDURE_TRY(RewriteImplHeader(work.File("app-impl.h"), tricks));
  translation.files = {"app.h", "app-impl.h"};
  std::vector<std::string> shards;
  for (uint32_t i = 0; i < ShardCount(module); ++i) {
    PERDURE_TRY(RepairFile(work.File(ShardName(i)), module.features, RepairSource));
    if (tricks.needed_loads) PERDURE_TRY(RewriteShard(work.File(ShardName(i))));
    shards.push_back(ShardName(i));
  }
  translation.files.insert(translation.files.end(), shards.begin(), shards.end());

  const EmitInput input = {module, plan,          translation.names,        options.name,
                           symbol, options.state, options.compiler_version, tricks.constant_base};
  PERDURE_TRY(WriteEmitted(work, "app.persist.c", EmitDescriptor(input), &translation));
  PERDURE_TRY(WriteEmitted(work, "app.main.c", EmitMain(input), &translation));
  PERDURE_TRY(WriteEmitted(work, options.name + ".hpp", EmitClassHeader(input), &translation));
  PERDURE_TRY(WriteEmitted(work, options.name + ".host.h", EmitHostHeader(input), &translation));
  std::sort(translation.files.begin(), translation.files.end());

  translation.units = shards;
  translation.units.emplace_back("app.persist.c");
  if (IsSmall(module)) {
    PERDURE_TRY(WriteUnit(work, translation.units));
    translation.units = {"app.unit.c"};
  }
  if (options.emit == EmitKind::kExe) translation.units.emplace_back("app.main.c");
  return translation;
}

}  // namespace perdure
