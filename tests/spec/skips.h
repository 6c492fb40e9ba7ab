// Skips: the steps that are known to fail, and why. The table is part of the documentation
// (docs/reference/conformance.md) and this reads it from there: rows `| file | steps | why |` under
// its heading "Skipped".
//
// A file may end in `*`. Steps are line numbers, or the kind, field or expected failure of a step,
// separated by commas; `all` is every step that fails. A row whose steps end in `with libwabt
// VERSION` is for the builds with that version alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/spec/report.h"

namespace perdure::spec {

struct Skip {
  std::string file;
  std::vector<std::string> steps;
  std::string why;
};

// The rows for this libwabt. False: the document has no such table, or a row of another shape
// (*problem).
bool ReadSkips(const std::string& document, std::string_view wabt_version, std::vector<Skip>* skips,
               std::string* problem);

// Turns failures the table knows into skips. A row for this file that turns none is a failure of
// its own: what it says is no longer true. (A row for many files may have nothing to say about this
// one.)
void ApplySkips(const std::vector<Skip>& skips, FileResult* result);

}  // namespace perdure::spec
