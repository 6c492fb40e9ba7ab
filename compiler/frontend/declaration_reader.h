// The sections of a binary module but for instructions: fills Module and drives wabt's validator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/frontend/module.h"
#include "compiler/frontend/wabt_shim.h"

namespace perdure {

// Why reading stopped. The message is wabt's or in wabt's style; explain.h makes it presentable.
struct ReadError {
  uint64_t offset = 0;
  std::string message;
  std::optional<uint32_t> function;  // whose body it is in
};

class DeclarationReader : public wabt_shim::ReaderBase {
 public:
  // `module` must outlive the reader, and have its binary.
  explicit DeclarationReader(Module* module);

  // The first error, once wabt::ReadBinary has returned.
  std::optional<ReadError> TakeError(wabt::Result result);

  bool OnError(const wabt::Error& error) override;

  wabt::Result BeginCustomSection(wabt::Index section_index, wabt::Offset size,
                                  std::string_view section_name) override;
  wabt::Result OnTypeCount(wabt::Index count) override;
  wabt::Result OnFuncType(wabt::Index index, wabt::Index param_count, wabt::Type* params,
                          wabt::Index result_count, wabt::Type* results) override;

  wabt::Result OnImportCount(wabt::Index count) override;
  wabt::Result OnImportFunc(wabt::Index import_index, std::string_view module_name,
                            std::string_view field_name, wabt::Index index,
                            wabt::Index type) override;
  wabt::Result OnImportTable(wabt::Index import_index, std::string_view module_name,
                             std::string_view field_name, wabt::Index index, wabt::Type type,
                             const wabt::Limits* limits) override;
  wabt::Result OnImportMemory(wabt::Index import_index, std::string_view module_name,
                              std::string_view field_name, wabt::Index index,
                              const wabt::Limits* limits) override;
  wabt::Result OnImportGlobal(wabt::Index import_index, std::string_view module_name,
                              std::string_view field_name, wabt::Index index, wabt::Type type,
                              bool is_mutable) override;
  wabt::Result OnImportTag(wabt::Index import_index, std::string_view module_name,
                           std::string_view field_name, wabt::Index index,
                           wabt::Index type) override;

  wabt::Result OnFunctionCount(wabt::Index count) override;
  wabt::Result OnFunction(wabt::Index index, wabt::Index type) override;
  wabt::Result OnTableCount(wabt::Index count) override;
  wabt::Result OnTable(wabt::Index index, wabt::Type type, const wabt::Limits* limits) override;
  wabt::Result OnMemoryCount(wabt::Index count) override;
  wabt::Result OnMemory(wabt::Index index, const wabt::Limits* limits) override;
  wabt::Result OnTagCount(wabt::Index count) override;
  wabt::Result OnTagType(wabt::Index index, wabt::Index type) override;

  wabt::Result OnGlobalCount(wabt::Index count) override;
  wabt::Result BeginGlobal(wabt::Index index, wabt::Type type, bool is_mutable) override;
  wabt::Result BeginGlobalInitExpr(wabt::Index index) override;
  wabt::Result EndGlobalInitExpr(wabt::Index index) override;

  wabt::Result OnExportCount(wabt::Index count) override;
  wabt::Result OnExport(wabt::Index index, wabt::ExternalKind kind, wabt::Index item,
                        std::string_view name) override;
  wabt::Result OnStartFunction(wabt::Index function) override;

  wabt::Result OnElemSegmentCount(wabt::Index count) override;
  wabt::Result BeginElemSegment(wabt::Index index, wabt::Index table, uint8_t flags) override;
  wabt::Result BeginElemSegmentInitExpr(wabt::Index index) override;
  wabt::Result EndElemSegmentInitExpr(wabt::Index index) override;
  wabt::Result OnElemSegmentElemType(wabt::Index index, wabt::Type type) override;
  wabt::Result OnElemSegmentElemExprCount(wabt::Index index, wabt::Index count) override;
  wabt::Result EndElemSegment(wabt::Index index) override;

  wabt::Result OnDataCount(wabt::Index count) override;
  wabt::Result OnDataSegmentCount(wabt::Index count) override;
  wabt::Result BeginDataSegment(wabt::Index index, wabt::Index memory, uint8_t flags) override;
  wabt::Result BeginDataSegmentInitExpr(wabt::Index index) override;
  wabt::Result EndDataSegmentInitExpr(wabt::Index index) override;
  wabt::Result OnDataSegmentData(wabt::Index index, const void* data, wabt::Address size) override;
  wabt::Result EndDataSegment(wabt::Index index) override;

  wabt::Result OnFunctionName(wabt::Index index, std::string_view name) override;
  wabt::Result OnNameEntry(wabt::NameSectionSubsection kind, wabt::Index index,
                           std::string_view name) override;
  wabt::Result EndModule() override;

 protected:
  // The position of wabt's reader: just after what the current callback is about.
  uint64_t position() const { return state->offset; }
  wabt::Location Here() const { return wabt::Location(position()); }
  wabt::Var Indexed(wabt::Index index) const { return wabt::Var(index, Here()); }

  // Records an error of our own; always returns Error.
  wabt::Result Fail(uint64_t offset, std::string message);

  // A constant expression: an implicit block that ends with `end`.
  virtual wabt::Result BeginConstant(wabt::Type type) = 0;
  virtual wabt::Result EndConstant() = 0;

  wabt::Result ElementNull(wabt::Type type) override;
  wabt::Result ElementFunction(wabt::Index function) override;
  wabt::Result BeginElement() override;
  wabt::Result EndElement() override;

  // Notes features that a type or a memory brings.
  ValueType UseType(wabt::Type type);

  Module& module_;
  wabt::SharedValidator validator_;
  std::optional<uint32_t> function_;    // whose body is being read
  std::optional<uint32_t> data_count_;  // of the data count section

 private:
  // Every vector of the format: the first entry begins after the count, each other where the one
  // before ended. Returns where the entry that now ends began.
  uint64_t EndEntry();
  wabt::Result BeginEntries(wabt::Index count, uint64_t count_max, const char* what);
  uint64_t EndImport(std::string_view module_name, std::string_view field_name, ExternalKind kind,
                     wabt::Index index);
  wabt::Result AddTable(wabt::Type type, const wabt::Limits& limits, bool imported,
                        uint64_t offset);
  wabt::Result AddMemory(const wabt::Limits& limits, bool imported, uint64_t offset);
  wabt::Result AddTag(wabt::Index type, bool imported, uint64_t offset);
  void NameFromExports();

  wabt::Errors errors_;
  uint64_t entry_begin_ = 0;
};

}  // namespace perdure
