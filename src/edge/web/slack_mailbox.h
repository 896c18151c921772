// Inside of edge/web: acknowledgements on their way to the thread that has the connection.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace gw::web {

// What other threads have for a socket's thread. The desk may answer when the socket is gone.
class Mailbox {
 public:
  Mailbox() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Mailbox() {
    if (wake_ >= 0) ::close(wake_);
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  struct Letter {
    std::uint64_t line = 0;  // that the press came by
    std::string text;        // empty: it is not acknowledged
  };
  void put(Letter letter) {
    {
      const std::lock_guard lock(mutex_);
      letters_.push_back(std::move(letter));
    }
    wake();
  }
  void wake() const { (void)::eventfd_write(wake_, 1); }
  std::vector<Letter> take() {
    eventfd_t count = 0;
    (void)::eventfd_read(wake_, &count);
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }
  void wait(std::chrono::milliseconds most) const {
    pollfd ready{wake_, POLLIN, 0};
    (void)poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(1, most.count())));
  }
  [[nodiscard]] int descriptor() const { return wake_; }

 private:
  const int wake_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace gw::web
