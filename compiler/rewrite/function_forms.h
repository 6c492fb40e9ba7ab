// FunctionForms: the two forms of a captured function, from its text and its live values.
//
//   hot form                                      resume form, cold
//     var_i0 = f(instance, var_i0);                 u32 perdure_site; pop the frame;
//     if (perdure_capturing) goto perdure_save_7;   switch (perdure_site) {
//     ...                                             case 7: take values; goto perdure_resume_7;
//     return var_i0;                                }
//     perdure_save_7: {                             ...
//       push a frame for site 7, put the values     if (0) {
//     }                                               perdure_resume_7:;
//     goto perdure_leave;                             var_i0 = perdure_resume_f(instance);
//     perdure_leave:;                               } else {
//     return 0;                                       var_i0 = f(instance, var_i0);
//                                                   }
//                                                   if (perdure_capturing) goto perdure_save_7;
//                                                   ... as the hot form to its end
//
// Kinds of site. After a call of the module (direct or through a table) the values live after it
// are saved; the callee's own frame says how to go on in it. An import is called again, so what is
// live before it is saved, its arguments among them, and its result does not reach its variable
// (which may be one of the arguments) before it is known to be one. At a poll the values live at
// the loop's head are saved.
//
// try. wasm2c's try is a setjmp whose buffer lives in a block of the function. On the way out of a
// body the unwind target becomes what it was outside of the outermost try. On the way in the
// resume form enters the tries around the site from the outermost inwards, each at its own "{", so
// that every buffer is armed in the activation that will use it:
//
//     case 7: take the values; perdure_pending = 7; goto perdure_try_0;
//     perdure_try_0:;
//     { ... if (!wasm_rt_try(var_T0_unwind_target)) {
//       wasm_rt_set_unwind_target(&var_T0_unwind_target);
//       switch (perdure_pending) { case 7: perdure_pending = NONE; goto perdure_resume_7; }
//
// In a catch clause the exception is no longer on its way: it is kept in variables if a rethrow
// needs it, and those are live values like others.
//
// Invariants
//   F1  Between setting perdure_capturing and leaving the function no statement of the module runs.
//   F2  A frame's bytes depend on the site and the values alone: values in the order of the site's
//       live list, each at its natural size.
//   F3  Both forms save the same values at the same site, so a frame does not tell which one it is
//       from.
//
// Rejected: one form with a switch at its entry (up to 40 % slower and twice the compile time of
// clang, which keeps every variable alive over an irreducible loop); a flag in each result (changes
// every signature, and is not faster); C++ exceptions for the way out (tables as large as code).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/analysis/capture_plan.h"
#include "compiler/rewrite/function_reader.h"
#include "compiler/rewrite/function_text.h"
#include "compiler/rewrite/liveness.h"

namespace perdure {

class FunctionForms {
 public:
  FunctionForms(const FunctionSource& source, const CapturePlan& plan, const FunctionText& text,
                const Liveness& live);

  // False: the plan has a site that the text has not.
  bool FindSites();

  void WriteHot(std::string* out);
  void WriteResume(std::string* out);
  // "u32 perdure_resume_w2c_app_f2(w2c_app* instance)"
  std::string ResumePrototype() const;

  // REQUIRES: FindSites(). In the order of the live list of perdure/capture.h.
  std::vector<const Variable*> LiveAt(uint32_t site) const;

 private:
  static constexpr uint32_t kNoSite = UINT32_MAX;
  // Sites with the same live values share the code that saves them.
  struct Save {
    std::vector<uint32_t> live;
    std::vector<uint32_t> sites;
  };

  // How a try goes on to a site that is in its body.
  struct Entry {
    uint32_t site;
    uint32_t next;  // the next try inwards, or kNoTry: the site
  };

  void GroupSaves();
  void WriteBody(std::string* out) const;
  void WriteLine(uint32_t line, std::string* out) const;
  void WritePoint(uint32_t point, std::string* out) const;
  void WriteCall(uint32_t point, std::string* out) const;
  void WriteImport(uint32_t point, std::string* out) const;
  void WritePoll(uint32_t point, std::string* out) const;
  void WriteSaves(std::string* out) const;
  void WritePop(std::string* out) const;
  void WriteDispatch(uint32_t attempt, std::string* out) const;
  std::string Leave(uint32_t point) const;
  std::string Indentation(uint32_t point) const;
  std::string ResumeCall(uint32_t point) const;
  std::string SaveCode(const std::string& site, const std::vector<uint32_t>& live) const;
  std::string TakeCode(uint32_t point) const;
  uint32_t OutermostTry(uint32_t point) const;
  bool HasCaught() const;
  const OutlineItem& ItemOf(uint32_t point) const;

  const FunctionSource& source_;
  const CapturePlan& plan_;
  const FunctionText& text_;
  const Liveness& live_;
  bool is_resume_ = false;
  std::vector<uint32_t> site_of_;            // by point
  std::vector<uint32_t> point_of_;           // by site, less the first of the function
  std::vector<std::vector<Entry>> entries_;  // by try
  std::vector<Save> saves_;
  bool is_sharing_ = false;
};

}  // namespace perdure
