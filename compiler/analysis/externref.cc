// References that state cannot hold.
//
// A funcref is written down as the index of one of the module's functions, an externref only when
// it is null or has a name (perdure/host.h): what a pointer of the host's means lives outside of
// the program and is gone when the process is. Such an externref, or a funcref to a function that
// is not the module's, can only come in as an argument of an exported function, as the result of an
// imported function, or out of neither and then not at all. So:
//
//   place it can be written to (global, table)  x  way in (export's parameter, import's result)
//     -> the build warns, because most such programs only pass nulls there; and the commit of an
//        event that left one in state fails, says which, and rolls the event back
//
// Locals and the operand stack do not matter, they are empty between events.
#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/analysis/checks.h"
#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure::internal {
namespace {

bool HasType(const std::vector<ValueType>& types, ValueType wanted) {
  return std::find(types.begin(), types.end(), wanted) != types.end();
}

const FuncType& TypeOf(const Module& module, uint32_t function) {
  return module.types[module.functions[function].type];
}

// How a foreign reference of `type` can come in, for a note; nullopt: it cannot.
std::optional<std::string> WayIn(const Module& module, ValueType type) {
  for (const Import& import : module.imports) {
    if (import.kind == ExternalKind::kFunc && HasType(TypeOf(module, import.index).results, type)) {
      return StrCat("one can come in as a result of the import ",
                    Quote(StrCat(import.module, '.', import.field)));
    }
  }
  for (const Export& item : module.exports) {
    if (item.kind == ExternalKind::kFunc && HasType(TypeOf(module, item.index).params, type)) {
      return StrCat("one can come in as an argument of the export ", Quote(item.name));
    }
  }
  return std::nullopt;
}

bool IsWritten(const Module& module, std::initializer_list<std::string_view> opcodes,
               uint32_t index) {
  return std::any_of(module.uses.begin(), module.uses.end(), [&](const InstructionUse& use) {
    return use.immediate == index &&
           std::find(opcodes.begin(), opcodes.end(), use.opcode) != opcodes.end();
  });
}

void Warn(const Module& module, const std::string& place, uint64_t offset, ValueType type,
          const std::string& way_in, Diagnostics* diagnostics) {
  const bool external = type == ValueType::kExternref;
  Diagnostic& warning = WarningAt(
      module, offset,
      StrCat(place, external
                        ? " may come to hold an externref, which persists only if it is null or "
                          "named"
                        : " may come to hold a funcref that is not a function of the module, "
                          "which cannot persist"),
      diagnostics);
  warning.notes.push_back(way_in);
  warning.notes.emplace_back("an event that leaves one there is rolled back");
  warning.helps.emplace_back("see docs/reference/wasm-support.md#references");
}

}  // namespace

void CheckForeignReferences(const Module& module, Diagnostics* diagnostics) {
  for (const ValueType type : {ValueType::kExternref, ValueType::kFuncref}) {
    const std::optional<std::string> way_in = WayIn(module, type);
    if (!way_in) continue;
    for (uint32_t i = 0; i < module.globals.size(); ++i) {
      const Global& global = module.globals[i];
      const bool written = IsWritten(module, {"global.set"}, i);
      if (global.type != type || global.imported || !written) continue;
      Warn(module, Called("global", i, global.name), global.offset, type, *way_in, diagnostics);
    }
    for (uint32_t i = 0; i < module.tables.size(); ++i) {
      const Table& table = module.tables[i];
      const bool written = IsWritten(module, {"table.set", "table.grow", "table.fill"}, i);
      if (table.type != type || table.imported || !written) continue;
      Warn(module, Called("table", i, table.name), table.offset, type, *way_in, diagnostics);
    }
  }
}

}  // namespace perdure::internal
