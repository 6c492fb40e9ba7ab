// EmitDescriptor: the tables of perdure/program.h as C initialisers.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "compiler/emit/c_text.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/template.h"
#include "compiler/emit/thunks.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const EmitInput& input)
      : module_(input.module),
        plan_(input.plan),
        names_(input.names),
        struct_name_(StrCat("w2c_", input.names.prefix)) {}

  std::string Arrays() {
    std::string out = TypeArrays();
    for (const auto table : {&Descriptor::Types, &Descriptor::Functions, &Descriptor::Globals,
                             &Descriptor::Memories, &Descriptor::Tables, &Descriptor::Segments,
                             &Descriptor::Exports, &Descriptor::Imports, &Descriptor::Modules}) {
      out += (this->*table)();
    }
    return out;
  }

  // ".types = types, .type_count = 3," ... ; after Arrays(), which knows which are there.
  const std::string& table_members() const { return table_members_; }

  std::string Thunks() const {
    std::string out;
    for (const uint32_t type : EnteredTypes(module_, plan_)) {
      StrAppend(&out, Thunk(module_.types[type], type), '\n');
    }
    return out;
  }

  std::string SegmentAccessors() const {
    std::string out;
    for (const SegmentFlag& flag : names_.segments) {
      const std::string id = SegmentId(flag);
      StrAppend(&out, "static int is_dropped_", id, "(const void* instance) {\n  return ((const ",
                struct_name_, "*)instance)->", flag.field, ";\n}\n");
      StrAppend(&out, "static void set_dropped_", id, "(void* instance, int dropped) {\n  ((",
                struct_name_, "*)instance)->", flag.field, " = dropped != 0;\n}\n\n");
    }
    return out;
  }

  std::string ImportInstances() const {
    std::string out;
    for (const std::string& name : names_.import_structs) {
      StrAppend(&out, ", (struct ", name, "*)host");
    }
    return out;
  }

 private:
  static std::string SegmentId(const SegmentFlag& flag) {
    return StrCat(flag.is_elem ? "elem_" : "data_", flag.index);
  }

  std::string Offset(const std::string& field) const {
    return StrCat("(uint32_t)offsetof(", struct_name_, ", ", field, ")");
  }

  // C has no empty arrays: a table without rows is NULL.
  std::string Array(std::string_view type, const char* member,
                    const std::vector<std::string>& rows) {
    StrAppend(&table_members_, "    .", member, "_count = ", rows.size(), ",\n    .",
              Plural(member), " = ", rows.empty() ? "NULL" : Plural(member), ",\n");
    if (rows.empty()) return "";
    std::string out = StrCat("static const ", type, " ", Plural(member), "[] = {\n");
    for (const std::string& row : rows) StrAppend(&out, "    ", row, ",\n");
    return out + "};\n\n";
  }

  static std::string Plural(std::string_view member) {
    if (member == "memory") return "memories";
    return StrCat(member, "s");
  }

  static std::string ValueTypes(const std::vector<ValueType>& types) {
    std::string out;
    for (const ValueType type : types) StrAppend(&out, out.empty() ? "" : ", ", TypeConstant(type));
    return out;
  }

  static std::string_view TypeConstant(ValueType type) {
    switch (type) {
      case ValueType::kI32:
        return "PERDURE_I32";
      case ValueType::kI64:
        return "PERDURE_I64";
      case ValueType::kF32:
        return "PERDURE_F32";
      case ValueType::kF64:
        return "PERDURE_F64";
      case ValueType::kV128:
        return "PERDURE_V128";
      case ValueType::kFuncref:
        return "PERDURE_FUNCREF";
      case ValueType::kExternref:
        return "PERDURE_EXTERNREF";
    }
    return "?";
  }

  static std::string_view KindConstant(ExternalKind kind) {
    switch (kind) {
      case ExternalKind::kFunc:
        return "PERDURE_FUNC";
      case ExternalKind::kTable:
        return "PERDURE_TABLE";
      case ExternalKind::kMemory:
        return "PERDURE_MEMORY";
      case ExternalKind::kGlobal:
        return "PERDURE_GLOBAL";
      case ExternalKind::kTag:
        return "PERDURE_TAG";
    }
    return "?";
  }

  // What the rows of `types` point to.
  std::string TypeArrays() const {
    if (module_.types.empty()) return "";
    std::string out;
    for (size_t i = 0; i < module_.types.size(); ++i) {
      const FuncType& type = module_.types[i];
      if (!type.params.empty()) {
        StrAppend(&out, "static const uint8_t params_", i, "[] = {", ValueTypes(type.params),
                  "};\n");
      }
      if (!type.results.empty()) {
        StrAppend(&out, "static const uint8_t results_", i, "[] = {", ValueTypes(type.results),
                  "};\n");
      }
    }
    return out + "\n";
  }

  std::string Types() {
    const std::set<uint32_t> entered = EnteredTypes(module_, plan_);
    std::vector<std::string> rows;
    for (uint32_t i = 0; i < module_.types.size(); ++i) {
      const FuncType& type = module_.types[i];
      rows.push_back(StrCat("{", type.params.size(), ", ", type.results.size(), ", ",
                            type.params.empty() ? "NULL" : StrCat("params_", i), ", ",
                            type.results.empty() ? "NULL" : StrCat("results_", i), ", ",
                            entered.contains(i) ? ThunkName(i) : "NULL", "}"));
    }
    return Array("perdure_type", "type", rows);
  }

  bool IsWrapped(uint32_t function) const {
    return plan_.capture && std::binary_search(plan_.capture->wrapped_imports.begin(),
                                               plan_.capture->wrapped_imports.end(), function);
  }

  std::string Functions() {
    std::vector<std::string> rows;
    for (size_t i = 0; i < module_.functions.size(); ++i) {
      const Function& function = module_.functions[i];
      const FunctionName& name = names_.functions[i];
      const bool is_wrapped = IsWrapped(static_cast<uint32_t>(i));
      rows.push_back(StrCat(
          "{", function.type, ", ", function.imported && !is_wrapped ? 1 : 0, ", &w2c_",
          names_.prefix, "_t", names_.canonical_type[function.type], ", (wasm_rt_function_ptr_t)",
          is_wrapped ? ImportWrapperName(name.symbol) : name.symbol, ", {",
          name.tailcallee.empty() ? "NULL" : name.tailcallee, "}, ", CStringOrNull(function.name),
          ", ", function.is_referenced ? 1 : 0, "}"));
    }
    return Array("perdure_function", "function", rows);
  }

  std::string Globals() {
    std::vector<std::string> rows;
    for (size_t i = 0; i < module_.globals.size(); ++i) {
      const Global& global = module_.globals[i];
      rows.push_back(StrCat("{", TypeConstant(global.type), ", ", global.is_mutable ? 1 : 0, ", ",
                            Offset(names_.globals[i]), ", ", CStringOrNull(global.name), "}"));
    }
    return Array("perdure_global", "global", rows);
  }

  std::string Memories() {
    constexpr uint64_t kMaxPages32 = 65536;
    constexpr uint64_t kMaxPages64 = uint64_t{1} << 48;
    std::vector<std::string> rows;
    for (size_t i = 0; i < module_.memories.size(); ++i) {
      const Memory& memory = module_.memories[i];
      const uint64_t max = memory.max_pages.value_or(memory.is64 ? kMaxPages64 : kMaxPages32);
      rows.push_back(StrCat("{", Offset(names_.memories[i]), ", ", memory.is64 ? 1 : 0, ", ",
                            memory.min_pages, "u, ", max, "u, ", CStringOrNull(memory.name), "}"));
    }
    return Array("perdure_memory", "memory", rows);
  }

  std::string Tables() {
    std::vector<std::string> rows;
    for (const PlannedTable& planned : plan_.tables) {
      const Table& table = module_.tables[planned.table];
      const uint64_t max = std::min<uint64_t>(table.max_size.value_or(UINT32_MAX), UINT32_MAX);
      rows.push_back(StrCat("{", Offset(names_.tables[planned.table]), ", ",
                            TypeConstant(table.type), ", ", planned.is_mutable ? 1 : 0, ", ",
                            table.min_size, "u, ", max, "u, ", CStringOrNull(table.name), "}"));
    }
    return Array("perdure_table", "table", rows);
  }

  std::string Segments() {
    std::vector<std::string> rows;
    for (const SegmentFlag& flag : names_.segments) {
      const std::string id = SegmentId(flag);
      rows.push_back(StrCat("{", flag.is_elem ? 1 : 0, ", ", flag.index, ", is_dropped_", id,
                            ", set_dropped_", id, "}"));
    }
    return Array("perdure_segment", "segment", rows);
  }

  std::string Exports() {
    std::vector<std::string> rows;
    for (const Export& item : module_.exports) {
      rows.push_back(
          StrCat("{", CString(item.name), ", ", KindConstant(item.kind), ", ", item.index, "}"));
    }
    return Array("perdure_export", "export", rows);
  }

  std::string Imports() {
    std::vector<std::string> rows;
    std::vector<bool> by_runtime(module_.imports.size());
    for (const PlannedImport& planned : plan_.imports) {
      by_runtime[planned.import] =
          planned.supplier == ImportSupplier::kRuntime && !plan_.has_host_library;
    }
    for (size_t i = 0; i < module_.imports.size(); ++i) {
      const Import& item = module_.imports[i];
      rows.push_back(StrCat("{", CString(item.module), ", ", CString(item.field), ", ",
                            KindConstant(item.kind), ", ", item.index, ", ", by_runtime[i] ? 1 : 0,
                            "}"));
    }
    return Array("perdure_import", "import", rows);
  }

  std::string Modules() {
    std::vector<std::string> rows;
    std::string arrays;
    for (const InputMemories& input : module_.input_memories) {
      const std::string name = StrCat("memories_of_", rows.size());
      std::string indices;
      for (const uint32_t index : input.memories) {
        StrAppend(&indices, indices.empty() ? "" : ", ", index);
      }
      const bool none = input.memories.empty();
      if (!none) StrAppend(&arrays, "static const uint32_t ", name, "[] = {", indices, "};\n");
      rows.push_back(StrCat("{", input.memories.size(), ", ", none ? "NULL" : name, ", ",
                            input.exported, "}"));
    }
    return arrays + Array("perdure_module", "module", rows);
  }

  const Module& module_;
  const PersistPlan& plan_;
  const Wasm2cNames& names_;
  const std::string struct_name_;
  std::string table_members_;
};

