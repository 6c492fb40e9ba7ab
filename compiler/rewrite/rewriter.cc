#include "compiler/rewrite/rewriter.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/diag/printable.h"
#include "compiler/rewrite/frame_text.h"
#include "compiler/wasm2c/c_types.h"
#include "compiler/wasm2c/line_reader.h"
#include "compiler/wasm2c/source_functions.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr uint32_t kNoList = UINT32_MAX;
constexpr uint8_t kCaughtException = 0x40;  // PERDURE_LIVE_EXCEPTION

constexpr std::string_view kKindNames[] = {"", "PERDURE_SITE_CALL", "PERDURE_SITE_CALL_INDIRECT",
                                           "PERDURE_SITE_IMPORT", "PERDURE_SITE_POLL"};

}  // namespace

Rewriter::Rewriter(const Module& module, const Wasm2cNames& names, const CapturePlan& plan)
    : module_(module),
      names_(names),
      plan_(plan),
      wrappers_(module, names, plan),
      list_of_site_(plan.sites.size(), kNoList),
      resumes_callee_(plan.sites.size()),
      slots_(module.functions.size()),
      resume_prototypes_(module.functions.size()) {
  for (uint32_t i = 0; i < module.functions.size(); ++i) {
    if (!module.functions[i].imported && plan.IsCaptured(i))
      functions_.emplace(names.functions[i].symbol, i);
  }
  KeepWrappers();
}

std::string Rewriter::ImplHeaderTail() const {
  return StrCat("\n#include <perdure/capture.h>\n\n", wrappers_.Prototypes());
}

// Their live values are their parameters.
void Rewriter::KeepWrappers() {
  for (const uint32_t import : plan_.wrapped_imports) {
    const FuncType& type = module_.types[module_.functions[import].type];
    std::vector<LiveValue> list;
    for (const ValueType parameter : type.params) {
      list.push_back({static_cast<uint8_t>(LivePlace::kLocal), static_cast<uint8_t>(parameter),
                      static_cast<uint32_t>(list.size())});
    }
    KeepList(plan_.first_site[import], std::move(list));
    resume_prototypes_[import] =
        StrCat(CResultType(type), " ", ResumeName(names_.functions[import].symbol), "(w2c_",
               names_.prefix, "* instance)");
  }
}

void Rewriter::KeepList(uint32_t site, std::vector<LiveValue> list) {
  const auto number = static_cast<uint32_t>(live_lists_.size());
  list_of_site_[site] = live_lists_.try_emplace(std::move(list), number).first->second;
}

Result<std::string> Rewriter::RewriteSource(std::string_view file, std::string_view text,
                                            std::string* resume) {
  const FunctionSource source = {module_, names_, file};
  const std::string self = StrCat("(w2c_", names_.prefix, "* instance");
  std::string hot;
  hot.reserve(text.size() + text.size() / 4);
  LineReader lines(text);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    const std::string_view symbol = DefinedSymbol(line, self);
    const auto function = symbol.empty() ? functions_.end() : functions_.find(symbol);
    if (function == functions_.end()) {
      StrAppend(&hot, line, '\n');
    } else {
      PERDURE_TRY(RewriteFunction(source, function->second, line, &lines, &hot, resume));
    }
  }
  if (plan_.wrapped_imports.empty()) return hot;
  PERDURE_ASSIGN_OR_RETURN(*resume, wrappers_.ReplaceReferences(*resume));
  return wrappers_.ReplaceReferences(hot);
}

Status Rewriter::RewriteFunction(const FunctionSource& source, uint32_t function,
                                 std::string_view head_line, LineReader* lines, std::string* hot,
                                 std::string* resume) {
  PERDURE_ASSIGN_OR_RETURN(const FunctionText text,
                           ReadFunction(source, function, head_line, lines));
  PERDURE_ASSIGN_OR_RETURN(const Liveness live, FindLiveness(source, text));
  FunctionForms forms(source, plan_, text, live);
  if (!forms.FindSites() || !resume_prototypes_[function].empty()) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("wasm2c's ", source.file, ", line ", lines->line_number(), ": function ",
                         function, " is not the module's"));
  }
  forms.WriteHot(hot);
  StrAppend(resume, '\n');
  forms.WriteResume(resume);
  resume_prototypes_[function] = forms.ResumePrototype();
  KeepLive(forms, function);
  return OkStatus();
}

