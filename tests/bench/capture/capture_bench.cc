// `./dev bench capture`: what it costs that the call stack can be captured.
//
// A guest is a WASI command that reads a line, works for about 100 ms and prints a result. It is
// built without capture, with it, with it and polls, and (without) from a module that Binaryen's
// Asyncify has rewritten, which is the usual way to make a wasm stack suspendable; always by the
// same wasm2c and the same C compiler with the same flags, and with a host that does nothing but
// reading and writing (host.cc). Everything in reach of an import that may block is captured,
// which is most of a program: Lua's base library reads files, SQLite does.
//
// The programs live at the same time and are asked in turn, round after round; the CPU time of a
// process between question and answer counts, and the minimum over the rounds. All answers must be
// equal. One round before the others is not counted. "Resumed frames" is the speed of a program
// whose stack is taken apart and put together again every few milliseconds, relative to itself
// without: nearly all its time is spent in resume forms, which a program that was restored may not
// leave for as long as it runs.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string_view>

#include "tests/bench/capture/variant.h"
#include "tests/bench/race_options.h"
#include "tests/bench/report.h"
#include "tests/bench/run/contender.h"

namespace perdure::bench {
namespace {

constexpr double kInfinity = 1e300;
constexpr const char* kResumed = "speed of resumed frames";
// Ends of the names of rows.
constexpr const char* kHotText = ": hot text";
constexpr const char* kAllText = ": all text";
constexpr const char* kBuildTime = ": build time";
// Often enough that little runs before the first time, seldom enough that its cost does not show.
constexpr const char* kEvery = "--every-us=3000";

struct Arguments : RaceOptions {
  std::string output;
  CaptureTools tools;
};

struct Entry {
  std::string column;
  std::unique_ptr<Race> race;
  double best = kInfinity;  // seconds; negative: out of the race
};

std::vector<Entry> Enter(const std::vector<Variant>& variants, const std::string& line) {
  std::vector<Entry> entries;
  for (const Variant& variant : variants) {
    if (variant.program.empty()) continue;
    Contender contender{variant.column, {}, "", line + "\n"};
    contender.command.argv = {variant.program};
    contender.command.timeout = std::chrono::hours(1);
    entries.push_back({variant.column, std::make_unique<Race>(contender)});
    if (variant.column != kPolls) continue;
    contender.command.argv.push_back(kEvery);
    entries.push_back({kResumed, std::make_unique<Race>(contender)});
  }
  return entries;
}

// The best times of one row, by column.
std::map<std::string, double> Measure(const std::string& row, std::vector<Entry>* entries,
                                      int rounds) {
  for (int round = 0; round <= rounds; ++round) {
    for (Entry& entry : *entries) {
      if (entry.best < 0) continue;
      const double seconds = entry.race->Ask();
      if (seconds < 0 || entry.race->answer() != entries->front().race->answer()) {
        std::fprintf(stderr, "bench: %s: %s answers '%s'\n", row.c_str(), entry.column.c_str(),
                     entry.race->answer().c_str());
        entry.best = -1;
      } else if (round > 0) {
        entry.best = std::min(entry.best, seconds);
      }
    }
  }
  std::map<std::string, double> best;
  for (const Entry& entry : *entries) {
    if (entry.best > 0) best[entry.column] = entry.best;
  }
  return best;
}

void AddRunTimes(const Guest& guest, const std::vector<Variant>& variants,
                 const Arguments& arguments, std::vector<Figure>* figures) {
  for (const std::string& line : guest.lines) {
    const std::string row = guest.name + ": " + line;
    if (row.find(arguments.only) == std::string::npos) continue;
    std::vector<Entry> entries = Enter(variants, line);
    const std::map<std::string, double> best = Measure(row, &entries, arguments.rounds);
    if (!best.contains(kPlain)) continue;
    std::fprintf(stderr, "%-16s %6.1f ms", row.c_str(), best.at(kPlain) * 1e3);
    for (const Entry& entry : entries) {
      if (!best.contains(entry.column)) continue;
      const bool is_speed = entry.column == kResumed;
      if (is_speed && !best.contains(kPolls)) continue;
      const double ratio = is_speed ? best.at(kPolls) / entry.best : entry.best / best.at(kPlain);
      figures->push_back({row, entry.column, ratio});
      std::fprintf(stderr, "  %s %.3f", entry.column.c_str(), ratio);
    }
    std::fputs("\n", stderr);
  }
}

// The geometric mean of a column over the rows whose names end like that.
double Mean(const std::vector<Figure>& figures, std::string_view column, std::string_view row_end) {
  double sum = 0;
  int count = 0;
  for (const Figure& figure : figures) {
    if (figure.column != column || !figure.row.ends_with(row_end)) continue;
    sum += std::log(figure.value);
    ++count;
  }
  return std::exp(sum / count);
}

void AddMeans(std::string_view row_end, const std::string& row, std::vector<Figure>* figures) {
  std::vector<std::string> columns;
  for (const Figure& figure : *figures) {
    const bool is_known = std::find(columns.begin(), columns.end(), figure.column) != columns.end();
    if (figure.row.ends_with(row_end) && !is_known) columns.push_back(figure.column);
  }
  std::vector<Figure> means;
  for (const std::string& column : columns)
    means.push_back({row, column, Mean(*figures, column, row_end)});
  figures->insert(figures->end(), means.begin(), means.end());
}

// Of the means over all programs: of run times over the rows, of the others over the programs.
std::vector<Goal> Goals(const std::vector<Figure>& run_times, const std::vector<Figure>& sizes) {
  std::vector<Goal> goals;
  const auto add = [&](const std::string& what, double at_most, double measured) {
    if (std::isfinite(measured)) goals.push_back({what, at_most, measured});
  };
  add("run time", 1.03, Mean(run_times, kCapture, ""));
  add("run time, with polls", 1.10, Mean(run_times, kPolls, ""));
  add("time in resumed frames over hot code's", 1 / 0.9, 1 / Mean(run_times, kResumed, ""));
  for (const char* column : {kCapture, kPolls}) {
    const std::string with = column == kPolls ? ", with polls" : "";
    add("hot text" + with, 1.4, Mean(sizes, column, kHotText));
    add("all text" + with, 2.5, Mean(sizes, column, kAllText));
    add("build time over Asyncify's" + with, 1,
        Mean(sizes, column, kBuildTime) / Mean(sizes, kAsyncify, kBuildTime));
  }
  return goals;
}

void AddSizes(const Guest& guest, const std::vector<Variant>& variants,
              std::vector<Figure>* figures) {
  const Variant& plain = variants.front();
  if (plain.program.empty()) return;
  const auto add = [&](const std::string& what, auto measure) {
    for (const Variant& variant : variants) {
      if (!variant.program.empty())
        figures->push_back({guest.name + what, variant.column, measure(variant) / measure(plain)});
    }
  };
  add(kHotText, [](const Variant& v) { return static_cast<double>(v.text.hot); });
  add(kAllText, [](const Variant& v) { return static_cast<double>(v.text.all); });
  add(kBuildTime, [](const Variant& v) { return v.build_seconds; });
}

Report NewReport(int rounds) {
  Report report;
  report.title = "Cost of capture";
  report.method =
      "Over the same program without capture (1.00), smaller is better, but for resumed frames. "
      "Run time: CPU time, the minimum of " +
      std::to_string(rounds) +
      " interleaved rounds of about 100 ms each. Text: machine code of the module; hot is what is "
      "not in resume forms. Build time: CPU time from the module to the program, once; Asyncify's "
      "with wasm-opt. Resumed frames: the speed of a program with polls whose stack is restored "
      "every 3 ms, over that of its hot code (larger is better). Goals are about geometric means "
      "over both programs.";
  report.machine = MachineText();
  report.date = TodayText();
  return report;
}

int Usage() {
  std::fputs(
      "usage: capture_bench OUTPUT_DIR WORK_DIR SOURCES_DIR [--rounds=N] "
      "[--only=PART_OF_A_NAME]\n",
      stderr);
  return 2;
}

int Main(int argc, char** argv) {
  if (argc < 4) return Usage();
  Arguments arguments;
  arguments.output = argv[1];
  arguments.rounds = 7;
  arguments.tools = {PERDURE_BENCH_REPOSITORY, PERDURE_BENCH_COMPILER, PERDURE_BENCH_LIBRARIES,
                     PERDURE_BENCH_HOST, argv[2]};
  for (int i = 4; i < argc; ++i) {
    if (!arguments.Read(argv[i])) return Usage();
  }
  std::filesystem::create_directories(arguments.tools.work);
  const std::vector<Guest> guests = CaptureGuests(PERDURE_BENCH_REPOSITORY, argv[3]);
  if (guests.empty()) {
    std::fprintf(stderr, "bench: no Lua and no SQLite in %s\n", argv[3]);
    return 77;
  }
  Report report = NewReport(arguments.rounds);
  std::vector<Figure> sizes;
  for (const Guest& guest : guests) {
    if (std::none_of(guest.lines.begin(), guest.lines.end(), [&](const std::string& line) {
          return (guest.name + ": " + line).find(arguments.only) != std::string::npos;
        }))
      continue;
    const std::vector<Variant> variants = BuildVariants(guest, arguments.tools);
    for (const Variant& variant : variants) {
      if (!variant.problem.empty()) {
        std::fprintf(stderr, "bench: %s, %s: %s\n", guest.name.c_str(), variant.column.c_str(),
                     variant.problem.c_str());
      }
    }
    AddRunTimes(guest, variants, arguments, &report.figures);
    AddSizes(guest, variants, &sizes);
  }
  if (report.figures.empty()) return 1;
  report.goals = Goals(report.figures, sizes);
  AddMeans("", "**mean of run times**", &report.figures);
  for (const char* what : {kHotText, kAllText, kBuildTime})
    AddMeans(what, "**mean" + std::string(what) + "**", &sizes);
  report.figures.insert(report.figures.end(), sizes.begin(), sizes.end());
  if (!WriteReport(report, arguments.output, "capture")) {
    std::perror(arguments.output.c_str());
    return 1;
  }
  std::fputs(report.Markdown().c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace perdure::bench

int main(int argc, char** argv) { return perdure::bench::Main(argc, argv); }
