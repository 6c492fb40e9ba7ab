// Clocks, quantiles, counters of the kernel: what all parts of the commit benchmark measure with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "perdure/status.h"

namespace perdure::bench {

inline constexpr uint64_t kBlock = 4096;

// What one action took.
struct Cost {
  double us = 0;
  double cpu_us = 0;   // of this thread
  uint64_t bytes = 0;  // handed to the kernel for writing

  Cost& operator+=(const Cost& other);
};

// Measures from construction on.
class Stopwatch {
 public:
  Stopwatch();
  Cost Read() const;  // without bytes
  double Us() const;

 private:
  uint64_t began_ns_, cpu_began_ns_;
};

// Bytes this process has passed to write(2) and its like, whatever became of them.
uint64_t BytesHandedToKernel();

double Quantile(std::vector<double> values, double at);
double Median(const std::vector<double>& values);
// Element by element.
std::vector<double> Ratios(const std::vector<double>& of, const std::vector<double>& to);

// A failure ends the benchmark, by an exception: there is nothing to measure.
void Must(const Status& status, const std::string& what);
// `result` of a system call; reads errno.
void MustNot(bool failed, const std::string& what);

// The name of the file system `path` is on, for the report.
std::string FileSystemOf(const std::string& path);

// Of the state of a program: the database, its log, its index of the log.
void RemoveState(const std::string& path);
uint64_t StateBytes(const std::string& path);
// Puts a file out of the kernel's cache.
void DropFromCache(const std::string& path);
void DropStateFromCache(const std::string& path);

}  // namespace perdure::bench
