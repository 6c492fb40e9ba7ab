#include "compiler/driver/depfile.h"

#include "rtlib/base/text.h"

namespace perdure {

std::string DepfileEscape(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '$') {
      out += "$$";
      continue;
    }
    if (c == ' ' || c == '#') out += '\\';
    out += c;
  }
  return out;
}

std::string DepfileText(std::string_view target, const std::vector<std::string>& dependencies) {
  std::string out = StrCat(DepfileEscape(target), ":");
  for (const std::string& dependency : dependencies)
    StrAppend(&out, " \\\n  ", DepfileEscape(dependency));
  out += '\n';
  for (const std::string& dependency : dependencies)
    StrAppend(&out, '\n', DepfileEscape(dependency), ":\n");
  return out;
}

}  // namespace perdure
