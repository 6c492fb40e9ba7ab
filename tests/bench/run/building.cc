// The table "Building": a module is built by two C compilers at a time, once without ccache and
// then through a ccache that has none of it, and one that has all of it. A module is built as a
// library, whose exports are called, and as a command by default, with code for capturing calls:
// twice as much to compile.
//
// Seconds are those of a clock: unlike ratios they depend on the machine and on what else it does.
// The part that is perdure's own (reading, wasm2c, rewriting, writing C) is processor time, as that
// of a build that ends with the C.
#include "tests/bench/run/building.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

namespace perdure::bench {
namespace {

constexpr const char* kTable = "Building, two compilers at a time";

struct Spent {
  double seconds = 0;      // by the clock
  double cpu_seconds = 0;  // of all processes
};

double CpuSecondsOfChildren() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  double seconds = 0;
  for (const timeval& part : {usage.ru_utime, usage.ru_stime})
    seconds += static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) / 1e6;
  return seconds;
}

class Building {
 public:
  Building(const std::string& name, const Tools& tools, Report* report)
      : name_(name), tools_(tools), report_(report) {}

  void Measure(const std::string& module) {
    const std::string output = module + ".program", sources = module + ".cpp";
    const std::optional<Spent> own = Build(module, {"--emit=cpp", "-o", sources}, "off");
    const std::optional<Spent> all = Build(module, {"--cc=clang-19", "-o", output}, "off");
    if (!own || !all) return;
    const double bytes = static_cast<double>(std::filesystem::file_size(module));
    const double share = own->cpu_seconds / (all->cpu_seconds - own->cpu_seconds);
    Add("MB of wasm", bytes / 1e6);
    Add("seconds", all->seconds);
    Add("processor seconds", all->cpu_seconds);
    Add("perdure's own part / the C compiler's", share);
    const bool is_large = bytes > 1e6;
    if (is_large) Expect("a build, seconds", 25, all->seconds);
    Expect("a build: perdure's own part / the C compiler's", 0.1, share);
    MeasureCached(module, output);
  }

 private:
  // Nothing where there is no ccache.
  void MeasureCached(const std::string& module, const std::string& output) {
    if (!OnPath("ccache")) return;
    const std::string folder = module + ".ccache";
    std::filesystem::remove_all(folder);
    const std::vector<std::string> arguments = {"--cc=clang-19", "-o", output};
    const std::optional<Spent> filled = Build(module, arguments, folder);
    const std::optional<Spent> again = Build(module, arguments, folder);
    if (!filled || !again) return;
    Add("unchanged, through ccache: seconds", again->seconds);
    Expect("a build of an unchanged module through ccache, seconds", 2, again->seconds);
  }

  // `ccache`: the folder of its cache, or "off".
  std::optional<Spent> Build(const std::string& module, const std::vector<std::string>& arguments,
                             const std::string& ccache) {
    test::Command command{.argv = {tools_.perdure, "build", "-q", "-j2", module}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.env = {{ccache == "off" ? "PERDURE_CCACHE" : "CCACHE_DIR", ccache}};
    command.timeout = std::chrono::minutes(30);
    const auto begin = std::chrono::steady_clock::now();
    const double cpu_before = CpuSecondsOfChildren();
    const test::Finished finished = test::Run(command);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (finished.status == 0) return Spent{seconds.count(), CpuSecondsOfChildren() - cpu_before};
    std::fprintf(stderr, "bench: building %s: %s\n", name_.c_str(), finished.Text().c_str());
    return std::nullopt;
  }

  void Add(const std::string& column, double value) {
    report_->figures.push_back({name_, column, value, kTable});
    std::fprintf(stderr, "building %s: %s %.3g\n", name_.c_str(), column.c_str(), value);
  }
  void Expect(const std::string& what, double at_most, double measured) {
    report_->goals.push_back({name_ + ": " + what, at_most, measured});
  }

  std::string name_;
  const Tools& tools_;
  Report* report_;
};

}  // namespace

void MeasureBuilding(const Workload& workload, const Tools& tools, Report* report) {
  const Modules modules = MakeModules(workload, tools);
  if (!modules.problem.empty()) {
    std::fprintf(stderr, "bench: building %s: %s\n", workload.name.c_str(),
                 modules.problem.c_str());
    return;
  }
  Building(workload.name + " as a library", tools, report).Measure(modules.library);
  Building(workload.name + " as a command", tools, report).Measure(modules.command);
}

}  // namespace perdure::bench
