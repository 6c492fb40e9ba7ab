// The only place where the compiler prints: diagnostics, progress, tool output.
#pragma once

#include <string>
#include <string_view>

#include "compiler/cli/arguments.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/driver/build.h"

namespace perdure {

class Console : public BuildReporter {
 public:
  // What the options and the environment say about colour, quiet and verbose.
  Console(const Arguments& global, const Arguments& verb);
  ~Console() override { ClearProgress(); }

  // Data, on standard output. False if it could not be written.
  bool Print(std::string_view text);
  // Everything `diagnostics` gathered, on standard error; warnings are left out with --quiet.
  void Report(const Diagnostics& diagnostics);
  // What a tool printed, under a heading, on standard error.
  void ToolOutput(const std::string& heading, const std::string& text);

  // One overprinted line on a terminal, "[3/17] compiling app_2.c"; nothing anywhere else.
  void Step(size_t number, size_t total, const std::string& what) override;
  // With --verbose.
  void Command(const std::string& text) override;
  void ClearProgress();

 private:
  bool color_ = false, quiet_ = false, verbose_ = false, progress_ = false;
  bool line_open_ = false;
};

}  // namespace perdure
