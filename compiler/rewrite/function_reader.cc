#include "compiler/rewrite/function_reader.h"

#include <charconv>
#include <optional>
#include <utility>

#include "compiler/diag/printable.h"
#include "compiler/rewrite/statement_reader.h"
#include "compiler/rewrite/variables.h"
#include "compiler/wasm2c/c_types.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::vector<ValueType> LocalTypes(const Module& module, const Function& function) {
  std::vector<ValueType> types = module.types[function.type].params;
  for (uint32_t i = function.locals_begin; i < function.locals_end; ++i) {
    types.insert(types.end(), module.locals[i].count, module.locals[i].type);
  }
  return types;
}

std::optional<ValueType> TypeOfDeclaration(std::string_view line) {
  for (const ValueType type : {ValueType::kI32, ValueType::kI64, ValueType::kF32, ValueType::kF64,
                               ValueType::kV128, ValueType::kFuncref, ValueType::kExternref}) {
    const std::string_view name = CType(type);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(' ')) return type;
  }
  return std::nullopt;
}

// What is open between braces.
struct Nest {
  enum class Kind : uint8_t { kPlain, kIf, kTry, kSwitch };
  Kind kind = Kind::kPlain;
  bool in_else = false;
  Flow::Block other = Flow::kNone;  // else part; of a switch: the block that chooses
  Flow::Block join = Flow::kNone;
  uint32_t attempt = Point::kNoTry;  // of a try
};

class Reader {
 public:
  Reader(const FunctionSource& source, uint32_t function, LineReader* lines)
      : source_(source),
        lines_(lines),
        variables_(LocalTypes(source.module, source.module.functions[function])) {
    text_.function = function;
  }

  Result<FunctionText> Read(std::string_view head_line) {
    PERDURE_TRY(ReadHead(head_line));
    PERDURE_TRY(ReadDeclarations());
    statements_.emplace(source_.module, source_.names, &variables_, &text_);
    text_.flow.Begin(text_.flow.New());
    while (line_ != "}") {
      body_ = Trimmed(line_);
      text_.lines.push_back(line_);
      position_.line = static_cast<uint32_t>(text_.lines.size() - 1);
      if (const std::string_view wanted = ReadLine(); !wanted.empty()) return Unexpected(wanted);
      PERDURE_TRY(Advance());
    }
    if (!nests_.empty() || after_branch_ != Flow::kNone)
      return Unexpected("no end of the function");
    if (!statements_->AtEndOfOutline()) return Unexpected("the module's next call or loop");
    text_.flow.Finish();
    if (text_.flow.FindMissing() != Flow::kNone) return Unexpected("every label to be defined");
    text_.variables = variables_.all();
    return std::move(text_);
  }

