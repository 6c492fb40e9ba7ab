// Opening a state: whole, up to the first event, and with nothing in the kernel's cache.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

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

struct Opening {
  double first_us = 0;  // to the end of the first event, which writes one chunk
  double all_us = 0;    // to the end of an event that reads every chunk
};

Opening OpenState(const Options& options) {
  Opening opening;
  const Stopwatch watch;
  Live live(perdure_touch_program, options);
  live.Run(Touch(1, 40, 1));
  opening.first_us = watch.Us();
  live.Run({"read_all", {}});
  opening.all_us = watch.Us();
  return opening;
}

void CreateState(const Options& options, uint64_t bytes) {
  RemoveState(options.state_path);
  Options creating = options;
  creating.durability = Durability::kOff;
  creating.history_events = 0;
  Live live(perdure_touch_program, creating);
  for (const Call& call : FillTouch(bytes / kBlock, bytes)) live.Run(call);
}

struct RestoreResult {
  std::vector<double> read, first, all;  // us
};

RestoreResult MeasureOpenings(const Options& options, const std::string& flat, uint64_t bytes,
                              Cache cache, int rounds) {
  RestoreResult result;
  for (int round = 0; round <= rounds; ++round) {
    if (cache == Cache::kCold) DropFromCache(flat), DropStateFromCache(options.state_path);
    const double read = ReadFlat(flat, bytes);
    const Opening opening = OpenState(options);
    if (round == 0 && cache == Cache::kWarm) continue;  // it makes the cache warm
    result.read.push_back(read);
    result.first.push_back(opening.first_us);
    result.all.push_back(opening.all_us);
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
    const double first = Median(result.first), all = Median(Ratios(result.all, result.read)),
                 first_ratio = Median(Ratios(result.first, result.read));
    const std::string row = size + (cache == Cache::kWarm ? ", warm" : ", cold");
    bench->Add("Opening a state", row, "read() of a flat file, ms", Median(result.read) / 1000);
    bench->Add("Opening a state", row, "first event, ms", first / 1000);
    bench->Add("Opening a state", row, "first event / read()", first_ratio);
    bench->Add("Opening a state", row, "every chunk read / read()", all);
    Say("restore of %s: read() %.1f ms; first event %.2f ms, %.5f of that; everything %.2f of it\n",
        row.c_str(), Median(result.read) / 1000, first / 1000, first_ratio, all);
    if (cache == Cache::kCold) continue;
    if (size == "64 MiB") bench->Expect("restore of 64 MiB / read(), warm", 2, all);
    if (size == "1 GiB") {
      bench->Expect("first event on 1 GiB, ms, warm", 1, first / 1000);
      bench->Expect("first event on 1 GiB / whole read()", 0.001, first_ratio);
    }
  }
  RemoveState(options.state_path);
  unlink(flat.c_str());
}

}  // namespace

void MeasureRestore(Bench* bench) {
  MeasureSize(uint64_t{64} << 20, 2 * bench->rounds, bench);
  MeasureSize(uint64_t{1} << 30, (bench->rounds + 1) / 2, bench);
}

}  // namespace perdure::bench
