// Rewriter: gives the captured functions of a command their two forms (docs/internals/capture.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/analysis/capture_plan.h"
#include "compiler/frontend/module.h"
#include "compiler/rewrite/function_forms.h"
#include "compiler/rewrite/import_wrappers.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

class Rewriter {
 public:
  // All outlive the rewriter.
  Rewriter(const Module& module, const Wasm2cNames& names, const CapturePlan& plan);

  // What app-impl.h needs behind it.
  std::string ImplHeaderTail() const;
  // One file of wasm2c's, repaired, with the hot forms. Appends their resume forms to *resume. A
  // failure is an internal error.
  Result<std::string> RewriteSource(std::string_view file, std::string_view text,
                                    std::string* resume);

  // app.capture.c, after all files. A failure is an internal error: a function is in none of them.
  Result<std::string> CaptureTable(const std::string& symbol) const;
  // app-resume.h: what the resume forms and the table include.
  std::string ResumeHeader() const;

 private:
  struct LiveValue {
    uint8_t place = 0, type = 0;
    uint32_t index = 0;
    auto operator<=>(const LiveValue&) const = default;
  };

  Status RewriteFunction(const FunctionSource& source, uint32_t function,
                         std::string_view head_line, LineReader* lines, std::string* hot,
                         std::string* resume);
  void KeepLive(const FunctionForms& forms, uint32_t function);
  void KeepWrappers();
  void KeepList(uint32_t site, std::vector<LiveValue> list);
  // Parts of app.capture.c.
  std::string LiveAndSites() const;
  std::string ResumeTables() const;
  std::string CaptureFunctions(const std::string& symbol) const;
  const FuncType& TypeOf(uint32_t function) const {
    return module_.types[module_.functions[function].type];
  }

  const Module& module_;
  const Wasm2cNames& names_;
  const CapturePlan& plan_;
  const ImportWrappers wrappers_;
  std::unordered_map<std::string_view, uint32_t> functions_;  // captured ones, by symbol
  std::map<std::vector<LiveValue>, uint32_t> live_lists_;
  std::vector<uint32_t> list_of_site_;          // values of live_lists_
  std::vector<bool> resumes_callee_;            // by site
  std::vector<FrameSlots> slots_;               // by function
  std::vector<std::string> resume_prototypes_;  // by function; empty: none
};

}  // namespace perdure
