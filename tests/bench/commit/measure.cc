#include "tests/bench/commit/measure.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace perdure::bench {
namespace {

constexpr const char* kStateSuffixes[] = {"", "-wal", "-shm", "-journal"};

uint64_t Now(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

double Microseconds(uint64_t ns) { return static_cast<double>(ns) / 1000; }

[[noreturn]] void GiveUp(const std::string& what, const std::string& why) {
  throw std::runtime_error(what + ": " + why);
}

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  us += other.us;
  cpu_us += other.cpu_us;
  bytes += other.bytes;
  return *this;
}

Stopwatch::Stopwatch()
    : began_ns_(Now(CLOCK_MONOTONIC)), cpu_began_ns_(Now(CLOCK_THREAD_CPUTIME_ID)) {}

Cost Stopwatch::Read() const {
  Cost cost;
  cost.cpu_us = Microseconds(Now(CLOCK_THREAD_CPUTIME_ID) - cpu_began_ns_);
  cost.us = Us();
  return cost;
}

double Stopwatch::Us() const { return Microseconds(Now(CLOCK_MONOTONIC) - began_ns_); }

uint64_t BytesHandedToKernel() {
  static const int fd = open("/proc/self/io", O_RDONLY | O_CLOEXEC);
  char text[512];
  const ssize_t length = pread(fd, text, sizeof text - 1, 0);
  MustNot(length <= 0, "/proc/self/io");
  text[length] = '\0';
  const char* found = std::strstr(text, "wchar: ");
  return found == nullptr ? 0 : std::strtoull(found + std::strlen("wchar: "), nullptr, 10);
}

double Quantile(std::vector<double> values, double at) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(at * static_cast<double>(values.size() - 1) + 0.5)];
}

double Median(const std::vector<double>& values) { return Quantile(values, 0.5); }

std::vector<double> Ratios(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(of.size(), to.size()); ++i) ratios.push_back(of[i] / to[i]);
  return ratios;
}

void Must(const Status& status, const std::string& what) {
  if (!status.ok()) GiveUp(what, std::string(status.message()));
}

void MustNot(bool failed, const std::string& what) {
  if (failed) GiveUp(what, std::strerror(errno));
}

std::string FileSystemOf(const std::string& path) {
  struct statfs info = {};
  MustNot(statfs(path.c_str(), &info) != 0, path);
  switch (static_cast<unsigned>(info.f_type)) {
    case 0x01021994u:
      return "tmpfs";
    case 0xef53u:
      return "ext4";
    case 0x58465342u:
      return "xfs";
    case 0x9123683eu:
      return "btrfs";
    case 0x794c7630u:
      return "overlayfs";
    default:
      return "unknown";
  }
}

void RemoveState(const std::string& path) {
  for (const char* suffix : kStateSuffixes) unlink((path + suffix).c_str());
}

uint64_t StateBytes(const std::string& path) {
  uint64_t bytes = 0;
  for (const char* suffix : kStateSuffixes) {
    struct stat file;
    if (stat((path + suffix).c_str(), &file) == 0) bytes += static_cast<uint64_t>(file.st_size);
  }
  return bytes;
}

void DropFromCache(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  fdatasync(fd);  // what is not on disk yet cannot be dropped
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  close(fd);
}

void DropStateFromCache(const std::string& path) {
  for (const char* suffix : kStateSuffixes) DropFromCache(path + suffix);
}

}  // namespace perdure::bench
