# find_package(Perdure): from an installed prefix and from a build tree, which have the same shape.
#
#   perdure::compiler   the program `perdure`
#   perdure::rt         the runtime library
#   perdure::sqlite     the store on SQLite
#   perdure::host       headers alone, for libraries of host functions
#
#   PERDURE_COMPILER_EXECUTABLE   the compiler to run instead of perdure::compiler: one for this
#                                 machine, when the libraries found here are for another
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH _perdure_prefix)
cmake_path(GET _perdure_prefix PARENT_PATH _perdure_prefix)
cmake_path(GET _perdure_prefix PARENT_PATH _perdure_prefix)

set(PERDURE_COMPILER_EXECUTABLE "" CACHE FILEPATH
    "The perdure compiler to run, if not the one of the package")
mark_as_advanced(PERDURE_COMPILER_EXECUTABLE)

set(_perdure_compiler bin/perdure)
if(PERDURE_COMPILER_EXECUTABLE)
  set(_perdure_compiler) # a prefix with the runtime alone will do
endif()
set(Perdure_FOUND TRUE)
foreach(_perdure_file IN ITEMS ${_perdure_compiler} lib/libperdure_rt.a lib/libperdure_sqlite.a
                               include/perdure/host.h)
  if(NOT EXISTS ${_perdure_prefix}/${_perdure_file})
    set(Perdure_FOUND FALSE)
    set(Perdure_NOT_FOUND_MESSAGE "${_perdure_prefix}/${_perdure_file} is missing; not built yet?")
  endif()
endforeach()

if(Perdure_FOUND AND NOT TARGET perdure::rt)
  add_executable(perdure::compiler IMPORTED)
  if(PERDURE_COMPILER_EXECUTABLE)
    set_target_properties(perdure::compiler PROPERTIES
      IMPORTED_LOCATION ${PERDURE_COMPILER_EXECUTABLE})
  else()
    set_target_properties(perdure::compiler PROPERTIES
      IMPORTED_LOCATION ${_perdure_prefix}/bin/perdure)
  endif()

  add_library(perdure::host INTERFACE IMPORTED)
  set_target_properties(perdure::host PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${_perdure_prefix}/include)

  add_library(perdure::rt STATIC IMPORTED)
  set_target_properties(perdure::rt PROPERTIES
    IMPORTED_LOCATION ${_perdure_prefix}/lib/libperdure_rt.a
    IMPORTED_LINK_INTERFACE_LANGUAGES CXX
    INTERFACE_LINK_LIBRARIES "perdure::host;lz4;m")

  add_library(perdure::sqlite STATIC IMPORTED)
  set_target_properties(perdure::sqlite PROPERTIES
    IMPORTED_LOCATION ${_perdure_prefix}/lib/libperdure_sqlite.a
    IMPORTED_LINK_INTERFACE_LANGUAGES CXX
    INTERFACE_LINK_LIBRARIES "perdure::rt;sqlite3")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/PerdureFunctions.cmake)
unset(_perdure_prefix)
unset(_perdure_file)
unset(_perdure_compiler)
