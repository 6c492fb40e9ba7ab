// Report: what came of the steps of a script, in text for a person and in JUnit's XML.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace perdure::spec {

enum class Verdict { kPassed, kFailed, kSkipped };

struct StepResult {
  int line = 0;
  std::string kind;
  std::string label;
  Verdict verdict = Verdict::kPassed;
  std::string why;  // of a failure or a skip
};

struct FileResult {
  std::string name;
  std::vector<StepResult> steps;

  int Count(Verdict verdict) const;
};

// To and from the text in which a worker hands it over.
std::string Encode(const FileResult& result);
FileResult Decode(const std::string& name, const std::string& text);

// "linking.wast: 120 passed, 0 failed, 3 skipped", with the failures below.
std::string FileText(const FileResult& result);
// Totals by kind, and "N passed, N failed, N skipped".
std::string SummaryText(const std::vector<FileResult>& results);

std::string JUnitText(const std::vector<FileResult>& results);

}  // namespace perdure::spec
