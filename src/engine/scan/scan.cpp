// Wiring of the scan: one walk, a Reader a thread, one Teller.
#include "engine/scan/scan.h"

#include <mutex>
#include <thread>
#include <vector>

#include "engine/scan/prefilter.h"
#include "engine/scan/reader.h"
#include "engine/scan/teller.h"
#include "engine/scan/walk.h"

namespace gw::scan {
namespace {

// Hands out the inputs of the walk, numbered.
class Dispenser {
 public:
  explicit Dispenser(const std::vector<std::string>& paths) : walk_(paths) {}
  std::optional<Input> next(std::uint64_t& index) {
    const std::lock_guard lock(mutex_);
    std::optional<Input> input = walk_.next();
    if (input) index = count_++;
    return input;
  }

 private:
  std::mutex mutex_;
  Walk walk_;
  std::uint64_t count_ = 0;
};

}  // namespace

Summary run(const Options& options, const watch::WatchSet& watches, Sink& sink) {
  const unsigned threads = options.threads == 0 ? 1 : options.threads;
  const watch::Needs needs = watches.needs();
  const Prefilter prefilter(options, needs);
  const Question question{options, watches, prefilter, SipKey::random()};
  Dispenser dispenser(options.paths);
  Teller teller(options, sink);
  const Budget budget = Budget::of(threads);

  std::mutex summary_mutex;
  Summary summary;
  const auto work = [&] {
    Reader reader(question, budget);
    std::uint64_t index = 0;
    while (const std::optional<Input> input = dispenser.next(index)) {
      const auto tell = [&](Batch batch, bool last, Teller::Sizes sizes) {
        return teller.tell(index, std::move(batch), last, sizes);
      };
      if (!reader.read(*input, tell)) break;
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
