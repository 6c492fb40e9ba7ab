#include "compiler/driver/host_check.h"

#include <set>

#include "compiler/driver/subprocess.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string ProbeSource(const std::set<std::string>& symbols) {
  std::string out, names;
  for (const std::string& symbol : symbols) {
    StrAppend(&out, "extern void ", symbol, "(void);\n");
    StrAppend(&names, "    ", symbol, ",\n");
  }
  return StrCat(out, "void (*const volatile symbols[])(void) = {\n", names,
                "};\nint main(void) { return symbols[0] == 0; }\n");
}

}  // namespace

bool NamesSymbol(std::string_view text, std::string_view symbol) {
  for (size_t at = text.find(symbol); at != std::string_view::npos;
       at = text.find(symbol, at + 1)) {
    const size_t end = at + symbol.size();
    const bool begins = at == 0 || !IsWordCharacter(text[at - 1]);
    if (begins && (end == text.size() || !IsWordCharacter(text[end]))) return true;
  }
  return false;
}

Result<std::vector<uint32_t>> MissingHostImports(const Module& module, const PersistPlan& plan,
                                                 const Wasm2cNames& names, const CToolchain& tools,
                                                 const BuildOptions& options,
                                                 const WorkDirectory& work) {
  std::set<std::string> symbols;
  for (const PlannedImport& planned : plan.imports) {
    if (planned.supplier != ImportSupplier::kHost) continue;
    symbols.insert(names.functions[module.imports[planned.import].index].symbol);
  }
  std::vector<uint32_t> missing;
  if (symbols.empty()) return missing;
  PERDURE_TRY(WriteFile(work.File("host_check.c"), ProbeSource(symbols)));
  BuildOptions program = options;
  program.emit = EmitKind::kExe;
  PERDURE_ASSIGN_OR_RETURN(const ProcessEnd compiled,
                           Run(CompileCommand(tools, program, module.features, Unit{"host_check.c"},
                                              work.path(), false)));
  if (!compiled.ok()) return missing;
  PERDURE_ASSIGN_OR_RETURN(
      const ProcessEnd linked,
      Run(LinkCommand(tools, program, {"host_check.o"}, work.path(), work.File("host_check"))));
  if (linked.ok()) return missing;
  for (const PlannedImport& planned : plan.imports) {
    if (planned.supplier != ImportSupplier::kHost) continue;
    const std::string& symbol = names.functions[module.imports[planned.import].index].symbol;
    if (NamesSymbol(linked.output, symbol)) missing.push_back(planned.import);
  }
  return missing;
}

}  // namespace perdure
