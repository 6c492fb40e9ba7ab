// FunctionForms: the two forms of a captured function, from its text and its live values.
//
//   hot form                                        resume form, cold
//     var_i0 = f(instance, var_i0);                   u32 perdure_site = perdure_enter(instance);
//     if (perdure_capturing) {                        if (captured again) return anything;
//       perdure_site = 7; goto perdure_put_3;         all values from their slots;
//     }                                               switch (perdure_site) {
//     ...                                               case 7: goto perdure_resume_7;
//     return var_i0;                                  }
//     perdure_put_3: values into their slots;         ...
//     goto perdure_put_5;                             var_i0 = f(instance, var_i0);
//     perdure_put_5: ...                              if (perdure_capturing) { ... }
//     goto perdure_pack;                              if (0) {
//     perdure_pack: perdure_save(perdure_site);         perdure_resume_7:;
//     perdure_leave:;                                   var_i0 = perdure_as_u32;
//     return 0;                                       }
//                                                     ... as the hot form to its end
//
// The sites share the code that saves (save_plan.h). On the way in, perdure_enter() has the callee
// resumed before the values are taken, so that this is no part of the body either: what a resume
// form has that the hot form has not is one load for each variable and one jump for each site.
//
// Kinds of site. After a call of the module (direct or through a table) the values live after it
// are saved; the callee's own frame says how to go on in it. An import is called again, so what is
// live before it is saved, its arguments among them, and its result does not reach its variable
// (which may be one of the arguments) before it is known to be one. At a poll the values live at
// the loop's head are saved.
//
// try. wasm2c's try is a setjmp whose buffer lives in a block of the function. A callee that may
// throw into it is resumed at its site, by this function. On the way out of a
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
//   F2  A frame's bytes depend on the site and the values alone: a value's slot depends on its
//       place, and what is packed from the slots is the site's live list.
//   F3  Both forms save the same values at the same site, so a frame does not tell which one it is
//       from.
//
// Rejected: one form with a switch at its entry (up to 40 % slower and twice the compile time of
// clang, which keeps every variable alive over an irreducible loop); a flag in each result (changes
// every signature, and is not faster); C++ exceptions for the way out (tables as large as code).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/analysis/capture_plan.h"
#include "compiler/rewrite/frame_text.h"
#include "compiler/rewrite/function_reader.h"
#include "compiler/rewrite/function_text.h"
#include "compiler/rewrite/homes.h"
#include "compiler/rewrite/liveness.h"
#include "compiler/rewrite/save_plan.h"

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
  // As perdure_site::is_in_try.
  bool ResumesCallee(uint32_t site) const;
  const FrameSlots& slots() const { return slots_; }

 private:
  static constexpr uint32_t kNoSite = UINT32_MAX;

  // How a try goes on to a site that is in its body.
  struct Entry {
    uint32_t site;
    uint32_t next;  // the next try inwards, or kNoTry: the site
  };

  void FindSaved();
  void PlanSaves();
  void WriteBody(std::string* out) const;
  void WriteLine(uint32_t line, std::string* out) const;
  void WritePoint(uint32_t point, std::string* out) const;
  void WriteCall(uint32_t point, std::string* out) const;
  void WriteImport(uint32_t point, std::string* out) const;
  void WritePoll(uint32_t point, std::string* out) const;
  void WriteSaves(std::string* out) const;
  void WriteCaught(std::string* out) const;
  void WriteEntry(std::string* out) const;
  void WriteDispatch(uint32_t attempt, std::string* out) const;
  std::string Leave(uint32_t point) const;
  std::string Indentation(uint32_t point) const;
  std::string ResumeCall(uint32_t point) const;
  std::string PutCode(uint32_t variable) const;
  std::string TakeCaught(uint32_t point) const;
  const FuncType& ResultsOf(uint32_t point) const;
  std::map<std::string, std::string> ResultsOnEntry() const;
  bool IsInTry(uint32_t point) const;
  uint32_t OutermostTry(uint32_t point) const;
  bool HasCaught() const;
  bool IsAtHome(uint32_t variable) const { return is_resume_ && homes_.Has(variable); }
  const OutlineItem& ItemOf(uint32_t point) const;

  const FunctionSource& source_;
  const CapturePlan& plan_;
  const FunctionText& text_;
  const Liveness& live_;
  bool is_resume_ = false;
  std::vector<uint32_t> site_of_;            // by point
  std::vector<uint32_t> point_of_;           // by site, less the first of the function
  std::vector<std::vector<Entry>> entries_;  // by try
  FrameSlots slots_;
  Homes homes_;
  SavePlan saves_;
  std::vector<bool> is_saved_;     // by variable: at some site
  std::vector<uint32_t> step_of_;  // of saves_, by point
};

}  // namespace perdure
