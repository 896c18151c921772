// The clock's part: looks at sessions and folds whose time has come, and commits what follows (digests, lapses, counts of
// attempts that failed).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/settings.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

// Looks once at what is due at `now`, some hundred at a time until nothing is left. Answers how many there were. One caller at
// a time.
[[nodiscard]] Result<std::size_t> sweep(ports::Store& store, const Settings& settings, Time now);

// A thread that does so every second. What it refers to outlives it.
class SweeperThread {
 public:
  SweeperThread(ports::Store& store, Provider settings, std::function<Time()> clock);
  ~SweeperThread();  // stop()
  SweeperThread(const SweeperThread&) = delete;
  SweeperThread& operator=(const SweeperThread&) = delete;

  void step();  // now, in the caller's thread
  void stop();

 private:
  ports::Store& store_;
  const Provider settings_;
  const std::function<Time()> clock_;
  std::mutex stepping_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace gw::pipeline
