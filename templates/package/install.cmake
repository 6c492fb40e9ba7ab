# The package: what other projects find, in the build tree and in an installed prefix alike, and the
# .deb.
#
# Everything is installed below lib/, bin/, include/ and share/ of the prefix and never into a
# multiarch folder: the compiler finds its runtime at ../lib from itself.
include(CMakePackageConfigHelpers)

set(package_folder lib/cmake/Perdure)
foreach(file IN ITEMS PerdureConfig.cmake PerdureFunctions.cmake)
  configure_file(${PROJECT_SOURCE_DIR}/templates/cmake/${file}
                 ${PROJECT_BINARY_DIR}/${package_folder}/${file} COPYONLY)
endforeach()
write_basic_package_version_file(${PROJECT_BINARY_DIR}/${package_folder}/PerdureConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(${PROJECT_SOURCE_DIR}/templates/package/perdure.pc.in
  ${PROJECT_BINARY_DIR}/lib/pkgconfig/perdure.pc @ONLY)

# The same names for a project that uses add_subdirectory() or FetchContent.
if(TARGET perdure)
  add_executable(perdure::compiler ALIAS perdure)
  install(TARGETS perdure RUNTIME DESTINATION bin COMPONENT perdure)
endif()
add_library(perdure::rt ALIAS perdure_rt)
add_library(perdure::sqlite ALIAS perdure_sqlite)
add_library(perdure_host INTERFACE)
target_include_directories(perdure_host INTERFACE ${PROJECT_SOURCE_DIR}/rtlib/include)
add_library(perdure::host ALIAS perdure_host)
include(${PROJECT_SOURCE_DIR}/templates/cmake/PerdureFunctions.cmake)

install(TARGETS perdure_rt perdure_sqlite ARCHIVE DESTINATION lib COMPONENT perdure)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/rtlib/include/ DESTINATION include COMPONENT perdure)
install(DIRECTORY ${PROJECT_BINARY_DIR}/${package_folder} DESTINATION lib/cmake COMPONENT perdure)
install(FILES ${PROJECT_BINARY_DIR}/lib/pkgconfig/perdure.pc
  DESTINATION lib/pkgconfig COMPONENT perdure)
# Man pages and shell completions come from the compiler's own option table.
if(TARGET perdure AND NOT CMAKE_CROSSCOMPILING)
  set(manual ${PROJECT_BINARY_DIR}/share/man/man1)
  set(completions ${PROJECT_BINARY_DIR}/share/completions)
  add_custom_command(
    OUTPUT ${PROJECT_BINARY_DIR}/share/generated.stamp
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${manual} ${completions}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${manual} ${completions}
    COMMAND perdure generate man ${manual}
    COMMAND perdure generate completion ${completions}
    COMMAND ${CMAKE_COMMAND} -E touch ${PROJECT_BINARY_DIR}/share/generated.stamp
    COMMENT "Generating man pages and shell completions"
    VERBATIM)
  add_custom_target(perdure_manual ALL DEPENDS ${PROJECT_BINARY_DIR}/share/generated.stamp)
  install(DIRECTORY ${manual} DESTINATION share/man COMPONENT perdure)
  install(FILES ${completions}/perdure.bash
    DESTINATION share/bash-completion/completions RENAME perdure COMPONENT perdure)
  install(FILES ${completions}/_perdure DESTINATION share/zsh/site-functions COMPONENT perdure)
  install(FILES ${completions}/perdure.fish
    DESTINATION share/fish/vendor_completions.d COMPONENT perdure)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  DESTINATION share/doc/perdure COMPONENT perdure)
# On a system whose own wasm2c is too old, the one `./dev setup` unpacked. A component of its own: a
# .deb depends on the system's instead.
install(DIRECTORY ${PROJECT_BINARY_DIR}/libexec/perdure DESTINATION libexec
  USE_SOURCE_PERMISSIONS OPTIONAL COMPONENT wasm2c)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME perdure)
set(CPACK_PACKAGE_CONTACT "The Perdure contributors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL perdure)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
string(JOIN ", " CPACK_DEBIAN_PACKAGE_DEPENDS
  "clang | gcc" "wabt (>= 1.0.36)" "wabt (<< 1.0.37~)" libsqlite3-dev liblz4-dev libsimde-dev
  "libstdc++-14-dev | libstdc++-12-dev")
include(CPack)
