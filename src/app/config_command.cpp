// config check: every error of a configuration at once, or what it comes to.
#include <algorithm>

#include "app/cli.h"
#include "app/config/config.h"
#include "app/pattern_sample.h"
#include "base/neutralise.h"
#include "domain/watch/watch_set.h"

namespace gw::app {

int run_config_check(const std::vector<std::string>& files, const std::vector<std::string>& sample, const Io& io) {
  int code = kDone;
  int written = kDone;
  for (const std::string& file : files) {
    Loaded loaded = load_file(file);
    check_whole(loaded);
    std::string out;
    for (const Problem& problem : loaded.problems) {
      out += visible(problem.to_string()) + "\n";
      if (!problem.excerpt.empty()) out += problem.excerpt + "\n";
    }
    if (!out.empty()) {
      (void)write_all(io.err, out);
      code = kUsage;
      continue;
    }
    out = visible(file) + ": OK\n";
    Sample seen;
    if (!sample.empty()) seen = read_sample(loaded.config.watch.watches, sample, io);
    if (seen.unreadable) written = std::max(written, kUnreadable);
    for (const std::string& note : loaded.notes) out += "note: " + visible(note) + "\n";
    const auto add = [&](const watch::Watch& w) {
      out += "watch " + visible(w.name) + " (" + std::string(to_string(w.severity)) + ")\n";
      if (const auto line = seen.lines.find(w.name); line != seen.lines.end()) out += "  " + line->second + "\n";
    };
    for (const watch::Watch& w : loaded.config.watch.watches) add(w);
    for (const watch::Watch& w : watch::builtin_watches()) {
      const auto change = loaded.config.watch.builtin.find(w.name.substr(std::string_view("builtin/").size()));
      if (change != loaded.config.watch.builtin.end() && change->second.disabled) {
        out += "watch " + w.name + " is disabled\n";
      } else {
        add(w);
      }
    }
    for (const watch::IgnoreRule& rule : loaded.config.watch.ignore) {
      out += "ignore until " + format_time(rule.until) + (rule.until < io.now() ? " (ended)" : "") + ": " +
             visible(rule.reason) + "\n";
    }
    if (written != kOutside) written = std::max(written, print(io, out));
  }
  // A mistake in one of the files wins over an output that cannot be written.
  return code == kDone ? written : code;
}

}  // namespace gw::app
