#include "tests/spec/refusal.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "compiler/frontend/module.h"

namespace perdure::spec {
namespace {

// "" if the module is refused with its place and a reason.
std::string Check(const Step& step) {
  Diagnostics diagnostics;
  if (ReadModule(step.file, &diagnostics)) return "the module is accepted";
  if (diagnostics.all().empty()) return "the module is refused without a reason";
  const Diagnostic& first = diagnostics.all().front();
  // What is no module at all has no place in it.
  if (first.message.starts_with("not a WebAssembly file")) return {};
  if (!step.is_text && !first.offset) return "refused without an offset: " + first.message;
  return {};
}

// Checks steps from `first` on, one line of answer each, until it is through or dies.
[[noreturn]] void RunChecks(const std::vector<const Step*>& steps, size_t first, int out) {
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  FILE* stream = fdopen(out, "w");
  for (size_t i = first; i < steps.size(); ++i) {
    std::fprintf(stream, "%s\n", Check(*steps[i]).c_str());
    std::fflush(stream);
  }
  _exit(0);
}

}  // namespace

std::vector<std::string> CheckRefusals(const std::vector<const Step*>& steps) {
  std::vector<std::string> answers;
  while (answers.size() < steps.size()) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    const pid_t child = fork();
    if (child < 0) std::abort();
    if (child == 0) RunChecks(steps, answers.size(), ends[1]);
    close(ends[1]);
    FILE* stream = fdopen(ends[0], "r");
    char* line = nullptr;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, stream)) > 0;) {
      answers.emplace_back(line, static_cast<size_t>(length - 1));
    }
    std::free(line);
    std::fclose(stream);
    int status = 0;
    waitpid(child, &status, 0);
    if (answers.size() < steps.size()) {
      answers.push_back("the reader died: " + std::to_string(status));
    }
  }
  return answers;
}

}  // namespace perdure::spec
