// Where everything is in the linked module.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "compiler/link/code_copy.h"
#include "compiler/link/link.h"
#include "compiler/link/resolve.h"

namespace perdure {

struct Layout {
  std::vector<FuncType> types;  // each once
  // By kind and new index, imports first: which item it is.
  std::array<std::vector<ItemRef>, kExternalKindCount> items;
  std::vector<ItemRef> imports;         // that stay, in order: index of the import in its input
  std::vector<ItemRef> data, elements;  // by new index
  std::vector<IndexMap> maps;           // by input

  std::vector<ItemRef>& Items(ExternalKind kind) { return items[static_cast<size_t>(kind)]; }
  const std::vector<ItemRef>& Items(ExternalKind kind) const {
    return items[static_cast<size_t>(kind)];
  }

  // Index in `types`, where it now is.
  uint32_t AddType(const FuncType& type);
};

Layout MakeLayout(std::span<const LinkInput> inputs, const Resolution& resolution);

}  // namespace perdure
