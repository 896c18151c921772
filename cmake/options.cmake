# Flags shared by every target: warnings are errors, on g++ 12 and on clang 14.
add_library(gw_options INTERFACE)
target_include_directories(gw_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(gw_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
target_compile_definitions(gw_options INTERFACE GW_VERSION="${PROJECT_VERSION}")
if(GW_SANITIZE)
  target_compile_options(gw_options INTERFACE -fsanitize=${GW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(gw_options INTERFACE -fsanitize=${GW_SANITIZE})
endif()
if(GW_FUZZ)
  # Coverage feedback in the libraries; only fuzz targets link libFuzzer's main.
  target_compile_options(gw_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(gw_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
if(GW_TESTS)
  find_package(GTest REQUIRED)
endif()
