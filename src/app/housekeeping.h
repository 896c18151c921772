// What a daemon does now and then beside its work, on a thread of its own, so that nothing of it can hold up signals.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/config/daemon.h"
#include "base/log.h"
#include "base/result.h"
#include "engine/notify/sender.h"
#include "engine/ports/store.h"

namespace gw::app {

class Housekeeper {
 public:
  struct Task {
    std::chrono::milliseconds every;
    std::function<void()> run;
    std::chrono::milliseconds first{0};  // after the start
  };
  explicit Housekeeper(std::vector<Task> tasks);
  ~Housekeeper();  // waits for the task that runs
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void work(const std::stop_token& stop);
  std::vector<Task> tasks_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

// Says in the log when a receiver or the daemon itself begins to fail and when it has recovered: each once, not at every try.
class HealthLog {
 public:
  using Tell = std::function<void(Log::Level, std::string_view message, Log::Fields fields)>;
  explicit HealthLog(Tell tell) : tell_(std::move(tell)) {}

  void receivers(const std::map<std::string, notify::SenderHealth>& health);
  void problems(const std::vector<std::string>& problems);  // what keeps it from being ready
  void doubts(const std::vector<std::string>& doubts);      // what does not
  void clockwork(const Status& ticked);

 private:
  struct Seen {
    bool failing = false;
    std::uint64_t refused = 0;
  };
  // Each that is new, and that there are none any more.
  void sentences(std::vector<std::string>& before, const std::vector<std::string>& now, Log::Level level,
                 std::string_view what, std::string_view end) const;

  Tell tell_;
  std::map<std::string, Seen> receivers_;
  std::vector<std::string> problems_;
  std::vector<std::string> doubts_;
  std::string clockwork_;
};

// Whether messages leave: no receiver has failed several times in a row.
[[nodiscard]] bool tells(const std::map<std::string, notify::SenderHealth>& health);

[[nodiscard]] ports::Admin::Retention retention_of(const DaemonConfig& config, Time now);

// Whether a notification waits whose time has come.
[[nodiscard]] bool something_is_due(ports::Store& store, Time now);

}  // namespace gw::app
