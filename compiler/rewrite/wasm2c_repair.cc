#include "compiler/rewrite/wasm2c_repair.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "compiler/diag/printable.h"
#include "compiler/rewrite/replace.h"
#include "compiler/wasm2c/line_reader.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

size_t Indentation(std::string_view line) {
  const size_t column = line.find_first_not_of(' ');
  return column == std::string_view::npos ? line.size() : column;
}

void AppendLine(std::string* out, std::string_view line) { StrAppend(out, line, '\n'); }

bool IsIdentifierCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// R3: what is open at a column.
struct Chain {
  size_t column;
  bool in_catch_all;  // else: in a clause `if (wasm_rt_exception_tag() == ...) {`
};

constexpr std::string_view kClause = "if (wasm_rt_exception_tag() == ";
constexpr std::string_view kElse = "} else ";

// R4: the pieces of one function.
constexpr std::string_view kTypes[] = {
    "u32", "u64", "f32", "f64", "v128", "wasm_rt_funcref_t", "wasm_rt_externref_t"};

bool IsDeclarationOfVariable(std::string_view text) {
  // Parameters are var_p0 ..., locals var_l0 ...; stack slots (var_i0 ...) need no protection:
  // those below a try are not assigned inside it.
  return text.size() > 5 && text.starts_with("var_") && (text[4] == 'p' || text[4] == 'l') &&
         text[5] >= '0' && text[5] <= '9';
}

std::string AddVolatile(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size();) {
    bool replaced = false;
    if (i == 0 || !IsIdentifierCharacter(line[i - 1])) {
      for (const std::string_view type : kTypes) {
        const std::string_view rest = line.substr(i);
        if (rest.starts_with(type) && rest.size() > type.size() && rest[type.size()] == ' ' &&
            IsDeclarationOfVariable(rest.substr(type.size() + 1))) {
          StrAppend(&out, type, " volatile ");
          i += type.size() + 1;
          replaced = true;
          break;
        }
      }
    }
    if (!replaced) out += line[i++];
  }
  return out;
}

// The declarations of a function end where its first statement begins. For a function that is the
// FUNC_PROLOGUE macro; for the tail-call form of one, which has none, the whole function is
// searched: the pattern "TYPE var_p0" occurs in declarations only.
std::string WithVolatileLocals(std::string_view function) {
  std::string out;
  LineReader lines(function);
  bool in_declarations = true;
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    if (line.find("FUNC_PROLOGUE;") != std::string_view::npos) in_declarations = false;
    AppendLine(&out, in_declarations ? AddVolatile(line) : std::string(line));
  }
  return out;
}

}  // namespace

std::string RepairTailCalls(std::string_view text) {
  std::string out;
  LineReader lines(text);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    const std::string_view body = line.substr(Indentation(line));
    if (body == "wasm_rt_memcpy(params, tail_call_stack, sizeof(params));") {
      const size_t at = line.find("params");
      StrAppend(&out, line.substr(0, at), '&', line.substr(at), '\n');
    } else if (body.starts_with("*instance_ptr = w2c_") && body.ends_with("_instance;")) {
      const size_t at = line.find("w2c_");
      StrAppend(&out, line.substr(0, at), "instance->", line.substr(at), '\n');
    } else if (body == "void *instance_ptr_storage;") {
      StrAppend(&out, line.substr(0, line.size() - 1), " = instance;\n");
    } else {
      AppendLine(&out, line);
    }
  }
  return out;
}

Result<std::string> RepairCatchAll(std::string_view text) {
  std::string out;
  std::vector<Chain> open;
  LineReader lines(text);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    const size_t column = Indentation(line);
    const std::string_view body = line.substr(column);
    if (body.empty() || body.starts_with('#')) {
      AppendLine(&out, line);
      continue;
    }
    while (!open.empty() && open.back().in_catch_all && column < open.back().column) {
      StrAppend(&out, std::string(open.back().column, ' '), "}\n");
      open.pop_back();
    }
    if (!open.empty() && !open.back().in_catch_all && column <= open.back().column) {
      if (column < open.back().column || !body.starts_with(kElse)) {
        return Status(StatusCode::kInvalidArgument,
                      StrCat("wasm2c's exception clauses, line ", lines.line_number(), ": found ",
                             Quote(line)));
      }
      const std::string_view rest = body.substr(kElse.size());
      if (!rest.starts_with(kClause)) {
        StrAppend(&out, std::string(column, ' '), "} else {\n");
        open.back().in_catch_all = true;
        if (rest == "}") {  // an empty catch_all: this brace ends the catch blocks
          StrAppend(&out, std::string(column, ' '), "}\n", std::string(column - 2, ' '), "}\n");
          open.pop_back();
        } else {
          StrAppend(&out, std::string(column, ' '), rest, '\n');
        }
        continue;
      }
    } else if (body.starts_with(kClause)) {
      open.push_back({column, false});
    }
    AppendLine(&out, line);
  }
  if (open.empty()) return out;
  return Status(StatusCode::kInvalidArgument, "wasm2c's exception clauses do not end");
}

