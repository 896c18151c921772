// One receiver's outbox, sent: claim, fold, send, mark.
//
// step() sends at most one message and says when to call again; whoever owns the thread, or the scripted clock, calls it. No
// step is longer than the receiver's deadline. What is claimed and not sent is kept for the next steps as long as the lease
// allows. The outcome of a send is marked at once; while that fails, nothing else is sent, so that the only message told
// twice is one whose process died between the receiver's yes and the mark. One thread at a time.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/notify/mutes.h"
#include "engine/notify/routing.h"
#include "engine/ports/receiver.h"
#include "engine/ports/store.h"

namespace gw::notify {

using Clock = std::function<Time()>;
using Random = std::function<double()>;  // 0 ≤ … < 1

// What people are told of a watch.
struct WatchWords {
  std::string runbook;
  std::string owner;
};

// What all senders share until the next reload.
struct Setup {
  Routes routes;
  ports::Telling telling;                     // without what the watch adds
  std::map<std::string, WatchWords> watches;  // by name
};

inline constexpr std::int64_t kSecondMicros = 1'000'000;
inline constexpr std::int64_t kLeaseMicros = 30 * kSecondMicros;
inline constexpr std::chrono::milliseconds kSendDeadline{10'000};
// Whatever a receiver asks for (a day, or a date by a clock that is wrong), it is tried again after this: an alert cannot wait for long.
inline constexpr std::int64_t kLongestAsked = 15 * 60 * kSecondMicros;
// What is critical and not accepted after this is told to the default receivers, too, and tried on here: nobody is to wait a day for it.
inline constexpr std::int64_t kTellOthersMicros = 15 * 60 * kSecondMicros;
// What is refused again and again as "later" goes to the default receivers after this.
inline constexpr std::int64_t kGiveUpMicros = std::int64_t{24} * 3600 * kSecondMicros;

// 1 s, doubled for each failure up to 5 min, of which `random` takes away up to half.
[[nodiscard]] std::int64_t backoff_micros(std::uint32_t failures, double random);

// For metrics and `outbox list`: how a receiver has been doing since the start.
struct SenderHealth {
  std::uint64_t accepted = 0;  // messages
  std::uint64_t retried = 0;
  std::uint64_t refused = 0;
  std::uint64_t lost_claims = 0;  // marks that came too late: another process has the rows
  std::uint32_t failing = 0;      // sends in a row that failed
  std::string last_failure;       // why
  std::optional<Time> accepted_at;
  std::optional<Time> failed_at;
  Time held_until;  // no sends before
};

class Sender {
 public:
  Sender(std::string name, std::shared_ptr<ports::Receiver> receiver, std::shared_ptr<const Setup> setup,
         ports::Outbox& outbox, Mutes& mutes, Clock clock, Random random);

  struct Step {
    Time again;             // call again then, or when something new was stored; not after now: at once
    bool sent = false;      // a message went out, whatever became of it
    bool rerouted = false;  // other receivers have something new
  };
  // `most`: a bound on the send, for the end of a shutdown.
  Step step(std::chrono::milliseconds most = kSendDeadline);

  // From the next step on.
  void replace(std::shared_ptr<ports::Receiver> receiver, std::shared_ptr<const Setup> setup);
  // Gives back what is claimed and not sent. The owner's last call.
  void give_back();
  [[nodiscard]] const SenderHealth& health() const { return health_; }

 private:
  using Mark = std::pair<ports::Claim, ports::Outcome>;
  struct Group {
    std::vector<ports::Claim> facts;  // one message
    bool quiet = false;
  };

  bool take(Time now, Step& step);
  void sort(std::vector<ports::Claim> session, Time now, std::vector<Mark>& settled);
  void sort_threaded(Group group, Time now, std::vector<Mark>& settled);
  bool settle_muted(const ports::Claim& claim, Time now, bool& quiet, std::vector<Mark>& settled);
  void fold_storms();
  void send(Group group, std::chrono::milliseconds deadline);
  void accepted(const Group& group, const ports::SendResult& result);
  void failed(const Group& group, const ports::SendResult& result, Time at);
  [[nodiscard]] ports::Outcome parked(const ports::Claim& claim, std::string reason) const;
  [[nodiscard]] ports::Telling telling(const ports::Claim& claim) const;
  bool write_marks(Time now);

  std::string name_;
  std::shared_ptr<ports::Receiver> receiver_;
  std::shared_ptr<const Setup> setup_;
  ports::Outbox& outbox_;
  Mutes& mutes_;
  Clock clock_;
  Random random_;
  ports::Receiver::Traits traits_;

  std::deque<Group> queue_;  // claimed, to be sent
  Time claimed_at_;
  std::vector<Mark> marks_;  // decided, not yet in the store
  SenderHealth health_;
};

}  // namespace gw::notify
