#include "compiler/link/layout.h"

#include <algorithm>
#include <map>
#include <string>

namespace perdure {
namespace {

Space SpaceOf(ExternalKind kind) { return static_cast<Space>(kind); }

class LayoutMaker {
 public:
  LayoutMaker(std::span<const LinkInput> inputs, const Resolution& resolution)
      : inputs_(inputs), resolution_(resolution) {}

  Layout Make() {
    layout_.maps.resize(inputs_.size());
    PlaceImports();
    PlaceDefinitions();
    for (uint32_t i = 0; i < inputs_.size(); ++i) {
      MapItems(i);
      MapTypes(i);
      MapSegments(i, inputs_[i].module->elems.size(), Space::kElem, &layout_.elements);
      MapSegments(i, inputs_[i].module->data.size(), Space::kData, &layout_.data);
    }
    return std::move(layout_);
  }

 private:
  // The new index of each item, by kind, input and its index there.
  std::vector<std::vector<uint32_t>>& Placed(ExternalKind kind) {
    return placed_[static_cast<size_t>(kind)];
  }

  void Place(ExternalKind kind, ItemRef item) {
    Placed(kind)[item.input][item.index] = static_cast<uint32_t>(layout_.Items(kind).size());
    layout_.Items(kind).push_back(item);
  }

  void PlaceImports() {
    for (const ExternalKind kind : kExternalKinds) {
      for (const LinkInput& input : inputs_) {
        Placed(kind).emplace_back(ItemCount(*input.module, kind));
      }
    }
    for (uint32_t i = 0; i < inputs_.size(); ++i) {
      const std::vector<Import>& imports = inputs_[i].module->imports;
      for (uint32_t at = 0; at < imports.size(); ++at) {
        const ItemRef item = {i, imports[at].index};
        if (resolution_.Of(imports[at].kind, i, imports[at].index) != item) continue;
        layout_.imports.push_back({i, at});
        Place(imports[at].kind, item);
      }
    }
  }

  void PlaceDefinitions() {
    for (const ExternalKind kind : kExternalKinds) {
      for (uint32_t i = 0; i < inputs_.size(); ++i) {
        VisitItems(*inputs_[i].module, kind, [&](const auto& items) {
          for (uint32_t at = 0; at < items.size(); ++at) {
            if (!items[at].imported) Place(kind, {i, at});
          }
        });
      }
    }
  }

  void MapItems(uint32_t input) {
    for (const ExternalKind kind : kExternalKinds) {
      const uint32_t count = ItemCount(*inputs_[input].module, kind);
      for (uint32_t i = 0; i < count; ++i) {
        const ItemRef item = resolution_.Of(kind, input, i);
        layout_.maps[input][SpaceOf(kind)].push_back(Placed(kind)[item.input][item.index]);
      }
    }
  }

  void MapTypes(uint32_t input) {
    for (const FuncType& type : inputs_[input].module->types) {
      const uint32_t next = static_cast<uint32_t>(layout_.types.size());
      const auto [known, inserted] = types_.try_emplace(FuncTypeText(type), next);
      if (inserted) layout_.types.push_back(type);
      layout_.maps[input][Space::kType].push_back(known->second);
    }
  }

  void MapSegments(uint32_t input, size_t count, Space space, std::vector<ItemRef>* all) {
    for (uint32_t i = 0; i < count; ++i) {
      layout_.maps[input][space].push_back(static_cast<uint32_t>(all->size()));
      all->push_back({input, i});
    }
  }

  const std::span<const LinkInput> inputs_;
  const Resolution& resolution_;
  Layout layout_;
  std::array<std::vector<std::vector<uint32_t>>, kExternalKindCount> placed_;
  std::map<std::string, uint32_t> types_;
};

}  // namespace

uint32_t Layout::AddType(const FuncType& type) {
  const auto found = std::find(types.begin(), types.end(), type);
  const auto index = static_cast<uint32_t>(found - types.begin());
  if (found == types.end()) types.push_back(type);
  return index;
}

Layout MakeLayout(std::span<const LinkInput> inputs, const Resolution& resolution) {
  return LayoutMaker(inputs, resolution).Make();
}

}  // namespace perdure
