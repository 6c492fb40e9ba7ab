// Opening a state: whole, up to the first event, and with nothing in the kernel's cache.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {
namespace {

enum class Cache { kWarm, kCold };

// The state's memory in a flat file, for those who read it whole.
void WriteFlat(const std::string& path, uint64_t bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  MustNot(fd < 0, path);
  std::vector<char> block(1 << 20);
  for (uint64_t at = 0; at < bytes; at += block.size()) {
    for (size_t i = 0; i < block.size(); i += 8) block[i] = static_cast<char>(at >> 20);
    MustNot(write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size()), path);
  }
  MustNot(fsync(fd) != 0, path);
  close(fd);
}

// Into memory that has not been touched, as that of a new process.
double ReadFlat(const std::string& path, uint64_t bytes) {
  const Stopwatch watch;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  MustNot(fd < 0, path);
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MustNot(mapped == MAP_FAILED, path);
  // As the guest's memory is: small pages.
  madvise(mapped, bytes, MADV_NOHUGEPAGE);
  for (uint64_t at = 0; at < bytes;) {
    const ssize_t got = read(fd, static_cast<char*>(mapped) + at, bytes - at);
    MustNot(got <= 0, path);
    at += static_cast<uint64_t>(got);
  }
  const double us = watch.Us();
  munmap(mapped, bytes);
  close(fd);
  return us;
}

// From the beginning to the end of ...
struct Opening {
  double first_us = 0;    // an event that reads 10 chunks, so that nothing is committed
  double durable_us = 0;  // and another that writes one
};

Opening OpenState(const Options& options) {
  Opening opening;
  const Stopwatch watch;
  Live live(perdure_touch_program, options);
  live.Run({"look", {10}});
  opening.first_us = watch.Us();
  live.Run(Touch(1, 40, 1));
  opening.durable_us = watch.Us();
  return opening;
}

// And to the end of an event that reads every chunk.
double OpenAndReadAll(const Options& options) {
  const Stopwatch watch;
  Live live(perdure_touch_program, options);
  live.Run({"read_all", {}});
  return watch.Us();
}

// The same with everything read at once, whatever the size.
double OpenWhole(const Options& options) {
  setenv("PERDURE_RESTORE", "whole", 1);
  const double us = OpenAndReadAll(options);
  unsetenv("PERDURE_RESTORE");
  return us;
}

void CreateState(const Options& options, uint64_t bytes) {
  RemoveState(options.state_path);
  Options creating = options;
  creating.durability = Durability::kOff;
  creating.history_events = 0;
  Live live(perdure_touch_program, creating);
  for (const Call& call : FillTouch(bytes / kBlock, bytes)) live.Run(call);
}

constexpr int kOpeningsARound = 9;  // up to the first event: each takes a millisecond

struct RestoreResult {
  std::vector<double> read, first, durable, all, whole;  // us
};

RestoreResult MeasureOpenings(const Options& options, const std::string& flat, uint64_t bytes,
                              Cache cache, int rounds) {
  RestoreResult result;
  const auto cool = [&] {
    if (cache == Cache::kCold) DropFromCache(flat), DropStateFromCache(options.state_path);
  };
  // The first time makes the cache warm, or writes back what is dirty.
  (void)ReadFlat(flat, bytes), (void)OpenAndReadAll(options);
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> first, durable;
    for (int i = 0; i < kOpeningsARound; ++i) {
      cool();
      const Opening opening = OpenState(options);
      first.push_back(opening.first_us);
      durable.push_back(opening.durable_us);
    }
    result.first.push_back(Median(first));
    result.durable.push_back(Median(durable));
    cool();
    result.read.push_back(ReadFlat(flat, bytes));
    result.all.push_back(OpenAndReadAll(options));
    cool();
    result.whole.push_back(OpenWhole(options));
  }
  return result;
}

void MeasureSize(uint64_t bytes, int rounds, Bench* bench) {
  const std::string size = bytes >= uint64_t{1} << 30 ? "1 GiB" : "64 MiB";
  const std::string flat = bench->disk.folder + "/flat";
  Options options;
  options.state_path = bench->disk.folder + "/restore.db";
  Say("restore: making a state of %s\n", size.c_str());
  CreateState(options, bytes);
  WriteFlat(flat, bytes);
  for (const Cache cache : {Cache::kWarm, Cache::kCold}) {
    const RestoreResult result = MeasureOpenings(options, flat, bytes, cache, rounds);
    const std::string row = size + (cache == Cache::kWarm ? ", warm" : ", cold");
    const double first = Median(result.first) / 1000,
                 first_ratio = Median(Ratios(result.first, result.read)),
                 whole = Median(Ratios(result.whole, result.read)),
                 all = Median(Ratios(result.all, result.read));
    const std::string table = "Opening a state";
    bench->Add(table, row, "read() of a flat file, ms", Median(result.read) / 1000);
    bench->Add(table, row, "first event, ms", first);
    bench->Add(table, row, "first event / read()", first_ratio);
    bench->Add(table, row, "and a durable one, ms", Median(result.durable) / 1000);
    bench->Add(table, row, "every chunk, one by one / read()", all);
    bench->Add(table, row, "read whole / read()", whole);
    Say("restore of %s: read() %.1f ms; first event %.2f ms, %.5f of that, durable %.2f ms; chunk "
        "by chunk %.2f, whole %.2f of it\n",
        row.c_str(), Median(result.read) / 1000, first, first_ratio, Median(result.durable) / 1000,
        all, whole);
    if (cache == Cache::kCold) continue;
    if (size == "64 MiB") bench->Expect("restore of 64 MiB / read(), warm", 2, whole);
    if (size == "1 GiB") {
      bench->Expect("first event on 1 GiB, ms, warm", 1, first);
      bench->Expect("first event on 1 GiB / the state read whole", 0.001,
                    Median(Ratios(result.first, result.whole)));
    }
  }
  RemoveState(options.state_path);
  unlink(flat.c_str());
}

}  // namespace

void MeasureRestore(Bench* bench) {
  MeasureSize(uint64_t{64} << 20, 3 * bench->rounds, bench);
  MeasureSize(uint64_t{1} << 30, (bench->rounds + 2) / 3, bench);
}

}  // namespace perdure::bench
