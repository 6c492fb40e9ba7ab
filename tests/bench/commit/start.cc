// Starting a program: from the spawn of its process to the end, with a call that commits nothing in
// between. What an empty C program takes, linked statically, is what nobody can save.
//
// Programs are copied first, as whoever installs them does: of a file as a linker leaves it the
// kernel maps fewer pages at a fault. And the fastest tenth counts: the others had to wait for a
// processor.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/bench/commit/bench.h"
#include "tests/bench/commit/measure.h"

extern char** environ;

namespace perdure::bench {
namespace {

constexpr int kSpawnsARound = 200;

using Words = std::vector<std::string>;

double SpawnUs(const Words& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const Stopwatch watch;
  pid_t pid = 0;
  int status = 0;
  MustNot(posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0, words[0]);
  MustNot(waitpid(pid, &status, 0) != pid, words[0]);
  const double us = watch.Us();
  MustNot(status != 0, words[0]);
  posix_spawn_file_actions_destroy(&actions);
  return us;
}

std::string Installed(const char* program, const Bench& bench) {
  const std::filesystem::path from = program;
  const std::string to = bench.disk.folder + "/" + from.filename().string();
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  return to;
}

double FastestTenth(const std::vector<double>& values) { return Quantile(values, 0.1); }

}  // namespace

void MeasureStart(Bench* bench) {
  const struct {
    const char* name;
    const char* program;
  } kPrograms[] = {{"as built by default", PERDURE_BENCH_COUNTER},
                   {"with --static", PERDURE_BENCH_COUNTER_STATIC}};
  const std::string table = "Starting a program";
  const Words nothing = {Installed(PERDURE_BENCH_EMPTY, *bench)};
  for (const auto& [name, built] : kPrograms) {
    const std::string program = Installed(built, *bench);
    const std::string state = bench->disk.folder + "/start.db";
    const Words increment = {program, "--perdure-state=" + state, "increment"};
    const Words get = {program, "--perdure-state=" + state, "get"};
    SpawnUs(increment);
    std::vector<double> empty, whole;
    for (int i = -kSpawnsARound / 10; i < bench->rounds * kSpawnsARound; ++i) {
      const double empty_us = SpawnUs(nothing);
      const double whole_us = SpawnUs(get);
      if (i < 0) continue;  // the files come into the cache
      empty.push_back(empty_us);
      whole.push_back(whole_us);
    }
    const double ratio = FastestTenth(whole) / FastestTenth(empty);
    bench->Add(table, name, "an empty C program, static, us", FastestTenth(empty));
    bench->Add(table, name, "`counter get`, us", FastestTenth(whole));
    bench->Add(table, name, "`counter get` / empty", ratio);
    bench->Expect(std::string("spawn to exit / of an empty C program, ") + name, 3, ratio);
    Say("start: %s %.0f us, %.2f times an empty program\n", name, FastestTenth(whole), ratio);
    for (const char* suffix : {"", "-wal"}) unlink((state + suffix).c_str());
  }
}

}  // namespace perdure::bench
