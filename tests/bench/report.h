// One benchmark's figures as Markdown tables, as JSON and as an SVG bar chart.
#pragma once

#include <string>
#include <vector>

namespace perdure::bench {

struct Figure {
  std::string row;         // "7 chunks, 40 bytes each"
  std::string column;      // "time / floor (median)"
  double value = 0;        // a ratio: dimensionless, smaller is better
  std::string table = {};  // heading of the table it is in; empty: there is only one
};

// Something that has been promised.
struct Goal {
  std::string what;
  double at_most = 0, measured = 0;

  bool IsMet() const { return measured <= at_most; }
};

struct Report {
  std::string title;
  std::string method;   // how it was measured, in a sentence or two
  std::string machine;  // CPU, kernel, file system
  std::string date;     // UTC, YYYY-MM-DD
  // The chart shows the goals, each as a part of what is allowed, or else one column.
  double goal = 1.0;    // drawn as a line in the chart
  std::string charted;  // the column
  std::vector<Goal> goals;
  std::vector<Figure> figures;

  std::string Markdown() const;
  std::string Json() const;
  std::string Svg() const;
};

// CPU model and kernel of this machine.
std::string MachineText();
std::string TodayText();

// Writes dir/name.{md,json,svg}; false (with errno) if that fails.
bool WriteReport(const Report& report, const std::string& dir, const std::string& name);

}  // namespace perdure::bench
