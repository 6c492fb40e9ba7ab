// `./dev bench commit`: what a durable event costs, as a multiple of the least anybody could pay;
// what others pay for it; what opening a state, undoing an event and many events cost.
//
// Everything is a ratio to something measured in the same loop (race.h). Time on disk is mostly the
// flush, so on tmpfs the same is measured once more, where storage has no latency and what is left
// is our own work.
//
//   commit_bench OUTPUT_DIR WORK_DIR [--rounds=N] [--only=PART_OF_A_NAME]
//
// WORK_DIR is the disk; what is on tmpfs is in /dev/shm.
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tests/bench/commit/bench.h"
#include "tests/bench/commit/measure.h"

#ifdef PERDURE_BENCH_MAP
extern "C" const perdure_program perdure_trace_map_program;
#endif
#ifdef PERDURE_BENCH_LUA
extern "C" const perdure_program perdure_trace_lua_program;
#endif
#ifdef PERDURE_BENCH_SQLITE
extern "C" const perdure_program perdure_trace_sqlite_program;
#endif

namespace perdure::bench {
namespace {

struct Part {
  const char* name;
  const char* says;
  void (*measure)(Bench* bench);
};

constexpr Part kParts[] = {
    {"natural", "events of real programs", MeasureNaturalEvents},
    {"bytes", "bytes written, folds included", MeasureBytes},
    {"chunks", "events that write k chunks", MeasureChunks},
    {"sizes", "memories of 64 MiB to 4 GiB", MeasureSizes},
    {"groups", "group commit", MeasureGroups},
    {"rollback", "events that trap", MeasureRollback},
    {"growth", "100,000 events", MeasureGrowth},
    {"restore", "opening states of 64 MiB and 1 GiB", MeasureRestore},
    {"start", "processes that deliver one event", MeasureStart},
};

std::vector<TraceGuest> Guests() {
  std::vector<TraceGuest> guests;
#ifdef PERDURE_BENCH_LUA
  guests.push_back({"Lua heap", &perdure_trace_lua_program});
#endif
#ifdef PERDURE_BENCH_MAP
  guests.push_back({"C++ map", &perdure_trace_map_program});
#endif
#ifdef PERDURE_BENCH_SQLITE
  guests.push_back({"SQLite in memory", &perdure_trace_sqlite_program});
#endif
  return guests;
}

// A folder of this process alone, removed at the end.
class Folder {
 public:
  explicit Folder(const std::string& parent)
      : path_(parent + "/perdure-bench." + std::to_string(getpid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

int Usage() {
  std::fputs("usage: commit_bench OUTPUT_DIR WORK_DIR [--rounds=N] [--only=PART_OF_A_NAME]\nparts:",
             stderr);
  for (const Part& part : kParts) std::fprintf(stderr, " %s", part.name);
  std::fputs("\n", stderr);
  return 2;
}

// How busy the machine is with other things: "0.4 on 2 processors".
std::string LoadText() {
  double load = 0;
  if (getloadavg(&load, 1) != 1) return "unknown";
  char text[64];
  std::snprintf(text, sizeof text, "%.1f on %ld processors", load, sysconf(_SC_NPROCESSORS_ONLN));
  return text;
}

void Describe(Bench* bench) {
  bench->report.title = "Commit";
  bench->report.method =
      "What a durable event costs. `floor`: overwriting as many blocks of 4 KiB as the event wrote "
      "chunks, at the next place of a flat file, and fdatasync. Everything else is a multiple of "
      "the floor that was measured next to it (time: median of these pairs). `commit`: from the "
      "end of the guest's work to the event being durable (WAL, synchronous=FULL); `commit less "
      "tracking`: that once it is known what was written. `all of Perdure`: the event "
      "without the guest's own work, as a copy of the guest without persistence needs it; so with "
      "the faults of tracking, folds and checkpoints. `page upsert`: the changed chunks as rows of "
      "a SQLite table; `LMDB`: the same there; `image dump`: all of the memory and the globals in "
      "two files, each synced and renamed. Bytes are those handed to the kernel. Disk: " +
      FileSystemOf(bench->disk.folder) + ". " + std::to_string(bench->rounds) +
      " rounds, begun at a " + "load of " + LoadText() + ".";
  bench->report.machine = MachineText();
  bench->report.date = TodayText();
}

int Measure(const std::string& output, const std::string& work, const std::string& only,
            int rounds) {
  const Folder disk(work), tmpfs("/dev/shm");
  Bench bench;
  bench.disk = {"disk", disk.path()};
  bench.tmpfs = {"tmpfs", tmpfs.path()};
  bench.guests = Guests();
  bench.rounds = rounds;
  Describe(&bench);
  bool any = false;
  for (const Part& part : kParts) {
    if (std::string(part.name).find(only) == std::string::npos) continue;
    any = true;
    const Stopwatch watch;
    Say("-- %s: %s\n", part.name, part.says);
    part.measure(&bench);
    Say("-- %s took %.0f s\n", part.name, watch.Us() / 1e6);
  }
  if (!any) return Usage();
  if (!WriteReport(bench.report, output, "commit")) {
    std::perror(output.c_str());
    return 1;
  }
  std::fputs(bench.report.Markdown().c_str(), stdout);
  return 0;
}

int Main(int argc, char** argv) {
  std::string only;
  int rounds = 5;
  if (argc < 3) return Usage();
  for (int i = 3; i < argc; ++i) {
    if (std::strncmp(argv[i], "--rounds=", 9) == 0) {
      rounds = std::max(1, std::atoi(argv[i] + 9));
    } else if (std::strncmp(argv[i], "--only=", 7) == 0) {
      only = argv[i] + 7;
    } else {
      return Usage();
    }
  }
  try {
    return Measure(argv[1], argv[2], only, rounds);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
}

}  // namespace

void Bench::Add(const std::string& table, const std::string& row, const std::string& column,
                double value) {
  report.figures.push_back({row, column, value, table});
}

void Bench::Expect(const std::string& what, double at_most, double measured) {
  report.goals.push_back({what, at_most, measured});
}

void Say(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
}

}  // namespace perdure::bench

int main(int argc, char** argv) { return perdure::bench::Main(argc, argv); }