std::string RepairTryLocals(std::string_view text) {
  std::string out;
  std::string function;  // from a line in column 0 up to "}" in column 0
  LineReader lines(text);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    if (!line.empty() && line[0] != ' ' && line[0] != '#' && line[0] != '}') {
      out += function;
      function.clear();
    }
    AppendLine(&function, line);
    if (line == "}") {
      const bool tries = function.find("wasm_rt_try(") != std::string::npos;
      out += tries ? WithVolatileLocals(function) : function;
      function.clear();
    }
  }
  return out + function;
}

std::string RepairNeutralConstants(std::string_view text) {
  // How wasm2c writes 1, -1, 0 and -0 of either type.
  constexpr std::string_view kFloats[] = {"1;", "-1;", "0;", "-0.f;"};
  constexpr std::string_view kDoubles[] = {"1.0;", "-1.0;", "0.0;", "-0.0;"};
  const auto is_neutral = [](std::string_view value, const auto& values) {
    return std::find(std::begin(values), std::end(values), value) != std::end(values);
  };
  std::string out;
  LineReader lines(text);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    const std::string_view body = line.substr(Indentation(line));
    const size_t equals = body.find(" = ");
    if (equals == std::string_view::npos || !body.starts_with("var_")) {
      AppendLine(&out, line);
      continue;
    }
    const std::string_view value = body.substr(equals + 3);
    const bool is_float = body.starts_with("var_f") && is_neutral(value, kFloats);
    const bool is_double = body.starts_with("var_d") && is_neutral(value, kDoubles);
    if (!is_float && !is_double) {
      AppendLine(&out, line);
      continue;
    }
    StrAppend(&out, line.substr(0, line.size() - value.size()),
              is_float ? "perdure_opaque_f32(" : "perdure_opaque_f64(",
              value.substr(0, value.size() - 1), ");\n");
  }
  return out;
}

std::string RepairAddresses64(std::string_view text) {
  constexpr std::string_view kAddress = "(u64)(";
  std::string out;
  while (true) {
    const size_t begin = text.find(kAddress);
    if (begin == std::string_view::npos) return StrCat(out, text);
    const size_t name_begin = begin + kAddress.size();
    size_t name_end = name_begin;
    while (name_end < text.size() && IsIdentifierCharacter(text[name_end])) ++name_end;
    const std::string_view name = text.substr(name_begin, name_end - name_begin);
    out += text.substr(0, begin);
    constexpr std::string_view kPlus = ") + ";
    if (text.substr(name_end).starts_with(kPlus)) {
      size_t end = name_end + kPlus.size();
      while (end < text.size() && IsIdentifierCharacter(text[end])) ++end;
      const std::string_view offset =
          text.substr(name_end + kPlus.size(), end - name_end - kPlus.size());
      StrAppend(&out, "perdure_address64(", name, ", ", offset, ')');
      text.remove_prefix(end);
    } else {
      out += kAddress;
      text.remove_prefix(name_begin);
    }
  }
}

// An import's row is the one that says where in the instance its module's pointer is.
std::string RepairElements(std::string_view text) {
  std::string out;
  LineReader lines(text);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    constexpr std::string_view kRow = "  {RefFunc, ";
    if (line.starts_with(kRow) && line.find(", offsetof(") != std::string_view::npos) {
      StrAppend(&out, "  {RefImport, ", line.substr(kRow.size()), '\n');
    } else {
      AppendLine(&out, line);
    }
  }
  return out;
}

Result<std::string> RepairSource(std::string_view text, const Features& features) {
  std::string out = RepairNeutralConstants(RepairElements(text));
  if (features.tail_call) out = RepairTailCalls(out);
  if (features.exceptions) {
    PERDURE_ASSIGN_OR_RETURN(std::string repaired, RepairCatchAll(out));
    out = RepairTryLocals(repaired);
  }
  if (features.memory64) out = RepairAddresses64(out);
  return out;
}

}  // namespace perdure
