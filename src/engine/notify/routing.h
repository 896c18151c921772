// Who is told: alerts → the notifications that are stored with them. Pure; safe from any thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/model/access_event.h"
#include "domain/model/alert.h"

namespace gw::notify {

// What is configured, as far as routing goes.
struct Routes {
  struct Receiver {
    std::string name;
    std::string type;  // slack, webhook, stdout, file
  };
  std::vector<Receiver> receivers;    // in file order
  std::vector<std::string> defaults;  // default_receivers
  bool shadow = false;                // only receivers of type file or stdout are told

  [[nodiscard]] bool knows(const std::string& name) const;
};

// A summary lists this many sessions at most: a message that lists them stays within every receiver's limits.
inline constexpr std::size_t kStormSessions = 200;

inline constexpr std::size_t kEscalatedAlone = 2;

// Beyond `opened` openings of one watch within `within_micros`, openings are told in one summary.
struct Storm {
  std::size_t opened = 30;
  std::int64_t within_micros = std::int64_t{10} * 60 * 1'000'000;
};

// The receivers of an alert that asks for `wanted`, each once: those that are configured; the defaults when it asks for none,
// or for one that is not configured (any more); every configured one when there are no defaults either. In shadow mode
// every receiver of type file or stdout, and no other.
[[nodiscard]] std::vector<std::string> receivers_of(const std::vector<std::string>& wanted, const Routes& routes);

// Who is told instead, when `receiver` refuses for good: the defaults but itself, those that are told of this alert anyway,
// and the one that refused it before. May be empty: then it is parked in sight and that is all.
[[nodiscard]] std::vector<std::string> reroute(const model::Alert& alert, const model::Notification& refused,
                                               const Routes& routes);

struct Made {
  std::vector<model::Notification> notifications;
  std::vector<model::Alert> alerts;  // summaries of storms, to be stored with the others
};
using NewId = std::function<std::string(Time)>;
// `openings`: by watch, when session_opened alerts were created lately (ports::Loaded::openings), without those in `alerts`.
// Facts of a session that is planned as a whole are born folded at a pager, as long as somebody else is told. Of escalations of
// one watch and step in `alerts`, those beyond kEscalatedAlone are told in a summary, as openings beyond the cap are.
// The notifications of an opening beyond the cap are born folded into a summary, whose data lists the session; every such
// session stands in exactly one summary, which lists kStormSessions at most. The first summary is due at once, later ones at the end of the minute, when
// the sender makes one message of all that are due.
[[nodiscard]] Made make_notifications(const std::vector<model::Alert>& alerts, const Routes& routes, const Storm& storm,
                                      const std::map<std::string, std::vector<Time>>& openings, Time now,
                                      const NewId& new_id);

// For `route test`: what would become of an access that the watches have decided about.
struct Told {
  std::vector<std::string> receivers;
  std::string why;  // one clause, also when nobody is told
};
[[nodiscard]] Told who_is_told(const model::AccessEvent& decided, const Routes& routes);

}  // namespace gw::notify
