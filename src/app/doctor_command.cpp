// doctor: reads every record of a feed and says what it holds, what it lacks, and what an empty scan does not exclude.
#include <algorithm>
#include <thread>

#include "app/cli.h"
#include "app/coverage_report.h"
#include "app/scan_sink.h"

namespace gw::app {

int run_doctor(const ScanArguments& arguments, const Io& io) {
  if (!arguments.format.empty() && arguments.format != "text" && arguments.format != "json") {
    complain(io, "--format: `" + arguments.format + "` is none of text, json");
    return kUsage;
  }
  if (!is_progress_choice(arguments.progress)) {
    complain(io, "--progress: `" + arguments.progress + "` is none of always, never, auto");
    return kUsage;
  }
  if (!are_local(arguments.paths, io)) return kUsage;
  scan::Options options;
  options.paths = arguments.paths;
  options.coverage = true;
  options.now = io.now();
  if (arguments.threads > 256) {
    complain(io, "--threads: at most 256");
    return kUsage;
  }
  options.threads = arguments.threads != 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  const Result<watch::WatchSet> watches = watch::WatchSet::compile({});
  ScanSink sink(io, nullptr, wants_progress(arguments.progress, io), arguments.verbose);
  const scan::Summary summary = scan::run(options, watches.value(), sink);
  sink.end();
  const std::string text = arguments.format == "json" ? coverage_json(summary.coverage, summary.stats)
                                                      : coverage_text(summary.coverage, summary.stats, true);
  if (const int code = print(io, text); code != kDone) return code;
  return summary.stats.quarantined > 0 || summary.stats.failed_files > 0 ? kUnreadable : kDone;
}

}  // namespace gw::app
