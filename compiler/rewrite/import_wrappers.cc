#include "compiler/rewrite/import_wrappers.h"

#include <algorithm>

#include "compiler/diag/printable.h"
#include "compiler/rewrite/frame_text.h"
#include "compiler/wasm2c/c_types.h"
#include "compiler/wasm2c/line_reader.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::string_view kPointer = "(wasm_rt_function_ptr_t)";

}  // namespace

bool ImportWrappers::IsFirst(uint32_t import) const {
  const auto first =
      std::find_if(plan_.wrapped_imports.begin(), plan_.wrapped_imports.end(),
                   [&](uint32_t other) { return SymbolOf(other) == SymbolOf(import); });
  return *first == import;
}

std::string ImportWrappers::Head(uint32_t import) const {
  std::string out = StrCat(CResultType(TypeOf(import)), " ", ImportWrapperName(SymbolOf(import)),
                           "(w2c_", names_.prefix, "* instance");
  for (size_t i = 0; i < TypeOf(import).params.size(); ++i)
    StrAppend(&out, ", ", CType(TypeOf(import).params[i]), " var_p", i);
  return out + ")";
}

std::string ImportWrappers::Prototypes() const {
  std::string out;
  for (const uint32_t import : plan_.wrapped_imports) {
    if (IsFirst(import)) StrAppend(&out, Head(import), ";\n");
  }
  return out;
}

// "w2c_env_instance", from the prototype "u32 w2c_env_now(struct w2c_env*, ...".
Result<std::string> ImportWrappers::InstanceField(uint32_t import) const {
  constexpr std::string_view kStruct = "(struct ";
  for (const ImportPrototype& prototype : names_.import_prototypes) {
    const std::string& text = prototype.declaration;
    const size_t begin = text.find(StrCat(" ", SymbolOf(import), kStruct));
    if (begin == std::string::npos) continue;
    const size_t name = text.find(kStruct) + kStruct.size();
    return StrCat(text.substr(name, text.find('*', name) - name), "_instance");
  }
  return Status(StatusCode::kInvalidArgument, StrCat("wasm2c declares no ", SymbolOf(import)));
}

std::string ImportWrappers::Save(uint32_t import) const {
  std::string puts;
  uint32_t size = 0;
  const FuncType& type = TypeOf(import);
  for (size_t i = 0; i < type.params.size(); ++i) {
    StrAppend(&puts, "    PERDURE_PUT(perdure_frame, ", size, ", ", CType(type.params[i]),
              ", var_p", i, ");\n");
    size += FrameBytes(type.params[i]);
  }
  return StrCat(
      "  if (UNLIKELY(perdure_capturing)) {\n    char* perdure_frame = perdure_push_frame(",
      plan_.first_site[import], "u, ", size, ");\n    (void)perdure_frame;\n", puts, "    ",
      DummyReturn(type), "\n  }\n");
}

Result<std::string> ImportWrappers::Definitions() const {
  std::string out;
  for (const uint32_t import : plan_.wrapped_imports) {
    if (!IsFirst(import)) continue;
    PERDURE_ASSIGN_OR_RETURN(const std::string field, InstanceField(import));
    const FuncType& type = TypeOf(import);
    std::string call = StrCat(SymbolOf(import), "(instance->", field);
    for (size_t i = 0; i < type.params.size(); ++i) StrAppend(&call, ", var_p", i);
    call += ");\n";
    const bool has_result = !type.results.empty();
    std::string body = has_result
                           ? StrCat("  const ", CResultType(type), " perdure_result = ", call)
                           : StrCat("  ", call);
    StrAppend(&body, Save(import), has_result ? "  return perdure_result;\n}\n\n" : "}\n\n");
    StrAppend(&out, Head(import), " {\n", body);
    StrAppend(&out, CResultType(type), " ", ResumeName(SymbolOf(import)), "(w2c_", names_.prefix,
              "* instance) {\n  uint32_t perdure_site;\n"
              "  const char* perdure_taken = perdure_pop_frame(&perdure_site);\n"
              "  (void)perdure_taken;\n");
    uint32_t size = 0;
    for (size_t i = 0; i < type.params.size(); ++i) {
      StrAppend(&out, "  ", CType(type.params[i]), " var_p", i, ";\n  PERDURE_TAKE(perdure_taken, ",
                size, ", ", CType(type.params[i]), ", var_p", i, ");\n");
      size += FrameBytes(type.params[i]);
    }
    out += body;
  }
  return out;
}

// "(wasm_rt_function_ptr_t)F, {NULL}, offsetof(...)}", or "..., instance->w2c_env_instance}".
Status ImportWrappers::ReplaceReference(uint32_t import, std::string* line) const {
  constexpr std::string_view kImportRow = "  {RefImport, ";
  const size_t at = line->find(StrCat(kPointer, SymbolOf(import), ", {"));
  if (at == std::string::npos) return OkStatus();
  const size_t self = line->find("}, ", at);
  const size_t end = self == std::string::npos ? self : line->find('}', self + 1);
  if (end == std::string::npos) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("wasm2c's references: found ", Quote(*line)));
  }
  const bool is_row = line->starts_with(kImportRow);
  line->replace(at, end - at,
                StrCat(kPointer, ImportWrapperName(SymbolOf(import)), ", {NULL}, ",
                       is_row ? "0" : "instance"));
  if (is_row) line->replace(0, kImportRow.size(), "  {RefFunc, ");
  return OkStatus();
}

Result<std::string> ImportWrappers::ReplaceReferences(std::string_view text) const {
  std::string out;
  LineReader lines(text);
  while (!lines.AtEnd()) {
    std::string line(lines.Next());
    if (line.find(kPointer) != std::string::npos) {
      for (const uint32_t import : plan_.wrapped_imports)
        PERDURE_TRY(ReplaceReference(import, &line));
    }
    StrAppend(&out, line, '\n');
  }
  return out;
}

}  // namespace perdure
