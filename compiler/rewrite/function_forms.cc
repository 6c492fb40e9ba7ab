#include "compiler/rewrite/function_forms.h"

#include <algorithm>
#include <map>

#include "compiler/rewrite/frame_text.h"
#include "compiler/wasm2c/c_types.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Declarations of kept exceptions move to the top of the function, where saves reach them.
std::string_view WithoutCaughtType(std::string_view line) {
  const size_t begin = std::min(line.find_first_not_of(' '), line.size());
  for (const std::string_view type : {"const wasm_rt_tag_t ", "uint32_t ", "void *"}) {
    if (line.substr(begin).starts_with(type) &&
        line.substr(begin + type.size()).starts_with("var_T"))
      return line.substr(begin + type.size());
  }
  return line;
}

}  // namespace

FunctionForms::FunctionForms(const FunctionSource& source, const CapturePlan& plan,
                             const FunctionText& text, const Liveness& live)
    : source_(source),
      plan_(plan),
      text_(text),
      live_(live),
      site_of_(text.points.size(), kNoSite),
      point_of_(plan.first_site[text.function + 1] - plan.first_site[text.function], kNoSite),
      entries_(text.tries.size()),
      slots_(FrameSlots::Of(text.variables)),
      step_of_(text.points.size(), SavePlan::kEnd) {}

bool FunctionForms::FindSites() {
  const Function& function = source_.module.functions[text_.function];
  const uint32_t first = plan_.first_site[text_.function];
  std::map<std::pair<bool, uint32_t>, uint32_t> site_by_ordinal;
  for (uint32_t site = first; site < plan_.first_site[text_.function + 1]; ++site) {
    const bool is_poll = plan_.sites[site].kind == SiteKind::kPoll;
    site_by_ordinal[{is_poll, plan_.sites[site].ordinal}] = site;
  }
  uint32_t ordinals[2] = {0, 0};  // of calls, of loops
  uint32_t point = 0;
  for (uint32_t item = function.outline_begin; item < function.outline_end; ++item) {
    const bool is_loop = source_.module.outline[item].kind == OutlineKind::kLoop;
    const uint32_t ordinal = ordinals[is_loop ? 1 : 0]++;
    if (point == text_.points.size() || text_.points[point].item != item) continue;
    const auto site = site_by_ordinal.find({is_loop, ordinal});
    if (site != site_by_ordinal.end()) {
      site_of_[point] = site->second;
      point_of_[site->second - first] = point;
      uint32_t next = Point::kNoTry;
      for (uint32_t t = text_.points[point].innermost_try; t != Point::kNoTry;
           t = text_.tries[t].parent) {
        entries_[t].push_back({site->second, next});
        next = t;
      }
    }
    ++point;
  }
  FindSaved();
  return std::find(point_of_.begin(), point_of_.end(), kNoSite) == point_of_.end();
}

void FunctionForms::FindSaved() {
  is_saved_.assign(text_.variables.size(), false);
  for (uint32_t point = 0; point < site_of_.size(); ++point) {
    if (site_of_[point] == kNoSite) continue;
    for (const uint32_t number : live_.At(point)) is_saved_[number] = true;
  }
  homes_ = Homes(text_, slots_, is_saved_);
}

// What has a home is saved at all sites, and so at none of them.
void FunctionForms::PlanSaves() {
  std::vector<std::vector<uint32_t>> live;
  for (uint32_t point = 0; point < site_of_.size(); ++point) {
    if (site_of_[point] == kNoSite) continue;
    std::vector<uint32_t>& of_site = live.emplace_back();
    for (const uint32_t number : live_.At(point)) {
      if (!IsAtHome(number)) of_site.push_back(number);
    }
  }
  saves_ = SavePlan(live);
  size_t site = 0;
  for (uint32_t point = 0; point < site_of_.size(); ++point) {
    if (site_of_[point] != kNoSite) step_of_[point] = saves_.StepOf(site++);
  }
}

const OutlineItem& FunctionForms::ItemOf(uint32_t point) const {
  return source_.module.outline[text_.points[point].item];
}

std::vector<const Variable*> FunctionForms::LiveAt(uint32_t site) const {
  std::vector<const Variable*> variables;
  for (const uint32_t number : live_.At(point_of_[site - plan_.first_site[text_.function]]))
    variables.push_back(&text_.variables[number]);
  return variables;
}

uint32_t FunctionForms::OutermostTry(uint32_t point) const {
  uint32_t attempt = text_.points[point].innermost_try;
  while (attempt != Point::kNoTry && text_.tries[attempt].parent != Point::kNoTry)
    attempt = text_.tries[attempt].parent;
  return attempt;
}

