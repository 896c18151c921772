// PagerDuty, Events API v2 ("Send an event"): one incident a session, its dedup_key the session's id; a fact about none has an
// incident of its own.
//
// trigger       an opening, a high-risk call, another address; every fact about no session
// acknowledge   an acknowledgement, unless it may be the actor's own and the session is critical: that one pages on
// resolve       the end of a session that is acknowledged, the acknowledgement of one that is over, a session that was merged away
// Nothing is sent for digests, which would reopen what somebody resolved. The end of a session that nobody acknowledged leaves the
// incident open, and says so in it, where there is one. What gets through late, after tries that failed, pages for nothing that is answered: see
// the .cpp.
#pragma once

#include <chrono>
#include <string>

#include "edge/receivers/receivers.h"

namespace gw::receivers {

class PagerDuty : public ports::Receiver {
 public:
  PagerDuty(Config config, HttpPost post) : config_(std::move(config)), post_(std::move(post)) {}
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // the key's form; nothing is posted

 private:
  ports::SendResult enqueue(const std::string& event, const std::string& dedup_key, Time now,
                            std::chrono::steady_clock::time_point end);
  Config config_;
  HttpPost post_;
};

}  // namespace gw::receivers
