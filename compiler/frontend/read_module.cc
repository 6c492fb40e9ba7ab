#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/frontend/code_reader.h"
#include "compiler/frontend/explain.h"
#include "compiler/frontend/input.h"
#include "compiler/frontend/module.h"
#include "compiler/frontend/sections.h"
#include "compiler/frontend/text_reader.h"
#include "rtlib/base/hash.h"

namespace perdure {
namespace {

// Sets the start section's place; false: a diagnostic says what is wrong with the structure.
bool FindSections(Module* module, Diagnostics* diagnostics) {
  std::vector<Section> sections;
  if (const std::optional<SectionError> error = ScanSections(module->binary, &sections)) {
    Diagnostic& diagnostic = diagnostics->Error(error->message);
    diagnostic.file = module->path;
    diagnostic.offset = error->offset;
    return false;
  }
  for (const Section& section : sections) {
    if (section.id != kStartSection) continue;
    module->start_section_begin = section.begin;
    module->start_section_end = section.end;
  }
  return true;
}

}  // namespace

std::optional<Module> ReadModule(const std::string& path, Diagnostics* diagnostics) {
  std::optional<std::vector<uint8_t>> bytes = ReadInput(path, diagnostics);
  if (!bytes) return std::nullopt;
  const std::string name = InputName(path);
  const std::optional<InputKind> kind = ClassifyInput(name, *bytes, diagnostics);
  if (!kind) return std::nullopt;
  if (*kind == InputKind::kText) {
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    std::optional<std::vector<uint8_t>> binary = AssembleText(name, text, diagnostics);
    if (!binary) return std::nullopt;
    bytes = std::move(binary);
  }
  return ReadModuleBinary(name, *std::move(bytes), diagnostics);
}

std::optional<Module> ReadModuleBinary(std::string path, std::vector<uint8_t> bytes,
                                       Diagnostics* diagnostics) {
  Module module;
  module.path = std::move(path);
  module.binary = std::move(bytes);
  if (const std::optional<ReadError> error = ReadBinary(&module)) {
    // A cut-off file fails somewhere inside; where it is cut off is the better thing to say.
    if (FindSections(&module, diagnostics)) diagnostics->Add(ExplainReadError(module, *error));
    return std::nullopt;
  }
  if (!FindSections(&module, diagnostics)) return std::nullopt;
  const std::string_view binary(reinterpret_cast<const char*>(module.binary.data()),
                                module.binary.size());
  const std::array<uint8_t, 16> hash = Hash128(binary);
  std::copy(hash.begin(), hash.end(), module.hash);
  return module;
}

}  // namespace perdure
