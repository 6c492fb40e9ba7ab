#include "compiler/frontend/explain.h"

#include <array>
#include <cctype>
#include <optional>

#include "compiler/diag/printable.h"
#include "compiler/frontend/proposals.h"
#include "compiler/frontend/supported_features.h"
#include "rtlib/base/text.h"
#include "wabt/binary-reader.h"

namespace perdure {
namespace {

// The name section comes last, so when a body is wrong the names have not been read yet.
class FunctionNameFinder final : public wabt::BinaryReaderNop {
 public:
  explicit FunctionNameFinder(uint32_t function) : function_(function) {}

  bool OnError(const wabt::Error&) override { return true; }
  wabt::Result OnFunctionName(wabt::Index index, std::string_view name) override {
    if (index == function_) name_ = name;
    return wabt::Result::Ok;
  }
  std::string TakeName() { return std::move(name_); }

 private:
  const uint32_t function_;
  std::string name_;
};

std::string FunctionText(const Module& module, uint32_t function) {
  FunctionNameFinder finder(function);
  wabt::ReadBinaryOptions options;
  options.features = SupportedFeatures();
  options.read_debug_names = true;
  options.fail_on_custom_section_error = false;
  options.skip_function_bodies = true;
  // Whatever else is wrong with the module has been reported by the caller.
  static_cast<void>(wabt::ReadBinary(module.binary.data(), module.binary.size(), &finder, options));
  std::string name = finder.TakeName();
  for (const Export& item : module.exports) {
    if (name.empty() && item.kind == ExternalKind::kFunc && item.index == function)
      name = item.name;
  }
  return name.empty() ? StrCat("func ", function) : StrCat(Quote(name), " (func ", function, ')');
}

bool ReplaceFirst(std::string* text, std::string_view from, std::string_view to) {
  const size_t at = text->find(from);
  if (at == std::string::npos) return false;
  text->replace(at, from.size(), to);
  return true;
}

struct Rewording {
  std::string_view from;
  std::string_view to;
};
constexpr auto kRewordings = std::to_array<Rewording>({
    {" variable out of range: ", " index out of range: "},
    {"elem_segment", "element segment"},
    {"data_segment", "data segment"},
    {"function signature count != function body count",
     "the function section and the code section have different numbers of functions"},
    {"unable to read u32 leb128: ", "malformed or cut off number: "},
    {"unable to read u64 leb128: ", "malformed or cut off number: "},
    {"unable to read i32 leb128: ", "malformed or cut off number: "},
    {"unable to read i64 leb128: ", "malformed or cut off number: "},
    {"unable to read uint8_t: ", "cut off before: "},
    {"unable to read string: ", "name longer than what contains it: "},
    {"unable to read data: ", "data longer than what contains it: "},
    {"invalid initializer: ", ""},
    {"function body shorter than given size", "instruction after the end of the function"},
    {"expected an instr", "expected an instruction"},
    {" is not declared in any elem sections",
     " is used by ref.func but in no element segment or export"},
});

}  // namespace

std::string Reword(std::string_view message) {
  std::string text(message);
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  const bool is_acronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) != 0;
  if (!text.empty() && !is_acronym) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  for (const Rewording& rewording : kRewordings) ReplaceFirst(&text, rewording.from, rewording.to);
  // wabt gives the size of the index space and calls it the maximum.
  if (text.find("index out of range") != std::string::npos)
    ReplaceFirst(&text, " (max ", " (there are ");
  return text;
}

Diagnostic ExplainReadError(const Module& module, const ReadError& error) {
  Diagnostic diagnostic;
  diagnostic.file = module.path;
  diagnostic.offset = error.offset;
  if (const std::optional<Unsupported> unsupported = FindUnsupported(module.binary, error)) {
    diagnostic.offset = unsupported->offset;
    diagnostic.message = StrCat(unsupported->proposal, " is not supported");
    if (error.message.starts_with("tables may not be 64") ||
        unsupported->found.starts_with("memory.atomic")) {
      ReplaceFirst(&diagnostic.message, " is not supported", " are not supported");
    }
    diagnostic.notes.push_back(StrCat("found ", unsupported->found));
    if (unsupported->help != nullptr) diagnostic.helps.emplace_back(unsupported->help);
  } else if (error.message == "relocatable object file") {
    diagnostic.message = "this is a relocatable object file, not a linked module";
    diagnostic.helps.emplace_back("link it with wasm-ld (clang does when called without -c)");
  } else if (error.message.find(" supported") != std::string::npos) {
    diagnostic.message = Reword(error.message);  // a limit of ours
  } else {
    diagnostic.message = StrCat("invalid module: ", Reword(error.message));
  }
  if (error.function)
    diagnostic.notes.push_back(StrCat("in function ", FunctionText(module, *error.function)));
  return diagnostic;
}

}  // namespace perdure
