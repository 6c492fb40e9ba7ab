#include "rtlib/engine/global_mirror.h"

#include <cmath>
#include <cstring>
#include <set>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/state/live_state.h"
#include "rtlib/state/value_text.h"

namespace perdure {

std::vector<std::string> GlobalNames(const perdure_program& program) {
  std::vector<std::string> names(program.global_count);
  std::set<std::string> taken;
  for (uint32_t i = 0; i < program.global_count; ++i) {
    const char* own = program.globals[i].name;
    names[i] = own != nullptr && *own != '\0' ? std::string(own) : StrCat("g", i);
    while (!taken.insert(names[i]).second) names[i] += '_';
  }
  return names;
}

std::string ValueJson(uint8_t type, const PortableValue& value) {
  if (IsReference(type) && value.reference() == kNullRef) return "null";
  perdure_value native = {};
  std::memcpy(&native, value.bytes.data(), value.bytes.size());
  const uint32_t function = type == PERDURE_FUNCREF ? value.reference() : PERDURE_NO_INDEX;
  if (type == PERDURE_EXTERNREF) native.externref = perdure_named_reference(value.reference());
  const std::string text = FormatValue(type, native, function);
  const bool is_number = type == PERDURE_I32 || type == PERDURE_I64 ||
                         (type == PERDURE_F32 && std::isfinite(native.f32)) ||
                         (type == PERDURE_F64 && std::isfinite(native.f64));
  return is_number ? text : JsonString(text);
}

std::string GlobalsJson(const Guest& guest, const std::vector<std::string>& names,
                        const std::vector<uint32_t>& globals) {
  std::string json;
  for (const uint32_t i : globals) {
    const perdure_global& global = guest.program().globals[i];
    PortableValue value;
    const Status captured = CaptureValue(
        global.type, FieldAt<uint8_t>(guest.instance(), global.offset), guest.functions(), &value);
    PERDURE_CHECK(captured.ok(), "a global changed after it was encoded");
    json.push_back(json.empty() ? '{' : ',');
    AppendJsonString(&json, names[i]);
    StrAppend(&json, ':', ValueJson(global.type, value));
  }
  if (!json.empty()) json.push_back('}');
  return json;
}

Status PutGlobalMirrors(const perdure_program& program, const SmallState& state, Store* store) {
  const std::vector<std::string> names = GlobalNames(program);
  for (uint32_t i = 0; i < program.global_count; ++i) {
    const perdure_global& global = program.globals[i];
    if (!global.is_mutable) continue;
    PERDURE_TRY(store->PutGlobalMirror({i, names[i], std::string(TypeName(global.type)),
                                        ValueJson(global.type, state.globals[i])}));
  }
  return OkStatus();
}

}  // namespace perdure
