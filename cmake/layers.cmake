# gw_add_layers(FILE): adds every folder of the layer table, in its order.
function(gw_add_layers file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines REGEX "^[a-z]")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "[ :].*" "" folder "${line}")
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${folder}/CMakeLists.txt)
      add_subdirectory(src/${folder})
    else()
      message(WARNING "src/${folder} stands in ${file} but has no CMakeLists.txt; it is left out")
    endif()
  endforeach()
endfunction()

# gw_library(NAME [DEPS target...] [LIBS library...])
#   One library per folder: every .cpp of this folder that is neither a test nor main.cpp. DEPS are folders to its left,
#   LIBS come from outside; both are PRIVATE. Tests (*_test.cpp beside the code) become NAME_test, one CTest entry per
#   test case.
function(gw_library name)
  cmake_parse_arguments(arg "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PRIVATE gw_options ${arg_DEPS} ${arg_LIBS})
  else()  # headers only
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE gw_options ${arg_DEPS} ${arg_LIBS})
  endif()
  set_property(GLOBAL APPEND PROPERTY GW_LIBRARIES ${name})
  if(GW_TESTS AND tests)
    gw_test(${name}_test SOURCES ${tests} DEPS ${name} ${arg_DEPS} LIBS ${arg_LIBS})
  endif()
endfunction()

# gw_test(NAME SOURCES file... [DEPS target...] [LIBS library...] [TIMEOUT seconds])
#   Test names are GW_TEST_PREFIX NAME.Suite.Case. What holds `_slow` in its name runs only in `./dev test --full`.
function(gw_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPS;LIBS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE gw_options ${arg_DEPS} ${arg_LIBS} GTest::gtest_main Threads::Threads)
  target_compile_definitions(${name} PRIVATE GW_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)  # the code under test keeps -O3
  set_property(GLOBAL APPEND PROPERTY GW_TEST_SOURCES ${arg_SOURCES})
  include(GoogleTest)
  gtest_discover_tests(${name} TEST_PREFIX "${GW_TEST_PREFIX}${name}."
                       PROPERTIES TIMEOUT ${arg_TIMEOUT} DISCOVERY_TIMEOUT 60)
endfunction()

# Writes the sources of all tests, one a line: tools/check_registered.py compares them with the files on disk.
function(gw_write_test_list file)
  get_property(sources GLOBAL PROPERTY GW_TEST_SOURCES)
  list(TRANSFORM sources REPLACE "^${PROJECT_SOURCE_DIR}/" "")
  list(SORT sources)
  list(JOIN sources "\n" text)
  file(WRITE ${file} "${text}\n")
endfunction()