bool FunctionForms::IsInTry(uint32_t point) const {
  if (text_.points[point].innermost_try != Point::kNoTry) return true;
  // A kept exception is taken from the frame, which is gone once another frame has been popped.
  return std::any_of(live_.At(point).begin(), live_.At(point).end(), [&](uint32_t number) {
    return text_.variables[number].place == LivePlace::kCatch;
  });
}

bool FunctionForms::ResumesCallee(uint32_t site) const {
  return IsInTry(point_of_[site - plan_.first_site[text_.function]]);
}

bool FunctionForms::HasCaught() const {
  return !text_.variables.empty() && text_.variables.back().place == LivePlace::kCatch;
}

// ---- pieces

std::string FunctionForms::Indentation(uint32_t point) const {
  const std::string_view line = text_.lines[text_.points[point].line];
  return std::string(std::min(line.find_first_not_of(' '), line.size()), ' ');
}

// "{ perdure_site = 7u; goto perdure_put_3; }", with what a try has to put back before.
std::string FunctionForms::Leave(uint32_t point) const {
  std::string out = "{ ";
  const uint32_t attempt = OutermostTry(point);
  if (attempt != Point::kNoTry) {
    StrAppend(&out, "wasm_rt_set_unwind_target(", text_.tries[attempt].name, "_outer_target); ");
  }
  StrAppend(&out, "perdure_site = ", site_of_[point], "u; goto ");
  if (step_of_[point] == SavePlan::kEnd) return out + "perdure_pack; }";
  return StrCat(out, "perdure_put_", step_of_[point], "; }");
}

std::string FunctionForms::PutCode(uint32_t number) const {
  const Variable& variable = text_.variables[number];
  const std::string to = StrCat("  PERDURE_PUT(perdure_slots + ", slots_.SlotOf(variable), ", ");
  const std::string_view name = variable.name;
  if (variable.place != LivePlace::kCatch)
    return StrCat(to, "0, ", CType(variable.type), ", ", name, ");\n");
  return StrCat(to, "0, wasm_rt_tag_t, ", name, "_tag);\n", to, "8, uint64_t, ", name, "_size);\n",
                to, "16, uintptr_t, (uintptr_t)", name, ");\n");
}

// The exceptions that are kept at `point`, from their slots into the function's frame.
std::string FunctionForms::TakeCaught(uint32_t point) const {
  std::string out;
  for (const uint32_t number : live_.At(point)) {
    const Variable& variable = text_.variables[number];
    if (variable.place != LivePlace::kCatch) continue;
    const std::string from =
        StrCat("      PERDURE_TAKE(perdure_slots + ", slots_.SlotOf(variable), ", ");
    const std::string_view name = variable.name;
    StrAppend(&out, from, "0, wasm_rt_tag_t, ", name, "_tag);\n", from, "8, uint32_t, ", name,
              "_size);\n", from, "16, void*, ", name, ");\n", "      ", name,
              " = wasm_rt_memcpy(alloca(", name, "_size), ", name, ", ", name, "_size);\n");
  }
  return out;
}

const FuncType& FunctionForms::ResultsOf(uint32_t point) const {
  const OutlineItem& item = ItemOf(point);
  if (item.kind != OutlineKind::kCall) return source_.module.types[item.target];
  return source_.module.types[source_.module.functions[item.target].type];
}

// How the resume form goes on in the callee of `point`.
std::string FunctionForms::ResumeCall(uint32_t point) const {
  const OutlineItem& item = ItemOf(point);
  if (item.kind == OutlineKind::kCall)
    return StrCat(ResumeName(source_.names.functions[item.target].symbol), "(instance)");
  const std::string result = CResultType(source_.module.types[item.target]);
  return StrCat("((", result, " (*)(void*))perdure_next_resume())(instance)");
}

// ---- the body

void FunctionForms::WriteCall(uint32_t point, std::string* out) const {
  const Point& call = text_.points[point];
  const std::string indent = Indentation(point);
  const std::string result = call.result.empty() ? "" : StrCat(call.result, " = ");
  const std::string test = StrCat(indent, "if (UNLIKELY(perdure_capturing)) ", Leave(point), "\n");
  if (!is_resume_) {
    StrAppend(out, indent, result, call.call, ";\n", test);
    return;
  }
  // A declaration moves out of the branches.
  const bool declares = call.result.ends_with(" tmp");
  const std::string assign = declares ? "tmp = " : result;
  if (declares) StrAppend(out, indent, call.result, ";\n");
  const std::string arrive =
      StrCat(indent, "if (0) {\n", indent, "  perdure_resume_", site_of_[point], ":;\n");
  if (IsInTry(point)) {
    StrAppend(out, arrive, indent, "  ", assign, ResumeCall(point), ";\n", indent, "} else {\n",
              indent, "  ", assign, call.call, ";\n", indent, "}\n", test);
    return;
  }
  StrAppend(out, indent, assign, call.call, ";\n", test, arrive);
  if (!assign.empty()) {
    StrAppend(out, indent, "  ", assign, "perdure_", ResultMember(ResultsOf(point)), ";\n");
  }
  StrAppend(out, indent, "}\n");
}

