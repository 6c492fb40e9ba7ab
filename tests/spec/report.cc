#include "tests/spec/report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "rtlib/base/text.h"
#include "tests/support/process.h"

namespace perdure::spec {
namespace {

constexpr size_t kFailuresShown = 20;  // of a file; the JUnit file has all

using Counts = std::array<int, 3>;  // by Verdict

std::string CountsText(const Counts& counts) {
  return StrCat(counts[0], " passed, ", counts[1], " failed, ", counts[2], " skipped");
}

Counts CountsOf(const FileResult& result) {
  return {result.Count(Verdict::kPassed), result.Count(Verdict::kFailed),
          result.Count(Verdict::kSkipped)};
}

// Text for an attribute; bytes XML cannot hold come out as '?'.
std::string Xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += byte >= 0x20 && byte < 0x7f ? c : '?';
    }
  }
  return out;
}

// One line, without tabs.
std::string OneLine(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

void AppendCase(const FileResult& file, const StepResult& step, std::string* out) {
  StrAppend(out, "    <testcase classname=\"", Xml(file.name), "\" name=\"", Xml(step.label), '"');
  if (step.verdict == Verdict::kPassed) {
    *out += "/>\n";
    return;
  }
  const char* element = step.verdict == Verdict::kFailed ? "failure" : "skipped";
  StrAppend(out, "><", element, " message=\"", Xml(step.why), "\"/></testcase>\n");
}

}  // namespace

int FileResult::Count(Verdict verdict) const {
  return static_cast<int>(std::count_if(
      steps.begin(), steps.end(), [&](const StepResult& step) { return step.verdict == verdict; }));
}

std::string Encode(const FileResult& result) {
  std::string out;
  for (const StepResult& step : result.steps) {
    StrAppend(&out, step.line, '\t', static_cast<int>(step.verdict), '\t', step.kind, '\t',
              OneLine(step.label), '\t', OneLine(step.why), '\n');
  }
  return out;
}

FileResult Decode(const std::string& name, const std::string& text) {
  FileResult result;
  result.name = name;
  for (const std::string& line : test::Lines(text)) {
    std::vector<std::string> fields;
    size_t begin = 0;
    for (size_t i = 0; i < 4; ++i) {
      const size_t tab = line.find('\t', begin);
      if (tab == std::string::npos) break;
      fields.push_back(line.substr(begin, tab - begin));
      begin = tab + 1;
    }
    if (fields.size() != 4) continue;
    result.steps.push_back({std::stoi(fields[0]), fields[2], fields[3],
                            static_cast<Verdict>(std::stoi(fields[1])), line.substr(begin)});
  }
  return result;
}

std::string FileText(const FileResult& result) {
  std::string out = StrCat(result.name, ": ", CountsText(CountsOf(result)), '\n');
  size_t shown = 0;
  for (const StepResult& step : result.steps) {
    if (step.verdict != Verdict::kFailed || ++shown > kFailuresShown) continue;
    StrAppend(&out, "  ", step.label, ": ", step.why, '\n');
  }
  if (shown > kFailuresShown) StrAppend(&out, "  and ", shown - kFailuresShown, " more\n");
  return out;
}

std::string SummaryText(const std::vector<FileResult>& results) {
  std::map<std::string, Counts> kinds;
  Counts all = {};
  for (const FileResult& file : results) {
    for (const StepResult& step : file.steps) {
      ++kinds[step.kind][static_cast<size_t>(step.verdict)];
      ++all[static_cast<size_t>(step.verdict)];
    }
  }
  std::string out = "\n";
  for (const auto& [kind, counts] : kinds) {
    char line[120];
    std::snprintf(line, sizeof line, "%-24s %6d passed %6d failed %6d skipped\n", kind.c_str(),
                  counts[0], counts[1], counts[2]);
    out += line;
  }
  return StrCat(out, CountsText(all), '\n');
}

std::string JUnitText(const std::vector<FileResult>& results) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileResult& file : results) {
    const Counts counts = CountsOf(file);
    StrAppend(&out, "  <testsuite name=\"", Xml(file.name), "\" tests=\"", file.steps.size(),
              "\" failures=\"", counts[1], "\" skipped=\"", counts[2], "\">\n");
    for (const StepResult& step : file.steps) AppendCase(file, step, &out);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace perdure::spec
