// What `match` and `pattern` were asked, and what they share. Internal to app.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/io.h"
#include "domain/pattern/pattern.h"

namespace gw::app {

struct PatternArguments {
  std::string pattern;
  std::vector<std::string> paths;  // of match: inputs; of pattern test: files of cases
  std::string syntax = "auto";
  bool bare = false;
  bool lift_limits = false;
  bool missing_differs = false;
  bool count = false;
  bool invert = false;
  bool explain = false;
  bool strict = false;
  unsigned threads = 0;
  bool stats = false;
  std::string progress = "auto";
  std::string max_quarantined;
  bool verbose = false;
};

[[nodiscard]] int run_match(const PatternArguments& arguments, const Io& io);
[[nodiscard]] int run_pattern_test(const PatternArguments& arguments, const Io& io);
[[nodiscard]] int run_pattern_show(const PatternArguments& arguments, const Io& io);

// --syntax and the limits; nullopt, with a complaint, when the word is none.
[[nodiscard]] std::optional<pattern::PatternOptions> pattern_options(const PatternArguments& arguments, const Io& io);

// The pattern of the command line; nullopt, with what is wrong told, when it is none.
[[nodiscard]] std::optional<pattern::Pattern> command_line_pattern(const PatternArguments& arguments, const Io& io);

// What the pattern is, what must hold, and which of AWS's open questions bear on it: for people.
[[nodiscard]] std::string describe(const pattern::Pattern& pattern);

}  // namespace gw::app
