// wabt's text parser has assertions that malformed text can reach (Debian's libwabt has them
// switched on), and an assertion would take the compiler down without a word about the input. So
// text is first read in a process of its own, of which only one thing matters: whether it survived.
//
// Rejected: handling SIGABRT (the parser's state cannot be left behind from a signal handler), and
// sending the result over from the child (a second format to write and to check, for microseconds).
#pragma once

#include <functional>

namespace perdure {

// Whether `work` comes to its end in a forked child, whose standard error goes nowhere. True as
// well when no process can be had. REQUIRES: `work` gives the same outcome each time and changes
// nothing outside of memory.
bool SurvivesTrial(const std::function<void()>& work);

}  // namespace perdure
