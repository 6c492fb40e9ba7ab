// An input's imports are bound when those of all inputs before it are, so a re-export leads to the
// item itself in one look-up. What an import may be bound to is decided by the type of that item,
// not by the type under which an input in between imported it.
#include "compiler/link/resolve.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

struct Limits {
  uint64_t min;
  std::optional<uint64_t> max;
};

std::string LimitsText(const Limits& limits, std::string_view unit) {
  std::string out = StrCat(limits.min);
  out += limits.max ? StrCat(" to ", *limits.max) : " or more";
  return StrCat(out, ' ', unit);
}

const FuncType& FunctionType(const Module& module, uint32_t index) {
  return module.types[module.functions[index].type];
}

std::string ItemTypeText(const Module& module, ExternalKind kind, uint32_t index) {
  switch (kind) {
    case ExternalKind::kFunc:
      return FuncTypeText(FunctionType(module, index));
    case ExternalKind::kTable: {
      const Table& table = module.tables[index];
      return LimitsText({table.min_size, table.max_size}, StrCat(ValueTypeName(table.type), 's'));
    }
    case ExternalKind::kMemory: {
      const Memory& memory = module.memories[index];
      const std::string text = LimitsText({memory.min_pages, memory.max_pages}, "pages");
      return StrCat(text, memory.is64 ? ", 64-bit" : "", memory.shared ? ", shared" : "");
    }
    case ExternalKind::kGlobal: {
      const Global& global = module.globals[index];
      return StrCat(global.is_mutable ? "mutable " : "constant ", ValueTypeName(global.type));
    }
    case ExternalKind::kTag:
      return FuncTypeText(module.types[module.tags[index].type]);
  }
  return "";
}

// Core specification 4.5.3, "limits". A size that may have grown since is compared when it matters.
bool LimitsAllow(const Limits& wanted, const Limits& given, bool compare_min) {
  if (compare_min && given.min < wanted.min) return false;
  return !wanted.max || (given.max && *given.max <= *wanted.max);
}

class Resolver {
 public:
  Resolver(std::span<const LinkInput> inputs, const LinkOptions& options, Resolution* resolution,
           Diagnostics* diagnostics)
      : inputs_(inputs), options_(options), resolution_(*resolution), diagnostics_(*diagnostics) {}

  bool Run() {
    Diagnostics& found = diagnostics_;
    const size_t before = found.all().size();
    for (uint32_t i = 0; i < inputs_.size(); ++i) {
      exports_.emplace_back();
      for (const Export& item : inputs_[i].module->exports) exports_[i].emplace(item.name, &item);
      by_name_.emplace(inputs_[i].name, i);
    }
    for (uint32_t i = 0; i < inputs_.size(); ++i) ResolveInput(i);
    return found.all().size() == before;
  }

 private:
  const Module& ModuleOf(uint32_t input) const { return *inputs_[input].module; }

  std::vector<ItemRef>& Items(ExternalKind kind, uint32_t input) {
    return resolution_.items[static_cast<size_t>(kind)][input];
  }

  void ResolveInput(uint32_t input) {
    for (const ExternalKind kind : kExternalKinds) {
      resolution_.items[static_cast<size_t>(kind)].emplace_back();
      const uint32_t count = ItemCount(ModuleOf(input), kind);
      for (uint32_t i = 0; i < count; ++i) Items(kind, input).push_back({input, i});
    }
    for (uint32_t i = 0; i < ModuleOf(input).imports.size(); ++i) Bind(input, i);
  }

  void Bind(uint32_t input, uint32_t import_index) {
    const Import& import = ModuleOf(input).imports[import_index];
    const auto supplier = by_name_.find(import.module);
    if (supplier == by_name_.end() || supplier->second == input) return;
    if (supplier->second > input) return ReportOrder(input, import, supplier->second);
    const uint32_t from = supplier->second;
    const auto found = exports_[from].find(import.field);
    if (found == exports_[from].end()) return ReportUnknown(input, import, from);
    const Export& item = *found->second;
    if (item.kind != import.kind) return ReportKind(input, import, from, item);
    const ItemRef target = Items(import.kind, from)[item.index];
    if (!Matches(import.kind, ModuleOf(input), import.index, ModuleOf(target.input),
                 target.index)) {
      return ReportType(input, import, target);
    }
    Items(import.kind, input)[import.index] = target;
    resolution_.bound.push_back({input, import_index, target});
  }

