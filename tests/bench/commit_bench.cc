// What a durable event costs, as a multiple of the least anybody could pay.
//
// The commit is what happens between the end of the guest's work and the moment the event is
// durable: finding what changed, encoding, storing, flushing. The event is the guest's work as
// well, with the page faults that tracking adds to it.
//
// The floor is what a program with a hand-written file format would do for an event that dirties k
// chunks: overwrite k blocks of 4 KiB in an existing flat file, then fdatasync. Event and floor
// alternate in one loop, because the flush of one machine can be 100 microseconds now and 4 ms a
// second later: only the ratio within a pair of neighbours means anything. Bytes are what the store
// handed to the kernel, fold and checkpoints included, over chunks * 4096.
//
//   bench OUTPUT_DIR [STATE_DIR [EVENTS]]
//
// STATE_DIR (default: OUTPUT_DIR) is where the disk rows are measured.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/bench/report.h"
#include "touch.hpp"

namespace perdure::bench {
namespace {

constexpr int kEventsDefault = 600;
constexpr uint64_t kBlock = 4096;

double Microseconds(std::chrono::steady_clock::duration elapsed) {
  return std::chrono::duration<double, std::micro>(elapsed).count();
}

// A preallocated, already written flat file whose blocks are overwritten.
class Floor {
 public:
  explicit Floor(const std::string& path)
      : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)) {
    const std::vector<char> block(1 << 20, 1);
    for (int i = 0; i < 16 && fd_ >= 0; ++i) {
      if (write(fd_, block.data(), block.size()) < 0) std::perror("floor");
    }
    fsync(fd_);
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;
  ~Floor() { close(fd_); }

  double Overwrite(uint64_t blocks) {
    std::vector<char> data(blocks * kBlock, static_cast<char>(++round_));
    const auto begin = std::chrono::steady_clock::now();
    if (pwrite(fd_, data.data(), data.size(), 0) < 0) std::perror("floor");
    fdatasync(fd_);
    return Microseconds(std::chrono::steady_clock::now() - begin);
  }

 private:
  int fd_;
  int round_ = 0;
};

double Quantile(std::vector<double> values, double at) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(at * static_cast<double>(values.size() - 1))];
}

bool Succeeded(const Status& status) {
  if (!status.ok()) std::fprintf(stderr, "bench: %s\n", std::string(status.message()).c_str());
  return status.ok();
}

struct Place {
  std::string name;  // as the table names it
  std::string dir;
  int events = 0;  // per row
};

bool MeasureRow(const Place& place, uint32_t chunks, uint32_t bytes, touch::Touch* guest,
                Floor* floor, std::vector<Figure>* figures) {
  std::vector<double> ratios, whole, commits, floors;
  const int warm_up = place.events / 10;
  uint64_t written = 0;
  for (int i = 0; i < place.events; ++i) {
    if (i == warm_up) written = guest->instance().stats().bytes_written;
    const uint64_t commit_ns = guest->instance().stats().commit_ns;
    const auto begin = std::chrono::steady_clock::now();
    const Status touched =
        guest->touch(static_cast<int32_t>(chunks), static_cast<int32_t>(bytes), i);
    const double event = Microseconds(std::chrono::steady_clock::now() - begin);
    if (!Succeeded(touched)) return false;
    const double commit =
        static_cast<double>(guest->instance().stats().commit_ns - commit_ns) / 1000;
    const double least = floor->Overwrite(chunks);
    if (i < warm_up) continue;
    commits.push_back(commit);
    floors.push_back(least);
    ratios.push_back(commit / least);
    whole.push_back(event / least);
  }
  written = guest->instance().stats().bytes_written - written;
  const double raw = static_cast<double>(chunks) * kBlock * (place.events - warm_up);
  const std::string row = place.name + ", k = " + std::to_string(chunks) + ", " +
                          std::to_string(bytes) + " bytes changed in each";
  figures->push_back({row, "commit / floor (median of pairs)", Quantile(ratios, 0.5)});
  figures->push_back({row, "commit / floor (p10)", Quantile(commits, 0.1) / Quantile(floors, 0.1)});
  figures->push_back({row, "commit, us (p10)", Quantile(commits, 0.1)});
  figures->push_back({row, "event / floor (median of pairs)", Quantile(whole, 0.5)});
  figures->push_back({row, "bytes / (k * 4096)", static_cast<double>(written) / raw});
  return true;
}

bool MeasurePlace(const Place& place, std::vector<Figure>* figures) {
  const std::string state = place.dir + "/perdure-commit-bench.db";
  const std::string flat = place.dir + "/perdure-commit-bench.flat";
  unlink(state.c_str());
  bool ok = false;
  {
    auto opened = touch::Touch::Open(state);
    if (!opened.ok()) return Succeeded(opened.status());
    Floor floor(flat);
    ok = Succeeded(opened->fill());
    // The 64 MiB of that one event are in the base before anything is measured.
    for (int64_t i = 0; ok && opened->instance().info().base_seq < 2; ++i) {
      ok = Succeeded(opened->touch(1, 8, i));
    }
    for (uint32_t chunks : {1u, 7u, 31u}) {
      for (uint32_t bytes : {40u, 544u}) {
        ok = ok && MeasureRow(place, chunks, bytes, &*opened, &floor, figures);
      }
    }
  }
  unlink(state.c_str());
  unlink(flat.c_str());
  return ok;
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench OUTPUT_DIR [STATE_DIR [EVENTS]]\n");
    return 2;
  }
  Report report;
  report.title = "Commit of one event against the raw floor";
  report.method =
      "One event of a 64 MiB program that changes some bytes in each of k chunks, committed "
      "durably "
      "(WAL, synchronous=FULL), alternating in one loop with the floor: overwriting k blocks of 4 "
      "KiB in "
      "a flat file and fdatasync. A commit is everything between the end of the guest's work and "
      "the event being durable; an event includes the guest's work. Bytes are everything the store "
      "wrote, fold and checkpoints included.";
  report.machine = MachineText();
  report.date = TodayText();
  report.goal = 1.2;
  report.charted = "commit / floor (median of pairs)";
  const int events = argc > 3 ? std::max(10, std::atoi(argv[3])) : kEventsDefault;
  const bool ok = MeasurePlace({"disk", argc > 2 ? argv[2] : argv[1], events}, &report.figures) &&
                  MeasurePlace({"tmpfs", "/dev/shm", events}, &report.figures);
  if (!ok) return 1;
  if (!WriteReport(report, argv[1], "commit")) {
    std::perror(argv[1]);
    return 1;
  }
  std::fputs(report.Markdown().c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace perdure::bench

int main(int argc, char** argv) { return perdure::bench::Main(argc, argv); }