void FunctionForms::WriteImport(uint32_t point, std::string* out) const {
  const Point& call = text_.points[point];
  const std::string indent = Indentation(point);
  if (is_resume_) StrAppend(out, indent, "perdure_resume_", site_of_[point], ":;\n");
  const bool is_operand = !call.result.empty() && !call.result.ends_with(" tmp");
  if (!is_operand) {
    const std::string_view equals = call.result.empty() ? "" : " = ";
    StrAppend(out, indent, call.result, equals, call.call, ";\n", indent,
              "if (UNLIKELY(perdure_capturing)) ", Leave(point), "\n");
    return;
  }
  const FuncType& type = source_.module.types[source_.module.functions[ItemOf(point).target].type];
  StrAppend(out, indent, "{\n", indent, "  const ", CResultType(type),
            " perdure_result = ", call.call, ";\n", indent, "  if (UNLIKELY(perdure_capturing)) ",
            Leave(point), "\n", indent, "  ", call.result, " = perdure_result;\n", indent, "}\n");
}

void FunctionForms::WritePoll(uint32_t point, std::string* out) const {
  const std::string indent = Indentation(point);
  StrAppend(out, text_.lines[text_.points[point].line], "\n", indent,
            "  if (UNLIKELY(perdure_poll_requested) && perdure_polled(instance)) ", Leave(point),
            "\n");
  if (is_resume_) StrAppend(out, indent, "  perdure_resume_", site_of_[point], ":;\n");
}

void FunctionForms::WritePoint(uint32_t point, std::string* out) const {
  switch (plan_.sites[site_of_[point]].kind) {
    case SiteKind::kCall:
    case SiteKind::kCallIndirect:
      return WriteCall(point, out);
    case SiteKind::kImport:
      return WriteImport(point, out);
    case SiteKind::kPoll:
      return WritePoll(point, out);
  }
}

// Enters the next try inwards, or the site itself.
void FunctionForms::WriteDispatch(uint32_t attempt, std::string* out) const {
  if (entries_[attempt].empty()) return;
  StrAppend(out, "  switch (perdure_pending) {\n");
  for (const Entry& entry : entries_[attempt]) {
    if (entry.next == Point::kNoTry) {
      StrAppend(out, "  case ", entry.site, "u: perdure_pending = UINT32_MAX; goto perdure_resume_",
                entry.site, ";\n");
    } else {
      StrAppend(out, "  case ", entry.site, "u: goto perdure_try_", entry.next, ";\n");
    }
  }
  StrAppend(out, "  }\n");
}

void FunctionForms::WriteLine(uint32_t line, std::string* out) const {
  const std::string_view text = text_.lines[line];
  StrAppend(out, HasCaught() ? WithoutCaughtType(text) : text, "\n");
}

void FunctionForms::WriteBody(std::string* out) const {
  uint32_t point = 0;
  size_t opening = 0, beginning = 0;  // tries, which are in the order of the text
  for (uint32_t line = 0; line < text_.lines.size(); ++line) {
    if (is_resume_ && opening < text_.tries.size() && text_.tries[opening].open_line == line)
      StrAppend(out, "  perdure_try_", opening++, ":;\n");
    const bool is_point = point < text_.points.size() && text_.points[point].line == line;
    if (is_point && site_of_[point] != kNoSite) {
      WritePoint(point, out);
    } else {
      WriteLine(line, out);
    }
    if (is_point) ++point;
    if (is_resume_ && beginning < text_.tries.size() && text_.tries[beginning].body_line == line)
      WriteDispatch(static_cast<uint32_t>(beginning++), out);
  }
  WriteSaves(out);
}

void FunctionForms::WriteSaves(std::string* out) const {
  const FuncType& type = source_.module.types[source_.module.functions[text_.function].type];
  if (type.results.empty()) StrAppend(out, "  return;\n");
  for (size_t i = 0; i < saves_.steps().size(); ++i) {
    const SavePlan::Step& step = saves_.steps()[i];
    StrAppend(out, "  perdure_put_", i, ":;\n");
    for (const uint32_t variable : step.put) StrAppend(out, PutCode(variable));
    if (step.next == SavePlan::kEnd) {
      StrAppend(out, "  goto perdure_pack;\n");
    } else {
      StrAppend(out, "  goto perdure_put_", step.next, ";\n");
    }
  }
  StrAppend(out, "  perdure_pack:;\n", (is_resume_ ? homes_ : Homes()).Save());
  if (is_resume_) StrAppend(out, "  perdure_leave:;\n");
  StrAppend(out, "  FUNC_EPILOGUE;\n  ", DummyReturn(type), "\n}\n");
}

