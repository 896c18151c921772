// match: a pattern → the records that it matches, as a scan of the same inputs reads them.
#include <algorithm>
#include <set>
#include <thread>

#include "app/pattern.h"
#include "app/scan_archive.h"
#include "app/scan_sink.h"
#include "app/scan_stats.h"
#include "base/neutralise.h"
#include "domain/pattern/event_set.h"
#include "domain/pattern/literals.h"

namespace gw::app {
namespace {

class LogTest final : public scan::RecordTest {
 public:
  LogTest(const pattern::LogPattern& pattern, bool invert) : pattern_(pattern), invert_(invert) {}
  bool wanted(json::Value record, std::string_view) override { return matches(pattern_, record) != invert_; }

 private:
  const pattern::LogPattern& pattern_;
  const bool invert_;
};

class EventTest final : public scan::RecordTest {
 public:
  EventTest(const pattern::EventSet& set, const PatternArguments& arguments)
      : matcher_(set), bare_(arguments.bare), invert_(arguments.invert) {}

  bool wanted(json::Value record, std::string_view event) override {
    const bool holds = bare_           ? !matcher_.match(record.raw()).empty()
                       : event.empty() ? !matcher_.match_record(record).empty()
                                       : !matcher_.match(event).empty();
    return holds != invert_;
  }
  std::optional<bool> skim(json::Doc& doc) override {
    if (bare_) return std::nullopt;
    const auto* matched = matcher_.match_next_record(doc);
    if (matched == nullptr) return std::nullopt;
    return matched->empty() == invert_;
  }

 private:
  pattern::EventMatcher matcher_;
  const bool bare_;
  const bool invert_;
};

// Records come as their lines.
class LinePrinter final : public Printer {
 public:
  explicit LinePrinter(bool count_only) : count_only_(count_only) {}
  void begin(std::string&) override {}
  void finding(std::string&, const model::AccessEvent&) override {}
  [[nodiscard]] bool takes_wire() const override { return true; }
  void wire(std::string& out, std::string_view record) override {
    ++count_;
    if (!count_only_) out.append(record).push_back('\n');
  }
  void end(std::string& out) override {
    if (count_only_) out += std::to_string(count_) + "\n";
  }

 private:
  const bool count_only_;
  std::uint64_t count_ = 0;
};

// Why nothing may be found, where that can be told from the pattern.
void warn(const pattern::Pattern& pattern, const PatternArguments& arguments, const Io& io) {
  if (pattern.event() == nullptr || arguments.bare) return;
  constexpr std::string_view kFields[] = {"version", "id",     "detail-type", "source", "account",
                                          "time",    "region", "resources",   "detail"};
  for (const auto& path : pattern.event()->paths) {
    if (std::find(std::begin(kFields), std::end(kFields), path.front()) != std::end(kFields)) continue;
    complain(io, "note: an EventBridge event has no field `" + path.front() +
                     "`; a record is its `detail` (--bare matches the record itself)");
    return;
  }
}

}  // namespace

int run_match(const PatternArguments& arguments, const Io& io) {
  const auto pattern = command_line_pattern(arguments, io);
  if (!pattern) return kUsage;
  const auto tolerated = parse_count(arguments.max_quarantined);
  if (!tolerated) complain(io, "--max-quarantined: `" + arguments.max_quarantined + "` is no number");
  if (!is_progress_choice(arguments.progress))
    complain(io, "--progress: `" + arguments.progress + "` is none of always, never, auto");
  if (arguments.threads > 256) complain(io, "--threads: at most 256");
  if (!tolerated || !is_progress_choice(arguments.progress) || arguments.threads > 256) return kUsage;
  if (arguments.explain) (void)write_all(io.err, describe(*pattern));
  warn(*pattern, arguments, io);

  scan::RecordQuestion question;
  if (!arguments.invert) question.literals = pattern::needed_literals(*pattern, arguments.bare);
  pattern::EventSet set;
  if (const pattern::EventPattern* event = pattern->event()) {
    pattern::EventSet::Builder builder;
    builder.add(*event, arguments.pattern);
    set = std::move(builder).build();
  }
  question.make_test = [&]() -> std::unique_ptr<scan::RecordTest> {
    if (const pattern::LogPattern* log = pattern->log()) return std::make_unique<LogTest>(*log, arguments.invert);
    return std::make_unique<EventTest>(set, arguments);
  };
  scan::Options options;
  options.paths = arguments.paths.empty() ? std::vector<std::string>{"-"} : arguments.paths;
  options.question = &question;
  options.strict = arguments.strict;
  options.dedupe = scan::Dedupe::off;
  options.prefilter = io.environment("GLASSWATCH_NO_PREFILTER").value_or("") != "1";
  options.threads = arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  options.now = io.now();
  const std::unique_ptr<ScanArchive> archive = make_scan_archive(options, io);
  options.archive = archive == nullptr ? nullptr : &archive->archive();

  const Result<watch::WatchSet> no_watches = watch::WatchSet::compile({});
  LinePrinter printer(arguments.count);
  ScanSink sink(io, &printer, wants_progress(arguments.progress, io), arguments.verbose);
  const scan::Summary summary = scan::run(options, no_watches.value(), sink);
  sink.end();
  std::set<int> codes;
  if (sink.output_failed()) {
    complain(io, "standard output cannot be written");
    codes.insert(kOutside);
  }
  const scan::Stats& stats = summary.stats;
  if (std::max(stats.quarantined, stats.failed_files) > *tolerated) codes.insert(kUnreadable);
  if (codes.empty()) codes.insert(kDone);
  if (arguments.stats) (void)write_all(io.err, stats_json(stats, codes, io.now().micros - options.now.micros));
  return *codes.rbegin();
}

}  // namespace gw::app
