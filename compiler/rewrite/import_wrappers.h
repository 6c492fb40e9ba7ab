// ImportWrappers: imports that may wait and that a table can hold.
//
// A call through a table cannot know that it reaches an import, and so does not keep the arguments
// that the import is to be called with again. So a reference to such an import names a function of
// ours instead, which keeps them (P3 in analysis/capture_plan.h):
//
//     u32 perdure_import_F(w2c_app* instance, u32 var_p0) {
//       const u32 perdure_result = F(instance->w2c_env_instance, var_p0);
//       if (capturing) { push a frame of the import's own site with var_p0; return 0; }
//       return perdure_result;
//     }
//
// Its module instance is the module's and not the host's, in the descriptor as well. Direct calls
// still go to the import.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/analysis/capture_plan.h"
#include "compiler/frontend/module.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

class ImportWrappers {
 public:
  // All outlive it.
  ImportWrappers(const Module& module, const Wasm2cNames& names, const CapturePlan& plan)
      : module_(module), names_(names), plan_(plan) {}

  // For app-impl.h, where references name them.
  std::string Prototypes() const;
  // For app.capture.c: each with its resume form.
  Result<std::string> Definitions() const;
  // A text of wasm2c's with its references to wrapped imports replaced. Fails if one is of an
  // unknown shape.
  Result<std::string> ReplaceReferences(std::string_view text) const;

 private:
  const std::string& SymbolOf(uint32_t import) const { return names_.functions[import].symbol; }
  const FuncType& TypeOf(uint32_t import) const {
    return module_.types[module_.functions[import].type];
  }
  // A module may import a function more than once; one wrapper serves all.
  bool IsFirst(uint32_t import) const;
  std::string Head(uint32_t import) const;
  Result<std::string> InstanceField(uint32_t import) const;
  std::string Save(uint32_t import) const;
  Status ReplaceReference(uint32_t import, std::string* line) const;

  const Module& module_;
  const Wasm2cNames& names_;
  const CapturePlan& plan_;
};

}  // namespace perdure
