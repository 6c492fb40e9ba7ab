#include "compiler/link/link.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/diag/printable.h"
#include "compiler/link/layout.h"
#include "compiler/link/merge.h"
#include "compiler/link/resolve.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

bool CheckNames(std::span<const LinkInput> inputs, Diagnostics* diagnostics) {
  std::set<std::string_view> names;
  for (const LinkInput& input : inputs) {
    if (names.insert(input.name).second) continue;
    Diagnostic& error =
        diagnostics->Error(StrCat("two of the modules are called ", Quote(input.name)));
    error.file = input.module->path;
    error.helps.emplace_back("give one of them another name: NAME=FILE");
    return false;
  }
  return true;
}

// Where the items of the linked module were read from, so that what is said about them later names
// the place in the input.
class OriginFinder {
 public:
  OriginFinder(std::span<const LinkInput> inputs, const Layout& layout, Module* module)
      : inputs_(inputs), layout_(layout), module_(*module) {}

  void Run(const std::vector<ItemRef>& exports) {
    for (const LinkInput& input : inputs_) module_.origin_files.push_back(input.module->path);
    for (const ExternalKind kind : kExternalKinds) {
      Add(layout_.Items(kind),
          [&](const Module& module, uint32_t index) { return ItemOffset(module, kind, index); });
    }
    Add(layout_.imports,
        [](const Module& module, uint32_t index) { return module.imports[index].offset; });
    Add(exports, [](const Module& module, uint32_t index) { return module.exports[index].offset; });
    Add(layout_.elements,
        [](const Module& module, uint32_t index) { return module.elems[index].offset; });
    Add(layout_.data,
        [](const Module& module, uint32_t index) { return module.data[index].offset; });
    std::sort(module_.origins.begin(), module_.origins.end(),
              [](const Origin& a, const Origin& b) { return a.offset < b.offset; });
  }

 private:
  template <typename OffsetOf>
  void Add(const std::vector<ItemRef>& items, OffsetOf offset_of) {
    for (uint32_t i = 0; i < items.size(); ++i) {
      const Module& input = *inputs_[items[i].input].module;
      module_.origins.push_back(
          {offset_of(module_, i), items[i].input, offset_of(input, items[i].index)});
    }
  }

  const std::span<const LinkInput> inputs_;
  const Layout& layout_;
  Module& module_;
};

void AddInputMemories(std::span<const LinkInput> inputs, const Layout& layout, Module* module) {
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    InputMemories& memories = module->input_memories.emplace_back();
    memories.memories = layout.maps[i][Space::kMemory];
    for (const Export& item : inputs[i].module->exports) {
      if (item.kind == ExternalKind::kMemory && item.name == "memory") {
        memories.exported = item.index;
      }
    }
  }
}

}  // namespace

std::optional<LinkedModule> LinkModules(std::span<const LinkInput> inputs,
                                        const LinkOptions& options, Diagnostics* diagnostics) {
  Resolution resolution;
  if (!CheckNames(inputs, diagnostics)) return std::nullopt;
  if (!Resolve(inputs, options, &resolution, diagnostics)) return std::nullopt;
  const Layout layout = MakeLayout(inputs, resolution);
  const std::string& path = inputs.back().module->path;
  Result<MergedBinary> merged = Merge(inputs, options, resolution, layout);
  if (!merged.ok()) {
    diagnostics->Error(StrCat("internal error: ", merged.status().message())).file = path;
    return std::nullopt;
  }
  // Read as a file would be: the linker is checked by the validator, and the limits hold for all
  // inputs together.
  Diagnostics found;
  std::optional<Module> module = ReadModuleBinary(
      path, std::vector<uint8_t>(merged->bytes.begin(), merged->bytes.end()), &found);
  for (Diagnostic diagnostic : found.all()) {
    diagnostic.offset.reset();  // is in no file
    diagnostic.notes.emplace_back("this is about all modules of the program together");
    diagnostics->Add(std::move(diagnostic));
  }
  if (!module) return std::nullopt;
  OriginFinder(inputs, layout, &*module).Run(merged->exports);
  module->caller_global = merged->caller_global;
  if (merged->caller_global) AddInputMemories(inputs, layout, &*module);
  std::vector<LinkedImport> imports;
  for (const BoundImport& bound : resolution.bound) {
    const LinkInput& importer = inputs[bound.input];
    const Import& import = importer.module->imports[bound.import];
    const IndexMap& map = layout.maps[bound.input];
    imports.push_back({importer.name, import.module, import.field, import.kind,
                       map[static_cast<Space>(import.kind)][import.index]});
  }
  return LinkedModule{*std::move(module), std::move(imports), std::move(merged->steps)};
}

}  // namespace perdure
