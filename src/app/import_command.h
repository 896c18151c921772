// import: archives → the store, without a word to anybody. Internal to app.
#pragma once

#include <string>
#include <vector>

#include "app/io.h"

namespace gw::app {

struct ImportArguments {
  std::vector<std::string> paths;
  std::string config;
  std::string store;
  std::string max_quarantined;
  bool stats = false;
  bool verbose = false;
};
[[nodiscard]] int run_import(const ImportArguments& arguments, const Io& io);

}  // namespace gw::app
