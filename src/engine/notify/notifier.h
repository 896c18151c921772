// Runs the senders: one thread for each receiver, so that what a receiver that hangs does delays no other.
//
// Woken by the outbox and by time. Receivers may be replaced while it runs; rows of receivers that are not configured (any
// more) are parked, in sight, and told to the default receivers. All calls may come from any thread, but start(), replace()
// and stop() from one at a time.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/notify/sender.h"
#include "engine/ports/receiver.h"
#include "engine/ports/store.h"

namespace gw::notify {

class Notifier {
 public:
  using Receivers = std::map<std::string, std::shared_ptr<ports::Receiver>>;

  // `outbox` and `admin` outlive it. `clock` and `random` are called from many threads.
  Notifier(ports::Outbox& outbox, ports::Admin& admin, Clock clock, Random random);
  ~Notifier();  // stop() without time to drain

  // `setup` names the same receivers as `receivers`.
  void start(Receivers receivers, Setup setup);
  // Swaps the set in: a sender that is in the middle of a send ends it first, the others go on at once.
  void replace(Receivers receivers, Setup setup);
  void wake();

  // Sends what is due for at most `grace`, to receivers that accept it, then stops. Returns at the latest when the sends that run reach their deadline.
  // Answers how each receiver has been doing.
  std::map<std::string, SenderHealth> stop(std::chrono::milliseconds grace);

  [[nodiscard]] std::map<std::string, SenderHealth> health() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

// Parks what waits for receivers that `routes` does not know. Answers how many rows; the first error ends it.
[[nodiscard]] Result<std::size_t> park_unknown(ports::Outbox& outbox, const Routes& routes, Time now);

}  // namespace gw::notify
