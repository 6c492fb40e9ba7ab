#include "compiler/analysis/capture_plan.h"

#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "compiler/analysis/checks.h"
#include "compiler/analysis/runtime_imports.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// For each key the functions that depend on it, without a vector each.
class Dependents {
 public:
  explicit Dependents(size_t key_count) : begin_(key_count + 1) {}
  void Count(uint32_t key) { ++begin_[key + 1]; }
  void Allocate() {
    for (size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    functions_.resize(begin_.back());
    next_.assign(begin_.begin(), begin_.end() - 1);
  }
  void Add(uint32_t key, uint32_t function) { functions_[next_[key]++] = function; }
  std::span<const uint32_t> Of(uint32_t key) const {
    return std::span(functions_).subspan(begin_[key], begin_[key + 1] - begin_[key]);
  }

 private:
  std::vector<uint32_t> begin_, next_, functions_;
};

bool IsIndirect(OutlineKind kind) {
  return kind == OutlineKind::kCallIndirect || kind == OutlineKind::kReturnCallIndirect;
}
bool IsTailCall(OutlineKind kind) {
  return kind == OutlineKind::kReturnCall || kind == OutlineKind::kReturnCallIndirect;
}

class Planner {
 public:
  Planner(const Module& module, bool polls)
      : module_(module),
        polls_(polls),
        waits_(module.functions.size()),
        type_waits_(module.types.size()),
        callers_(module.functions.size()),
        indirect_callers_(module.types.size()) {}

  std::optional<CapturePlan> Plan(Diagnostics* diagnostics) {
    FindEqualTypes();
    CollectCallers();
    Spread();
    RefuseReferencesInExceptions(diagnostics);
    RefuseTailCalls(diagnostics);
    if (diagnostics->has_errors()) return std::nullopt;
    return NumberSites();
  }

 private:
  std::span<const OutlineItem> OutlineOf(const Function& function) const {
    return std::span(module_.outline)
        .subspan(function.outline_begin, function.outline_end - function.outline_begin);
  }

  // Equal types are one type: canonical_[i] is the first that is equal to i.
  void FindEqualTypes() {
    std::map<std::tuple<std::vector<ValueType>, std::vector<ValueType>>, uint32_t> first;
    for (uint32_t i = 0; i < module_.types.size(); ++i) {
      const FuncType& type = module_.types[i];
      canonical_.push_back(first.try_emplace({type.params, type.results}, i).first->second);
    }
  }

  template <typename Visit>
  void ForEachCall(Visit visit) const {
    for (uint32_t f = 0; f < module_.functions.size(); ++f) {
      for (const OutlineItem& item : OutlineOf(module_.functions[f])) {
        if (!item.is_dead && item.kind != OutlineKind::kLoop) visit(f, item);
      }
    }
  }

  void CollectCallers() {
    ForEachCall([&](uint32_t, const OutlineItem& item) {
      if (IsIndirect(item.kind)) {
        indirect_callers_.Count(canonical_[item.target]);
      } else {
        callers_.Count(item.target);
      }
    });
    callers_.Allocate();
    indirect_callers_.Allocate();
    ForEachCall([&](uint32_t function, const OutlineItem& item) {
      if (IsIndirect(item.kind)) {
        indirect_callers_.Add(canonical_[item.target], function);
      } else {
        callers_.Add(item.target, function);
      }
    });
  }

  void MarkWaits(uint32_t function) {
    if (waits_[function]) return;
    waits_[function] = true;
    pending_.push_back(function);
  }

  void Spread() {
    for (const Import& import : module_.imports) {
      if (import.kind != ExternalKind::kFunc) continue;
      const RuntimeImport* known = FindRuntimeImport(import.module, import.field);
      if (known != nullptr && known->may_block) MarkWaits(import.index);
    }
    for (uint32_t f = 0; polls_ && f < module_.functions.size(); ++f) {
      for (const OutlineItem& item : OutlineOf(module_.functions[f])) {
        if (item.kind == OutlineKind::kLoop && Waits(item)) MarkWaits(f);
      }
    }
    while (!pending_.empty()) {
      const uint32_t function = pending_.back();
      pending_.pop_back();
      for (const uint32_t caller : callers_.Of(function)) MarkWaits(caller);
      if (!module_.functions[function].is_referenced) continue;
      const uint32_t type = canonical_[module_.functions[function].type];
      if (type_waits_[type]) continue;
      type_waits_[type] = true;
      for (const uint32_t caller : indirect_callers_.Of(type)) MarkWaits(caller);
    }
  }

