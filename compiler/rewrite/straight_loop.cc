#include "compiler/rewrite/straight_loop.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "compiler/wasm2c/line_reader.h"

namespace perdure {
namespace {

constexpr size_t kTermsMax = 8;

bool IsLocal(std::string_view name) { return name[4] == 'l' || name[4] == 'p'; }
bool IsFloatSlot(std::string_view name) {
  return std::string_view("dfo").find(name[4]) != std::string_view::npos;
}

std::optional<uint32_t> ReadU32(std::string_view text) {
  if (text.ends_with('u')) text.remove_suffix(1);
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// v128_const(0x00, ..., 0x40): no lane is infinite or NaN, whether floats or doubles.
bool IsFiniteVector(std::string_view text) {
  if (!text.starts_with("v128_const(")) return false;
  uint8_t bytes[16] = {};
  for (uint8_t& byte : bytes) {
    text.remove_prefix(std::min(text.find("0x"), text.size()));
    if (text.size() < 4) return false;
    std::from_chars(text.data() + 2, text.data() + 4, byte, 16);
    text.remove_prefix(4);
  }
  for (size_t i = 3; i < 16; i += 4) {
    if ((bytes[i] & 0x7f) == 0x7f && (bytes[i - 1] & 0x80) != 0) return false;
    if (i % 8 == 7 && (bytes[i] & 0x7f) == 0x7f && bytes[i - 1] >= 0xf0) return false;
  }
  return true;
}

// "1.5", "-2.0", "3.f", "1e+300": a literal, which is finite; not INFINITY or a call.
bool IsFiniteLiteral(std::string_view text) {
  if (text.starts_with("v128")) return IsFiniteVector(text);
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text[0] >= '0' && text[0] <= '9' &&
         text.find_first_not_of("0123456789.e+-f") == std::string_view::npos;
}

uint32_t StoredBytes(std::string_view function) {
  constexpr std::pair<std::string_view, uint32_t> kStores[] = {
      {"v128_store", 16}, {"f64_store", 8},  {"f32_store", 4},  {"i32_store", 4},
      {"i64_store", 8},   {"i32_store8", 1}, {"i64_store8", 1}, {"i32_store16", 2},
      {"i64_store16", 2}, {"i64_store32", 4}};
  for (const auto& [name, bytes] : kStores) {
    if (function == name) return bytes;
  }
  return 0;
}

bool IsLoad(std::string_view expression) {
  const std::string_view name = expression.substr(0, expression.find('('));
  return name.find("_load") == (name.starts_with("v128") ? 4 : 3);
}

bool IsUnforcedKind(std::string_view expression) {
  return expression.starts_with("f64_load(") || expression.starts_with("f32_load(") ||
         expression.starts_with("v128_load(");
}

// simde_wasm_f64x2_add(var_o1, var_o2) and the like: all lanes of the result need their lanes of
// both operands.
bool IsLaneArithmetic(std::string_view expression) {
  if (!expression.starts_with("simde_wasm_f64x2_") && !expression.starts_with("simde_wasm_f32x4_"))
    return false;
  const std::string_view name = expression.substr(17, expression.find('(') - 17);
  return name == "add" || name == "sub" || name == "mul" || name == "div";
}

// The variables between a call's parentheses, up to the first argument that is none.
std::vector<std::string_view> Arguments(std::string_view call) {
  std::vector<std::string_view> arguments;
  for (size_t at = call.find('('); at != std::string_view::npos; at = call.find(", ")) {
    call.remove_prefix(call[at] == '(' ? at + 1 : at + 2);
    const std::string_view name = LeadingVariable(call);
    if (name.empty()) break;
    arguments.push_back(name);
  }
  return arguments;
}

}  // namespace

std::string_view LeadingVariable(std::string_view text) {
  if (!text.starts_with("var_") || text.size() < 6) return {};
  size_t end = 5;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end == 5 ? std::string_view() : text.substr(0, end);
}

bool StraightLoop::Follow(size_t number, std::string_view line) {
  if (!line.ends_with(';')) return false;
  line.remove_suffix(1);
  if (line.find(';') != std::string_view::npos) return false;
  if (line.find("_store") == (line.starts_with("v128") ? 4 : 3)) return FollowStore(number, line);
  return FollowAssignment(number, line);
}

std::set<size_t> StraightLoop::NeededLoads() const {
  if (needed_.empty() || !StoresStay()) return {};
  for (const std::string_view name : float_inputs_) {
    const auto last = floats_.find(name);
    if (last != floats_.end() && !last->second) return {};
  }
  return needed_;
}

StraightLoop::IntValue StraightLoop::Int(std::string_view name) const {
  const auto found = ints_.find(name);
  if (found != ints_.end()) return found->second;
  return IsLocal(name) ? IntValue(Sum{{name}, 0}) : std::nullopt;
}

// nullopt: known to the compiler, or not followed.
std::optional<StraightLoop::FloatValue> StraightLoop::Float(std::string_view name) {
  const auto found = floats_.find(name);
  if (found != floats_.end()) return found->second;
  if (!IsLocal(name) || ints_.contains(name)) return std::nullopt;
  float_inputs_.insert(name);
  return FloatValue{};
}

// `call` is a load or a store.
bool StraightLoop::FollowAccess(size_t number, std::string_view call) {
  const size_t open = call.find('('), comma = call.find(", (u64)(");
  if (comma == std::string_view::npos) return false;
  const std::string_view memory = call.substr(open + 1, comma - open - 1);
  if (memory_.empty()) memory_ = memory;
  std::string_view rest = call.substr(comma + 8);
  const std::string_view name = LeadingVariable(rest);
  if (memory != memory_ || name.empty()) return false;
  rest.remove_prefix(name.size() + 1);
  Access access{.line = number, .address = Int(name)};
  if (rest.starts_with(" + ")) {
    rest = rest.substr(3, rest.find_first_of(",)") - 3);
    const std::optional<uint32_t> offset = ReadU32(rest);
    if (!offset) return false;
    access.offset = *offset;
  }
  accesses_.push_back(std::move(access));
  return true;
}

bool StraightLoop::FollowStore(size_t number, std::string_view line) {
  const uint32_t bytes = StoredBytes(line.substr(0, line.find('(')));
  const std::string_view value = LeadingVariable(line.substr(line.rfind(", ") + 2));
  if (bytes == 0 || value.empty() || !FollowAccess(number, line)) return false;
  if (!accesses_.back().address) return false;
  Sum address = *accesses_.back().address;
  address.constant += accesses_.back().offset;
  stores_.push_back({std::move(address), bytes});
  if (line[0] == 'f' || line[0] == 'v') {
    if (const std::optional<FloatValue> stored = Float(value)) {
      needed_.insert(stored->loads.begin(), stored->loads.end());
    }
  }
  return true;
}

bool StraightLoop::FollowAssignment(size_t number, std::string_view line) {
  const std::string_view target = LeadingVariable(line);
  if (target.empty()) return false;
  const size_t equals = line.find("= ");
  if (equals == std::string_view::npos) return false;
  const std::string_view sign = Trimmed(line.substr(target.size(), equals - target.size()));
  const std::string_view expression = line.substr(equals + 2);
  if (expression.find("instance") != std::string_view::npos &&
      !(IsLoad(expression) && FollowAccess(number, expression))) {
    return false;
  }
  if (IsFloatSlot(target)) {
    AssignFloat(number, target, sign, expression);
  } else if (const std::string_view source = LeadingVariable(expression);
             IsLocal(target) && !source.empty() && IsFloatSlot(source)) {
    floats_[target] = Float(source);
    ints_[target] = std::nullopt;
  } else {
    AssignInt(target, sign, expression);
  }
  return true;
}

void StraightLoop::AssignFloat(size_t number, std::string_view target, std::string_view sign,
                               std::string_view expression) {
  const std::string_view source = LeadingVariable(expression);
  std::optional<FloatValue> result;
  if (!source.empty() && source == expression) {
    result = sign.empty() ? Float(source) : Combined(target, sign, source);
  } else if (sign.empty()) {
    result = IsUnforcedKind(expression) ? FloatValue{{number}} : Called(expression);
  }
  literals_.erase(target);
  if (sign.empty() && IsFiniteLiteral(expression)) literals_.insert(target);
  floats_[target] = result;
}

// What a call makes of its operands.
std::optional<StraightLoop::FloatValue> StraightLoop::Called(std::string_view expression) {
  const bool is_splat = expression.find("_splat(") != std::string_view::npos;
  if (is_splat && expression.starts_with("v128_load")) return FloatValue{};
  const std::vector<std::string_view> operands = Arguments(expression);
  if (operands.size() == 1 && is_splat)
    return IsFloatSlot(operands[0]) ? Float(operands[0]) : std::nullopt;
  if (operands.size() != 2) return {};
  if (IsLaneArithmetic(expression)) return Combined(operands[0], "+", operands[1]);
  // Some lanes may be left out of a shuffle, but those that are there are not known.
  if (!expression.starts_with("v128_i8x16_shuffle(")) return {};
  return Float(operands[0]) && Float(operands[1]) ? std::optional(FloatValue{}) : std::nullopt;
}

// `left sign right`. Two literals make a number the compiler knows.
std::optional<StraightLoop::FloatValue> StraightLoop::Combined(std::string_view left_name,
                                                               std::string_view sign,
                                                               std::string_view right_name) {
  if (sign.size() != 1 || std::string_view("+-*/").find(sign) == std::string_view::npos) return {};
  std::optional<FloatValue> left = Float(left_name), right = Float(right_name);
  if (!left && !right) return {};
  if ((!left && !literals_.contains(left_name)) || (!right && !literals_.contains(right_name)))
    return {};
  FloatValue both = left ? *left : FloatValue{};
  if (right) both.loads.insert(right->loads.begin(), right->loads.end());
  return both;
}

void StraightLoop::AssignInt(std::string_view target, std::string_view sign,
                             std::string_view expression) {
  const std::string_view source = LeadingVariable(expression);
  IntValue value;
  if (!source.empty() && source == expression) {
    value = Int(source);
  } else if (const std::optional<uint32_t> literal = ReadU32(expression)) {
    value = Sum{{}, *literal};
  }
  if (sign == "-" && value && value->locals.empty()) {
    value = Added(Int(target), Sum{{}, uint32_t{0} - value->constant});
  } else if (sign == "+") {
    value = Added(Int(target), value);
  } else if (!sign.empty()) {
    value = std::nullopt;
  }
  ints_[target] = value;
  if (IsLocal(target)) floats_[target] = std::nullopt;
}

StraightLoop::IntValue StraightLoop::Added(const IntValue& left, const IntValue& right) {
  if (!left || !right || left->locals.size() + right->locals.size() > kTermsMax) return {};
  Sum sum{{}, left->constant + right->constant};
  std::merge(left->locals.begin(), left->locals.end(), right->locals.begin(), right->locals.end(),
             std::back_inserter(sum.locals));
  return sum;
}

std::optional<uint32_t> StraightLoop::Step(const Sum& sum) const {
  uint32_t step = 0;
  for (const std::string_view name : sum.locals) {
    const auto last = ints_.find(name);
    if (last == ints_.end()) continue;
    if (!last->second || last->second->locals != std::vector<std::string_view>{name})
      return std::nullopt;
    step += last->second->constant;
  }
  return step;
}

// L3.
bool StraightLoop::StoresStay() const {
  std::vector<std::pair<uint32_t, uint32_t>> spans;  // begin and bytes
  for (const Store& store : stores_) {
    if (store.address.locals != stores_[0].address.locals) return false;
    spans.emplace_back(store.address.constant, store.bytes);
  }
  std::sort(spans.begin(), spans.end());
  for (size_t i = 1; i < spans.size(); ++i) {
    if (spans[i - 1].first + uint64_t{spans[i - 1].second} > spans[i].first) return false;
  }
  const std::optional<uint32_t> step = Step(stores_[0].address);
  if (!step) return false;
  const uint64_t length = spans.back().first + uint64_t{spans.back().second} - spans[0].first;
  return std::min(*step, uint32_t{0} - *step) >= length;
}

}  // namespace perdure
