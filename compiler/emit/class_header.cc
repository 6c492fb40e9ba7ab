// EmitClassHeader: NAME.hpp, the module as a C++ class.
#include <set>
#include <string>

#include "compiler/diag/printable.h"
#include "compiler/emit/c_text.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/template.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::string_view CppType(ValueType type) {
  switch (type) {
    case ValueType::kI32:
      return "int32_t";
    case ValueType::kI64:
      return "int64_t";
    case ValueType::kF32:
      return "float";
    case ValueType::kF64:
      return "double";
    case ValueType::kV128:
      return "std::array<uint8_t, 16>";
    case ValueType::kFuncref:
      return "wasm_rt_funcref_t";
    case ValueType::kExternref:
      return "wasm_rt_externref_t";
  }
  return "?";
}

std::string ResultType(const FuncType& type) {
  if (type.results.empty()) return "perdure::Status";
  if (type.results.size() == 1) return StrCat("perdure::Result<", CppType(type.results[0]), ">");
  std::string out = "perdure::Result<std::tuple<";
  for (size_t i = 0; i < type.results.size(); ++i) {
    StrAppend(&out, i == 0 ? "" : ", ", CppType(type.results[i]));
  }
  return out + ">>";
}

std::string StoreArgument(ValueType type, size_t i) {
  std::string member = StrCat("args[", i, "].", ValueField(type));
  switch (type) {
    case ValueType::kI32:
      return StrCat("    ", member, " = static_cast<uint32_t>(a", i, ");\n");
    case ValueType::kI64:
      return StrCat("    ", member, " = static_cast<uint64_t>(a", i, ");\n");
    case ValueType::kV128:
      return StrCat("    std::memcpy(", member, ", a", i, ".data(), 16);\n");
    default:
      return StrCat("    ", member, " = a", i, ";\n");
  }
}

std::string LoadResult(ValueType type, size_t i) {
  std::string member = StrCat("results[", i, "].", ValueField(type));
  switch (type) {
    case ValueType::kI32:
      return StrCat("static_cast<int32_t>(", member, ")");
    case ValueType::kI64:
      return StrCat("static_cast<int64_t>(", member, ")");
    case ValueType::kV128:
      return StrCat("std::to_array(", member, ")");
    default:
      return member;
  }
}

std::string Method(const std::string& name, const FuncType& type, uint32_t export_index,
                   std::string_view export_name) {
  std::string params;
  for (size_t i = 0; i < type.params.size(); ++i) {
    StrAppend(&params, i == 0 ? "" : ", ", CppType(type.params[i]), " a", i);
  }
  std::string out = StrCat("  // export ", Quote(export_name), ": ", FuncTypeText(type), "\n  ",
                           ResultType(type), " ", name, "(", params, ") {\n");
  if (!type.params.empty()) {
    StrAppend(&out, "    perdure_value args[", type.params.size(), "] = {};\n");
    for (size_t i = 0; i < type.params.size(); ++i) out += StoreArgument(type.params[i], i);
  }
  const char* args = type.params.empty() ? "{}" : "args";
  if (type.results.empty()) {
    return StrCat(out, "    return Call(", export_index, ", ", args, ", {});\n  }\n");
  }
  StrAppend(&out, "    perdure_value results[", type.results.size(), "] = {};\n",
            "    if (perdure::Status status = Call(", export_index, ", ", args,
            ", results); !status.ok()) return status;\n    return ");
  if (type.results.size() == 1) return StrCat(out, LoadResult(type.results[0], 0), ";\n  }\n");
  out += "std::tuple(";
  for (size_t i = 0; i < type.results.size(); ++i) {
    StrAppend(&out, i == 0 ? "" : ", ", LoadResult(type.results[i], i));
  }
  return out + ");\n  }\n";
}

// An identifier for `name` that is not in `taken`, and now is.
std::string UniqueIdentifier(std::string_view name, std::set<std::string>* taken) {
  std::string id = Identifier(name);
  if (!taken->insert(id).second) {
    id += '_';
    const std::string stem = id;
    for (int n = 2; !taken->insert(id).second; ++n) id = StrCat(stem, n);
  }
  return id;
}

}  // namespace

Result<std::string> EmitClassHeader(const EmitInput& input) {
  const std::string class_name = CamelIdentifier(input.program_name);
  std::set<std::string> taken = {"Open", "Close", "Call", "instance", "last_outcome", class_name};
  std::string methods;
  for (const uint32_t index : input.plan.exported_functions) {
    const Export& item = input.module.exports[index];
    const FuncType& type = input.module.types[input.module.functions[item.index].type];
    methods += Method(UniqueIdentifier(item.name, &taken), type, index, item.name);
  }
  return FillTemplate(EmbeddedTemplate("program.hpp.in"),
                      {{"NAME", input.program_name},
                       {"NAMESPACE", Identifier(input.program_name)},
                       {"CLASS", class_name},
                       {"SYMBOL", input.symbol},
                       {"METHODS", methods}});
}

}  // namespace perdure
