#include "compiler/emit/template.h"

#include <set>
#include <utility>

#include "compiler/emit/embedded_templates.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

bool IsSlotName(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

}  // namespace

std::string_view EmbeddedTemplate(std::string_view name) {
  for (const EmbeddedFile& file : kEmbeddedTemplates) {
    if (file.name == name) return file.text;
  }
  PERDURE_CHECK(false, "no such embedded template");
}

Result<std::string> FillTemplate(std::string_view text, const Slots& slots) {
  std::string out;
  std::set<std::string_view> used;
  size_t position = 0;
  while (true) {
    const size_t begin = text.find('@', position);
    if (begin == std::string_view::npos) break;
    const size_t end = text.find('@', begin + 1);
    const std::string_view name = end == std::string_view::npos
                                      ? std::string_view()
                                      : text.substr(begin + 1, end - begin - 1);
    if (!IsSlotName(name)) {  // an '@' of the text itself
      out.append(text.substr(position, begin + 1 - position));
      position = begin + 1;
      continue;
    }
    const auto slot = slots.find(name);
    if (slot == slots.end()) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("template slot @", name, "@ has no value"));
    }
    used.insert(slot->first);
    StrAppend(&out, text.substr(position, begin - position), slot->second);
    position = end + 1;
  }
  out.append(text.substr(position));
  for (const auto& [name, value] : slots) {
    if (!used.contains(name)) {
      return Status(StatusCode::kInvalidArgument, StrCat("template has no slot @", name, "@"));
    }
  }
  return out;
}

}  // namespace perdure
