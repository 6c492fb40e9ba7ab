#include <algorithm>
#include <utility>

#include "compiler/analysis/module_kind.h"
#include "compiler/diag/printable.h"
#include "compiler/frontend/sections.h"
#include "compiler/link/merge.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

const std::string& NameOf(const Module& module, ExternalKind kind, uint32_t index) {
  if (kind == ExternalKind::kTable) return module.tables[index].name;
  if (kind == ExternalKind::kMemory) return module.memories[index].name;
  if (kind == ExternalKind::kGlobal) return module.globals[index].name;
  return module.functions[index].name;
}

// Compares what is on the stack with a minimum.
constexpr std::string_view kTrapIfLess32("\x49\x04\x40\x00\x0b", 5);  // i32.lt_u if unreachable end
constexpr std::string_view kTrapIfLess64("\x54\x04\x40\x00\x0b", 5);

}  // namespace

std::span<const uint8_t> SectionPayload(const Module& module, uint8_t id) {
  std::vector<Section> sections;
  ScanSections(module.binary, &sections);  // succeeded when the module was read
  for (const Section& section : sections) {
    if (section.id != id) continue;
    return std::span(module.binary).subspan(section.payload, section.end - section.payload);
  }
  return {};
}

void AddSizeChecks(const Module& module, uint32_t input, const IndexMap& map,
                   const Resolution& resolution, std::vector<Step>* steps) {
  Step step;
  for (const BoundImport& bound : resolution.bound) {
    if (bound.input != input) continue;
    const Import& import = module.imports[bound.import];
    if (import.kind == ExternalKind::kMemory) {
      const Memory& memory = module.memories[import.index];
      step += '\x3f';  // memory.size
      AppendUnsignedLeb(map[Space::kMemory][import.index], &step);
      step += memory.is64 ? '\x42' : '\x41';  // i64.const, i32.const
      AppendSignedLeb(static_cast<int64_t>(memory.min_pages), &step);
      step += memory.is64 ? kTrapIfLess64 : kTrapIfLess32;
    } else if (import.kind == ExternalKind::kTable) {
      step += "\xfc\x10";  // table.size
      AppendUnsignedLeb(map[Space::kTable][import.index], &step);
      AppendI32Const(static_cast<uint32_t>(module.tables[import.index].min_size), &step);
      step += kTrapIfLess32;
    }
  }
  if (!step.empty()) steps->push_back(std::move(step));
}

std::optional<uint32_t> InitializeToCall(std::span<const LinkInput> inputs, uint32_t input,
                                         const Resolution& resolution) {
  const std::optional<uint32_t> initialize = FindInitialize(*inputs[input].module);
  if (!initialize) return std::nullopt;
  const ItemRef item = resolution.Of(ExternalKind::kFunc, input, *initialize);
  const bool imported =
      std::any_of(resolution.bound.begin(), resolution.bound.end(), [&](const BoundImport& bound) {
        const Import& import = inputs[bound.input].module->imports[bound.import];
        return import.kind == ExternalKind::kFunc && bound.item == item;
      });
  return imported ? std::nullopt : initialize;
}

void AppendNames(std::span<const LinkInput> inputs, const Layout& layout,
                 const std::optional<uint32_t>& caller_global, std::string* out) {
  constexpr std::pair<uint8_t, ExternalKind> kSubsections[] = {{1, ExternalKind::kFunc},
                                                               {5, ExternalKind::kTable},
                                                               {6, ExternalKind::kMemory},
                                                               {7, ExternalKind::kGlobal}};
  std::string payload;
  ByteWriter(&payload).Bytes("name");
  for (const auto& [id, kind] : kSubsections) {
    WasmVector names;
    const std::vector<ItemRef>& items = layout.Items(kind);
    for (uint32_t i = 0; i < items.size(); ++i) {
      const LinkInput& input = inputs[items[i].input];
      const std::string& name = NameOf(*input.module, kind, items[i].index);
      if (name.empty()) continue;
      AppendUnsignedLeb(i, names.Add());
      ByteWriter(&names.entries).Bytes(StrCat(Printable(input.name), '.', name));
    }
    if (kind == ExternalKind::kGlobal && caller_global) {
      AppendUnsignedLeb(*caller_global, names.Add());
      ByteWriter(&names.entries).Bytes("caller of the host");
    }
    AppendSection(id, names, &payload);
  }
  out->push_back(static_cast<char>(kCustomSection));
  ByteWriter(out).Bytes(payload);
}

}  // namespace perdure
