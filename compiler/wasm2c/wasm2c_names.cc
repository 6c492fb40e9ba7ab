#include "compiler/wasm2c/wasm2c_names.h"

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "compiler/diag/printable.h"
#include "compiler/wasm2c/c_types.h"
#include "compiler/wasm2c/line_reader.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

using ImportKey = std::pair<std::string, std::string>;

// The distinct function imports in wasm2c's order (sorted by name), with the first function of
// each. Go imports fd_write twice; analysis has refused those that repeat with another type.
std::map<ImportKey, uint32_t> DistinctImports(const Module& module) {
  std::map<ImportKey, uint32_t> distinct;
  for (const Import& import : module.imports) {
    if (import.kind == ExternalKind::kFunc) {
      distinct.try_emplace({import.module, import.field}, import.index);
    }
  }
  return distinct;
}

std::string Parameters(const FuncType& type) {
  std::string out;
  for (const ValueType param : type.params) StrAppend(&out, ", ", CType(param));
  return out;
}

// The name in "TYPE NAME;" if `line`, less its indentation, is one with exactly this type.
std::optional<std::string> FieldOf(std::string_view line, std::string_view type) {
  const size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  if (!line.starts_with(type) || !line.ends_with(';')) return std::nullopt;
  line.remove_prefix(type.size());
  line.remove_suffix(1);
  if (!line.starts_with(' ')) return std::nullopt;
  line.remove_prefix(1);
  if (line.empty() || line.find_first_of(" *[") != std::string_view::npos) return std::nullopt;
  return std::string(line);
}

// The NAME in "RESULT NAME(TAIL" if `line` is exactly that.
std::optional<std::string> PrototypeName(std::string_view line, std::string_view result,
                                         std::string_view tail) {
  if (!line.starts_with(result) || !line.ends_with(tail)) return std::nullopt;
  if (line.size() < result.size() + 2 + tail.size()) return std::nullopt;
  line.remove_prefix(result.size());
  line.remove_suffix(tail.size());
  if (!line.starts_with(' ') || !line.ends_with('(')) return std::nullopt;
  line = line.substr(1, line.size() - 2);
  if (line.find_first_of(" *(") != std::string_view::npos) return std::nullopt;
  return std::string(line);
}

constexpr std::string_view kTailcalleePrefix = "void wasm_tailcall_";
constexpr std::string_view kTailcalleeTail =
    "(void **instance_ptr, void *tail_call_stack, wasm_rt_tailcallee_t *next);";

class NameReader {
 public:
  NameReader(const Module& module, const Wasm2cText& text) : module_(module), text_(text) {}

  Result<Wasm2cNames> Read() {
    LineReader header(text_.header);
    names_.functions.resize(module_.functions.size());
    PERDURE_TRY(ReadStruct(&header));
    PERDURE_TRY(ReadInstantiate(&header));
    PERDURE_TRY(ReadImports(&header));
    PERDURE_TRY(ReadTags());
    PERDURE_TRY(ReadFunctions());
    PERDURE_TRY(ReadTypes());
    return std::move(names_);
  }

