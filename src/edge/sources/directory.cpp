#include "edge/sources/directory.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "edge/sources/watcher.h"

namespace gw::sources {

using std::chrono::steady_clock;

namespace {

constexpr int kLastLooks = 10;
constexpr std::chrono::milliseconds kMoment{20};

}  // namespace

class Directory::Impl {
 public:
  Impl(const DirectoryConfig& config, Submit submit, ports::Recovery& cursors, std::function<Time()> clock)
      : second_look_(config.second_look),
        rescan_(config.rescan),
        clock_(clock),
        watcher_(config.path, config.max_watches),
        scan_(config, std::move(submit), cursors, std::move(clock)) {
    // Before it is read, so that nothing falls between.
    scan_.on_folder([this](const std::string& folder) { watcher_.add(folder); });
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void finish() {
    is_ending_ = true;
    watcher_.wake();
    if (thread_.joinable()) thread_.join();
  }

  Status health() const {
    const std::lock_guard lock(mutex_);
    return health_;
  }
  Time looked_at() const {
    const std::lock_guard lock(mutex_);
    return looked_at_;
  }

 private:
  void run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { watcher_.wake(); });
    while (!stop.stop_requested() && !is_ending_) {
      const bool complete = look(stop);
      const steady_clock::time_point soon = steady_clock::now() + second_look_;
      const steady_clock::time_point next = complete ? steady_clock::now() + rescan_ : soon;
      while (!stop.stop_requested() && !is_ending_) {
        const auto until = scan_.wants_another_look() ? std::min(soon, next) : next;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) break;
        // Not asleep for long: what is given back is told by nobody.
        if (!take(watcher_.wait(std::min(left, second_look_)), stop)) break;
      }
    }
    end(stop);
  }

  // As often as it may bring something.
  void end(const std::stop_token& stop) {
    for (int looks = 0; looks < kLastLooks && !stop.stop_requested(); ++looks) {
      (void)look(stop);
      while (scan_.is_waiting() && !stop.stop_requested()) (void)watcher_.wait(kMoment);
      if (!scan_.wants_another_look()) return;
      const steady_clock::time_point until = steady_clock::now() + second_look_;
      while (steady_clock::now() < until && !stop.stop_requested()) (void)watcher_.wait(kMoment);
    }
  }

  // Everything. False when something kept it from that.
  bool look(const std::stop_token& stop) {
    Status status = scan_.look({}, stop);
    const std::lock_guard lock(mutex_);
    if (status && !stop.stop_requested()) looked_at_ = clock_();
    health_ = std::move(status);
    return health_.has_value();
  }

  // False: everything has to be looked through.
  bool take(const std::vector<Watcher::Change>& changes, const std::stop_token& stop) {
    for (const Watcher::Change& change : changes) {
      if (stop.stop_requested()) return false;
      if (change.kind == Watcher::Change::Kind::lost) return false;
      const Status status = change.kind == Watcher::Change::Kind::folder ? scan_.look(change.folder, stop)
                                                                         : scan_.take(change.folder, change.name, stop);
      if (!status) return false;
    }
    return true;
  }

  const std::chrono::milliseconds second_look_;
  const std::chrono::milliseconds rescan_;
  const std::function<Time()> clock_;
  std::atomic<bool> is_ending_ = false;
  Watcher watcher_;
  DirectoryScan scan_;
  mutable std::mutex mutex_;
  Status health_ = ok();
  Time looked_at_;
  std::jthread thread_;
};

Directory::Directory(const DirectoryConfig& config, Submit submit, ports::Recovery& cursors,
                     std::function<Time()> clock)
    : impl_(std::make_unique<Impl>(config, std::move(submit), cursors, std::move(clock))) {}
Directory::~Directory() = default;

void Directory::finish() { impl_->finish(); }
Status Directory::health() const { return impl_->health(); }
Time Directory::looked_at() const { return impl_->looked_at(); }

}  // namespace gw::sources
