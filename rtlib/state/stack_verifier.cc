#include "rtlib/state/stack_verifier.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>

#include "rtlib/base/text.h"
#include "rtlib/state/format.h"

namespace perdure {
namespace {

Status Corrupt(uint64_t frame, std::string_view what) {
  return Status(StatusCode::kCorrupt, StrCat("call stack, frame ", frame, ": ", what));
}

bool SameTypes(const uint8_t* a, const uint8_t* b, uint32_t count) {
  return count == 0 || std::memcmp(a, b, count) == 0;
}

}  // namespace

Status NeedsPolls() {
  return Status(StatusCode::kIncompatible,
                "the run was saved in the middle of a computation, and this program was built with "
                "--no-preempt; resume it with one built without");
}

uint32_t EntryFunction(const perdure_program& program) {
  for (uint32_t i = 0; i < program.export_count; ++i) {
    const perdure_export& item = program.exports[i];
    if (item.kind != PERDURE_FUNC || std::string_view(item.name) != "_start") continue;
    const perdure_type& type = program.types[program.functions[item.index].type];
    if (type.param_count == 0 && type.result_count == 0 && type.call != nullptr) return item.index;
  }
  return PERDURE_NO_INDEX;
}

const perdure_site* FindSite(const perdure_capture& capture, uint32_t function, uint8_t kind,
                             uint32_t ordinal) {
  const auto key = [](const perdure_site& site) {
    return std::tuple(site.function, site.kind == PERDURE_SITE_POLL, site.ordinal);
  };
  const auto wanted = std::tuple(function, kind == PERDURE_SITE_POLL, ordinal);
  const perdure_site* end = capture.sites + capture.site_count;
  const perdure_site* found = std::lower_bound(
      capture.sites, end, wanted,
      [&](const perdure_site& site, const auto& key_of) { return key(site) < key_of; });
  return found != end && key(*found) == wanted && found->kind == kind ? found : nullptr;
}

bool StackVerifier::IsOfType(uint32_t function, uint32_t type) const {
  if (program_.functions[function].type == type) return true;
  const perdure_type& has = program_.types[program_.functions[function].type];
  const perdure_type& wants = program_.types[type];
  return has.param_count == wants.param_count && has.result_count == wants.result_count &&
         SameTypes(has.params, wants.params, has.param_count) &&
         SameTypes(has.results, wants.results, has.result_count);
}

bool StackVerifier::Follows(const perdure_site& site) const {
  if (last_ == nullptr) return site.function == entry_;  // (V1)
  switch (last_->kind) {                                 // (V3)
    case PERDURE_SITE_CALL:
      return site.function == last_->target;
    case PERDURE_SITE_CALL_INDIRECT:
      return program_.functions[site.function].is_referenced != 0 &&
             IsOfType(site.function, last_->target);
    default:
      return false;  // (V4)
  }
}

Status StackVerifier::Add(const perdure_site& site) {
  if (frames_ == kStackFramesMax) return Corrupt(frames_, "there are too many");  // (V5)
  if (program_.capture->resume[site.function] == nullptr) {                       // (V2)
    return Corrupt(frames_, StrCat("function ", site.function, " cannot be resumed"));
  }
  if (!Follows(site)) {
    return Corrupt(frames_,
                   StrCat("function ", site.function, " cannot have been called from there"));
  }
  last_ = &site;
  ++frames_;
  return OkStatus();
}

Status StackVerifier::Finish() const {
  if (last_ != nullptr && last_->kind == PERDURE_SITE_IMPORT) return OkStatus();
  if (last_ != nullptr && last_->kind == PERDURE_SITE_POLL) {
    return program_.capture->polls != 0 ? OkStatus() : NeedsPolls();
  }
  return Corrupt(frames_, "nothing follows it, and it waits for no host call");
}

}  // namespace perdure