void Rewriter::KeepLive(const FunctionForms& forms, uint32_t function) {
  slots_[function] = forms.slots();
  for (uint32_t site = plan_.first_site[function]; site < plan_.first_site[function + 1]; ++site) {
    std::vector<LiveValue> list;
    for (const Variable* variable : forms.LiveAt(site)) {
      const bool is_caught = variable->place == LivePlace::kCatch;
      list.push_back({static_cast<uint8_t>(variable->place),
                      is_caught ? kCaughtException : static_cast<uint8_t>(variable->type),
                      variable->index});
    }
    KeepList(site, std::move(list));
    resumes_callee_[site] = forms.ResumesCallee(site);
  }
}

std::string Rewriter::ResumeHeader() const {
  std::string out =
      "/* Written by perdure: the resume forms, which take restored frames on. */\n"
      "#pragma once\n\n#include \"app-impl.h\"\n\n#include <perdure/resume.h>\n\n";
  for (const std::string& prototype : resume_prototypes_) {
    if (prototype.empty()) continue;
    StrAppend(&out, "__attribute__((section(\".text.resume\"))) ", prototype, ";\n");
  }
  std::set<std::pair<std::string, std::string>> members;
  for (uint32_t i = 0; i < module_.functions.size(); ++i) {
    if (!resume_prototypes_[i].empty() && !TypeOf(i).results.empty())
      members.emplace(ResultMember(TypeOf(i)), CResultType(TypeOf(i)));
  }
  out +=
      "\n/* The result of the function that was resumed last. */\nextern PERDURE_HIDDEN union {\n";
  for (const auto& [member, type] : members) StrAppend(&out, "  ", type, " ", member, ";\n");
  out += "  char nothing;\n} perdure_result;\n";
  return out;
}

std::string Rewriter::LiveAndSites() const {
  std::vector<const std::vector<LiveValue>*> lists(live_lists_.size());
  for (const auto& [list, number] : live_lists_) lists[number] = &list;
  std::vector<uint32_t> begin(lists.size(), kNoList);
  std::string values, sites;
  uint32_t value_count = 0;
  for (uint32_t i = 0; i < plan_.sites.size(); ++i) {
    const CaptureSite& site = plan_.sites[i];
    const std::vector<LiveValue>& list = *lists[list_of_site_[i]];
    uint32_t& at = begin[list_of_site_[i]];
    if (at == kNoList) {
      at = value_count;
      value_count += static_cast<uint32_t>(list.size());
      for (const LiveValue& value : list) {
        StrAppend(&values, "    {", int{value.place}, ", ", int{value.type}, ", ", value.index,
                  "},\n");
      }
    }
    StrAppend(&sites, "    {", site.function, ", ", site.ordinal, ", ",
              kKindNames[static_cast<size_t>(site.kind)], ", ", site.target, ", ", at, ", ",
              list.size(), ", ", resumes_callee_[i] ? 1 : 0, "},\n");
  }
  // C has no empty arrays, and a command may have nothing to capture.
  return StrCat("static const perdure_live live[] = {\n", values,
                "    {0, 0, 0},\n};\n\nstatic const perdure_site sites[] = {\n", sites,
                "    {0, 0, 0, 0, 0, 0, 0},\n};\n\n");
}

