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

#include "base/log.h"
#include "engine/notify/sender.h"

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

 private:
  struct Seen {
    bool failing = false;
    std::uint64_t refused = 0;
  };
  Tell tell_;
  std::map<std::string, Seen> receivers_;
  std::vector<std::string> problems_;
};

}  // namespace gw::app
