// EmitHostHeader: NAME.host.h, what a host library has to define.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compiler/diag/printable.h"
#include "compiler/emit/c_text.h"
#include "compiler/emit/emit.h"
#include "compiler/emit/template.h"
#include "compiler/wasm2c/c_types.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// "module.field" for a C comment, which no name may end.
std::string CommentText(std::string text) {
  text = Printable(text);
  for (size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/")) text[at] = '?';
  return text;
}

// The prototypes, grouped, and what they need declared before them.
struct HostText {
  std::string structs, prototypes;
  bool uses_v128 = false, uses_refs = false;
  std::set<std::string> declared;

  void Note(const std::vector<ValueType>& types) {
    for (const ValueType type : types) {
      uses_v128 |= type == ValueType::kV128;
      uses_refs |= type == ValueType::kFuncref || type == ValueType::kExternref;
    }
  }

  // The struct of several results, as wasm2c declares it.
  void DeclareResults(const FuncType& type) {
    const std::string name = CResultType(type);
    if (type.results.size() < 2 || !declared.insert(name).second) return;
    const std::string guard = name.substr(name.find(' ') + 1);
    StrAppend(&structs, "\n#ifndef ", guard, "\n#define ", guard, " ", guard, "\n", name, " {\n");
    for (size_t i = 0; i < type.results.size(); ++i) {
      StrAppend(&structs, "  ", CType(type.results[i]), " ", CResultField(type, i), ";\n");
    }
    structs += "};\n#endif\n";
  }

  void DeclareInstance(const std::string& declaration) {
    const size_t begin = declaration.find("(struct ") + 1;
    const std::string name = declaration.substr(begin, declaration.find('*') - begin);
    if (declared.insert(name).second) StrAppend(&structs, "\n", name, ";");
  }
};

}  // namespace

Result<std::string> EmitHostHeader(const EmitInput& input) {
  std::set<uint32_t> from_host;  // functions
  for (const PlannedImport& planned : input.plan.imports) {
    if (planned.supplier == ImportSupplier::kHost) {
      from_host.insert(input.module.imports[planned.import].index);
    }
  }
  HostText text;
  for (const ImportPrototype& prototype : input.names.import_prototypes) {
    if (!from_host.contains(prototype.function)) continue;
    const FuncType& type = input.module.types[input.module.functions[prototype.function].type];
    const auto import = std::find_if(
        input.module.imports.begin(), input.module.imports.end(), [&](const Import& item) {
          return item.kind == ExternalKind::kFunc && item.index == prototype.function;
        });
    text.Note(type.params);
    text.Note(type.results);
    text.DeclareResults(type);
    text.DeclareInstance(prototype.declaration);
    StrAppend(&text.prototypes, "\n/* ", CommentText(StrCat(import->module, ".", import->field)),
              ": ", FuncTypeText(type), " */\n", prototype.declaration, "\n");
  }
  if (text.prototypes.empty())
    text.prototypes = "\n/* The module imports nothing from a host. */\n";
  std::string includes;
  if (text.uses_refs) includes += "#include \"wasm-rt.h\"\n";
  if (text.uses_v128) {
    includes +=
        "#include <simde/wasm/simd128.h>\n\n"
        "#ifndef WASM_RT_SIMD_TYPE_DEFINED\n"
        "#define WASM_RT_SIMD_TYPE_DEFINED\n"
        "typedef simde_v128_t v128;\n"
        "#endif\n";
  }
  std::string guard = Identifier(input.program_name);
  std::transform(guard.begin(), guard.end(), guard.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return FillTemplate(EmbeddedTemplate("host.h.in"), {{"NAME", input.program_name},
                                                      {"GUARD", guard},
                                                      {"EXTRA_INCLUDES", includes},
                                                      {"STRUCTS", text.structs},
                                                      {"PROTOTYPES", text.prototypes}});
}

}  // namespace perdure
