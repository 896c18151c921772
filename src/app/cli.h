// The commands and what they are asked, as plain data between the parser (cli.cpp) and one file per command. Internal to
// app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/api.h"
#include "app/io.h"

namespace gw::app {

// What `scan` (and `doctor`, which has fewer options) was asked, before anything is opened.
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
  bool sessions = false;
  bool activity = false;
  std::string dedupe = "window";
  unsigned threads = 0;
  bool stats = false;
  std::string progress = "auto";
  std::string max_quarantined;
  bool summary = false;
  bool verbose = false;
};

// One command as its help shows it: completion is made from the parser's own table, so the two cannot differ.
struct CommandDescription {
  struct Option {
    std::string name;    // --format
    std::string help;    // one line
    std::string values;  // what its value is: empty (a flag), FILE, words separated by `|`, or a word for people
  };
  std::string name;
  std::string help;
  std::vector<Option> options;
  std::string argument;  // as Option::values, of what stands behind the options
  std::vector<CommandDescription> commands;
};

[[nodiscard]] int run_scan(const ScanArguments& arguments, const Io& io);
[[nodiscard]] int run_doctor(const ScanArguments& arguments, const Io& io);
[[nodiscard]] int run_doctor_live(const ApiArguments& server, const std::string& format, const Io& io);
// `sample`: inputs whose records the patterns of watches are asked about.
[[nodiscard]] int run_config_check(const std::vector<std::string>& files, const std::vector<std::string>& sample,
                                   const Io& io);

// `config render` and `config check --deployed`: what the feeds must let through, and what they do.
struct RenderArguments {
  std::string kind;  // cloudwatch-filter or eventbridge
  std::string config;
  std::vector<std::string> watches;
  std::string part;
  std::string deployed;
  std::string prefix = "glasswatch";  // of the deployed filters' and rules' names
};
[[nodiscard]] int run_config_render(const RenderArguments& arguments, const Io& io);
// `arguments.deployed` is an export of the AWS CLI, or a pattern.
[[nodiscard]] int run_config_deployed(const RenderArguments& arguments, const Io& io);

// The completion script for `shell` (bash, zsh or fish).
[[nodiscard]] std::string completion_script(const CommandDescription& program, std::string_view shell);

}  // namespace gw::app
