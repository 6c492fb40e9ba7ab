#include "compiler/frontend/module.h"

#include <algorithm>
#include <span>

#include "compiler/frontend/sections.h"

namespace perdure {
namespace {

void AppendTypes(std::string* out, const std::vector<ValueType>& types) {
  *out += '(';
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) *out += ", ";
    *out += ValueTypeName(types[i]);
  }
  *out += ')';
}

// The flag of a memory's limits that shares it.
constexpr uint8_t kSharedLimits = 0x02;

}  // namespace

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kI32:
      return "i32";
    case ValueType::kI64:
      return "i64";
    case ValueType::kF32:
      return "f32";
    case ValueType::kF64:
      return "f64";
    case ValueType::kV128:
      return "v128";
    case ValueType::kFuncref:
      return "funcref";
    case ValueType::kExternref:
      return "externref";
  }
  return "unknown";
}

std::string_view ExternalKindName(ExternalKind kind) {
  switch (kind) {
    case ExternalKind::kFunc:
      return "function";
    case ExternalKind::kTable:
      return "table";
    case ExternalKind::kMemory:
      return "memory";
    case ExternalKind::kGlobal:
      return "global";
    case ExternalKind::kTag:
      return "tag";
  }
  return "unknown";
}

std::string FuncTypeText(const FuncType& type) {
  std::string out;
  AppendTypes(&out, type.params);
  out += " -> ";
  if (type.results.size() == 1) {
    out += ValueTypeName(type.results[0]);
  } else {
    AppendTypes(&out, type.results);
  }
  return out;
}

Place Module::PlaceOf(uint64_t offset) const {
  const auto after =
      std::upper_bound(origins.begin(), origins.end(), offset,
                       [](uint64_t value, const Origin& origin) { return value < origin.offset; });
  if (after == origins.begin()) return {path, offset};
  const Origin& origin = *(after - 1);
  return {origin_files[origin.file], origin.file_offset};
}

std::vector<uint8_t> BinaryForWasm2c(const Module& module) {
  std::vector<uint8_t> bytes = module.binary;
  std::vector<uint8_t> out;
  if (bytes.size() < kModuleHeaderBytes) return out;
  std::vector<Section> sections;
  // Succeeded when the module was read.
  ScanSections(bytes, &sections);
  for (const Memory& memory : module.memories) {
    if (memory.shared && !memory.imported) bytes[memory.offset] &= ~kSharedLimits;
  }
  out.reserve(bytes.size());
  const auto append = [&](uint64_t begin, uint64_t end) {
    out.insert(out.end(), bytes.begin() + static_cast<ptrdiff_t>(begin),
               bytes.begin() + static_cast<ptrdiff_t>(end));
  };
  append(0, kModuleHeaderBytes);
  for (const Section& section : sections) {
    if (section.id != kCustomSection && section.id != kStartSection)
      append(section.begin, section.end);
  }
  return out;
}

}  // namespace perdure
