#include "compiler/wasm2c/source_functions.h"

#include <unordered_map>

#include "compiler/diag/printable.h"
#include "compiler/wasm2c/line_reader.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// What every file but the first has before its functions, or instead of any.
bool IsFileHead(std::string_view line) {
  return line.empty() || line.starts_with("/*") || line == "#include \"app-impl.h\"" ||
         line == "typedef int dummy_def;";
}

}  // namespace

std::string_view DefinedSymbol(std::string_view line, std::string_view self) {
  if (line.empty() || line[0] == ' ' || line[0] == '#' || line[0] == '}') return {};
  const size_t open = line.find(self);
  if (open == std::string_view::npos || line.ends_with(';')) return {};
  const size_t space = line.rfind(' ', open);
  return space == std::string_view::npos ? std::string_view()
                                         : line.substr(space + 1, open - space - 1);
}

Result<SourceFunctions> FindFunctions(const Module& module, const Wasm2cNames& names,
                                      const std::vector<std::string>& sources) {
  const std::string self = StrCat("(w2c_", names.prefix, "* instance");
  std::unordered_map<std::string_view, std::string_view*> missing;  // by symbol
  SourceFunctions found;
  found.functions.resize(module.functions.size());
  for (size_t i = 0; i < module.functions.size(); ++i) {
    if (!module.functions[i].imported)
      missing.emplace(names.functions[i].symbol, &found.functions[i]);
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    const std::string_view text = sources[i];
    std::string_view* piece = i == 0 ? &found.head : nullptr;  // what is being read
    const char* begin = text.data();
    LineReader lines(text);
    while (!lines.AtEnd()) {
      const std::string_view line = lines.Next();
      const std::string_view symbol = DefinedSymbol(line, self);
      const auto function = symbol.empty() ? missing.end() : missing.find(symbol);
      if (function != missing.end()) {
        if (piece != nullptr) *piece = {begin, static_cast<size_t>(line.data() - begin)};
        piece = function->second;
        begin = line.data();
        missing.erase(function);
      } else if (piece == nullptr && !IsFileHead(line)) {
        return Status(StatusCode::kInvalidArgument,
                      StrCat("wasm2c's app_", i, ".c, line ", lines.line_number(),
                             ": expected a function, found ", Quote(line)));
      }
    }
    if (piece != nullptr) *piece = {begin, static_cast<size_t>(text.data() + text.size() - begin)};
  }
  if (missing.empty()) return found;
  return Status(StatusCode::kInvalidArgument,
                StrCat("wasm2c wrote no function ", Quote(missing.begin()->first)));
}

}  // namespace perdure