void FunctionForms::WriteCaught(std::string* out) const {
  for (const Variable& variable : text_.variables) {
    if (variable.place != LivePlace::kCatch) continue;
    StrAppend(out, "  wasm_rt_tag_t ", variable.name, "_tag;\n  uint32_t ", variable.name,
              "_size;\n  void* ", variable.name, ";\n");
  }
}

// What a callee that was resumed may have left for a site, and its C type.
std::map<std::string, std::string> FunctionForms::ResultsOnEntry() const {
  std::map<std::string, std::string> results;
  for (uint32_t point = 0; point < site_of_.size(); ++point) {
    if (site_of_[point] == kNoSite || text_.points[point].result.empty()) continue;
    const SiteKind kind = plan_.sites[site_of_[point]].kind;
    if (kind == SiteKind::kImport || IsInTry(point)) continue;
    results.emplace(ResultMember(ResultsOf(point)), CResultType(ResultsOf(point)));
  }
  return results;
}

// From a frame to its site. Values that are not the site's are what is left in their slots: the
// site does not need them.
void FunctionForms::WriteEntry(std::string* out) const {
  StrAppend(out, "  if (UNLIKELY(perdure_site == PERDURE_CAPTURED)) goto perdure_leave;\n");
  for (uint32_t number = 0; number < text_.variables.size(); ++number) {
    const Variable& variable = text_.variables[number];
    if (!is_saved_[number] || IsAtHome(number) || variable.place == LivePlace::kCatch) continue;
    StrAppend(out, "  PERDURE_TAKE(perdure_slots + ", slots_.SlotOf(variable), ", 0, ",
              CType(variable.type), ", ", variable.name, ");\n");
  }
  for (const auto& [member, type] : ResultsOnEntry())
    StrAppend(out, "  const ", type, " perdure_", member, " = perdure_result.", member, ";\n");
  StrAppend(out, "  switch (perdure_site) {\n");
  for (uint32_t point = 0; point < site_of_.size(); ++point) {
    if (site_of_[point] == kNoSite) continue;
    StrAppend(out, "    case ", site_of_[point], "u:\n", TakeCaught(point));
    const uint32_t attempt = OutermostTry(point);
    if (attempt == Point::kNoTry) {
      StrAppend(out, "      goto perdure_resume_", site_of_[point], ";\n");
    } else {
      StrAppend(out, "      perdure_pending = ", site_of_[point], "u;\n      goto perdure_try_",
                attempt, ";\n");
    }
  }
  StrAppend(out, "    default: UNREACHABLE;\n  }\n");
}

void FunctionForms::WriteHot(std::string* out) {
  is_resume_ = false;
  PlanSaves();
  StrAppend(out, text_.head, "\n");
  for (const std::string_view line : text_.declarations) StrAppend(out, line, "\n");
  StrAppend(out, "  u32 perdure_site;\n");
  WriteCaught(out);
  WriteBody(out);
}

std::string FunctionForms::ResumePrototype() const {
  const FuncType& type = source_.module.types[source_.module.functions[text_.function].type];
  return StrCat(CResultType(type), " ", ResumeName(source_.names.functions[text_.function].symbol),
                "(w2c_", source_.names.prefix, "* instance)");
}

void FunctionForms::WriteResume(std::string* out) {
  is_resume_ = true;
  PlanSaves();
  StrAppend(out, ResumePrototype(), " {\n");
  const std::string_view is_volatile = text_.is_volatile ? "volatile " : "";
  const size_t parameter_count =
      source_.module.types[source_.module.functions[text_.function].type].params.size();
  for (size_t i = 0; i < parameter_count; ++i) {
    const Variable& variable = text_.variables[i];
    StrAppend(out, "  ", CType(variable.type), " ", is_volatile, variable.name, ";\n");
  }
  for (const std::string_view line : text_.declarations) StrAppend(out, line, "\n");
  StrAppend(out, homes_.Enter());
  if (!text_.tries.empty()) StrAppend(out, "  volatile u32 perdure_pending = UINT32_MAX;\n");
  WriteCaught(out);
  WriteEntry(out);
  WriteBody(out);
  StrAppend(out, homes_.End());
}

}  // namespace perdure
