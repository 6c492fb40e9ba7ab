// `./dev bench run`: how fast programs run, as ratios to native code.
//
// Every contender of a workload is a process that answers a line with the workload's result. The
// processes live at the same time and are asked in turn; the CPU time that a process spent between
// question and answer is the time of the event (its compiler threads included). What they answer
// first is not counted. In each round the processes are others, and the minimum over the rounds
// counts: those of one program differ by 10 or 20 % for as long as they live. All answers must be
// equal: a contender that computes something else is reported and not ranked.
//
// What building takes is measured after that (building.cc). A run of everything says which goals
// are met (goals.cc); the chart of such a report shows them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

#include "tests/bench/race_options.h"
#include "tests/bench/report.h"
#include "tests/bench/run/building.h"
#include "tests/bench/run/contender.h"
#include "tests/bench/run/goals.h"
#include "tests/bench/run/workload.h"

namespace perdure::bench {
namespace {

constexpr double kInfinity = 1e300;

struct Arguments : RaceOptions {
  std::string output;
  Tools tools;
};

using Row = std::vector<Figure>;

// Those that could be built; of the others it says why not.
std::vector<Contender> Built(const Workload& workload, const Arguments& arguments) {
  std::vector<Contender> built;
  for (Contender& contender : BuildContenders(workload, arguments.tools)) {
    if (contender.command.argv.empty()) {
      std::fprintf(stderr, "bench: %s: %s\n", workload.name.c_str(), contender.problem.c_str());
    } else {
      built.push_back(std::move(contender));
    }
  }
  return built;
}

// Lowers `best` to what the contenders take now; a negative one is out of the race.
void RunRound(const Workload& workload, const std::vector<Contender>& contenders,
              std::vector<double>* best) {
  std::vector<Race> races(contenders.begin(), contenders.end());
  for (const bool counts : {false, true}) {
    for (size_t i = 0; i < races.size(); ++i) {
      if ((*best)[i] < 0) continue;
      const double seconds = races[i].Ask();
      if (seconds < 0 || races[i].answer() != races[0].answer()) {
        std::fprintf(stderr, "bench: %s: %s answers '%s'\n", workload.name.c_str(),
                     contenders[i].column.c_str(), races[i].answer().c_str());
        (*best)[i] = -1;
      } else if (counts) {
        (*best)[i] = std::min((*best)[i], seconds);
      }
    }
  }
}

// Ratios to the first contender, or nothing (after a message) if that could not be measured.
Row Measure(const Workload& workload, const Arguments& arguments) {
  const std::vector<Contender> contenders = Built(workload, arguments);
  if (contenders.empty()) return {};
  std::vector<double> best(contenders.size(), kInfinity);
  for (int i = 0; i < arguments.rounds; ++i) RunRound(workload, contenders, &best);
  Row row;
  std::fprintf(stderr, "%-20s %6.1f ms", workload.name.c_str(), best[0] * 1e3);
  for (size_t i = 0; i < contenders.size(); ++i) {
    if (best[i] < 0) continue;
    row.push_back({workload.name, contenders[i].column, best[i] / best[0]});
    std::fprintf(stderr, "  %s %.2f", contenders[i].column.c_str(), best[i] / best[0]);
  }
  std::fputs("\n", stderr);
  return row;
}

// One row per group: the geometric mean of each column over the group's workloads that have it.
void AddMeans(const std::vector<Workload>& workloads, std::vector<Figure>* figures) {
  std::vector<Figure> means;
  std::vector<std::string> groups;
  for (const Workload& workload : workloads) {
    if (std::find(groups.begin(), groups.end(), workload.group) == groups.end()) {
      groups.push_back(workload.group);
    }
  }
  for (const std::string& group : groups) {
    std::vector<std::string> columns;
    std::map<std::string, std::pair<double, int>> sums;
    for (const Figure& figure : *figures) {
      const auto of = std::find_if(workloads.begin(), workloads.end(),
                                   [&](const Workload& w) { return w.name == figure.row; });
      if (of->group != group) continue;
      auto& [sum, count] = sums[figure.column];
      if (count == 0) columns.push_back(figure.column);
      sum += std::log(figure.value);
      ++count;
    }
    for (const std::string& column : columns) {
      const auto& [sum, count] = sums[column];
      means.push_back({"**mean: " + group + "**", column, std::exp(sum / count)});
    }
  }
  figures->insert(figures->end(), means.begin(), means.end());
}

// The mean of what persistence costs over all workloads that were measured with and without.
void AddPersistence(std::vector<Figure>* figures) {
  double sum = 0;
  int count = 0;
  std::map<std::string, double> without;
  for (const Figure& figure : *figures) {
    if (figure.row.starts_with("**")) continue;
    if (figure.column == "perdure") without[figure.row] = figure.value;
    if (figure.column != "perdure, persisting" || !without.contains(figure.row)) continue;
    sum += std::log(figure.value / without[figure.row]);
    ++count;
  }
  if (count == 0) return;
  const char* row = "**persistence on over off, events of 100 ms**";
  figures->push_back({row, "perdure", 1});
  figures->push_back({row, "perdure, persisting", std::exp(sum / count)});
}

// Of each group of whole programs one.
void AddBuilding(const std::vector<Workload>& workloads, const Arguments& arguments,
                 Report* report) {
  std::string last_group;
  for (Workload workload : workloads) {
    if (!workload.is_command_too || workload.group == last_group) continue;
    if (workload.name.find(arguments.only) == std::string::npos) continue;
    last_group = workload.name = workload.group;
    MeasureBuilding(workload, arguments.tools, report);
  }
}

int Usage() {
  std::fputs(
      "usage: run_bench OUTPUT_DIR WORK_DIR SOURCES_DIR [--rounds=N] [--only=PART_OF_A_NAME] "
      "[--tricks]\n",
      stderr);
  return 2;
}

int Main(int argc, char** argv) {
  if (argc < 4) return Usage();
  Arguments arguments;
  arguments.output = argv[1];
  arguments.rounds = 5;
  arguments.tools = {
      PERDURE_BENCH_REPOSITORY, PERDURE_BENCH_COMPILER, PERDURE_BENCH_LIBRARIES, argv[2], false,
      PERDURE_BENCH_TRICKS};
  for (int i = 4; i < argc; ++i) {
    if (std::strcmp(argv[i], "--tricks") == 0) {
      arguments.tools.tricks = true;
    } else if (!arguments.Read(argv[i])) {
      return Usage();
    }
  }
  std::filesystem::create_directories(arguments.tools.work);
  const std::vector<Workload> workloads = Workloads(argv[3]);
  Report report;
  report.title = arguments.tools.tricks ? "Run time of programs without each speed trick"
                                        : "Run time of programs against native code";
  report.method =
      "CPU time over that of the same source compiled natively, by clang-19 -O3 or Go's compiler "
      "(1.00), smaller is better: the minimum of " +
      std::to_string(arguments.rounds) +
      " interleaved rounds of about 100 ms each, with new processes in each. Guests: clang-19 -O3, "
      "wasi-libc; Go for wasip1. \"persisting\", \"capture\" and \"polls\" are whole programs, "
      "each round a durable event; in the other columns of perdure the engine does not begin. "
      "\"perdure\" and \"perdure, persisting\" are one program, the same code at the same "
      "addresses.";
  report.machine = MachineText();
  report.date = TodayText();
  report.charted = arguments.tools.tricks ? "all tricks" : "perdure";
  for (const Workload& workload : workloads) {
    if (workload.name.find(arguments.only) == std::string::npos) continue;
    const Row row = Measure(workload, arguments);
    report.figures.insert(report.figures.end(), row.begin(), row.end());
  }
  if (report.figures.empty()) return 1;
  AddMeans(workloads, &report.figures);
  AddPersistence(&report.figures);
  if (!arguments.tools.tricks) {
    if (arguments.only.empty()) AddRunGoals(&report);
    AddBuilding(workloads, arguments, &report);
  }
  if (!WriteReport(report, arguments.output, arguments.tools.tricks ? "tricks" : "run")) {
    std::perror(arguments.output.c_str());
    return 1;
  }
  std::fputs(report.Markdown().c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace perdure::bench

int main(int argc, char** argv) { return perdure::bench::Main(argc, argv); }
