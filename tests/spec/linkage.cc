#include "tests/spec/linkage.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "compiler/link/link.h"
#include "rtlib/base/text.h"
#include "tests/support/process.h"

namespace perdure::spec {
namespace {

constexpr const char* kSpectest = "spectest";

// Something that can be a part of a linked program: a module of the script, or spectest.
struct Part {
  std::optional<Module> module;  // none: it cannot be read, building it will say why
  std::string name;
  std::set<size_t> suppliers;  // parts it imports from
  std::string problem;
};

class Linker {
 public:
  Linker(const Script& script, const std::string& folder) : script_(script), folder_(folder) {}

  Linkage Link() {
    Diagnostics ignored;
    parts_.push_back(
        {ReadModule(SPEC_SOURCE "/tests/spec/spectest.wat", &ignored), kSpectest, {}, {}});
    FindSuppliers();
    for (size_t part = 1; part < parts_.size(); ++part) CheckLink(part);
    Unite();
    return std::move(linkage_);
  }

 private:
  void FindSuppliers();
  void Supply(const Step& step, Part* part);
  void CheckLink(size_t part);
  void Unite();
  void PlaceTogether(const std::vector<size_t>& unit);
  std::set<size_t> Closure(size_t part) const;
  std::optional<LinkedModule> LinkParts(const std::vector<size_t>& parts, std::string* problem);

  const Script& script_;
  const std::string& folder_;
  std::vector<Part> parts_;  // spectest, then one per step that Instantiates()
  std::map<std::string, size_t> registered_;
  Linkage linkage_;
};

// Plays the script as far as names are concerned.
void Linker::FindSuppliers() {
  std::map<std::string, size_t> named;
  size_t newest = 0;
  for (const Step& step : script_.steps) {
    if (step.kind == "register") {
      const auto found = named.find(step.name);
      registered_[step.as] = step.name.empty() || found == named.end() ? newest : found->second;
    }
    if (!Instantiates(step)) continue;
    Part part;
    Diagnostics ignored;
    part.module = ReadModule(step.file, &ignored);
    part.name = std::to_string(parts_.size());
    if (part.module) Supply(step, &part);
    parts_.push_back(std::move(part));
    if (step.kind != "module") continue;
    newest = parts_.size() - 1;
    if (!step.name.empty()) named[step.name] = newest;
  }
}

// Binds the imports of `part` to what is registered now. Functions of spectest alone are left to
// the driver, which has them as host functions.
void Linker::Supply(const Step& step, Part* part) {
  bool shares_spectest = step.kind == "assert_unlinkable";
  for (const Import& import : part->module->imports) {
    shares_spectest |= import.kind != ExternalKind::kFunc;
  }
  for (Import& import : part->module->imports) {
    const auto found = registered_.find(import.module);
    if (found != registered_.end()) {
      part->suppliers.insert(found->second);
      import.module = parts_[found->second].name;
    } else if (import.module != kSpectest) {
      part->problem = StrCat("unknown import '", import.module, ".", import.field, "'");
    } else if (shares_spectest) {
      part->suppliers.insert(0);
    }
  }
}

std::set<size_t> Linker::Closure(size_t part) const {
  std::set<size_t> closure = {part};
  for (const size_t supplier : parts_[part].suppliers) closure.merge(Closure(supplier));
  return closure;
}

std::optional<LinkedModule> Linker::LinkParts(const std::vector<size_t>& parts,
                                              std::string* problem) {
  std::vector<LinkInput> inputs;
  for (const size_t part : parts) inputs.push_back({&*parts_[part].module, parts_[part].name});
  Diagnostics diagnostics;
  std::optional<LinkedModule> linked = LinkModules(inputs, {.staged = true}, &diagnostics);
  if (!linked) *problem = diagnostics.all().empty() ? "not linked" : diagnostics.all()[0].message;
  return linked;
}

void Linker::CheckLink(size_t number) {
  Part& part = parts_[number];
  if (!part.module || part.suppliers.empty() || !part.problem.empty()) return;
  const std::set<size_t> closure = Closure(number);
  for (const size_t other : closure) {
    if (parts_[other].module && parts_[other].problem.empty()) continue;
    part.problem = "what it imports from could not be linked itself";
    return;
  }
  LinkParts({closure.begin(), closure.end()}, &part.problem);
}

// Parts that import from each other become one program, with the parts in order.
void Linker::Unite() {
  std::vector<size_t> leader(parts_.size());
  std::iota(leader.begin(), leader.end(), size_t{0});
  const auto leader_of = [&](size_t part) {
    while (leader[part] != part) part = leader[part];
    return part;
  };
  for (size_t part = 1; part < parts_.size(); ++part) {
    if (!parts_[part].problem.empty()) continue;
    for (const size_t supplier : parts_[part].suppliers) {
      const size_t a = leader_of(part), b = leader_of(supplier);
      leader[std::max(a, b)] = std::min(a, b);
    }
  }
  std::map<size_t, std::vector<size_t>> units;
  for (size_t part = 0; part < parts_.size(); ++part) units[leader_of(part)].push_back(part);

  linkage_.placements.resize(parts_.size() - 1);
  std::vector<std::string> files;
  for (const Step& step : script_.steps) {
    if (Instantiates(step)) files.push_back(step.file);
  }
  for (const auto& [first, unit] : units) {
    if (unit.size() > 1) {
      PlaceTogether(unit);
    } else if (first > 0) {
      Placement& placement = linkage_.placements[first - 1];
      placement.program = placement.slot = linkage_.modules.size();
      placement.problem = parts_[first].problem;
      if (!placement.problem.empty()) continue;  // nothing to build
      linkage_.modules.push_back(files[first - 1]);
    }
  }
}

void Linker::PlaceTogether(const std::vector<size_t>& unit) {
  std::string problem;
  const std::optional<LinkedModule> linked = LinkParts(unit, &problem);
  const size_t program = linkage_.modules.size();
  const std::string path = StrCat(folder_, "/linked", program, ".wasm");
  if (linked) {
    const std::vector<uint8_t>& binary = linked->module.binary;
    test::WriteFile(path, {reinterpret_cast<const char*>(binary.data()), binary.size()});
  }
  linkage_.modules.push_back(path);
  for (size_t i = 0; i < unit.size(); ++i) {
    if (unit[i] == 0) continue;
    Placement& placement = linkage_.placements[unit[i] - 1];
    placement.program = placement.slot = program;
    placement.is_linked = true;
    placement.name = parts_[unit[i]].name;
    placement.prefix = placement.name + ".";
    placement.steps = linked ? linked->steps[i] : 0;
    placement.problem = problem;
  }
}

}  // namespace

bool Instantiates(const Step& step) {
  return step.kind == "module" || step.kind == "assert_uninstantiable" ||
         step.kind == "assert_unlinkable";
}

Linkage Link(const Script& script, const std::string& folder) {
  return Linker(script, folder).Link();
}

}  // namespace perdure::spec
