// Inside of edge/web: a press in Slack as it comes ("Verifying requests from Slack", "Handling user interaction"): is it
// Slack's, is it new, and what does it say? Pure but for UsedPresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/model/session.h"

namespace gw::web {

// `v0=` and the hex of HMAC-SHA256 over `v0:<timestamp>:<body>`, compared in constant time.
[[nodiscard]] bool is_signed_by_slack(std::string_view secret, std::string_view timestamp, std::string_view body,
                                      std::string_view signature);
// Within five minutes of now, on either side. Only digits are a timestamp.
[[nodiscard]] bool is_fresh_press(std::string_view timestamp, Time now);
[[nodiscard]] bool is_fresh_press(Time at, Time now);
// What a press is remembered by.
[[nodiscard]] std::string press_hash(std::string_view timestamp, std::string_view body);

struct Press {
  std::string team;
  std::string app;
  std::string user;  // U…
  std::string channel;
  std::string trigger;     // what a modal is opened with; no two presses have the same
  std::optional<Time> at;  // of a button
  std::string session;
  model::ResponseKind kind = model::ResponseKind::acknowledged;
  bool asks = false;  // it asks for the modal in which the reason is written; otherwise this is what is said
  std::string note;
  std::string ticket;
};
// A form whose one field is `payload`. `invalid_input` for what is none of our buttons and modals, or whose ids are not such as
// Slack and glasswatch make. Texts keep what people wrote, without control characters; longer ones than respond() takes are cut.
[[nodiscard]] Result<Press> parse_press(std::string_view body);
// The same of the payload itself, as Socket Mode brings it.
[[nodiscard]] Result<Press> read_press(json::Value payload);

// The modal in which a reason is asked for, as a body of views.open.
[[nodiscard]] std::string modal_of(const Press& press);

// Presses that were seen while their signatures were still good. Bounded by that time; safe from any thread.
class UsedPresses {
 public:
  // False: it was there before.
  bool use(const std::string& hash, Time now);
  // It came to nothing, through no fault of its own: it may come again.
  void forget(const std::string& hash);
  // What it asked for is done, or refused for good.
  void settle(const std::string& hash);
  [[nodiscard]] bool is_settled(const std::string& hash) const;

 private:
  struct Seen {
    Time at;
    bool is_settled = false;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

}  // namespace gw::web
