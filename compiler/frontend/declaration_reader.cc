#include "compiler/frontend/declaration_reader.h"

#include <cstdint>
#include <string>
#include <utility>

#include "compiler/frontend/limits.h"
#include "compiler/frontend/omissions.h"
#include "compiler/frontend/supported_features.h"
#include "rtlib/base/text.h"
#include "wabt/binary.h"

namespace perdure {
namespace {

using wabt::Result;

wabt::SegmentKind WabtMode(SegmentMode mode) {
  switch (mode) {
    case SegmentMode::kActive:
      return wabt::SegmentKind::Active;
    case SegmentMode::kPassive:
      return wabt::SegmentKind::Passive;
    case SegmentMode::kDeclared:
      return wabt::SegmentKind::Declared;
  }
  return wabt::SegmentKind::Active;
}

SegmentMode ModeOfFlags(uint8_t flags) {
  if ((flags & wabt::SegDeclared) == wabt::SegDeclared) return SegmentMode::kDeclared;
  return (flags & wabt::SegPassive) != 0 ? SegmentMode::kPassive : SegmentMode::kActive;
}

wabt::ValidateOptions SupportedForValidation() {
  wabt::ValidateOptions options;
  options.features = SupportedFeatures();
  return options;
}

}  // namespace

DeclarationReader::DeclarationReader(Module* module)
    : module_(*module), validator_(&errors_, SupportedForValidation()) {}

std::optional<ReadError> DeclarationReader::TakeError(Result result) {
  // Errors of callbacks come first, because wabt adds "callback failed" after them.
  for (const wabt::Error& error : errors_) {
    return ReadError{error.loc.offset, error.message, function_};
  }
  if (wabt::Failed(result)) return ReadError{position(), "reading failed", function_};
  return std::nullopt;
}

bool DeclarationReader::OnError(const wabt::Error& error) {
  // Warnings are about the contents of custom sections, which have no meaning for us.
  if (error.error_level == wabt::ErrorLevel::Error) errors_.push_back(error);
  return true;
}

Result DeclarationReader::Fail(uint64_t offset, std::string message) {
  errors_.emplace_back(wabt::ErrorLevel::Error, wabt::Location(offset), message);
  return Result::Error;
}

uint64_t DeclarationReader::EndEntry() { return std::exchange(entry_begin_, position()); }

Result DeclarationReader::BeginEntries(wabt::Index count, uint64_t count_max, const char* what) {
  entry_begin_ = position();
  if (count <= count_max) return Result::Ok;
  return Fail(position(),
              StrCat("too many ", what, ": ", count, ", at most ", count_max, " are supported"));
}

ValueType DeclarationReader::UseType(wabt::Type type) {
  const ValueType value_type = static_cast<ValueType>(static_cast<int32_t>(type) & 0x7f);
  if (value_type == ValueType::kV128) module_.features.simd = true;
  return value_type;
}

Result DeclarationReader::BeginCustomSection(wabt::Index, wabt::Offset,
                                             std::string_view section_name) {
  // Object files import their memory and have addresses still to be filled in.
  if (section_name == WABT_BINARY_SECTION_LINKING) {
    return Fail(position(), "relocatable object file");
  }
  return Result::Ok;
}

Result DeclarationReader::OnTypeCount(wabt::Index count) {
  return BeginEntries(count, kTypesMax, "types");
}

Result DeclarationReader::OnFuncType(wabt::Index index, wabt::Index param_count, wabt::Type* params,
                                     wabt::Index result_count, wabt::Type* results) {
  const uint64_t offset = EndEntry();
  if (param_count > kParamsMax || result_count > kResultsMax) {
    return Fail(offset, StrCat("too many parameters or results in type ", index, ": ", param_count,
                               " and ", result_count, ", at most ", kParamsMax, " and ",
                               kResultsMax, " are supported"));
  }
  FuncType& type = module_.types.emplace_back();
  for (wabt::Index i = 0; i < param_count; ++i) type.params.push_back(UseType(params[i]));
  for (wabt::Index i = 0; i < result_count; ++i) type.results.push_back(UseType(results[i]));
  return validator_.OnFuncType(Here(), param_count, params, result_count, results, index);
}

Result DeclarationReader::OnImportCount(wabt::Index count) {
  return BeginEntries(count, kImportsMax, "imports");
}

uint64_t DeclarationReader::EndImport(std::string_view module_name, std::string_view field_name,
                                      ExternalKind kind, wabt::Index index) {
  const uint64_t offset = EndEntry();
  module_.imports.push_back(
      {std::string(module_name), std::string(field_name), kind, index, offset});
  return offset;
}

Result DeclarationReader::OnImportFunc(wabt::Index, std::string_view module_name,
                                       std::string_view field_name, wabt::Index index,
                                       wabt::Index type) {
  Function& function = module_.functions.emplace_back();
  function.type = type;
  function.imported = true;
  function.offset = EndImport(module_name, field_name, ExternalKind::kFunc, index);
  return validator_.OnFunction(Here(), Indexed(type));
}

Result DeclarationReader::OnImportTable(wabt::Index, std::string_view module_name,
                                        std::string_view field_name, wabt::Index index,
                                        wabt::Type type, const wabt::Limits* limits) {
  return AddTable(type, *limits, true,
                  EndImport(module_name, field_name, ExternalKind::kTable, index));
}

Result DeclarationReader::OnImportMemory(wabt::Index, std::string_view module_name,
                                         std::string_view field_name, wabt::Index index,
                                         const wabt::Limits* limits) {
  return AddMemory(*limits, true, EndImport(module_name, field_name, ExternalKind::kMemory, index));
}

Result DeclarationReader::OnImportGlobal(wabt::Index, std::string_view module_name,
                                         std::string_view field_name, wabt::Index index,
                                         wabt::Type type, bool is_mutable) {
  Global& global = module_.globals.emplace_back();
  global.type = UseType(type);
  global.is_mutable = is_mutable;
  global.imported = true;
  global.offset = EndImport(module_name, field_name, ExternalKind::kGlobal, index);
  return validator_.OnGlobalImport(Here(), type, is_mutable);
}

Result DeclarationReader::OnImportTag(wabt::Index, std::string_view module_name,
                                      std::string_view field_name, wabt::Index index,
                                      wabt::Index type) {
  return AddTag(type, true, EndImport(module_name, field_name, ExternalKind::kTag, index));
}

Result DeclarationReader::OnFunctionCount(wabt::Index count) {
  return BeginEntries(count, kFunctionsMax, "functions");
}

Result DeclarationReader::OnFunction(wabt::Index, wabt::Index type) {
  Function& function = module_.functions.emplace_back();
  function.type = type;
  function.offset = EndEntry();  // replaced when the body is read
  return validator_.OnFunction(Here(), Indexed(type));
}

Result DeclarationReader::OnTableCount(wabt::Index count) {
  return BeginEntries(count, kTablesMax, "tables");
}

Result DeclarationReader::OnTable(wabt::Index, wabt::Type type, const wabt::Limits* limits) {
  return AddTable(type, *limits, false, EndEntry());
}

Result DeclarationReader::AddTable(wabt::Type type, const wabt::Limits& limits, bool imported,
                                   uint64_t offset) {
  if (limits.is_64) return Fail(offset, "tables may not be 64-bit");
  Table& table = module_.tables.emplace_back();
  table.type = UseType(type);
  table.min_size = limits.initial;
  if (limits.has_max) table.max_size = limits.max;
  table.imported = imported;
  table.offset = offset;
  return validator_.OnTable(Here(), type, limits);
}

Result DeclarationReader::OnMemoryCount(wabt::Index count) {
  return BeginEntries(count, kMemoriesMax, "memories");
}

Result DeclarationReader::OnMemory(wabt::Index, const wabt::Limits* limits) {
  return AddMemory(*limits, false, EndEntry());
}

Result DeclarationReader::AddMemory(const wabt::Limits& limits, bool imported, uint64_t offset) {
  Memory& memory = module_.memories.emplace_back();
  memory.min_pages = limits.initial;
  if (limits.has_max) memory.max_pages = limits.max;
  memory.is64 = limits.is_64;
  memory.shared = limits.is_shared;
  memory.imported = imported;
  memory.offset = offset;
  module_.features.memory64 |= limits.is_64;
  module_.features.threads |= limits.is_shared;
  module_.features.multi_memory |= module_.memories.size() > 1;
  return validator_.OnMemory(Here(), limits);
}

Result DeclarationReader::OnTagCount(wabt::Index count) {
  return BeginEntries(count, kTypesMax, "tags");
}

Result DeclarationReader::OnTagType(wabt::Index, wabt::Index type) {
  return AddTag(type, false, EndEntry());
}

Result DeclarationReader::AddTag(wabt::Index type, bool imported, uint64_t offset) {
  module_.features.exceptions = true;
  module_.tags.push_back({type, imported, offset});
  return validator_.OnTag(Here(), Indexed(type));
}

Result DeclarationReader::OnGlobalCount(wabt::Index count) {
  return BeginEntries(count, UINT32_MAX, "globals");
}

Result DeclarationReader::BeginGlobal(wabt::Index, wabt::Type type, bool is_mutable) {
  Global& global = module_.globals.emplace_back();
  global.type = UseType(type);
  global.is_mutable = is_mutable;
  return validator_.OnGlobal(Here(), type, is_mutable);
}

Result DeclarationReader::BeginGlobalInitExpr(wabt::Index) {
  return BeginConstant(wabt::Type(static_cast<int32_t>(module_.globals.back().type) - 0x80));
}

Result DeclarationReader::EndGlobalInitExpr(wabt::Index) {
  module_.globals.back().offset = EndEntry();
  return EndConstant();
}

Result DeclarationReader::OnExportCount(wabt::Index count) {
  return BeginEntries(count, kExportsMax, "exports");
}

Result DeclarationReader::OnExport(wabt::Index, wabt::ExternalKind kind, wabt::Index item,
                                   std::string_view name) {
  module_.exports.push_back({std::string(name), static_cast<ExternalKind>(kind), item, EndEntry()});
  return validator_.OnExport(Here(), kind, Indexed(item), name);
}

Result DeclarationReader::OnStartFunction(wabt::Index function) {
  module_.start = function;
  return validator_.OnStart(Here(), Indexed(function));
}

Result DeclarationReader::OnElemSegmentCount(wabt::Index count) {
  return BeginEntries(count, UINT32_MAX, "element segments");
}

Result DeclarationReader::BeginElemSegment(wabt::Index, wabt::Index table, uint8_t flags) {
  ElemSegment& segment = module_.elems.emplace_back();
  segment.mode = ModeOfFlags(flags);
  segment.table = table;
  return validator_.OnElemSegment(Here(), Indexed(table), WabtMode(segment.mode));
}

Result DeclarationReader::BeginElemSegmentInitExpr(wabt::Index) {
  return BeginConstant(wabt::Type::I32);
}

Result DeclarationReader::EndElemSegmentInitExpr(wabt::Index) { return EndConstant(); }

Result DeclarationReader::OnElemSegmentElemType(wabt::Index, wabt::Type type) {
  module_.elems.back().type = UseType(type);
  return validator_.OnElemSegmentElemType(Here(), type);
}

Result DeclarationReader::OnElemSegmentElemExprCount(wabt::Index, wabt::Index count) {
  module_.elems.back().count = count;
  return Result::Ok;
}

Result DeclarationReader::ElementNull(wabt::Type type) {
  return wabt_shim::OnElementNull(validator_, Here(), type);
}

Result DeclarationReader::ElementFunction(wabt::Index function) {
  if (function < module_.functions.size()) module_.functions[function].is_referenced = true;
  return wabt_shim::OnElementFunction(validator_, Here(), Indexed(function));
}

Result DeclarationReader::BeginElement() {
  return BeginConstant(wabt::Type(static_cast<int32_t>(module_.elems.back().type) - 0x80));
}

Result DeclarationReader::EndElement() { return EndConstant(); }

Result DeclarationReader::EndElemSegment(wabt::Index) {
  module_.elems.back().offset = EndEntry();
  return Result::Ok;
}

Result DeclarationReader::OnDataCount(wabt::Index count) {
  data_count_ = count;
  validator_.OnDataCount(count);
  return Result::Ok;
}

Result DeclarationReader::OnDataSegmentCount(wabt::Index count) {
  return BeginEntries(count, UINT32_MAX, "data segments");
}

Result DeclarationReader::BeginDataSegment(wabt::Index, wabt::Index memory, uint8_t flags) {
  // wabt lets the flags of element segments through.
  if (flags > wabt::SegExplicitIndex)
    return Fail(position(), StrCat("invalid data segment flags: ", flags));
  DataSegment& segment = module_.data.emplace_back();
  segment.mode = ModeOfFlags(flags);
  segment.memory = memory;
  return validator_.OnDataSegment(Here(), Indexed(memory), WabtMode(segment.mode));
}

Result DeclarationReader::BeginDataSegmentInitExpr(wabt::Index) {
  const uint32_t memory = module_.data.back().memory;
  const bool is64 = memory < module_.memories.size() && module_.memories[memory].is64;
  return BeginConstant(is64 ? wabt::Type::I64 : wabt::Type::I32);
}

Result DeclarationReader::EndDataSegmentInitExpr(wabt::Index) { return EndConstant(); }

Result DeclarationReader::OnDataSegmentData(wabt::Index, const void*, wabt::Address size) {
  module_.data.back().bytes = size;
  module_.data.back().contents = position() - size;
  return Result::Ok;
}

Result DeclarationReader::EndDataSegment(wabt::Index) {
  module_.data.back().offset = EndEntry();
  return Result::Ok;
}

Result DeclarationReader::OnFunctionName(wabt::Index index, std::string_view name) {
  if (index < module_.functions.size()) module_.functions[index].name = name;
  return Result::Ok;
}

Result DeclarationReader::OnNameEntry(wabt::NameSectionSubsection kind, wabt::Index index,
                                      std::string_view name) {
  const auto set = [&](auto& entries) {
    if (index < entries.size()) entries[index].name = name;
  };
  if (kind == wabt::NameSectionSubsection::Table) set(module_.tables);
  if (kind == wabt::NameSectionSubsection::Memory) set(module_.memories);
  if (kind == wabt::NameSectionSubsection::Global) set(module_.globals);
  return Result::Ok;
}

void DeclarationReader::NameFromExports() {
  for (const Export& item : module_.exports) {
    const auto set = [&](auto& entries) {
      if (entries[item.index].name.empty()) entries[item.index].name = item.name;
    };
    switch (item.kind) {
      case ExternalKind::kFunc:
        set(module_.functions);
        break;
      case ExternalKind::kTable:
        set(module_.tables);
        break;
      case ExternalKind::kMemory:
        set(module_.memories);
        break;
      case ExternalKind::kGlobal:
        set(module_.globals);
        break;
      case ExternalKind::kTag:
        break;
    }
  }
}

Result DeclarationReader::EndModule() {
  if (const Problem problem = CheckDataSegments(module_, data_count_)) {
    return Fail(position(), *problem);
  }
  const Result result = validator_.EndModule();
  if (wabt::Succeeded(result)) NameFromExports();
  return result;
}

}  // namespace perdure
