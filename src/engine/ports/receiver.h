// Where alerts go. Implementations: edge/receivers. One conformance suite: tests/conformance/receiver_suite.h.
//
// A receiver turns what is due for one session (or one alert that is about none) into one message and says what became of
// it. It keeps no state but connections: what it must remember is in the Thread that it answers with. One thread at a time
// calls it; it blocks for at most `deadline`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/model/alert.h"
#include "domain/model/session.h"
#include "engine/ports/store.h"

namespace gw::ports {

// What people are told beside the facts: names and links, from the configuration.
struct Telling {
  std::string runbook;  // of the watch
  std::string watch_owner;
  std::string local_zone = "UTC";  // IANA name, for local times
  std::string api_base;            // of this glasswatch's own pages; empty: no links
  std::string mode = "alert";
  std::string version;
};

struct Message {
  std::vector<Claim> facts;  // oldest first, at least one; all about one session, or exactly one about none
  bool is_first = false;     // nothing about this session was told at this receiver yet
  bool quiet = false;        // a mute covers it, but it is critical: told where its session is, nobody is mentioned
  Time now;
  Telling telling;
};

enum class SendVerdict : std::uint8_t {
  accepted,
  retry,    // throttled, unavailable, timed out: `retry_after` where the receiver said so
  refused,  // for good: a configuration alarm
};

struct SendResult {
  SendVerdict verdict = SendVerdict::retry;
  std::string reason;  // "HTTP 503", "ok:false channel_not_found"; never a secret, never a URL's query
  std::optional<std::chrono::seconds> retry_after;
  bool about_secret = false;  // refused, perhaps because a secret (or an address that is one) has been replaced
  std::string reference;
  std::string note;  // accepted, and yet there is something to see to: one clause, kept with the row's reason
  std::optional<model::Thread> thread;
};

class Receiver {
 public:
  virtual ~Receiver() = default;
  // How notifications are gathered: a receiver with threads is told a session's facts together, at most once a minute.
  struct Traits {
    bool threads = false;  // facts of a session are folded into one post per `thread_pause`
    std::chrono::seconds thread_pause{60};
    std::chrono::milliseconds pause{0};  // between any two messages
    bool digests_only = false;  // after the opening only digests, lapses and what is critical (Slack webhook mode)
  };
  [[nodiscard]] virtual Traits traits() const = 0;
  virtual SendResult send(const Message& message, std::chrono::milliseconds deadline) = 0;
  // Are the credentials good? Posts nothing.
  virtual SendResult check(std::chrono::milliseconds deadline) = 0;
};

}  // namespace gw::ports
