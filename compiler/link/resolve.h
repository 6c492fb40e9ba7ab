// Which item of which input each item of each input is.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "compiler/link/code_copy.h"
#include "compiler/link/link.h"

namespace perdure {

inline constexpr ExternalKind kExternalKinds[] = {ExternalKind::kFunc, ExternalKind::kTable,
                                                  ExternalKind::kMemory, ExternalKind::kGlobal,
                                                  ExternalKind::kTag};
inline constexpr size_t kExternalKindCount = std::size(kExternalKinds);

// An item of an index space of one of the inputs.
struct ItemRef {
  uint32_t input = 0;
  uint32_t index = 0;
  bool operator==(const ItemRef&) const = default;
};

// An import that is bound to the item of another input.
struct BoundImport {
  uint32_t input = 0;   // who imports
  uint32_t import = 0;  // index into its Module::imports
  ItemRef item;         // where a re-export leads in the end
};

struct Resolution {
  // By kind, input and index: the item itself, or what the import is bound to in the end.
  std::array<std::vector<std::vector<ItemRef>>, kExternalKindCount> items;
  std::vector<BoundImport> bound;  // in order of inputs and imports

  ItemRef Of(ExternalKind kind, uint32_t input, uint32_t index) const {
    return items[static_cast<size_t>(kind)][input][index];
  }
};

// Calls `visit` with the vector of items of a kind; items have `imported` and `offset`.
template <typename Visitor>
auto VisitItems(const Module& module, ExternalKind kind, Visitor visit) {
  switch (kind) {
    case ExternalKind::kFunc:
      return visit(module.functions);
    case ExternalKind::kTable:
      return visit(module.tables);
    case ExternalKind::kMemory:
      return visit(module.memories);
    case ExternalKind::kGlobal:
      return visit(module.globals);
    case ExternalKind::kTag:
      break;
  }
  return visit(module.tags);
}

inline uint32_t ItemCount(const Module& module, ExternalKind kind) {
  return VisitItems(module, kind,
                    [](const auto& items) { return static_cast<uint32_t>(items.size()); });
}
// Byte offset of the item in its module.
inline uint64_t ItemOffset(const Module& module, ExternalKind kind, uint32_t index) {
  return VisitItems(module, kind, [&](const auto& items) { return items[index].offset; });
}

// False: diagnostics has errors.
bool Resolve(std::span<const LinkInput> inputs, const LinkOptions& options, Resolution* resolution,
             Diagnostics* diagnostics);

}  // namespace perdure
