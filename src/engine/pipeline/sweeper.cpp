#include "engine/pipeline/sweeper.h"

#include <chrono>
#include <utility>

#include "base/uuid.h"
#include "domain/session/correlate.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

constexpr std::size_t kAtOnce = 200;
constexpr std::chrono::milliseconds kPause{1000};

}  // namespace

Result<std::size_t> sweep(ports::Store& store, const Settings& settings, Time now) {
  std::size_t swept = 0;
  for (;;) {
    auto due = store.due(now, kAtOnce);
    if (!due) return std::move(due).error();
    const std::size_t count = due->sessions.size() + due->folds.size();
    if (count == 0) return swept;
    ports::Ask ask;
    ask.session_ids = due->sessions;
    ask.folds = due->folds;
    const Status status = store.commit(ask, [&](const ports::Loaded& loaded) {
      session::Context context;
      context.now = now;
      context.new_id = [](Time at) { return random_uuid7(at); };
      context.config_hash = settings.config_hash;
      session::Changes changes = session::sweep(loaded.sessions, loaded.folds, context);
      ports::Commit commit;
      commit.at = now;
      commit.sessions = std::move(changes.sessions);
      commit.folds = std::move(changes.folds);
      route(settings, std::move(changes.alerts), loaded, commit);
      return commit;
    });
    if (!status) return status.error();
    swept += count;
    // What stays due would be asked for again and again; the next round may find it changed.
    if (count < kAtOnce) return swept;
  }
}

SweeperThread::SweeperThread(ports::Store& store, Provider settings, std::function<Time()> clock)
    : store_(store), settings_(std::move(settings)), clock_(std::move(clock)), thread_([this] {
        for (;;) {
          {
            std::unique_lock lock(mutex_);
            if (wake_.wait_for(lock, kPause, [this] { return stopped_; })) return;
          }
          step();
        }
      }) {}

SweeperThread::~SweeperThread() { stop(); }

void SweeperThread::step() {
  const std::lock_guard lock(stepping_);
  // A store that does not answer is the pipeline's to tell; the next second tries again.
  (void)sweep(store_, *settings_(), clock_());
}

void SweeperThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace gw::pipeline
