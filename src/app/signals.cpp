#include "app/signals.h"

#include <pthread.h>

#include <ctime>

namespace gw::app {

Signals::Signals() {
  ::sigemptyset(&set_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set_, signal);
  ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
}

Signals::~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int Signals::wait(std::chrono::milliseconds time) const {
  const timespec limit{time.count() / 1000, time.count() % 1000 * 1'000'000};
  const int signal = ::sigtimedwait(&set_, nullptr, &limit);
  return signal < 0 ? 0 : signal;
}

// A shell that starts it in the background has them ignored.
void Signals::let_end() const {
  sigset_t ends{};
  ::sigemptyset(&ends);
  struct sigaction as_usual {};
  as_usual.sa_handler = SIG_DFL;
  for (const int signal : {SIGTERM, SIGINT}) {
    ::sigaction(signal, &as_usual, nullptr);
    ::sigaddset(&ends, signal);
  }
  ::pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
}

}  // namespace gw::app
