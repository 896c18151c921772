// scan: arguments and configuration → a question → the engine → printers → the exit code.
#include <algorithm>
#include <memory>
#include <set>
#include <thread>

#include "app/cli.h"
#include "app/config/config.h"
#include "app/config/names.h"
#include "app/coverage_report.h"
#include "app/scan_archive.h"
#include "app/scan_sessions.h"
#include "app/scan_sink.h"
#include "app/scan_stats.h"
#include "domain/watch/role_pattern.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxNamesFile = std::size_t{64} << 20;

// NO_COLOR counts when it is not empty (no-color.org).
bool wants_colour(const Io& io) {
  return io.out_is_terminal && io.environment("NO_COLOR").value_or("").empty() &&
         io.environment("TERM").value_or("") != "dumb";
}

class Settings {
 public:
  Settings(const ScanArguments& arguments, const Io& io) : arguments_(arguments), io_(io) {}

  // Complains about everything that is wrong; false when something is.
  bool read() {
    read_question();
    read_config();
    read_names();
    return good_;
  }

  scan::Options options;
  Format format = Format::jsonl;
  std::optional<model::Severity> fail_on;
  std::uint64_t max_quarantined = 0;
  AppConfig config;
  watch::Config watch;

 private:
  void wrong(const std::string& message) {
    complain(io_, message);
    good_ = false;
  }

