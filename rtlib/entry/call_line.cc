#include "rtlib/entry/call_line.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "rtlib/base/text.h"
#include "rtlib/entry/nearest_name.h"
#include "rtlib/state/value_text.h"

namespace perdure {
namespace {

std::string_view KindWithArticle(uint8_t kind) {
  switch (kind) {
    case PERDURE_TABLE:
      return "a table";
    case PERDURE_MEMORY:
      return "a memory";
    case PERDURE_GLOBAL:
      return "a global";
    case PERDURE_TAG:
      return "a tag";
    default:
      return "run by the runtime itself";
  }
}

Status CheckCount(const Exports::Callable& callable, size_t given) {
  uint32_t wanted = callable.type->param_count;
  if (given == wanted) return OkStatus();
  return Status(
      StatusCode::kInvalidArgument,
      StrCat(QuoteText(callable.name), " takes ", wanted, wanted == 1 ? " argument" : " arguments",
             ", not ", given, ": ", CallableText(callable)));
}

Status BadArgument(const Exports::Callable& callable, size_t index, std::string_view why) {
  return Status(StatusCode::kInvalidArgument,
                StrCat("argument ", index + 1, " of ", CallableText(callable), ": ", why));
}

constexpr std::string_view kBlanks = " \t\r";

// Where the word at the beginning of `line` ends. One that begins with a quote goes on behind its
// closing quote, if it has one.
size_t WordEnd(std::string_view line) {
  size_t from = 0;
  if (line[0] == '"') {
    size_t at = 1;
    while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
    if (at < line.size()) from = at + 1;
  }
  return std::min(line.find_first_of(kBlanks, from), line.size());
}

}  // namespace

Exports::Exports(const perdure_program& program) : program_(program) {
  for (uint32_t i = 0; i < program.export_count; ++i) {
    const perdure_export& item = program.exports[i];
    if (item.kind != PERDURE_FUNC) continue;
    std::string_view name = item.name;
    if (item.index == program.initialize_function && name == "_initialize") continue;
    const perdure_type& type = program.types[program.functions[item.index].type];
    callables_.push_back({name, i, &type});
  }
  by_name_.resize(callables_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0u);
  std::sort(by_name_.begin(), by_name_.end(),
            [&](uint32_t a, uint32_t b) { return callables_[a].name < callables_[b].name; });
}

Result<Exports::Callable> Exports::Find(std::string_view name) const {
  auto found = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [&](uint32_t i, std::string_view wanted) { return callables_[i].name < wanted; });
  if (found != by_name_.end() && callables_[*found].name == name) return callables_[*found];
  if (name.starts_with('"')) {
    for (const Callable& callable : callables_) {
      if (JsonString(callable.name) == name) return callable;
    }
  }
  return NoSuchFunction(name);
}

Status Exports::NoSuchFunction(std::string_view name) const {
  std::string quoted = QuoteText(name);
  for (uint32_t i = 0; i < program_.export_count; ++i) {
    const perdure_export& item = program_.exports[i];
    if (name != item.name) continue;
    return Status(
        StatusCode::kInvalidArgument,
        StrCat("export ", quoted, " cannot be called: it is ", KindWithArticle(item.kind)));
  }
  std::vector<std::string_view> names;
  names.reserve(callables_.size());
  for (const Callable& callable : callables_) names.push_back(callable.name);
  std::string_view nearest = NearestName(name, names);
  std::string message = StrCat("no function ", quoted, " is exported");
  if (!nearest.empty()) {
    StrAppend(&message, "; did you mean ", QuoteText(nearest), "?");
  } else {
    message += " (--help lists those that are)";
  }
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

std::string CallableText(const Exports::Callable& callable) {
  return StrCat(callable.name, SignatureText(*callable.type));
}

Result<PreparedCall> PrepareCall(const Exports& exports, std::span<const std::string_view> words) {
  PERDURE_ASSIGN_OR_RETURN(Exports::Callable callable, exports.Find(words[0]));
  std::span<const std::string_view> texts = words.subspan(1);
  PERDURE_TRY(CheckCount(callable, texts.size()));
  PreparedCall call{callable, std::vector<perdure_value>(texts.size()),
                    std::vector<uint32_t>(texts.size())};
  for (size_t i = 0; i < texts.size(); ++i) {
    uint32_t* function_index = &call.function_indices[i];
    Status status = ParseValue(callable.type->params[i], texts[i], &call.args[i], function_index);
    if (!status.ok()) return BadArgument(callable, i, status.message());
    uint32_t function_count = exports.program().function_count;
    if (*function_index != PERDURE_NO_INDEX && *function_index >= function_count) {
      return BadArgument(
          callable, i,
          StrCat(QuoteText(texts[i]), ": the program has ", function_count, " functions"));
    }
  }
  return call;
}

std::vector<std::string_view> SplitCallLine(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    if (words.empty() && line[0] == '#') return words;
    const size_t end = WordEnd(line);
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace perdure