 private:
  Status Unexpected(std::string_view wanted) const {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("wasm2c's ", source_.file, ", line ", lines_->line_number(), ": expected ",
                         wanted, ", found ", Quote(Trimmed(line_))));
  }

  Status Advance() {
    if (lines_->AtEnd()) return Unexpected("the end of a function");
    line_ = lines_->Next();
    return OkStatus();
  }

  // Joins the text of lines that follow one another in the file.
  std::string_view Through(std::string_view first) const {
    return {first.data(), static_cast<size_t>(line_.data() + line_.size() - first.data())};
  }

  Status ReadHead(std::string_view head_line) {
    line_ = head_line;
    while (!line_.ends_with('{')) PERDURE_TRY(Advance());
    text_.head = Through(head_line);
    text_.is_volatile = text_.head.find(" volatile ") != std::string_view::npos;
    const size_t begin = text_.head.find("* instance");
    if (begin == std::string_view::npos) return Unexpected("a function's parameters");
    for (size_t at = begin; (at = text_.head.find(", ", at)) != std::string_view::npos;) {
      at += 2;
      const std::string_view parameter = Trimmed(text_.head.substr(at + (text_.head[at] == '\n')));
      const std::optional<ValueType> type = TypeOfDeclaration(parameter);
      const size_t name = parameter.find("var_");
      if (!type || name == std::string_view::npos ||
          !variables_.Declare(LeadingIdentifier(parameter.substr(name)), *type)) {
        return Unexpected("the module's parameters");
      }
    }
    return OkStatus();
  }

  // "u32 volatile var_l1 = 0, var_l2 = 0;", maybe over several lines.
  Status ReadDeclaration(ValueType type) {
    const std::string_view first = line_;
    while (!line_.ends_with(';')) PERDURE_TRY(Advance());
    const std::string_view whole = Through(first);
    for (size_t at = whole.find("var_"); at != std::string_view::npos;
         at = whole.find("var_", at)) {
      const std::string_view name = LeadingIdentifier(whole.substr(at));
      if (!variables_.Declare(name, type)) return Unexpected("the module's locals");
      at += name.size();
    }
    text_.is_volatile |= whole.find(" volatile ") != std::string_view::npos;
    text_.declarations.push_back(whole);
    return OkStatus();
  }

  Status ReadDeclarations() {
    bool has_prologue = false;
    while (true) {
      PERDURE_TRY(Advance());
      const std::string_view body = Trimmed(line_);
      const std::optional<ValueType> type = TypeOfDeclaration(body);
      if (type) {
        PERDURE_TRY(ReadDeclaration(*type));
      } else if (body == "FUNC_PROLOGUE;" && !has_prologue) {
        text_.declarations.push_back(line_);
        has_prologue = true;
      } else {
        break;
      }
    }
    if (!has_prologue) return Unexpected("FUNC_PROLOGUE");
    if (!variables_.Finish()) return Unexpected("all locals of the module to be declared");
    return OkStatus();
  }

  // Each returns what was expected instead; empty: understood.

  std::string_view ReadLine() {
    if (body_.empty() || body_ == "#if WASM_RT_USE_SEGUE" || body_ == "#endif") return {};
    if (body_ == "{") {
      nests_.push_back({});
      return {};
    }
    if (body_ == "}") return Close();
    if (body_.starts_with("} else ")) return ReadElse(body_.substr(7));
    if (body_.starts_with("if (")) return ReadIf(body_.substr(4));
    if (body_.starts_with("switch (")) return ReadSwitch(body_.substr(8));
    if (body_.starts_with("case ") || body_.starts_with("default: ")) return ReadCase();
    if (body_.ends_with(':')) return ReadLabel(body_.substr(0, body_.size() - 1));
    if (body_.ends_with(":;")) return ReadLabel(body_.substr(0, body_.size() - 2));
    if (body_ == "while (next->fn) { next->fn(instance_ptr, tail_call_stack, next); }") return {};
    return ReadStatements(body_);
  }

  std::string_view ReadStatements(std::string_view text) {
    if (const size_t begin = text.find("/* "); begin != std::string_view::npos) {
      const size_t end = text.find(" */", begin);
      if (end == std::string_view::npos) return "the end of a comment";
      if (begin == 0 && end + 3 == text.size()) return {};
      // "var_f0 = f32_reinterpret_i32(0x7fc00000) /* nan:0x400000 */;"
      if (text.substr(end) != " */;") return "a comment at the end";
      return statements_->Read(Trimmed(text.substr(0, begin)), position_);
    }
    bool ends_branch = false;
    if (text.ends_with(";}")) {
      ends_branch = true;
      text.remove_suffix(1);
    }
    while (!text.empty()) {
      const size_t end = text.find(';');
      if (end == std::string_view::npos) return "a statement";
      const std::string_view wanted = statements_->Read(text.substr(0, end), position_);
      if (!wanted.empty()) return wanted;
      text = Trimmed(text.substr(end + 1));
    }
    if (!ends_branch) return {};
    if (after_branch_ == Flow::kNone || text_.flow.is_open()) return "a branch";
    text_.flow.Begin(std::exchange(after_branch_, Flow::kNone));
    return {};
  }

  std::string_view ReadLabel(std::string_view name) {
    if (!name.starts_with("var_") || LeadingIdentifier(name) != name) return "a label";
    text_.flow.Begin(statements_->Label(name));
    if (!name.starts_with("var_L")) return {};
    return statements_->ReadLoop(position_) ? "" : "no loop, as in the module";
  }

  std::string_view ReadIf(std::string_view rest) {
    const size_t end = rest.find(") {");
    if (end == std::string_view::npos) return "a condition";
    const std::string_view condition = rest.substr(0, end), branch = rest.substr(end + 3);
    Flow& flow = text_.flow;
    if (condition.starts_with("!wasm_rt_try(") && branch.empty()) return OpenTry(condition);
    if (const std::string_view wanted = ReadCondition(condition); !wanted.empty()) return wanted;
    const Flow::Block other = flow.New();
    flow.Edge(other);
    flow.Split();
    if (!branch.empty()) {
      if (after_branch_ != Flow::kNone) return "one branch at a time";
      after_branch_ = other;
      return ReadStatements(branch);
    }
    nests_.push_back({Nest::Kind::kIf, false, other, flow.New(), Point::kNoTry});
    return {};
  }

  std::string_view ReadCondition(std::string_view condition) {
    if (condition.starts_with("wasm_rt_exception_tag() == &w2c_")) return {};
    return statements_->ReadUses(condition);
  }

  // The line is the fourth of "{", its two declarations, and the try itself.
  std::string_view OpenTry(std::string_view condition) {
    constexpr std::string_view kTry = "!wasm_rt_try(", kTarget = "_unwind_target)";
    if (!condition.ends_with(kTarget)) return "an unwind target";
    Try attempt;
    attempt.name = condition.substr(kTry.size(), condition.size() - kTry.size() - kTarget.size());
    const uint32_t line = position_.line;
    if (line < 3 || Trimmed(text_.lines[line - 3]) != "{" ||
        Trimmed(text_.lines[line - 2]) != StrCat("WASM_RT_UNWIND_TARGET *", attempt.name,
                                                 "_outer_target = wasm_rt_get_unwind_target();")) {
      return "the declarations of a try before it";
    }
    if (Trimmed(lines_->Peek()) !=
        StrCat("wasm_rt_set_unwind_target(&", attempt.name, "_unwind_target);")) {
      return "a try that sets the unwind target first";
    }
    attempt.open_line = line - 3;
    attempt.body_line = line + 1;
    attempt.parent = position_.innermost_try;
    Flow& flow = text_.flow;
    const Flow::Block other = flow.New();
    flow.Edge(other);
    flow.Split();
    nests_.push_back(
        {Nest::Kind::kTry, false, other, flow.New(), static_cast<uint32_t>(text_.tries.size())});
    position_.innermost_try = nests_.back().attempt;
    text_.tries.push_back(attempt);
    FindCatchBlock();
    return {};
  }

  // Where an exception lands that a call throws here.
  void FindCatchBlock() {
    position_.catch_block = Flow::kNone;
    position_.catch_depth = 0;
    for (const Nest& nest : nests_) {
      if (nest.kind != Nest::Kind::kTry) continue;
      if (nest.in_else) {
        ++position_.catch_depth;
      } else {
        position_.catch_block = nest.other;
      }
    }
  }

  std::string_view ReadElse(std::string_view rest) {
    if (nests_.empty() || nests_.back().in_else) return "no else";
    Nest& nest = nests_.back();
    if (nest.kind != Nest::Kind::kIf && nest.kind != Nest::Kind::kTry) return "no else";
    Flow& flow = text_.flow;
    if (flow.is_open()) flow.Jump(nest.join);
    flow.Begin(nest.other);
    if (rest == "{") {
      nest.in_else = true;
      if (nest.kind == Nest::Kind::kTry) {
        position_.innermost_try = text_.tries[nest.attempt].parent;
        FindCatchBlock();
      }
      return {};
    }
    // One clause of several, which ends like an if of its own.
    constexpr std::string_view kClause = "if (wasm_rt_exception_tag() == &w2c_";
    if (nest.kind != Nest::Kind::kIf || !rest.starts_with(kClause) || !rest.ends_with(") {"))
      return "the else of a block or of a clause";
    nest.other = flow.New();
    flow.Edge(nest.other);
    flow.Split();
    return {};
  }

  std::string_view ReadSwitch(std::string_view rest) {
    if (!rest.ends_with(") {")) return "a switch over a variable";
    const std::string_view wanted = statements_->ReadUses(rest.substr(0, rest.size() - 3));
    if (!wanted.empty()) return wanted;
    const Flow::Block choice = text_.flow.New();
    text_.flow.Begin(choice);
    nests_.push_back({Nest::Kind::kSwitch, false, choice, Flow::kNone, Point::kNoTry});
    is_choosing_ = true;
    return {};
  }

  std::string_view ReadCase() {
    if (nests_.empty() || nests_.back().kind != Nest::Kind::kSwitch) return "no case";
    const size_t colon = body_.find(": ");
    if (colon == std::string_view::npos) return "a case";
    if (text_.flow.is_open() && !std::exchange(is_choosing_, false)) return "a case that leaves";
    text_.flow.Stop();
    const Flow::Block block = text_.flow.New();
    text_.flow.EdgeFrom(nests_.back().other, block);
    text_.flow.Begin(block);
    return ReadStatements(body_.substr(colon + 2));
  }

  std::string_view Close() {
    if (nests_.empty()) return "no end of a block";
    const Nest nest = nests_.back();
    nests_.pop_back();
    Flow& flow = text_.flow;
    switch (nest.kind) {
      case Nest::Kind::kPlain:
        return {};
      case Nest::Kind::kSwitch:
        return flow.is_open() ? "a switch that leaves" : "";
      case Nest::Kind::kTry:
        if (!nest.in_else) return "the catch part of a try";
        FindCatchBlock();
        break;
      case Nest::Kind::kIf:
        break;
    }
    if (!nest.in_else) {
      if (flow.is_open()) flow.Jump(nest.join);
      flow.Begin(nest.other);
    }
    flow.Begin(nest.join);
    return {};
  }

  const FunctionSource& source_;
  LineReader* lines_;
  Variables variables_;
  FunctionText text_;
  std::optional<StatementReader> statements_;
  std::string_view line_, body_;  // the current line, and without indentation
  StatementReader::Position position_;
  std::vector<Nest> nests_;
  Flow::Block after_branch_ = Flow::kNone;  // while "if (c) {... goto l;}" is read
  bool is_choosing_ = false;                // no case has been read since "switch"
};

}  // namespace

Result<FunctionText> ReadFunction(const FunctionSource& source, uint32_t function,
                                  std::string_view head_line, LineReader* lines) {
  return Reader(source, function, lines).Read(head_line);
}

Result<Liveness> FindLiveness(const FunctionSource& source, const FunctionText& text) {
  const auto misread = [&](std::string_view what, std::string_view name) {
    return Status(StatusCode::kInvalidArgument, StrCat("wasm2c's ", source.file, ", function ",
                                                       text.function, ": ", what, ' ', name));
  };
  Liveness live(text.flow, static_cast<uint32_t>(text.variables.size()),
                static_cast<uint32_t>(text.points.size()));
  for (const uint32_t variable : live.AtEntry()) {
    if (text.variables[variable].place != LivePlace::kLocal)
      return misread("used before it is set:", text.variables[variable].name);
  }
  for (uint32_t mark = 0; mark < text.points.size(); ++mark) {
    const Variable* last = nullptr;
    for (const uint32_t number : live.At(mark)) {
      const Variable& variable = text.variables[number];
      if (last != nullptr && last->place == variable.place && last->index == variable.index)
        return misread("two values in one place:", variable.name);
      last = &variable;
    }
  }
  return live;
}

}  // namespace perdure