// By function: its resume form, what that returns (cases of resume_next), its places.
std::string Rewriter::ResumeTables() const {
  std::map<std::string, size_t> numbers;  // of results, by C type
  std::string forms, results, places, cases;
  uint32_t slot_count = 1;
  for (uint32_t i = 0; i < module_.functions.size(); ++i) {
    StrAppend(&places, "    {", slots_[i].stack, ", ", slots_[i].caught, "},\n");
    slot_count = std::max(slot_count, slots_[i].end);
    if (resume_prototypes_[i].empty()) {
      forms += "    0,\n";
      results += "    0,\n";
      continue;
    }
    const std::string type = CResultType(TypeOf(i));
    const auto [number, is_new] = numbers.try_emplace(type, numbers.size());
    StrAppend(&forms, "    (wasm_rt_function_ptr_t)", ResumeName(names_.functions[i].symbol),
              ",\n");
    StrAppend(&results, "    ", number->second, ",\n");
    if (!is_new) continue;
    const std::string to =
        TypeOf(i).results.empty() ? "" : StrCat("perdure_result.", ResultMember(TypeOf(i)), " = ");
    StrAppend(&cases, "    case ", number->second, ": ", to, "((", type,
              " (*)(void*))form)(instance); break;\n");
  }
  return StrCat("perdure_slot perdure_slots[", slot_count,
                "];\n\nstatic const perdure_places places[] = {\n", places,
                "};\n\nstatic const wasm_rt_function_ptr_t resume[] = {\n", forms,
                "};\n\nstatic const uint16_t results[] = {\n", results,
                "};\n\n__typeof__(perdure_result) perdure_result;\n\n"
                "static void resume_next(void* instance) {\n"
                "  const wasm_rt_function_ptr_t form = perdure_next_resume();\n"
                "  switch (results[perdure_next_function()]) {\n",
                cases, "  }\n}\n\n");
}

// What the forms call.
std::string Rewriter::CaptureFunctions(const std::string& symbol) const {
  const std::string table = StrCat("&perdure_", symbol, "_capture");
  return StrCat("\nvoid perdure_save(uint32_t site) { perdure_pack_frame(", table,
                ", site); }\n\nuint32_t perdure_enter(void* instance) {\n"
                "  return perdure_take_frame(",
                table,
                ", instance);\n}\n\n"
                "void perdure_save_home(uint32_t site, const void* home, const uint32_t* slots) {\n"
                "  perdure_put_home(",
                table,
                ", home, slots);\n  perdure_save(site);\n}\n\n"
                "uint32_t perdure_enter_home(void* instance, void* home, const uint32_t* slots) {\n"
                "  const uint32_t site = perdure_enter(instance);\n"
                "  if (site != PERDURE_CAPTURED) perdure_take_home(",
                table,
                ", home, slots);\n  return site;\n}\n\nint perdure_polled(void* instance) {\n"
                "  perdure_poll(instance);\n  return perdure_capturing;\n}\n");
}

Result<std::string> Rewriter::CaptureTable(const std::string& symbol) const {
  for (uint32_t i = 0; i < plan_.sites.size(); ++i) {
    if (list_of_site_[i] != kNoList) continue;
    return Status(StatusCode::kInvalidArgument,
                  StrCat("wasm2c wrote no function ", plan_.sites[i].function));
  }
  std::string tags;
  for (const std::string& tag : names_.tags) StrAppend(&tags, "    &", tag, ",\n");
  PERDURE_ASSIGN_OR_RETURN(const std::string wrappers, wrappers_.Definitions());
  return StrCat(
      "/* Written by perdure: where the call stack can be captured. See perdure/capture.h. */\n"
      "#include <perdure/capture.h>\n\n#include \"app-resume.h\"\n\n",
      wrappers, LiveAndSites(), ResumeTables(), "static const wasm_rt_tag_t tags[] = {\n", tags,
      "    0,\n};\n\nconst perdure_capture perdure_", symbol,
      "_capture = {\n    .site_count = ", plan_.sites.size(),
      ",\n    .sites = sites,\n    .live = live,\n    .resume = resume,\n"
      "    .tag_count = ",
      names_.tags.size(), ",\n    .tags = tags,\n    .polls = ", plan_.polls ? 1 : 0,
      ",\n    .slots = perdure_slots,\n    .places = places,\n    .resume_next = "
      "resume_next,\n};\n",
      CaptureFunctions(symbol));
}

}  // namespace perdure
