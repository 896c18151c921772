// Keeps SIGPIPE away from a thread while it lives: for libraries that write to sockets which the other side may have closed, and
// leave the signal to their caller (libcurl with CURLOPT_NOSIGNAL). One that was pending before stays so. Made and destroyed by
// one thread.
#pragma once

#include <csignal>

namespace gw {

class NoSigpipe {
 public:
  NoSigpipe();
  ~NoSigpipe();
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace gw
