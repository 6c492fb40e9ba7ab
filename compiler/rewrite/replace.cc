#include "compiler/rewrite/replace.h"

namespace perdure {

size_t ReplaceAll(std::string* text, std::string_view from, std::string_view to) {
  size_t count = 0;
  for (size_t at = text->find(from); at != std::string::npos;
       at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
    ++count;
  }
  return count;
}

}  // namespace perdure
