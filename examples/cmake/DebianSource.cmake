# debian_source(<variable> <package>)
#
# Sets <variable> to a folder with the upstream source of a Debian source package. If the user has
# set it (-D<variable>=DIR), that folder is taken. Otherwise the source is downloaded when the
# project is configured, once, from the archive that this machine's apt uses, and apt checks its
# signature. Needs no root, and leaves apt's own lists, sources and caches alone.
function(debian_source variable package)
  if(DEFINED ${variable})
    if(NOT IS_DIRECTORY "${${variable}}")
      message(FATAL_ERROR "${variable}: '${${variable}}' is no folder")
    endif()
    return()
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${package})
  if(NOT IS_DIRECTORY ${folder}/source)
    _debian_source_download(${variable} ${package} ${folder})
  endif()
  file(GLOB source LIST_DIRECTORIES true ${folder}/source/*)
  set(${variable} ${source} PARENT_SCOPE)
endfunction()

# Stops the configuration: the user can still supply the source.
function(_debian_source_fail variable package why)
  message(FATAL_ERROR "the source of ${package} cannot be had here: ${why}\n"
    "Unpack it yourself and pass -D${variable}=DIR.")
endfunction()

# <folder>/source, unpacked
function(_debian_source_download variable package folder)
  find_program(APT_GET apt-get)
  if(NOT APT_GET)
    _debian_source_fail(${variable} ${package} "there is no apt-get")
  endif()
  execute_process(
    COMMAND ${APT_GET} indextargets --format "$(REPO_URI) $(RELEASE) $(COMPONENT)"
            "Created-By: Packages"
    OUTPUT_VARIABLE archives ERROR_QUIET)
  if(NOT archives MATCHES "([a-z]+:[^ \n]+ [a-z]+ main)\n")
    _debian_source_fail(${variable} ${package} "apt knows no archive (apt-get update?)")
  endif()
  set(archive ${CMAKE_MATCH_1})
  set(keyring "")
  foreach(file IN ITEMS debian-archive-keyring.gpg debian-archive-keyring.pgp)
    if(EXISTS /usr/share/keyrings/${file})
      set(keyring "signed-by=/usr/share/keyrings/${file} ")
      break()
    endif()
  endforeach()

  message(STATUS "Downloading the source of ${package} from ${archive}")
  file(REMOVE_RECURSE ${folder})
  file(MAKE_DIRECTORY ${folder}/apt/lists/partial ${folder}/apt/archives/partial)
  file(WRITE ${folder}/apt/sources.list "deb-src [${keyring}target=Sources] ${archive}\n")
  set(apt ${APT_GET} -q
    -o Dir::Etc::sourcelist=${folder}/apt/sources.list -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State=${folder}/apt -o Dir::State::lists=${folder}/apt/lists
    -o Dir::Cache=${folder}/apt -o APT::Update::Error-Mode=any)
  if("$ENV{USER}" STREQUAL root OR "$ENV{HOME}" STREQUAL /root)
    list(APPEND apt -o APT::Sandbox::User=root) # _apt cannot write into root's folders
  endif()
  foreach(step IN ITEMS "update" "source;--download-only;--tar-only;${package}")
    execute_process(COMMAND ${apt} ${step} WORKING_DIRECTORY ${folder}
      RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT status EQUAL 0)
      list(GET step 0 verb)
      _debian_source_fail(${variable} ${package} "apt-get ${verb} said:\n${output}")
    endif()
  endforeach()
  file(GLOB archive ${folder}/*.orig.tar.*)
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${folder}/unpacking)
  file(REMOVE_RECURSE ${folder}/apt)
  file(RENAME ${folder}/unpacking ${folder}/source)
endfunction()
