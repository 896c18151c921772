// The commands and their options, as data for the parser, help and shell completion. Internal to app.
#pragma once

#include <string>
#include <vector>

#include "app/io.h"

namespace gw::app {

// What `scan` was asked, before anything is opened.
struct ScanArguments {
  std::vector<std::string> paths;
  bool all = false;
  std::vector<std::string> watches;
  std::string config;
  std::string from;
  std::string to;
  std::vector<std::string> accounts;
  std::vector<std::string> regions;
  std::vector<std::string> mechanisms;
  std::string format;
  std::string accounts_file;
  std::string people_file;
  std::string fail_on;
  std::string explain;
  bool strict = false;
  std::string dedupe = "window";
  unsigned threads = 0;
  bool stats = false;
  std::string progress = "auto";
  std::string max_quarantined;
  bool summary = false;
  bool verbose = false;
};

[[nodiscard]] int run_scan(const ScanArguments& arguments, const Io& io);
[[nodiscard]] int run_doctor(const ScanArguments& arguments, const Io& io);
[[nodiscard]] int run_config_check(const std::vector<std::string>& files, const Io& io);
[[nodiscard]] int run_completion(const std::string& shell, const Io& io);

// One line to standard error.
void complain(const Io& io, std::string_view message);

}  // namespace gw::app
