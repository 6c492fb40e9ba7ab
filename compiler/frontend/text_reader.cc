#include "compiler/frontend/text_reader.h"

#include <memory>
#include <utility>

#include "compiler/frontend/declaration_reader.h"
#include "compiler/frontend/deep_stack.h"
#include "compiler/frontend/explain.h"
#include "compiler/frontend/limits.h"
#include "compiler/frontend/proposals.h"
#include "compiler/frontend/supported_features.h"
#include "compiler/frontend/trial_process.h"
#include "rtlib/base/text.h"
#include "wabt/binary-writer.h"
#include "wabt/ir.h"
#include "wabt/stream.h"
#include "wabt/validator.h"
#include "wabt/wast-lexer.h"
#include "wabt/wast-parser.h"

namespace perdure {
namespace {

std::string_view LineAt(std::string_view text, int line) {
  for (int i = 1; i < line && !text.empty(); ++i) {
    const size_t end = text.find('\n');
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// The word at a 1-based column; empty if there is none.
std::string_view WordAt(std::string_view line, int column) {
  if (column < 1 || static_cast<size_t>(column) > line.size()) return "";
  line.remove_prefix(static_cast<size_t>(column) - 1);
  while (!line.empty() && (line[0] == '(' || line[0] == ' ')) line.remove_prefix(1);
  return line.substr(0, line.find_first_of(" ()\t\r\";"));
}

Diagnostic PlacedAt(const std::string& path, const wabt::Error& error) {
  Diagnostic diagnostic;
  diagnostic.file = path;
  if (error.loc.line > 0) diagnostic.line = static_cast<uint32_t>(error.loc.line);
  if (error.loc.line > 0 && error.loc.first_column > 0) {
    diagnostic.column = static_cast<uint32_t>(error.loc.first_column);
  }
  return diagnostic;
}

void ExplainTextErrors(const std::string& path, std::string_view text, const wabt::Errors& errors,
                       Diagnostics* diagnostics) {
  for (const wabt::Error& error : errors) {
    if (error.error_level != wabt::ErrorLevel::Error) continue;
    Diagnostic diagnostic = PlacedAt(path, error);
    const std::string_view word = WordAt(LineAt(text, error.loc.line), error.loc.first_column);
    const std::optional<Unsupported> unsupported = FindUnsupportedWord(word, error.message);
    if (!unsupported) {
      diagnostic.message = StrCat("invalid module: ", Reword(error.message));
      diagnostics->Add(std::move(diagnostic));
      continue;
    }
    diagnostic.message = StrCat(unsupported->proposal, " is not supported");
    diagnostic.notes.push_back(StrCat("found ", unsupported->found));
    if (unsupported->help != nullptr) diagnostic.helps.emplace_back(unsupported->help);
    diagnostics->Add(std::move(diagnostic));
    return;  // whatever follows comes from not understanding this
  }
}

wabt::Result Assemble(const std::string& path, std::string_view text, wabt::Errors* errors,
                      std::vector<uint8_t>* binary) {
  const wabt::Features features = SupportedFeatures();
  const std::unique_ptr<wabt::WastLexer> lexer =
      wabt::WastLexer::CreateBufferLexer(path, text.data(), text.size(), errors);
  std::unique_ptr<wabt::Module> module;
  wabt::WastParseOptions parse_options(features);
  CHECK_RESULT(wabt::ParseWatModule(lexer.get(), &module, errors, &parse_options));
  CHECK_RESULT(wabt::ValidateModule(module.get(), errors, wabt::ValidateOptions(features)));
  // wabt's versions disagree about the number of the subsection for these, and the module's hash
  // must not depend on the version.
  for (wabt::Tag* tag : module->tags) tag->name.clear();
  wabt::WriteBinaryOptions write_options;
  write_options.features = features;
  write_options.write_debug_names = true;
  wabt::MemoryStream stream;
  CHECK_RESULT(wabt::WriteBinaryModule(&stream, module.get(), write_options));
  *binary = std::move(stream.output_buffer().data);
  return wabt::Result::Ok;
}

}  // namespace

std::optional<std::vector<uint8_t>> AssembleText(const std::string& path, std::string_view text,
                                                 Diagnostics* diagnostics) {
  const size_t nesting = TextNesting(text);
  if (nesting > kTextNestingMax) {
    diagnostics
        ->Error(StrCat("nested ", nesting, " deep, at most ", kTextNestingMax,
                       " levels are supported in the text format"))
        .file = path;
    return std::nullopt;
  }
  wabt::Errors errors;
  std::vector<uint8_t> binary;
  wabt::Result result = wabt::Result::Error;
  bool ran = false;
  const auto assemble = [&] {
    ran = RunOnDeepStack(nesting, [&] { result = Assemble(path, text, &errors, &binary); });
  };
  if (!SurvivesTrial(assemble)) {
    Diagnostic& error =
        diagnostics->Error("invalid module: the parser of the text format gave up on it");
    error.file = path;
    error.notes.emplace_back("it does so for some malformed texts and cannot say where");
    error.helps.emplace_back("look for parentheses and words out of place, element segments first");
    return std::nullopt;
  }
  assemble();
  ExplainTextErrors(path, text, errors, diagnostics);
  if (!ran)
    diagnostics->Error(StrCat("not enough memory for a module nested ", nesting, " deep")).file =
        path;
  if (ran && wabt::Failed(result) && errors.empty()) {
    diagnostics->Error("invalid module: the text could not be assembled").file = path;
  }
  if (!ran || wabt::Failed(result) || diagnostics->has_errors()) return std::nullopt;
  return binary;
}

}  // namespace perdure
