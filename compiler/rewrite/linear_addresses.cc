#include "compiler/rewrite/linear_addresses.h"

#include <algorithm>
#include <utility>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr uint32_t kStepMax = 65536;
constexpr int64_t kSpanMax = 0x1000000;             // PERDURE_ENDS_EARLY leaves that much
constexpr uint32_t kOffsetMax = uint32_t{1} << 30;  // of the 4 GiB that are never accessible

}  // namespace

std::optional<LinearAddresses> LinearAddresses::Of(const StraightLoop& loop) {
  LinearAddresses linear;
  linear.memory_ = loop.memory();
  for (const StraightLoop::Access& access : loop.accesses()) {
    if (!access.address || access.offset > kOffsetMax) return std::nullopt;
    const auto same = [&](const Group& group) { return group.locals == access.address->locals; };
    const auto constant = static_cast<int32_t>(access.address->constant);
    auto group = std::find_if(linear.groups_.begin(), linear.groups_.end(), same);
    if (group == linear.groups_.end()) {
      const std::optional<uint32_t> step = loop.Step(*access.address);
      if (!step || *step > kStepMax) return std::nullopt;
      group = linear.groups_.insert(group, {access.address->locals, constant, constant, *step});
    }
    group->least = std::min<int64_t>(group->least, constant);
    group->most = std::max<int64_t>(group->most, constant);
    if (group->most - group->least > kSpanMax) return std::nullopt;
  }
  for (const StraightLoop::Access& access : loop.accesses()) {
    const auto same = [&](const Group& group) { return group.locals == access.address->locals; };
    const auto group = std::find_if(linear.groups_.begin(), linear.groups_.end(), same);
    const int64_t distance = static_cast<int32_t>(access.address->constant) - group->least;
    linear.places_.push_back({access.line, static_cast<size_t>(group - linear.groups_.begin()),
                              static_cast<uint32_t>(distance)});
  }
  return linear;
}

std::string LinearAddresses::Begin() const {
  std::string out = "  {\n";
  for (size_t i = 0; i < groups_.size(); ++i) {
    StrAppend(&out, "  u64 linear", i, " = (u32)(");
    for (const std::string_view local : groups_[i].locals) StrAppend(&out, local, " + ");
    StrAppend(&out, static_cast<uint32_t>(groups_[i].least), "u);\n");
  }
  return StrCat(out, "  if (PERDURE_ENDS_EARLY(", memory_, ")) {\n");
}

std::string LinearAddresses::Line(size_t number, std::string_view line) const {
  const auto place = std::find_if(places_.begin(), places_.end(),
                                  [&](const Place& at) { return at.line == number; });
  if (place == places_.end()) return std::string(line);
  const size_t begin = line.find("(u64)("), end = line.find(')', begin + 6) + 1;
  return StrCat(line.substr(0, begin), "(linear", place->group, " + ", place->distance, "u)",
                line.substr(end));
}

std::string LinearAddresses::Step() const {
  std::string steps;
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].step != 0) StrAppend(&steps, "  linear", i, " += ", groups_[i].step, "u;\n");
  }
  return steps;
}

}  // namespace perdure