  bool Waits(const OutlineItem& item) const {
    if (item.is_dead) return false;
    if (item.kind == OutlineKind::kLoop) return polls_ && !item.needs_no_poll;
    return IsIndirect(item.kind) ? type_waits_[canonical_[item.target]] : waits_[item.target];
  }

  // The values of an exception are bytes, whose types nobody looks at when it is on the stack.
  void RefuseReferencesInExceptions(Diagnostics* diagnostics) const {
    for (uint32_t i = 0; i < module_.tags.size(); ++i) {
      for (const ValueType type : module_.types[module_.tags[i].type].params) {
        if (type != ValueType::kFuncref && type != ValueType::kExternref) continue;
        Diagnostic& error =
            internal::ErrorAt(module_, module_.tags[i].offset,
                              StrCat("tag ", i, " carries a value of type ", ValueTypeName(type),
                                     ", which is not supported in commands"),
                              diagnostics);
        error.notes.emplace_back(
            "an exception can be on the call stack when it is saved, and its references would be "
            "addresses of this process");
        error.helps.emplace_back("put the reference into a table and throw its index");
        break;
      }
    }
  }

  void RefuseTailCalls(Diagnostics* diagnostics) const {
    for (uint32_t f = 0; f < module_.functions.size(); ++f) {
      const Function& function = module_.functions[f];
      for (const OutlineItem& item : OutlineOf(function)) {
        if (!IsTailCall(item.kind) || !Waits(item)) continue;
        Diagnostic& error = internal::ErrorAt(
            module_, function.offset,
            StrCat(internal::Called("function", f, function.name),
                   " makes a tail call to what may wait, which is not supported in commands"),
            diagnostics);
        error.notes.emplace_back("its call stack is saved while it waits");
        error.helps.emplace_back("build the module without -mtail-call");
        return;
      }
    }
  }

  // Calls before polls, each in order: the one pass over the outline is made twice.
  void AddSites(uint32_t function, bool loops, CapturePlan* plan) const {
    uint32_t ordinal = 0;
    for (const OutlineItem& item : OutlineOf(module_.functions[function])) {
      if ((item.kind == OutlineKind::kLoop) != loops) continue;
      const uint32_t here = ordinal++;
      if (!Waits(item)) continue;
      SiteKind kind = SiteKind::kPoll;
      if (!loops) {
        kind = IsIndirect(item.kind)                     ? SiteKind::kCallIndirect
               : module_.functions[item.target].imported ? SiteKind::kImport
                                                         : SiteKind::kCall;
      }
      plan->sites.push_back({function, here, kind, item.target});
    }
  }

  CapturePlan NumberSites() const {
    CapturePlan plan;
    plan.polls = polls_;
    for (uint32_t f = 0; f < module_.functions.size(); ++f) {
      plan.first_site.push_back(static_cast<uint32_t>(plan.sites.size()));
      const Function& function = module_.functions[f];
      if (function.imported && function.is_referenced && waits_[f]) {
        plan.wrapped_imports.push_back(f);
        plan.sites.push_back({f, 0, SiteKind::kImport, f});
      }
      AddSites(f, false, &plan);
      AddSites(f, true, &plan);
    }
    plan.first_site.push_back(static_cast<uint32_t>(plan.sites.size()));
    return plan;
  }

  const Module& module_;
  const bool polls_;
  std::vector<bool> waits_;       // by function: it may wait
  std::vector<bool> type_waits_;  // by canonical type: some referenced function of it may wait
  std::vector<uint32_t> canonical_;
  Dependents callers_, indirect_callers_;  // by function; by canonical type
  std::vector<uint32_t> pending_;
};

}  // namespace

std::optional<CapturePlan> PlanCapture(const Module& module, bool polls, Diagnostics* diagnostics) {
  return Planner(module, polls).Plan(diagnostics);
}

}  // namespace perdure
