#include "compiler/rewrite/homes.h"

#include <cstddef>

#include "compiler/wasm2c/c_types.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// 3, 6 and 10 give the same size; the more, the slower are loops and the faster is compiling.
constexpr uint32_t kDefinitionsMax = 3;

}  // namespace

Homes::Homes(const FunctionText& text, const FrameSlots& slots, const std::vector<bool>& is_saved)
    : has_(text.variables.size()) {
  // They are volatile: in memory already, and for good.
  if (text.is_volatile) return;
  std::vector<uint32_t> definitions(text.variables.size());
  for (Flow::Block block = 0; block < text.flow.block_count(); ++block) {
    for (const Flow::Event* event = text.flow.events_begin(block);
         event != text.flow.events_end(block); ++event) {
      if (event->kind == Flow::EventKind::kDefine) ++definitions[event->what];
    }
  }
  for (const uint32_t bytes : {8u, 4u}) {
    for (size_t i = 0; i < has_.size(); ++i) {
      const Variable& variable = text.variables[i];
      if (!is_saved[i] || definitions[i] > kDefinitionsMax || variable.place == LivePlace::kCatch ||
          FrameBytes(variable.type) != bytes)
        continue;
      has_[i] = true;
      variables_.push_back(&variable);
      slots_.push_back(slots.SlotOf(variable));
    }
    if (bytes == 8) wide_count_ = static_cast<uint32_t>(variables_.size());
  }
}

std::string Homes::Enter() const {
  if (variables_.empty()) return "  u32 perdure_site = perdure_enter(instance);\n";
  std::string members, slots, names;
  for (size_t i = 0; i < variables_.size(); ++i) {
    const Variable& variable = *variables_[i];
    StrAppend(&members, "    ", CType(variable.type), " ", variable.name, ";\n");
    StrAppend(&slots, ", ", slots_[i]);
    StrAppend(&names, "#define ", variable.name, " perdure_home.", variable.name, "\n");
  }
  return StrCat("  struct {\n", members,
                "  } perdure_home;\n  static const u32 perdure_home_slots[] = {", wide_count_, ", ",
                variables_.size() - wide_count_, slots, "};\n", names,
                "  u32 perdure_site = perdure_enter_home(instance, &perdure_home, "
                "perdure_home_slots);\n");
}

std::string Homes::Save() const {
  if (variables_.empty()) return "  perdure_save(perdure_site);\n";
  return "  perdure_save_home(perdure_site, &perdure_home, perdure_home_slots);\n";
}

std::string Homes::End() const {
  std::string out;
  for (const Variable* variable : variables_) StrAppend(&out, "#undef ", variable->name, "\n");
  return out;
}

}  // namespace perdure
