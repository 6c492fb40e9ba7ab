#include "compiler/rewrite/statement_reader.h"

#include <algorithm>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::string_view kOk;

std::string_view After(std::string_view text, std::string_view prefix) {
  return text.substr(prefix.size());
}

// Balanced, and nothing that belongs to other kinds of statement.
bool IsExpression(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == ';' || c == ':' || c == '"') {
      if (c == ':' && text.find(" ? ") != std::string_view::npos) continue;
      return false;
    }
    depth += c == '(' || c == '{' || c == '[' ? 1 : 0;
    depth -= c == ')' || c == '}' || c == ']' ? 1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0 && text.find("goto ") == std::string_view::npos;
}

// True if the text calls something named w2c_..., or through a table.
bool NamesCall(std::string_view text) {
  if (text.find("CALL_INDIRECT(") != std::string_view::npos) return true;
  for (size_t at = text.find("w2c_"); at != std::string_view::npos; at = text.find("w2c_", at)) {
    const std::string_view name = LeadingIdentifier(text.substr(at));
    const bool is_whole = at == 0 || !IsIdentifierCharacter(text[at - 1]);
    at += name.size();
    if (is_whole && at < text.size() && text[at] == '(') return true;
  }
  return false;
}

// What a tail call adds. It has no part in the flow: what may wait is never called so.
constexpr std::string_view kTailCallStatements[] = {
    "void *instance_ptr_storage",
    "void **instance_ptr = &instance_ptr_storage",
    "char tail_call_stack[1024]",
    "wasm_rt_tailcallee_t next_storage",
    "wasm_rt_tailcallee_t *next = &next_storage",
    "wasm_rt_memcpy(tail_call_stack, &tmp, sizeof(tmp))",
    "wasm_rt_memcpy(&tmp, tail_call_stack, sizeof(tmp))",
};

}  // namespace

StatementReader::StatementReader(const Module& module, const Wasm2cNames& names,
                                 Variables* variables, FunctionText* text)
    : module_(module),
      names_(names),
      variables_(variables),
      text_(text),
      flow_(&text->flow),
      item_(module.functions[text->function].outline_begin),
      item_end_(module.functions[text->function].outline_end) {}

Flow::Block StatementReader::Label(std::string_view name) {
  const auto [at, is_new] = labels_.try_emplace(name, 0);
  if (is_new) at->second = flow_->New();
  return at->second;
}

std::string_view StatementReader::Read(std::string_view statement, const Position& position) {
  if (statement.starts_with("goto ")) return ReadGoto(After(statement, "goto "));
  if (statement == "UNREACHABLE" || statement == "wasm_rt_throw()") {
    flow_->Stop();
    return kOk;
  }
  if (statement.starts_with("return")) {
    std::string_view value = After(statement, "return");
    if (!value.empty() && value != " tmp" && ReadUses(value) != kOk) return "a value to return";
    flow_->Stop();
    return kOk;
  }
  if (statement.starts_with("FUNC_EPILOGUE") || statement.starts_with("static_assert(")) return kOk;
  if (statement.find("var_T") != std::string_view::npos ||
      statement.find("wasm_rt_exception()") != std::string_view::npos ||
      statement.starts_with("wasm_rt_load_exception(")) {
    return ReadException(statement, position);
  }
  if (module_.features.tail_call && ReadTailCall(statement) == kOk) return kOk;
  if (NamesCall(statement)) return ReadCall(statement, position);
  return ReadAssignment(statement);
}

std::string_view StatementReader::ReadGoto(std::string_view label) {
  if (LeadingIdentifier(label) != label || !label.starts_with("var_")) return "a label";
  flow_->Jump(Label(label));
  return kOk;
}

std::string_view StatementReader::ReadUses(std::string_view expression) {
  if (!IsExpression(expression)) return "an expression";
  const std::string_view unknown =
      variables_->ForEachIn(expression, [this](uint32_t number) { flow_->Use(number); });
  return unknown.empty() ? kOk : "variables of the function";
}

std::string_view StatementReader::ReadException(std::string_view statement,
                                                const Position& position) {
  constexpr std::string_view kTag = "const wasm_rt_tag_t ";
  constexpr std::string_view kLoad = "wasm_rt_load_exception(";
  constexpr std::string_view kTake = "wasm_rt_memcpy(&";
  const auto is_about_try = [](std::string_view name, std::string_view suffix) {
    return name.starts_with("var_T") && name.ends_with(suffix);
  };
  if (statement.starts_with(kTag)) {
    const std::string_view name = LeadingIdentifier(After(statement, kTag));
    if (!is_about_try(name, "_tag") || position.catch_depth == 0) return "a kept exception";
    flow_->Define(variables_->AddCaught(name.substr(0, name.size() - 4), position.catch_depth - 1));
    return kOk;
  }
  if (statement.starts_with("WASM_RT_UNWIND_TARGET ") || statement.starts_with("uint32_t var_T") ||
      statement.starts_with("void *var_T") || statement.starts_with("wasm_rt_memcpy(var_T") ||
      statement.starts_with("wasm_rt_set_unwind_target(")) {
    return kOk;
  }
  if (statement.starts_with(kLoad)) {
    const std::string_view rest = After(statement, kLoad);
    const std::string_view name = LeadingIdentifier(rest);
    if (!is_about_try(name, "_tag")) return ReadUses(rest.substr(0, rest.size() - 1));
    const uint32_t caught = variables_->FindCaught(name.substr(0, name.size() - 4));
    if (caught == Variables::kUnknown) return "an exception that was kept";
    flow_->Use(caught);
    return kOk;
  }
  if (statement.starts_with(kTake)) {
    const std::string_view name = LeadingIdentifier(After(statement, kTake));
    return name == "tmp" || DefineResult(name, false) ? kOk : "a variable";
  }
  return "a statement about exceptions";
}

