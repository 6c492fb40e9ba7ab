#include "tests/spec/skips.h"

#include <algorithm>

#include "rtlib/base/text.h"
#include "tests/support/process.h"

namespace perdure::spec {
namespace {

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" `");
  const size_t end = text.find_last_not_of(" `");
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    pieces.push_back(Trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return pieces;
}

bool IsFor(const Skip& skip, const std::string& file) {
  if (!skip.file.ends_with('*')) return skip.file == file;
  return file.starts_with(skip.file.substr(0, skip.file.size() - 1));
}

bool Names(const Skip& skip, const StepResult& step) {
  return std::any_of(skip.steps.begin(), skip.steps.end(), [&](const std::string& word) {
    return word == "all" || word == std::to_string(step.line) || word == step.kind ||
           step.label.ends_with(", " + word);
  });
}

}  // namespace

bool ReadSkips(const std::string& document, std::string_view wabt_version, std::vector<Skip>* skips,
               std::string* problem) {
  constexpr std::string_view kCondition = " with libwabt ";
  bool in_table = false, found = false;
  for (const std::string& line : test::Lines(test::ReadFile(document))) {
    if (line.starts_with("#")) in_table = line == "## Skipped";
    found = found || in_table;
    if (!in_table || !line.starts_with("|") || line.starts_with("|---") ||
        line.starts_with("| file")) {
      continue;
    }
    const std::vector<std::string> cells = Split(line, '|');
    if (cells.size() != 5) {
      *problem = StrCat(document, ": a row with other than three cells: ", line);
      return false;
    }
    const size_t condition = cells[2].find(kCondition);
    if (condition != std::string::npos &&
        cells[2].substr(condition + kCondition.size()) != wabt_version) {
      continue;
    }
    skips->push_back({cells[1], Split(cells[2].substr(0, condition), ','), cells[3]});
  }
  if (!found) *problem = document + " has no heading '## Skipped'";
  return found;
}

void ApplySkips(const std::vector<Skip>& skips, FileResult* result) {
  for (const Skip& skip : skips) {
    if (!IsFor(skip, result->name)) continue;
    bool named = false, used = false;
    for (StepResult& step : result->steps) {
      if (!Names(skip, step)) continue;
      named = true;
      if (step.verdict == Verdict::kPassed) continue;
      used = true;
      step.verdict = Verdict::kSkipped;
      step.why = skip.why;
    }
    if (used || (!named && skip.file.ends_with('*'))) continue;
    result->steps.push_back({0, "skip", StrCat("the row '", skip.file, "' of the skip table"),
                             Verdict::kFailed, "no step it names fails: take the row out"});
  }
}

}  // namespace perdure::spec
