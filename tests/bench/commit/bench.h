// The parts of `./dev bench commit`. Each measures one thing, says on standard error what it found,
// and adds figures and goals to the report.
#pragma once

#include <string>
#include <vector>

#include "perdure/program.h"
#include "tests/bench/report.h"

namespace perdure::bench {

// Where states and the peers' files are put.
struct Place {
  std::string name;    // "disk", "tmpfs"
  std::string folder;  // of our own, empty
};

struct TraceGuest {
  std::string name;
  const perdure_program* program;
};

struct Bench {
  Place disk, tmpfs;
  std::vector<TraceGuest> guests;  // real programs; those that could be built
  int rounds = 5;
  Report report;

  std::vector<const Place*> places() const { return {&disk, &tmpfs}; }
  void Add(const std::string& table, const std::string& row, const std::string& column,
           double value);
  void Expect(const std::string& what, double at_most, double measured);
};

// Prints to standard error, where progress goes.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void Say(const char* format, ...);

void MeasureNaturalEvents(Bench* bench);  // natural.cc
void MeasureBytes(Bench* bench);          // bytes.cc
void MeasureGrowth(Bench* bench);         // bytes.cc
void MeasureChunks(Bench* bench);         // synthetic.cc
void MeasureSizes(Bench* bench);          // synthetic.cc
void MeasureGroups(Bench* bench);         // groups.cc
void MeasureRestore(Bench* bench);        // restore.cc
void MeasureRollback(Bench* bench);       // rollback.cc
void MeasureStart(Bench* bench);          // start.cc

}  // namespace perdure::bench
