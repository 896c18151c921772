# Flags shared by every target: warnings are errors, on g++ 12 and on clang 14.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(GW_CCACHE ccache)
mark_as_advanced(GW_CCACHE)
if(GW_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the source folder, so that a second clone finds what the first one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  ${GW_CCACHE})
endif()

add_library(gw_options INTERFACE)
target_include_directories(gw_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(gw_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
                                            -fdiagnostics-color=auto)
# Position-independent executables by -fPIE, not CMake's -fPIC, which keeps g++ from inlining what a library exports.
target_compile_options(gw_options INTERFACE -fPIE)
target_link_options(gw_options INTERFACE -pie)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of g++ 12 about std::string and std::optional at -O3 (its bugs 105651 and 105562); clang looks for both.
  target_compile_options(gw_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_compile_definitions(gw_options INTERFACE GW_VERSION="${PROJECT_VERSION}")
target_link_options(gw_options INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

if(GW_SANITIZE)
  target_compile_options(gw_options INTERFACE -fsanitize=${GW_SANITIZE} -fno-omit-frame-pointer
                                              -fno-sanitize-recover=all)
  target_link_options(gw_options INTERFACE -fsanitize=${GW_SANITIZE})
  target_compile_definitions(gw_options INTERFACE _GLIBCXX_ASSERTIONS)
elseif(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(gw_options INTERFACE _GLIBCXX_ASSERTIONS)
else()
  target_compile_options(gw_options INTERFACE -fstack-protector-strong)
  target_compile_definitions(gw_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()

if(GW_FUZZ)
  # Coverage feedback in the libraries; only fuzz targets link libFuzzer's main.
  target_compile_options(gw_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(gw_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(GW_LTO)
  include(CheckIPOSupported)
  check_ipo_supported()
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
