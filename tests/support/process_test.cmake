# Tests that start real processes: perdure_process_test(<name> LABEL <label> SOURCES <file>...)
#
# One Catch2 binary per call, one CTest test per TEST_CASE. A test that prints "PERDURE_SKIP:
# reason" is reported as skipped. Programs and drivers the tests build are cached in the build tree
# (build.h).
include_guard(GLOBAL)
find_package(Catch2 REQUIRED)
include(Catch)

set(support ${CMAKE_CURRENT_LIST_DIR})
add_library(perdure_state_driver STATIC
  ${support}/state_driver.cc ${support}/state_dump.cc ${support}/random_call.cc)
target_include_directories(perdure_state_driver PRIVATE
  ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/rtlib/include)
target_link_libraries(perdure_state_driver PRIVATE perdure_warnings)

add_library(perdure_test_support STATIC
  ${support}/process.cc ${support}/temp_dir.cc ${support}/build.cc ${support}/oracle.cc
  ${support}/program.cc)
target_include_directories(perdure_test_support PUBLIC ${PROJECT_SOURCE_DIR})
target_compile_definitions(perdure_test_support PRIVATE
  PERDURE_TEST_COMPILER="$<TARGET_FILE:perdure>"
  PERDURE_TEST_LIBRARIES="$<TARGET_FILE_DIR:perdure_rt>"
  PERDURE_TEST_DRIVER="$<TARGET_FILE:perdure_state_driver>"
  PERDURE_TEST_CACHE="${PROJECT_BINARY_DIR}/tests/cache"
  PERDURE_TEST_SOURCE="${PROJECT_SOURCE_DIR}"
  PERDURE_TEST_CXX="${CMAKE_CXX_COMPILER}"
  PERDURE_TEST_CC="${CMAKE_C_COMPILER}"
  PERDURE_TEST_LINK_FLAGS="${CMAKE_CXX_FLAGS} ${CMAKE_EXE_LINKER_FLAGS}")
target_link_libraries(perdure_test_support PUBLIC Catch2::Catch2 PRIVATE perdure_warnings)
add_dependencies(perdure_test_support perdure perdure_rt perdure_sqlite perdure_state_driver)

function(perdure_process_test name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "LABEL" "SOURCES")
  if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES OR NOT ARG_LABEL)
    message(FATAL_ERROR "perdure_process_test(${name}): expected LABEL <label> SOURCES <file>...")
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE
    perdure_test_support Catch2::Catch2WithMain perdure_warnings)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/${ARG_LABEL})
  catch_discover_tests(${name}
    TEST_PREFIX "${name}: "
    PROPERTIES TIMEOUT 600 LABELS ${ARG_LABEL} SKIP_REGULAR_EXPRESSION "PERDURE_SKIP: ")
endfunction()