// The plan (from the module) and the flags (from wasm2c) must name the same segments: one that the
// plan misses would not persist.
bool SameSegments(const PersistPlan& plan, const Wasm2cNames& names) {
  auto key = [](const auto& segment) { return std::pair(segment.is_elem, segment.index); };
  std::set<std::pair<bool, uint32_t>> planned, found;
  for (const PlannedSegment& segment : plan.segments) planned.insert(key(segment));
  for (const SegmentFlag& segment : names.segments) found.insert(key(segment));
  return planned == found;
}

std::string IndexOrNone(const std::optional<uint32_t>& index) {
  return index ? StrCat(*index, "u") : "PERDURE_NO_INDEX";
}

std::string HashBytes(const Module& module) {
  std::string out;
  for (const uint8_t byte : module.hash) {
    const char bytes[] = {static_cast<char>(byte)};
    StrAppend(&out, out.empty() ? "" : ", ", "0x", Hex(std::string_view(bytes, 1)));
  }
  return out;
}

}  // namespace

Result<std::string> EmitDescriptor(const EmitInput& input) {
  if (!SameSegments(input.plan, input.names)) {
    return Status(StatusCode::kInvalidArgument,
                  "wasm2c keeps dropped flags of other segments than the plan names");
  }
  if (input.plan.tables.size() != input.module.tables.size()) {
    return Status(StatusCode::kInvalidArgument, "the plan does not name every table");
  }
  Descriptor descriptor(input);
  Slots slots;
  slots["THUNKS"] = descriptor.Thunks();
  slots["SEGMENT_ACCESSORS"] = descriptor.SegmentAccessors();
  slots["ARRAYS"] = descriptor.Arrays();
  slots["IMPORT_INSTANCES"] = descriptor.ImportInstances();
  slots["TABLES"] = descriptor.table_members();
  slots["TABLES"].pop_back();
  if (input.has_constant_base) {
    slots["DECLARE_BIND_MEMORY"] = "\nvoid perdure_bind_memory(u8* base); /* app.main.c */\n";
    slots["BIND_MEMORY"] = StrCat("\n  perdure_bind_memory(((w2c_", input.names.prefix,
                                  "*)instance)->", input.names.memories[0], ".data);");
    slots["UNBIND_MEMORY"] = "\n  perdure_bind_memory(NULL);";
  } else {
    slots["DECLARE_BIND_MEMORY"] = slots["BIND_MEMORY"] = slots["UNBIND_MEMORY"] = "";
  }
  slots["PREFIX"] = input.names.prefix;
  slots["SYMBOL"] = input.symbol;
  slots["NAME"] = CString(input.program_name);
  slots["COMPILER"] = CString(input.compiler_version);
  slots["DEFAULT_STATE"] = CStringOrNull(input.default_state);
  slots["MODULE_HASH"] = HashBytes(input.module);
  slots["CALLER_GLOBAL"] = IndexOrNone(input.module.caller_global);
  slots["CAPTURE_DECLARATION"] =
      input.plan.capture
          ? StrCat("extern const perdure_capture perdure_", input.symbol, "_capture;\n\n")
          : "";
  slots["CAPTURE"] = input.plan.capture ? StrCat("&perdure_", input.symbol, "_capture") : "NULL";
  slots["START_FUNCTION"] = IndexOrNone(input.module.start);
  slots["INITIALIZE_FUNCTION"] = IndexOrNone(input.plan.initialize);
  return FillTemplate(EmbeddedTemplate("app.persist.c.in"), slots);
}

Result<std::string> EmitMain(const EmitInput& input) {
  constexpr const char* kMemoryBase =
      "\n"
      "/* Where the memory is. Set once, before any guest code runs, so the shards see a constant. "
      "*/\n"
      "unsigned char* perdure_memory_base __attribute__((visibility(\"hidden\")));\n\n"
      "void perdure_bind_memory(unsigned char* base) {\n"
      "  if (base != NULL && perdure_memory_base != NULL) abort(); /* a second instance */\n"
      "  perdure_memory_base = base;\n"
      "}\n";
  return FillTemplate(
      EmbeddedTemplate("app.main.c.in"),
      {{"SYMBOL", input.symbol}, {"MEMORY_BASE", input.has_constant_base ? kMemoryBase : ""}});
}

Result<std::string> EmitExportMap(const EmitInput& input) {
  return FillTemplate(EmbeddedTemplate("exports.map.in"),
                      {{"SYMBOL", input.symbol}, {"VERSION", input.compiler_version}});
}

}  // namespace perdure
