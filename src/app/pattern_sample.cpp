// A scan on one thread whose question notes what each pattern says, and wants no record.
#include "app/pattern_sample.h"

#include "app/scan_archive.h"
#include "app/scan_sink.h"
#include "base/neutralise.h"
#include "domain/watch/record_pattern.h"

namespace gw::app {
namespace {

constexpr std::size_t kShown = 5;

struct Count {
  watch::RecordPattern pattern;
  std::uint64_t matched = 0;
  std::string shown;
};
using Counts = std::map<std::string, Count>;

class Counter final : public scan::RecordTest {
 public:
  Counter(Counts& counts, std::uint64_t& records) : counts_(counts), records_(records) {}
  bool wanted(json::Value record, std::string_view) override {
    ++records_;
    for (auto& [name, count] : counts_) {
      if (!count.pattern.matches(record) || ++count.matched > kShown) continue;
      count.shown += (count.shown.empty() ? ": " : ", ") + visible(record["eventName"].text()) + " " +
                     visible(record["eventID"].text());
    }
    return false;
  }

 private:
  Counts& counts_;
  std::uint64_t& records_;
};

}  // namespace

Sample read_sample(const std::vector<watch::Watch>& watches, const std::vector<std::string>& paths, const Io& io) {
  Counts counts;
  for (const watch::Watch& watch : watches) {
    auto pattern = watch::RecordPattern::parse(watch.pattern);
    if (pattern && pattern->is_there()) counts[watch.name].pattern = std::move(*pattern);
  }
  std::uint64_t records = 0;
  scan::RecordQuestion question;
  question.make_test = [&] { return std::make_unique<Counter>(counts, records); };
  scan::Options options;
  options.paths = paths;
  options.question = &question;
  options.strict = true;
  options.now = io.now();
  const std::unique_ptr<ScanArchive> archive = make_scan_archive(options, io);
  options.archive = archive == nullptr ? nullptr : &archive->archive();
  const Result<watch::WatchSet> no_watches = watch::WatchSet::compile({});
  ScanSink sink(io, nullptr, false, false);
  const scan::Summary summary = scan::run(options, no_watches.value(), sink);
  sink.end();

  Sample out;
  out.unreadable = summary.stats.quarantined > 0 || summary.stats.failed_files > 0;
  for (const auto& [name, count] : counts) {
    out.lines[name] = "its pattern matches " + std::to_string(count.matched) + " of " + std::to_string(records) +
                      " records" + count.shown + (count.matched > kShown ? ", …" : "");
  }
  return out;
}

}  // namespace gw::app