 private:
  static Status Unexpected(std::string_view file, const LineReader& reader, std::string_view line,
                           std::string_view wanted) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("wasm2c's ", file, ", line ", reader.line_number(), ": expected ", wanted,
                         ", found ", Quote(line)));
  }

  Status ReadStruct(LineReader* header) {
    constexpr std::string_view kBegin = "typedef struct w2c_";
    std::string_view line;
    do {
      if (header->AtEnd()) return Unexpected("app.h", *header, "", "the instance struct");
      line = header->Next();
    } while (!line.starts_with(kBegin) || !line.ends_with(" {"));
    names_.prefix = line.substr(kBegin.size(), line.size() - kBegin.size() - 2);

    std::set<std::string> import_modules;
    for (const Import& import : module_.imports) import_modules.insert(import.module);
    for (size_t i = 0; i < import_modules.size(); ++i) {
      line = header->Next();
      if (!line.starts_with("  struct w2c_") || !line.ends_with("_instance;")) {
        return Unexpected("app.h", *header, line, "the instance pointer of an import module");
      }
    }
    PERDURE_TRY(ReadGlobalFields(header));
    PERDURE_TRY(ReadMemoryAndTableFields(header));
    return ReadSegmentFlags(header);
  }

  Status ReadField(LineReader* header, std::string_view type, std::vector<std::string>* fields) {
    const std::string_view line = header->Next();
    std::optional<std::string> field = FieldOf(line, type);
    if (!field) return Unexpected("app.h", *header, line, StrCat("a field of type ", type));
    fields->push_back(*std::move(field));
    return OkStatus();
  }

  Status ReadGlobalFields(LineReader* header) {
    for (const Global& global : module_.globals) {
      PERDURE_TRY(ReadField(header, CType(global.type), &names_.globals));
    }
    return OkStatus();
  }

  Status ReadMemoryAndTableFields(LineReader* header) {
    for (size_t i = 0; i < module_.memories.size(); ++i) {
      PERDURE_TRY(ReadField(header, "wasm_rt_memory_t", &names_.memories));
    }
    for (const Table& table : module_.tables) {
      const bool is_funcref = table.type == ValueType::kFuncref;
      PERDURE_TRY(ReadField(header,
                            is_funcref ? "wasm_rt_funcref_table_t" : "wasm_rt_externref_table_t",
                            &names_.tables));
    }
    return OkStatus();
  }

  Status ReadSegmentFlags(LineReader* header) {
    while (!header->AtEnd()) {
      const std::string_view line = header->Next();
      if (line == StrCat("} w2c_", names_.prefix, ";")) return OkStatus();
      if (line == "  char dummy_member;") continue;  // C has no empty structs
      SegmentFlag flag;
      const std::string data = StrCat("  bool data_segment_dropped_w2c_", names_.prefix, "_d");
      const std::string elem = StrCat("  bool elem_segment_dropped_w2c_", names_.prefix, "_e");
      flag.is_elem = line.starts_with(elem);
      if ((!flag.is_elem && !line.starts_with(data)) || !line.ends_with(" : 1;")) {
        return Unexpected("app.h", *header, line, "the dropped flag of a segment");
      }
      const std::string_view digits = line.substr(data.size(), line.size() - data.size() - 5);
      const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), flag.index);
      if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
        return Unexpected("app.h", *header, line, "a segment index");
      }
      flag.field = line.substr(7, line.size() - 7 - 5);
      names_.segments.push_back(std::move(flag));
    }
    return Unexpected("app.h", *header, "", "the end of the instance struct");
  }

  // "void wasm2c_app_instantiate(w2c_app*, struct w2c_a*, struct w2c_env*);"
  Status ReadInstantiate(LineReader* header) {
    const std::string begin =
        StrCat("void wasm2c_", names_.prefix, "_instantiate(w2c_", names_.prefix, "*");
    std::string_view line;
    do {
      if (header->AtEnd()) return Unexpected("app.h", *header, "", "the instantiate function");
      line = header->Next();
    } while (line.empty());
    if (!line.starts_with(begin) || !line.ends_with(");")) {
      return Unexpected("app.h", *header, line, "the instantiate function");
    }
    std::string_view rest = line.substr(begin.size(), line.size() - begin.size() - 2);
    constexpr std::string_view kParameter = ", struct ";
    while (!rest.empty()) {
      const size_t star = rest.find('*');
      if (!rest.starts_with(kParameter) || star == std::string_view::npos) {
        return Unexpected("app.h", *header, line, "import instances as parameters");
      }
      names_.import_structs.emplace_back(rest.substr(kParameter.size(), star - kParameter.size()));
      rest.remove_prefix(star + 1);
    }
    return OkStatus();
  }

  Status ReadImports(LineReader* header) {
    std::map<ImportKey, FunctionName> by_key;
    for (const auto& [key, function] : DistinctImports(module_)) {
      std::string_view line;
      do {
        if (header->AtEnd()) return Unexpected("app.h", *header, "", "the prototype of an import");
        line = header->Next();
      } while (!line.starts_with("/* import: "));
      if (header->AtEnd()) return Unexpected("app.h", *header, "", "the prototype of an import");
      line = header->Next();
      Result<FunctionName> name = ReadImport(header, line, TypeOf(function));
      if (!name.ok()) return std::move(name).TakeStatus();
      names_.import_prototypes.push_back({function, std::string(line)});
      by_key.emplace(key, *std::move(name));
    }
    for (const Import& import : module_.imports) {
      if (import.kind != ExternalKind::kFunc) continue;
      names_.functions[import.index] = by_key.at({import.module, import.field});
    }
    return OkStatus();
  }

  Result<FunctionName> ReadImport(LineReader* header, std::string_view line, const FuncType& type) {
    for (const std::string& import_struct : names_.import_structs) {
      const std::string tail = StrCat("struct ", import_struct, "*", Parameters(type), ");");
      std::optional<std::string> symbol = PrototypeName(line, CResultType(type), tail);
      if (symbol) return FunctionName{*symbol, ReadTailcallee(header, *symbol)};
    }
    return Unexpected("app.h", *header, line,
                      StrCat("the prototype of an import of type ", FuncTypeText(type)));
  }

  // wasm2c declares the tail-call form of a function on the line after it.
  static std::string ReadTailcallee(LineReader* reader, const std::string& symbol) {
    if (reader->Peek() != StrCat(kTailcalleePrefix, symbol, kTailcalleeTail)) return "";
    reader->Next();
    return StrCat("wasm_tailcall_", symbol);
  }

  Status ReadTags() {
    constexpr std::string_view kTag = "extern const wasm_tag_placeholder_t ";
    LineReader impl(text_.impl);
    while (!impl.AtEnd()) {
      const std::string_view line = impl.Next();
      if (!line.starts_with(kTag) || !line.ends_with(';')) continue;
      names_.tags.emplace_back(line.substr(kTag.size(), line.size() - kTag.size() - 1));
    }
    if (names_.tags.size() == module_.tags.size()) return OkStatus();
    return Unexpected("app-impl.h", impl, "", StrCat(module_.tags.size(), " tags"));
  }

  Status ReadFunctions() {
    LineReader impl(text_.impl);
    const std::string self = StrCat("(w2c_", names_.prefix, "*");
    for (size_t i = 0; i < module_.functions.size(); ++i) {
      if (module_.functions[i].imported) continue;
      std::string_view line;
      do {
        if (impl.AtEnd()) {
          return Unexpected("app-impl.h", impl, "", StrCat("the prototype of function ", i));
        }
        line = impl.Next();
      } while (line.starts_with(' ') || line.find(self) == std::string_view::npos);
      const FuncType& type = TypeOf(static_cast<uint32_t>(i));
      const std::string tail = StrCat(self.substr(1), Parameters(type), ");");
      const std::optional<std::string> symbol = PrototypeName(line, CResultType(type), tail);
      if (!symbol) {
        return Unexpected("app-impl.h", impl, line,
                          StrCat("the prototype of function ", i, " of type ", FuncTypeText(type)));
      }
      names_.functions[i] = {*symbol, ReadTailcallee(&impl, *symbol)};
    }
    while (!impl.AtEnd()) {
      const std::string_view line = impl.Next();
      if (!line.starts_with(' ') && line.find(self) != std::string_view::npos) {
        return Unexpected("app-impl.h", impl, line, "no more functions");
      }
    }
    return OkStatus();
  }

  // wasm2c defines one hash for equal types, under the first one's index.
  Status ReadTypes() {
    std::set<std::string> wanted;
    std::map<std::string, uint32_t> first_by_text;
    for (uint32_t i = 0; i < module_.types.size(); ++i) {
      const uint32_t first =
          first_by_text.try_emplace(FuncTypeText(module_.types[i]), i).first->second;
      names_.canonical_type.push_back(first);
      if (first == i) wanted.insert(StrCat("FUNC_TYPE_EXTERN_T(w2c_", names_.prefix, "_t", i, ")"));
    }
    LineReader source(text_.source);
    while (!source.AtEnd() && !wanted.empty()) {
      const std::string_view line = source.Next();
      if (line.starts_with("FUNC_TYPE_EXTERN_T(")) {
        wanted.erase(std::string(line.substr(0, line.find(')') + 1)));
      }
    }
    if (wanted.empty()) return OkStatus();
    return Status(StatusCode::kInvalidArgument, StrCat("wasm2c's app_0.c lacks ", *wanted.begin()));
  }

  const FuncType& TypeOf(uint32_t function) const {
    return module_.types[module_.functions[function].type];
  }

  const Module& module_;
  const Wasm2cText& text_;
  Wasm2cNames names_;
};

}  // namespace

std::string ImportWrapperName(const std::string& symbol) {
  return StrCat("perdure_import_", symbol);
}

Result<Wasm2cNames> ReadWasm2cNames(const Module& module, const Wasm2cText& text) {
  return NameReader(module, text).Read();
}

}  // namespace perdure
