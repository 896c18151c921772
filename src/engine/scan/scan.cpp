// Wiring of the scan: one walk, a Reader a thread, one Teller.
#include "engine/scan/scan.h"

#include <unistd.h>

#include <mutex>
#include <thread>
#include <vector>

#include "engine/scan/prefilter.h"
#include "engine/scan/read_ahead.h"
#include "engine/scan/reader.h"
#include "engine/scan/teller.h"

namespace gw::scan {
namespace {

// Objects of an archive that are fetched, or wait, at a time: what a round trip takes is then no matter.
constexpr unsigned kFetched = 16;

bool read(Reader& reader, const ReadAhead::Next& next, const Reader::Tell& tell) {
  if (!next.is_fetched) return reader.read(next.input, tell);
  const bool goes_on = reader.read(next.input, next.content, tell);
  if (!next.content.file.empty()) ::unlink(next.content.file.c_str());
  return goes_on;
}

}  // namespace

Summary run(const Options& options, const watch::WatchSet& watches, Sink& sink) {
  const unsigned threads = options.threads == 0 ? 1 : options.threads;
  const watch::Needs needs = watches.needs();
  const Prefilter prefilter(options, needs);
  const Question question{options, watches, prefilter, SipKey::random()};
  ReadAhead inputs(options.paths, options.archive, kFetched);
  Teller teller(options, sink);
  const Budget budget = Budget::of(threads);

  std::mutex summary_mutex;
  Summary summary;
  const auto work = [&] {
    Reader reader(question, budget);
    while (const std::optional<ReadAhead::Next> next = inputs.next()) {
      const auto tell = [&](Batch batch, bool last, Teller::Sizes sizes) {
        return teller.tell(next->index, std::move(batch), last, sizes);
      };
      if (!read(reader, *next, tell)) break;
    }
    const std::lock_guard lock(summary_mutex);
    reader.coverage().merge_into(summary.coverage);
  };
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  summary.stats = teller.finish();
  summary.highest = teller.highest();
  summary.stopped = teller.stopped();
  return summary;
}

}  // namespace gw::scan
