#include "compiler/rewrite/loop_rewriter.h"

#include <optional>
#include <set>
#include <vector>

#include "compiler/rewrite/linear_addresses.h"
#include "compiler/rewrite/replace.h"
#include "compiler/rewrite/straight_loop.h"
#include "compiler/wasm2c/line_reader.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// A function's lines, in which loops are looked for.
class FunctionLines {
 public:
  explicit FunctionLines(const Tricks& tricks) : tricks_(tricks) {}

  void Add(std::string_view line) { lines_.push_back(line); }

  void Finish(std::string* out) {
    for (size_t i = 0; i < lines_.size(); ++i) {
      const std::string_view line = Trimmed(lines_[i]);
      if (line.starts_with("var_L") && line.ends_with(':')) {
        if (const size_t end = FinishLoop(i, out)) {
          i = end;
          continue;
        }
      }
      StrAppend(out, lines_[i], '\n');
    }
    lines_.clear();
  }

 private:
  // Writes the loop whose label is in line `label`, and returns its last line; 0 and nothing
  // written if it is not one of L1 or has no load to mark.
  size_t FinishLoop(size_t label, std::string* out) const {
    const std::string_view name = LeadingVariable(Trimmed(lines_[label]));
    const std::string jump = StrCat("goto ", name, ";"), last = StrCat(" {", jump, "}");
    StraightLoop loop;
    size_t end = label + 1;
    while (end < lines_.size() && loop.Follow(end, Trimmed(lines_[end]))) ++end;
    if (end == lines_.size() || !Trimmed(lines_[end]).starts_with("if (var_") ||
        !lines_[end].ends_with(last) || Jumps(jump) != 1) {
      return 0;
    }
    std::set<size_t> needed = loop.NeededLoads();
    if (needed.empty()) return 0;
    std::optional<LinearAddresses> linear;
    if (tricks_.linear_addresses) linear = LinearAddresses::Of(loop);
    if (!tricks_.needed_loads) {
      needed.clear();
    } else {
      for (const std::string_view input : loop.float_inputs()) {
        StrAppend(out, "  PERDURE_UNKNOWN_FLOAT(", input, ");\n");
      }
      StrAppend(out, "  PERDURE_UNKNOWN_MEMORY;\n");
    }
    WriteLoop(label, end, needed, linear, out);
    if (tricks_.needed_loads) StrAppend(out, "  PERDURE_UNKNOWN_MEMORY;\n");
    return end;
  }

  void WriteLoop(size_t label, size_t end, const std::set<size_t>& needed,
                 const std::optional<LinearAddresses>& linear, std::string* out) const {
    if (linear) {
      const std::string_view name = LeadingVariable(Trimmed(lines_[label]));
      const std::string linear_name = StrCat(name, "_linear");
      StrAppend(out, linear->Begin(), "  ", linear_name, ":\n");
      for (size_t i = label + 1; i < end; ++i) {
        StrAppend(out, Unforced(linear->Line(i, lines_[i]), needed.contains(i)), '\n');
      }
      std::string way_back(lines_[end]);
      ReplaceAll(&way_back, StrCat("goto ", name, ";"), StrCat("goto ", linear_name, ";"));
      StrAppend(out, linear->Step(), way_back, "\n  } else {\n");
    }
    for (size_t i = label; i <= end; ++i) {
      StrAppend(out, Unforced(std::string(lines_[i]), needed.contains(i)), '\n');
    }
    if (linear) StrAppend(out, "  }\n  }\n");
  }

  static std::string Unforced(std::string line, bool is_needed) {
    if (is_needed) ReplaceAll(&line, "_load(", "_load_needed(");
    return line;
  }

  size_t Jumps(std::string_view jump) const {
    size_t count = 0;
    for (const std::string_view line : lines_) {
      for (size_t at = line.find(jump); at != std::string_view::npos;
           at = line.find(jump, at + 1)) {
        ++count;
      }
    }
    return count;
  }

  const Tricks& tricks_;
  std::vector<std::string_view> lines_;
};

}  // namespace

std::string RewriteLoops(std::string_view source, const Tricks& tricks) {
  std::string out;
  out.reserve(source.size() + source.size() / 64);
  FunctionLines function(tricks);
  LineReader lines(source);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    function.Add(line);
    if (line == "}") function.Finish(&out);
  }
  function.Finish(&out);
  return out;
}

}  // namespace perdure
