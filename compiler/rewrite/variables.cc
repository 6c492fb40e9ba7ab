#include "compiler/rewrite/variables.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace perdure {
namespace {

constexpr uint32_t kDepthMax = 1'000'000;

// Letters of operands, as wasm2c names them by type.
constexpr std::string_view kLetters = "ijfdore";
constexpr ValueType kTypes[] = {ValueType::kI32,      ValueType::kI64,  ValueType::kF32,
                                ValueType::kF64,      ValueType::kV128, ValueType::kFuncref,
                                ValueType::kExternref};

static_assert(kLetters.size() == std::size(kTypes));

struct ParsedName {
  char letter = 0;
  uint32_t number = 0;
};

// "var_p0", "var_i12".
std::optional<ParsedName> ParseName(std::string_view name) {
  constexpr size_t kPrefix = 5;  // "var_p"
  if (name.size() <= kPrefix) return std::nullopt;
  ParsedName parsed;
  parsed.letter = name[kPrefix - 1];
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kPrefix, end, parsed.number);
  if (error != std::errc() || stop != end || parsed.number > kDepthMax) return std::nullopt;
  return parsed;
}

}  // namespace

std::string_view LeadingIdentifier(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && IsIdentifierCharacter(text[length])) ++length;
  return text.substr(0, length);
}

Variables::Variables(std::vector<ValueType> locals)
    : local_types_(std::move(locals)), all_(local_types_.size()) {}

bool Variables::Declare(std::string_view name, ValueType type) {
  const std::optional<ParsedName> parsed = ParseName(name);
  if (!parsed) return false;
  if (parsed->letter == 'p' || parsed->letter == 'l') {
    if (parsed->number >= local_types_.size() || local_types_[parsed->number] != type) return false;
    Variable& local = all_[parsed->number];
    if (!local.name.empty()) return false;
    local = {name, LivePlace::kLocal, type, parsed->number};
    return true;
  }
  const size_t letter = kLetters.find(parsed->letter);
  if (letter == std::string_view::npos || kTypes[letter] != type) return false;
  if (parsed->number >= operands_.size()) operands_.resize(parsed->number + 1, kNoOperands);
  all_.push_back({name, LivePlace::kStack, type, parsed->number});
  return true;
}

bool Variables::Finish() {
  const auto operands = all_.begin() + static_cast<ptrdiff_t>(local_types_.size());
  std::sort(operands, all_.end(), [](const Variable& a, const Variable& b) {
    return std::pair(a.index, a.type) < std::pair(b.index, b.type);
  });
  for (size_t i = local_types_.size(); i < all_.size(); ++i) {
    const size_t letter = kLetters.find(all_[i].name[4]);
    operands_[all_[i].index][letter] = static_cast<uint32_t>(i);
  }
  return std::none_of(all_.begin(), operands,
                      [](const Variable& local) { return local.name.empty(); });
}

uint32_t Variables::Find(std::string_view name) const {
  const std::optional<ParsedName> parsed = ParseName(name);
  if (!parsed) return kUnknown;
  if (parsed->letter == 'p' || parsed->letter == 'l') {
    const bool known = parsed->number < local_types_.size() && all_[parsed->number].name == name;
    return known ? parsed->number : kUnknown;
  }
  const size_t letter = kLetters.find(parsed->letter);
  if (letter == std::string_view::npos || parsed->number >= operands_.size()) return kUnknown;
  return operands_[parsed->number][letter];
}

uint32_t Variables::AddCaught(std::string_view name, uint32_t depth) {
  all_.push_back({name, LivePlace::kCatch, ValueType::kI32, depth});
  return static_cast<uint32_t>(all_.size() - 1);
}

uint32_t Variables::FindCaught(std::string_view name) const {
  for (size_t i = all_.size(); i-- > 0 && all_[i].place == LivePlace::kCatch;) {
    if (all_[i].name == name) return static_cast<uint32_t>(i);
  }
  return kUnknown;
}

}  // namespace perdure