  void read_question() {
    const ScanArguments& a = arguments_;
    options.paths = a.paths;
    if (a.sessions || a.activity) good_ = are_local(a.paths, io_) && good_;
    options.all = a.all;
    options.strict = a.strict;
    options.now = io_.now();
    options.explain_event_id = a.explain;
    options.threads = a.threads != 0 ? a.threads : std::max(1u, std::thread::hardware_concurrency());
    if (a.threads > 256) wrong("--threads: at most 256");
    options.prefilter = io_.environment("GLASSWATCH_NO_PREFILTER").value_or("") != "1";
    if (!a.from.empty()) {
      options.from = parse_when(a.from, options.now);
      if (!options.from) wrong("--from: `" + a.from + "` is no time (2026-01-02T03:04:05Z, 2026-01-02, 2h, 7d)");
    }
    if (!a.to.empty()) {
      options.to = parse_when(a.to, options.now);
      if (!options.to) wrong("--to: `" + a.to + "` is no time (2026-01-02T03:04:05Z, 2026-01-02, 2h, 7d)");
    }
    if (options.from && options.to && !(*options.from < *options.to)) wrong("--from is not before --to");
    for (const std::string& account : a.accounts) {
      const bool digits = account.size() == 12 &&
                          std::all_of(account.begin(), account.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (!digits) wrong("--account: `" + account + "` is no account id of 12 digits");
      options.accounts.insert(account);
    }
    for (const std::string& region : a.regions) {
      // A list, or a word with a space behind it, would find nothing, and an empty result reads as good news.
      const bool good = std::all_of(region.begin(), region.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
      if (!good) wrong("--region: `" + region + "` is no region such as eu-west-1");
      options.regions.insert(region);
    }
    if (!a.mechanisms.empty()) {
      options.mechanisms = {};
      for (const std::string& name : a.mechanisms) {
        const auto m = model::parse_mechanism(name);
        if (!m || *m == model::Mechanism::account_access) {
          std::string all;
          for (std::size_t i = 0; i + 1 < model::kMechanismCount; ++i)
            all += (i > 0 ? ", " : "") + std::string(model::kMechanismNames[i]);
          wrong("--mechanism: there is no `" + name + "`; there are " + all);
        } else {
          options.mechanisms.add(*m);
        }
      }
    }
    if (a.format.empty()) {
      format = io_.out_is_terminal ? Format::table : Format::jsonl;
    } else if (a.format == "table") {
      format = Format::table;
    } else if (a.format == "jsonl") {
      format = Format::jsonl;
    } else if (a.format == "json") {
      format = Format::json;
    } else if (a.format == "csv") {
      format = Format::csv;
    } else if (a.format == "ocsf") {
      format = Format::ocsf;
    } else {
      wrong("--format: `" + a.format + "` is none of table, jsonl, json, csv, ocsf");
    }
    if (a.dedupe == "exact") {
      options.dedupe = scan::Dedupe::exact;
    } else if (a.dedupe == "off") {
      options.dedupe = scan::Dedupe::off;
    } else if (a.dedupe != "window") {
      wrong("--dedupe: `" + a.dedupe + "` is none of exact, window, off");
    }
    if (!is_progress_choice(a.progress)) {
      wrong("--progress: `" + a.progress + "` is none of always, never, auto");
    }
    if (!a.fail_on.empty()) {
      fail_on = model::parse_severity(a.fail_on);
      if (!fail_on) wrong("--fail-on: `" + a.fail_on + "` is none of info, low, medium, high, critical");
    }
    if (const auto count = parse_count(a.max_quarantined)) {
      max_quarantined = *count;
    } else {
      wrong("--max-quarantined: `" + a.max_quarantined + "` is no number");
    }
  }

  void read_config() {
    Loaded loaded;
    if (!arguments_.config.empty()) loaded = load_file(arguments_.config);
    apply_environment(loaded, io_.environment);
    for (const std::string& text : arguments_.watches) {
      Result<watch::Spec> spec = watch::parse_watch_spec(text);
      if (!spec) {
        wrong("--" + spec.error().message);
        continue;
      }
      for (std::string& note : spec->notes) loaded.notes.push_back(std::move(note));
      loaded.config.watch.watches.push_back(std::move(spec->watch));
    }
    // The same spec twice is one watch.
    std::set<std::string> names;
    auto& watches = loaded.config.watch.watches;
    std::erase_if(watches, [&](const watch::Watch& w) {
      return w.name.find(':') != std::string::npos && !names.insert(w.name).second;
    });
    check_whole(loaded);
    for (const Problem& problem : loaded.problems) {
      wrong(problem.to_string());
      if (!problem.excerpt.empty()) (void)write_all(io_.err, problem.excerpt + "\n");
    }
    for (const std::string& note : loaded.notes) complain(io_, "note: " + note);
    watch = std::move(loaded.config.watch);
    config = std::move(loaded.config);
  }

  void read_names() {
    std::string why;
    if (!arguments_.accounts_file.empty()) {
      const auto text = read_file(arguments_.accounts_file, kMaxNamesFile, why);
      if (!text) return wrong("--accounts " + arguments_.accounts_file + ": " + why);
      auto names = parse_accounts(*text);
      if (!names) return wrong("--accounts " + arguments_.accounts_file + ": " + names.error().message);
      // The configuration's own names go first.
      watch.account_names.insert(names->begin(), names->end());
    }
    if (!arguments_.people_file.empty()) {
      const auto text = read_file(arguments_.people_file, kMaxNamesFile, why);
      if (!text) return wrong("--people " + arguments_.people_file + ": " + why);
      auto people = parse_people(*text);
      if (!people) return wrong("--people " + arguments_.people_file + ": " + people.error().message);
      // Later entries win: the configuration's own names go first.
      people->insert(people->end(), watch.people.begin(), watch.people.end());
      watch.people = std::move(*people);
    }
  }

  const ScanArguments& arguments_;
  const Io& io_;
  bool good_ = true;
};

// --sessions and --activity. The exit codes are those of the other way.
int run_sessions(const ScanArguments& arguments, Settings& settings, const Io& io) {
  const Time begin = io.now();
  for (const auto& [given, name] :
       {std::pair{arguments.all, "--all"}, std::pair{!arguments.explain.empty(), "--explain"}}) {
    if (!given) continue;
    complain(io, std::string(name) + " is about events, --sessions and --activity about break-glass sessions");
    return kUsage;
  }
  if (settings.format == Format::ocsf) {
    complain(io, "--format ocsf is about events, --sessions and --activity about break-glass sessions");
    return kUsage;
  }
  if (arguments.sessions && arguments.activity && settings.format != Format::jsonl &&
      settings.format != Format::table) {
    complain(io, "--sessions with --activity are two lists: only --format jsonl and table show both");
    return kUsage;
  }
  settings.config.watch = settings.watch;
  const auto answer =
      scan_sessions(arguments, settings.options, settings.config, settings.format, wants_colour(io), io);
  if (!answer) {
    complain(io, answer.error().message);
    return kUsage;
  }
  std::set<int> codes;
  if (answer->output_failed) {
    complain(io, "standard output cannot be written");
    codes.insert(kOutside);
  }
  if (std::max(answer->stats.quarantined, answer->stats.failed_files) > settings.max_quarantined)
    codes.insert(kUnreadable);
  if (settings.fail_on && answer->highest && *answer->highest >= *settings.fail_on) codes.insert(kNo);
  if (codes.empty()) codes.insert(kDone);
  if (arguments.stats) (void)write_all(io.err, stats_json(answer->stats, codes, io.now().micros - begin.micros));
  return *codes.rbegin();
}

}  // namespace

int run_scan(const ScanArguments& arguments, const Io& io) {
  Settings settings(arguments, io);
  if (!settings.read()) return kUsage;
  if (arguments.sessions || arguments.activity) return run_sessions(arguments, settings, io);
  const Result<watch::WatchSet> watches = watch::WatchSet::compile(settings.watch);
  if (!watches) {
    complain(io, watches.error().message);
    return kUsage;
  }
  const Time begin = io.now();
  const std::unique_ptr<Printer> printer = make_printer(settings.format, io.columns, wants_colour(io));
  const bool explaining = !arguments.explain.empty();
  settings.options.as_wire = printer->takes_wire();
  const bool closing_table = (io.err_is_terminal || arguments.summary) && !explaining;
  // Where every record is read anyway, the closing table can say what an empty result does not exclude.
  settings.options.coverage = closing_table && scan::parses_everything(settings.options);
  ScanSink sink(io, explaining ? nullptr : printer.get(), wants_progress(arguments.progress, io), arguments.verbose);
  const std::unique_ptr<ScanArchive> archive = make_scan_archive(settings.options, io);
  settings.options.archive = archive == nullptr ? nullptr : &archive->archive();
  sink.begin();
  const scan::Summary summary = scan::run(settings.options, *watches, sink);
  sink.end();
  std::set<int> codes;
  if (sink.output_failed()) {
    complain(io, "standard output cannot be written");
    codes.insert(kOutside);
  }
  // A reader of the output that has seen enough is no failure, and what was found until then counts.
  const scan::Stats& stats = summary.stats;
  const std::uint64_t unread = std::max(stats.quarantined, stats.failed_files);
  if (unread > settings.max_quarantined) codes.insert(kUnreadable);
  if (settings.fail_on && summary.highest && *summary.highest >= *settings.fail_on) codes.insert(kNo);
  if (explaining && sink.explanations() == 0) {
    complain(io, "no record has the event id " + arguments.explain);
    codes.insert(kNo);
  }
  if (codes.empty()) codes.insert(kDone);
  if (closing_table && !summary.stopped) (void)write_all(io.err, "\n" + coverage_text(summary.coverage, stats, false));
  if (arguments.stats) (void)write_all(io.err, stats_json(stats, codes, io.now().micros - begin.micros));
  return *codes.rbegin();
}

}  // namespace gw::app
