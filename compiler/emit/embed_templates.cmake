# cmake -DOUTPUT=embedded_templates.h -DFILES=a;b -P embed_templates.cmake
# Writes a header with the text of each file as a raw string.
set(text "// Written by compiler/emit/embed_templates.cmake from templates/cpp.
#pragma once

#include <string_view>

namespace perdure {

struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

inline constexpr EmbeddedFile kEmbeddedTemplates[] = {
")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  string(APPEND text "    {\"${name}\",\n     R\"perdure(${content})perdure\"},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace perdure\n")
file(WRITE "${OUTPUT}" "${text}")