  bool Matches(ExternalKind kind, const Module& importer, uint32_t wanted, const Module& owner,
               uint32_t given) const {
    const bool compare_min = !options_.staged;
    switch (kind) {
      case ExternalKind::kFunc:
        return FunctionType(importer, wanted) == FunctionType(owner, given);
      case ExternalKind::kTable: {
        const Table& a = importer.tables[wanted];
        const Table& b = owner.tables[given];
        return a.type == b.type &&
               LimitsAllow({a.min_size, a.max_size}, {b.min_size, b.max_size}, compare_min);
      }
      case ExternalKind::kMemory: {
        const Memory& a = importer.memories[wanted];
        const Memory& b = owner.memories[given];
        return a.is64 == b.is64 && a.shared == b.shared &&
               LimitsAllow({a.min_pages, a.max_pages}, {b.min_pages, b.max_pages}, compare_min);
      }
      case ExternalKind::kGlobal: {
        const Global& a = importer.globals[wanted];
        const Global& b = owner.globals[given];
        return a.type == b.type && a.is_mutable == b.is_mutable;
      }
      case ExternalKind::kTag:
        return importer.types[importer.tags[wanted].type] == owner.types[owner.tags[given].type];
    }
    return false;
  }

  Diagnostic& Report(uint32_t input, const Import& import, std::string_view what) {
    Diagnostic& error = diagnostics_.Error(
        StrCat("unlinkable: the import ", Quote(StrCat(import.module, '.', import.field)), what));
    error.file = ModuleOf(input).path;
    error.offset = import.offset;
    return error;
  }

  void ReportOrder(uint32_t input, const Import& import, uint32_t supplier) {
    Report(input, import,
           StrCat(" is from ", QuotePath(ModuleOf(supplier).path), ", which is instantiated later"))
        .helps.push_back(StrCat("give ", QuotePath(ModuleOf(supplier).path), " before ",
                                QuotePath(ModuleOf(input).path),
                                "; modules that import from each other cannot be linked"));
  }

  void ReportUnknown(uint32_t input, const Import& import, uint32_t from) {
    constexpr size_t kNamesMax = 5;
    Diagnostic& error = Report(
        input, import,
        StrCat(" is unknown: ", QuotePath(ModuleOf(from).path), " exports nothing of that name"));
    std::string names;
    const std::vector<Export>& all = ModuleOf(from).exports;
    for (size_t i = 0; i < all.size() && i < kNamesMax; ++i) {
      StrAppend(&names, i == 0 ? "" : ", ", Quote(all[i].name));
    }
    if (all.size() > kNamesMax) StrAppend(&names, " and ", all.size() - kNamesMax, " more");
    error.notes.push_back(all.empty() ? "it exports nothing" : StrCat("it exports ", names));
  }

  void ReportKind(uint32_t input, const Import& import, uint32_t from, const Export& item) {
    Report(input, import,
           StrCat(" is a ", ExternalKindName(import.kind), ", the export a ",
                  ExternalKindName(item.kind), " (incompatible import type)"))
        .notes.push_back(StrCat("exported at ", PlaceText(ModuleOf(from).path, item.offset)));
  }

  void ReportType(uint32_t input, const Import& import, ItemRef target) {
    const Module& owner = ModuleOf(target.input);
    Report(
        input, import,
        StrCat(" wants a ", ExternalKindName(import.kind), " of ",
               ItemTypeText(ModuleOf(input), import.kind, import.index), ", the export is one of ",
               ItemTypeText(owner, import.kind, target.index), " (incompatible import type)"))
        .notes.push_back(StrCat(
            "defined at ", PlaceText(owner.path, ItemOffset(owner, import.kind, target.index))));
  }

  const std::span<const LinkInput> inputs_;
  const LinkOptions& options_;
  Resolution& resolution_;
  Diagnostics& diagnostics_;
  std::vector<std::map<std::string_view, const Export*>> exports_;  // by input
  std::map<std::string_view, uint32_t> by_name_;
};

}  // namespace

bool Resolve(std::span<const LinkInput> inputs, const LinkOptions& options, Resolution* resolution,
             Diagnostics* diagnostics) {
  return Resolver(inputs, options, resolution, diagnostics).Run();
}

}  // namespace perdure
