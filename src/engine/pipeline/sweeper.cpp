#include "engine/pipeline/sweeper.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/uuid.h"
#include "domain/session/correlate.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

constexpr std::size_t kStep = 200;
constexpr int kMaxSteps = 1000;

}  // namespace

Result<std::optional<Time>> sweep(ports::Committer& committer, ports::Reader& reader, const Settings& settings,
                                  Time now) {
  for (int step = 0; step < kMaxSteps; ++step) {
    Result<ports::Reader::Due> due = reader.due(now, kStep);
    if (!due) return std::move(due).error();
    if (due->sessions.empty() && due->folds.empty()) return due->next;
    ports::Ask ask;
    ask.session_ids = due->sessions;
    ask.folds = due->folds;
    std::size_t changed = 0;
    const Status status = committer.commit(ask, [&](const ports::Loaded& loaded) {
      session::Context context;
      context.now = now;
      context.new_id = [](Time time) { return random_uuid7(time); };
      context.config_hash = settings.config_hash;
      session::Changes changes = session::sweep(loaded.sessions, loaded.folds, context);
      changed = changes.sessions.size() + changes.folds.size();
      ports::Commit commit;
      commit.at = now;
      commit.sessions = std::move(changes.sessions);
      commit.folds = std::move(changes.folds);
      route(settings, std::move(changes.alerts), loaded, commit);
      return commit;
    });
    if (!status) return status.error();
    if (changed == 0) return due->next;  // somebody was faster
  }
  return std::optional<Time>(now);
}

class Sweeper::Impl {
 public:
  Impl(ports::Store& store, Provider settings, std::function<Time()> clock, std::chrono::milliseconds pause)
      : store_(store), settings_(std::move(settings)), clock_(std::move(clock)), pause_(pause) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  Status health() const {
    const std::lock_guard lock(mutex_);
    return health_;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto done = sweep(store_, store_, *settings_(), clock_());
      std::unique_lock lock(mutex_);
      health_ = done ? ok() : Status(done.error());
      (void)stopped_.wait_for(lock, stop, pause_, [] { return false; });
    }
  }

  ports::Store& store_;
  const Provider settings_;
  const std::function<Time()> clock_;
  const std::chrono::milliseconds pause_;
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  Status health_ = ok();
  std::jthread thread_;
};

Sweeper::Sweeper(ports::Store& store, Provider settings, std::function<Time()> clock, std::chrono::milliseconds pause)
    : impl_(std::make_unique<Impl>(store, std::move(settings), std::move(clock), pause)) {}
Sweeper::~Sweeper() = default;

Status Sweeper::health() const { return impl_->health(); }

}  // namespace gw::pipeline
