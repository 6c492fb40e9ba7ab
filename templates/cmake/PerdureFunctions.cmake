# perdure_add_executable() and perdure_add_library(): what docs/reference/cmake.md describes.
#
# Both run `perdure build` in a custom command, because only the compiler knows how its output is to
# be compiled and linked, and stand for the result with an imported target, so that
# $<TARGET_FILE:...>, add_test() and target_link_libraries() work as for any other target.
include_guard(GLOBAL)

cmake_policy(PUSH)
cmake_policy(VERSION 3.25)

#   perdure_add_executable(<name> WASM [<name>=]<module>... [NAME <program>] [STATE <path>]
#                          [OPTIMIZE <0-3>] [STATIC] [NO_PREEMPT] [HOST <target or file>...]
#                          [OPTIONS <option>...])
function(perdure_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG
    "STATIC;NO_PREEMPT" "NAME;STATE;OPTIMIZE" "WASM;HOST;OPTIONS")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}${CMAKE_EXECUTABLE_SUFFIX})
  _perdure_check_arguments(perdure_add_executable)
  set(options)
  if(ARG_STATIC)
    list(APPEND options --static)
  endif()
  _perdure_build_command(exe ${output} "")
  add_custom_target(${name}_build ALL DEPENDS ${output}.stamp)
  add_executable(${name} IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${output})
  add_dependencies(${name} ${name}_build)
endfunction()

#   perdure_add_library(<name> [STATIC|SHARED] WASM [<name>=]<module>... [NAME <program>]
#                       [STATE <path>] [OPTIMIZE <0-3>] [NO_PREEMPT] [HOST <target or file>...]
#                       [OPTIONS <option>...])
#
# The library's header is <name>.hpp; linking the target makes it includable. A shared library has
# the runtime inside.
function(perdure_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG
    "STATIC;SHARED;NO_PREEMPT" "NAME;STATE;OPTIMIZE" "WASM;HOST;OPTIONS")
  if(ARG_STATIC AND ARG_SHARED)
    message(FATAL_ERROR "perdure_add_library(${name}): STATIC and SHARED exclude each other")
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.perdure)
  set(file lib${name}.a)
  set(emit static-lib)
  if(ARG_SHARED)
    set(file lib${name}.so)
    set(emit shared-lib)
  endif()
  set(output ${folder}/${file})
  _perdure_check_arguments(perdure_add_library)
  set(options)
  _perdure_build_command(${emit} ${output} ${folder}/${ARG_NAME}.hpp)
  add_custom_target(${name}_build DEPENDS ${output}.stamp)
  if(ARG_SHARED)
    add_library(${name} SHARED IMPORTED GLOBAL)
    set_target_properties(${name} PROPERTIES
      IMPORTED_SONAME ${file} INTERFACE_LINK_LIBRARIES perdure::host)
  else()
    add_library(${name} STATIC IMPORTED GLOBAL)
    set_target_properties(${name} PROPERTIES
      INTERFACE_LINK_LIBRARIES "${ARG_HOST};perdure::sqlite;perdure::rt")
  endif()
  set_target_properties(${name} PROPERTIES
    IMPORTED_LOCATION ${output} INTERFACE_INCLUDE_DIRECTORIES ${folder})
  add_dependencies(${name} ${name}_build)
endfunction()

# A macro: reads and completes the caller's ARG_... variables.
macro(_perdure_check_arguments function)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}(${name}): unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${function}(${name}): no value for: ${ARG_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT ARG_WASM)
    message(FATAL_ERROR "${function}(${name}): WASM <module> is missing")
  endif()
  if(TARGET ${name})
    message(FATAL_ERROR "${function}(${name}): there is a target of this name already")
  endif()
  if(NOT ARG_NAME)
    set(ARG_NAME ${name})
  endif()
endmacro()

# Adds the command that makes `output` and `output`.stamp. Reads the caller's ARG_... and `options`.
#
# Targets depend on the stamp: CMake takes a dependency on a file for one on the imported target
# whose location it is, and that target depends on the custom target: a cycle.
function(_perdure_build_command emit output header)
  set(inputs)
  set(depends)
  set(modules)
  foreach(module IN LISTS ARG_WASM)
    # The path in "<name>=<path>", as the compiler reads it.
    set(prefix)
    if(module MATCHES "^([^/=]+=)(.*)$")
      set(prefix ${CMAKE_MATCH_1})
      set(module ${CMAKE_MATCH_2})
    endif()
    cmake_path(ABSOLUTE_PATH module BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    list(APPEND inputs ${prefix}${module})
    list(APPEND depends ${module})
    cmake_path(GET module FILENAME module)
    list(APPEND modules ${module})
  endforeach()
  list(APPEND options --emit=${emit} --name=${ARG_NAME})
  if(DEFINED ARG_STATE)
    list(APPEND options --state=${ARG_STATE})
  endif()
  if(DEFINED ARG_OPTIMIZE)
    list(APPEND options -O${ARG_OPTIMIZE})
  endif()
  if(ARG_NO_PREEMPT)
    list(APPEND options --no-preempt)
  endif()
  foreach(host IN LISTS ARG_HOST)
    if(TARGET ${host})
      set(host $<TARGET_FILE:${host}>)
    else()
      cmake_path(ABSOLUTE_PATH host BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    endif()
    # An archive leaves its host functions to the program that links it.
    if(NOT emit STREQUAL static-lib)
      list(APPEND options --host=${host})
      list(APPEND depends ${host})
    endif()
  endforeach()

  # Another compiler or runtime makes another program.
  list(APPEND depends ${PERDURE_COMPILER_EXECUTABLE})
  foreach(part IN ITEMS compiler rt sqlite)
    if(TARGET perdure::${part})
      list(APPEND depends $<TARGET_FILE:perdure::${part}>)
    endif()
  endforeach()
  set(compiler perdure::compiler)
  if(PERDURE_COMPILER_EXECUTABLE)
    set(compiler ${PERDURE_COMPILER_EXECUTABLE})
  endif()

  # Ninja creates the folder of an output, Make does not.
  cmake_path(GET output PARENT_PATH folder)
  file(MAKE_DIRECTORY ${folder})
  cmake_path(GET output FILENAME file)
  list(JOIN modules ", " modules)
  add_custom_command(
    OUTPUT ${output} ${output}.stamp
    BYPRODUCTS ${header}
    COMMAND ${compiler} build ${inputs} -o ${output} --depfile=${output}.d ${options}
      ${ARG_OPTIONS}
    COMMAND ${CMAKE_COMMAND} -E touch ${output}.stamp
    DEPENDS ${depends}
    DEPFILE ${output}.d
    COMMENT "Compiling ${modules} into ${file}"
    VERBATIM COMMAND_EXPAND_LISTS)
endfunction()

cmake_policy(POP)
