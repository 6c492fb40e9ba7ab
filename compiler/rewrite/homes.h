// Homes: which variables of a resume form live in memory, and how they get there.
//
// A resume form can be entered at each of its sites. To the C compiler that is a jump into the
// middle of loops from outside, where every variable meets a second value of its own. So it
// shuffles registers at each site, and spends most of its time on finding out how. A variable whose
// address is known elsewhere has none of that: it is where it is, at every site. What it costs is a
// load for each use and a store for each definition, and the hot form has most of the loads too:
// behind a call few variables are left in registers.
//
// So variables that are set in few places have a home, a struct whose address the runtime gets. It
// fills the struct when the form is entered, and reads it when the form is saved; the names of the
// variables are macros meanwhile. A value that is set often changes with each turn of some loop,
// and would go through memory from turn to turn, which takes longer than such loops: it has none.
//
//     struct { u64 var_l3; u32 var_p0; } perdure_home;
//     static const u32 perdure_home_slots[] = {1, 1, 3, 0};       of 8 bytes, of 4, their slots
//     #define var_l3 perdure_home.var_l3
//     u32 perdure_site = perdure_enter_home(instance, &perdure_home, perdure_home_slots);
//
// Measured on resume forms of SQLite with polls, together with shorter indirect calls: of 155 KB of
// code in 6.3 s of clang became 137 in 3.1; the interpreter of statements, 450 sites in one loop,
// became 296 KB in 13 s instead of more than 50. Speed of restored frames: 0.94 of the hot form's
// instead of 0.81.
//
// Rejected: all variables (half of the compile time again, but more code, and loops of a few
// instructions take twice as long).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/rewrite/frame_text.h"
#include "compiler/rewrite/function_text.h"

namespace perdure {

class Homes {
 public:
  Homes() = default;
  // is_saved: by number of the variable, at some site.
  Homes(const FunctionText& text, const FrameSlots& slots, const std::vector<bool>& is_saved);

  bool Has(uint32_t variable) const { return has_[variable]; }

  // What the form begins with behind the declarations: up to having perdure_site.
  std::string Enter() const;
  std::string Save() const;
  // Behind the form.
  std::string End() const;

 private:
  std::vector<bool> has_;                   // by number of the variable
  std::vector<const Variable*> variables_;  // those of 8 bytes first
  std::vector<uint32_t> slots_;             // of each
  uint32_t wide_count_ = 0;
};

}  // namespace perdure
