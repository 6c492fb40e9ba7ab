// spec: plays a folder of .wast files (`./dev spec`).
//
//     spec DIR|FILE... [--kill] [-j N] [--junit FILE]
//
// Every file goes through three phases, each with all files in parallel: wast2json makes a script
// of it; `perdure build` makes an object of every module; a driver with the modules is linked and
// played. Exit status 1 if a step failed, 2 for bad usage.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "compiler/frontend/wabt_version.h"
#include "rtlib/base/text.h"
#include "tests/spec/linkage.h"
#include "tests/spec/player.h"
#include "tests/spec/pool.h"
#include "tests/spec/refusal.h"
#include "tests/spec/report.h"
#include "tests/spec/script.h"
#include "tests/spec/skips.h"
#include "tests/spec/workshop.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace perdure::spec {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSkipTable = SPEC_SOURCE "/docs/reference/conformance.md";

struct Arguments {
  std::vector<std::string> files;
  bool kill = false;
  int jobs = 1;
  std::string junit;
};

int Usage() {
  std::fputs("usage: spec DIR|FILE.wast... [--kill] [-j N] [--junit FILE]\n", stderr);
  return 2;
}

bool AddFiles(const std::string& path, std::vector<std::string>* files) {
  if (!fs::is_directory(path)) {
    files->push_back(path);
    return fs::exists(path);
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".wast") files->push_back(entry.path());
  }
  return true;
}

bool ParseArguments(int argc, char** argv, Arguments* arguments) {
  arguments->jobs = static_cast<int>(std::max(sysconf(_SC_NPROCESSORS_ONLN), 1L));
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--kill") {
      arguments->kill = true;
    } else if (word == "-j" && i + 1 < argc) {
      arguments->jobs = std::max(std::atoi(argv[++i]), 1);
    } else if (word == "--junit" && i + 1 < argc) {
      arguments->junit = argv[++i];
    } else if (word.starts_with('-') || !AddFiles(word, &arguments->files)) {
      std::fprintf(stderr, "spec: cannot use '%s'\n", word.c_str());
      return false;
    }
  }
  std::sort(arguments->files.begin(), arguments->files.end());
  return !arguments->files.empty();
}

// A failure that concerns a file as a whole.
FileResult Broken(const std::string& name, const std::string& why) {
  return {name, {{0, "file", name, Verdict::kFailed, why}}};
}

class Suite {
 public:
  explicit Suite(const Arguments& arguments) : arguments_(arguments), workshop_(SPEC_CACHE) {}

  bool Run();

 private:
  void Convert();
  void Build();
  FileResult Play(size_t file) const;

  const Arguments& arguments_;
  Workshop workshop_;
  std::vector<Script> scripts_;        // one per file
  std::vector<Linkage> linkages_;      // one per file
  std::vector<std::string> problems_;  // why a file could not be converted
  std::vector<Skip> skips_;
};

void Suite::Convert() {
  for (const std::string& file : arguments_.files) {
    const std::string folder = workshop_.ScriptFolder(file);
    problems_.emplace_back();
    scripts_.emplace_back();
    ReadScript(SPEC_WAST2JSON, file, folder, &scripts_.back(), &problems_.back());
    linkages_.push_back(Link(scripts_.back(), folder));
  }
}

void Suite::Build() {
  std::set<std::string> modules;
  for (const Linkage& linkage : linkages_) {
    modules.insert(linkage.modules.begin(), linkage.modules.end());
  }
  const std::vector<std::string> list(modules.begin(), modules.end());
  ForEach(list.size(), arguments_.jobs, [&](size_t i) { workshop_.Build(list[i]); });
}

FileResult Suite::Play(size_t file) const {
  const Script& script = scripts_[file];
  const Linkage& linkage = linkages_[file];
  FileResult result;
  result.name = script.name;
  std::vector<BuiltModule> programs;
  for (const std::string& module : linkage.modules) programs.push_back(workshop_.Build(module));
  std::string problem;
  const std::string driver =
      workshop_.LinkDriver(workshop_.ScriptFolder(arguments_.files[file]), programs, &problem);
  if (driver.empty()) return Broken(script.name, problem);
  result.steps = Player(script, linkage, programs, driver, arguments_.kill).Play();

  std::vector<const Step*> refused;
  for (const Step& step : script.steps) {
    if (Player::Refuses(step)) refused.push_back(&step);
  }
  const std::vector<std::string> answers = CheckRefusals(refused);
  for (size_t i = 0; i < refused.size(); ++i) {
    const Verdict verdict = answers[i].empty() ? Verdict::kPassed : Verdict::kFailed;
    result.steps.push_back(
        {refused[i]->line, refused[i]->kind, refused[i]->Label(), verdict, answers[i]});
  }
  std::stable_sort(result.steps.begin(), result.steps.end(),
                   [](const StepResult& a, const StepResult& b) { return a.line < b.line; });
  return result;
}

bool Suite::Run() {
  std::string problem;
  if (!ReadSkips(kSkipTable, WabtVersion(), &skips_, &problem)) {
    std::fprintf(stderr, "spec: %s\n", problem.c_str());
    return false;
  }
  Convert();
  Build();
  test::TempDir results_folder;
  const auto path_of = [&](size_t i) { return results_folder / std::to_string(i); };
  ForEach(scripts_.size(), arguments_.jobs, [&](size_t i) {
    FileResult result = problems_[i].empty() ? Play(i) : Broken(scripts_[i].name, problems_[i]);
    ApplySkips(skips_, &result);
    test::WriteFile(path_of(i), Encode(result));
    std::fputs(FileText(result).c_str(), stdout);
    std::fflush(stdout);
  });
  std::vector<FileResult> results;
  for (size_t i = 0; i < scripts_.size(); ++i) {
    const bool there = fs::exists(path_of(i));
    results.push_back(there ? Decode(scripts_[i].name, test::ReadFile(path_of(i)))
                            : Broken(scripts_[i].name, "the runner died"));
  }
  std::fputs(SummaryText(results).c_str(), stdout);
  if (!arguments_.junit.empty()) test::WriteFile(arguments_.junit, JUnitText(results));
  return std::all_of(results.begin(), results.end(),
                     [](const FileResult& file) { return file.Count(Verdict::kFailed) == 0; });
}

}  // namespace
}  // namespace perdure::spec

int main(int argc, char** argv) {
  perdure::spec::Arguments arguments;
  if (!perdure::spec::ParseArguments(argc, argv, &arguments)) return perdure::spec::Usage();
  return perdure::spec::Suite(arguments).Run() ? 0 : 1;
}