std::string_view StatementReader::ReadTailCall(std::string_view statement) {
  if (statement == "void *instance_ptr_storage = instance" ||
      std::find(std::begin(kTailCallStatements), std::end(kTailCallStatements), statement) !=
          std::end(kTailCallStatements)) {
    return kOk;
  }
  for (const std::string_view prefix :
       {"next->fn = ", "*instance_ptr = ", "CHECK_CALL_INDIRECT("}) {
    if (!statement.starts_with(prefix)) continue;
    return variables_->ForEachIn(statement, [this](uint32_t number) { flow_->Use(number); });
  }
  return "a tail call";
}

const OutlineItem* StatementReader::NextItem() {
  for (; item_ < item_end_; ++item_) {
    const OutlineItem& item = module_.outline[item_];
    if (item.is_dead) continue;
    // A direct tail call is a call only where the callee has no form for tail calls.
    const bool is_trampoline = item.kind == OutlineKind::kReturnCall &&
                               (module_.functions[item.target].imported ||
                                !names_.functions[item.target].tailcallee.empty());
    if (!is_trampoline) return &module_.outline[item_];
  }
  return nullptr;
}

bool StatementReader::AtEndOfOutline() { return NextItem() == nullptr; }

bool StatementReader::ReadLoop(const Position& position) {
  const OutlineItem* item = NextItem();
  if (item == nullptr || item->kind != OutlineKind::kLoop) return false;
  flow_->Mark(static_cast<uint32_t>(text_->points.size()));
  text_->points.push_back({item_++, position.line, position.innermost_try, {}, {}});
  return true;
}

bool StatementReader::CallsWhatItSays(const OutlineItem& item, std::string_view call) const {
  if (item.kind == OutlineKind::kCall || item.kind == OutlineKind::kReturnCall) {
    return call.starts_with(StrCat(names_.functions[item.target].symbol, "(instance"));
  }
  // CALL_INDIRECT(instance->w2c_T0, u32 (*)(void*, u32), w2c_app_t3, var_i1, ...
  return call.starts_with("CALL_INDIRECT(instance->") &&
         call.find(StrCat("), w2c_", names_.prefix, "_t", names_.canonical_type[item.target],
                          ", ")) != std::string_view::npos;
}

bool StatementReader::DefineResult(std::string_view result, bool only_check) {
  const uint32_t number = variables_->Find(result);
  if (number == Variables::kUnknown) return false;
  if (!only_check) flow_->Define(number);
  return true;
}

std::string_view StatementReader::ReadCall(std::string_view statement, const Position& position) {
  Point point;
  point.line = position.line;
  point.innermost_try = position.innermost_try;
  point.call = statement;
  const size_t equals = statement.find(" = ");
  if (equals != std::string_view::npos) {
    point.result = statement.substr(0, equals);
    point.call = statement.substr(equals + 3);
  }
  const bool is_struct =
      point.result.starts_with("struct wasm_multi_") && point.result.ends_with(" tmp");
  if (!point.result.empty() && !is_struct && !DefineResult(point.result, true))
    return "a call whose result goes into a variable";
  if (!point.call.ends_with(')') || !IsExpression(point.call)) return "a call";
  const OutlineItem* item = NextItem();
  if (item == nullptr || item->kind == OutlineKind::kLoop || !CallsWhatItSays(*item, point.call))
    return "the call that the module makes next";
  point.item = item_++;
  const uint32_t mark = static_cast<uint32_t>(text_->points.size());
  // An import is called again on resume: what counts is what is live before it.
  const bool again = item->kind == OutlineKind::kCall && module_.functions[item->target].imported;
  if (again) flow_->Mark(mark);
  if (std::string_view wanted = ReadUses(point.call); wanted != kOk) return wanted;
  if (!again) flow_->Mark(mark);
  if (position.catch_block != Flow::kNone) {
    flow_->Edge(position.catch_block);
    flow_->Split();
  }
  if (!point.result.empty() && !is_struct) DefineResult(point.result, false);
  text_->points.push_back(point);
  return kOk;
}

std::string_view StatementReader::ReadAssignment(std::string_view statement) {
  // "struct wasm_multi_ij tmp", "u32 tmp"
  if (statement.ends_with(" tmp") && statement.find('(') == std::string_view::npos) return kOk;
  const std::string_view name = LeadingIdentifier(statement);
  std::string_view rest = statement.substr(name.size());
  if (name == "instance" || name == "tmp") {
    const size_t equals = rest.find(" = ");
    if (equals == std::string_view::npos) return "an assignment";
    return ReadUses(rest.substr(equals + 3));
  }
  if (rest.starts_with('(')) return ReadUses(rest);  // f(...), for what it does
  const uint32_t number = variables_->Find(name);
  if (number == Variables::kUnknown) return "an assignment to a variable";
  if (rest.starts_with(" = ")) {
    if (std::string_view wanted = ReadUses(rest.substr(3)); wanted != kOk) return wanted;
  } else {
    const size_t equals = rest.find("= ");
    constexpr std::string_view kOperators = "+-*/&|^<>";
    if (!rest.starts_with(' ') || equals == std::string_view::npos || equals > 3 ||
        rest.substr(1, equals - 1).find_first_not_of(kOperators) != std::string_view::npos) {
      return "an assignment";
    }
    if (std::string_view wanted = ReadUses(rest.substr(equals + 2)); wanted != kOk) return wanted;
    flow_->Use(number);
  }
  flow_->Define(number);
  return kOk;
}

}  // namespace perdure
