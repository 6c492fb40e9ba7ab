#include "compiler/emit/thunks.h"

#include "compiler/emit/c_text.h"
#include "compiler/wasm2c/c_types.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// v128 is an array in perdure_value and a vector in wasm2c's C: memcpy converts. Everything else is
// a member of the same representation.
std::string LoadVectors(const FuncType& type) {
  std::string out;
  for (size_t i = 0; i < type.params.size(); ++i) {
    if (type.params[i] != ValueType::kV128) continue;
    StrAppend(&out, "  v128 v", i, ";\n  memcpy(&v", i, ", args[", i, "].v128, 16);\n");
  }
  return out;
}

std::string Argument(const FuncType& type, size_t i) {
  if (type.params[i] == ValueType::kV128) return StrCat("v", i);
  return StrCat("args[", i, "].", ValueField(type.params[i]));
}

std::string StoreResult(const FuncType& type, size_t i) {
  const std::string value =
      type.results.size() == 1 ? "result" : StrCat("result.", CResultField(type, i));
  if (type.results[i] == ValueType::kV128) {
    return StrCat("  memcpy(results[", i, "].v128, &", value, ", 16);\n");
  }
  return StrCat("  results[", i, "].", ValueField(type.results[i]), " = ", value, ";\n");
}

}  // namespace

std::set<uint32_t> EnteredTypes(const Module& module, const PersistPlan& plan) {
  std::set<uint32_t> types;
  for (const uint32_t index : plan.exported_functions) {
    types.insert(module.functions[module.exports[index].index].type);
  }
  if (module.start) types.insert(module.functions[*module.start].type);
  if (plan.initialize) types.insert(module.functions[*plan.initialize].type);
  return types;
}

std::string ThunkName(uint32_t index) { return StrCat("call_type_", index); }

std::string Thunk(const FuncType& type, uint32_t index) {
  std::string params = "void*", arguments = "instance";
  for (size_t i = 0; i < type.params.size(); ++i) {
    StrAppend(&params, ", ", CType(type.params[i]));
    StrAppend(&arguments, ", ", Argument(type, i));
  }
  std::string out =
      StrCat("static void ", ThunkName(index),
             "(wasm_rt_function_ptr_t func, void* instance, const perdure_value* args,\n",
             "    perdure_value* results) { /* ", FuncTypeText(type), " */\n");
  if (type.params.empty()) out += "  (void)args;\n";
  if (type.results.empty()) out += "  (void)results;\n";
  out += LoadVectors(type);
  const std::string result_type = CResultType(type);
  const std::string call =
      StrCat("((", result_type, " (*)(", params, "))func)(", arguments, ");\n");
  if (type.results.empty()) return StrCat(out, "  ", call, "}\n");
  StrAppend(&out, "  ", result_type, " result = ", call);
  for (size_t i = 0; i < type.results.size(); ++i) out += StoreResult(type, i);
  return out + "}\n";
}

}  // namespace perdure
