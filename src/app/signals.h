// The signals that a daemon waits for. Made before any thread is started: they are blocked in all of them.
#pragma once

#include <csignal>

#include <chrono>

namespace gw::app {

class Signals {
 public:
  Signals();   // SIGTERM, SIGINT, SIGHUP
  ~Signals();  // as it was before
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next one; 0: none came in that time.
  [[nodiscard]] int wait(std::chrono::milliseconds time) const;
  // From now on SIGTERM and SIGINT end the process at once.
  void let_end() const;

 private:
  sigset_t set_{};
  sigset_t before_{};
};

}  // namespace gw::app
