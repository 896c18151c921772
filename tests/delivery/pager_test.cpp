// A pager that fails now and then, and loses answers: whatever order its facts get through in, the incident ends as its session does.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/json/doc.h"
#include "edge/receivers/receivers.h"
#include "edge/receivers/samples.h"
#include "engine/notify/fixture.h"

namespace gw::test {
namespace {

using model::AlertKind;
using notify::kSecondMicros;

// What PagerDuty makes of events: only a trigger opens an incident, and what is said about none is forgotten.
struct Incidents {
  std::map<std::string, std::string> states;

  void take(const std::string& action, const std::string& key) {
    const auto at = states.find(key);
    const bool is_open = at != states.end() && at->second != "resolved";
    if (action == "trigger" && !is_open) states[key] = "triggered";
    if (action == "acknowledge" && is_open) states[key] = "acknowledged";
    if (action == "resolve" && is_open) states[key] = "resolved";
  }
};

struct Pager {
  explicit Pager(unsigned seed) : random(seed) {
    receivers::Config config;
    config.name = "hook";
    config.type = "pagerduty";
    config.routing_key = []() -> Result<std::string> { return std::string(32, 'k'); };
    auto made = receivers::make_receiver(std::move(config),
                                         [this](const std::string&, const receivers::Headers&, const std::string& body,
                                                std::chrono::milliseconds) { return answer(body); });
    if (!made) std::abort();
    receiver = *made;
  }
  bool chance(unsigned percent) { return random() % 100 < percent; }

  Result<receivers::Reply> answer(const std::string& body) {
    if (chance(60)) return receivers::Reply{503, {}, {}};
    json::Doc doc;
    EXPECT_TRUE(doc.parse(body));
    incidents.take(std::string(doc.root()["event_action"].text()), std::string(doc.root()["dedup_key"].text()));
    if (chance(20)) return Error{Errc::unavailable, "the answer got lost"};
    return receivers::Reply{202, {}, {}};
  }

  std::mt19937 random;
  Incidents incidents;
  std::shared_ptr<ports::Receiver> receiver;
};

struct Story {
  explicit Story(unsigned seed) : pager(seed), session(receivers::sample_session()) {}

  void tell(AlertKind kind) {
    outbox.put(session);
    outbox.add_one(std::to_string(++rows), "hook", session.id, now, kind, model::Severity::critical);
    wait(static_cast<unsigned>(pager.random() % 6));
  }
  // Steps the sender through `seconds`; 0: until nothing waits.
  void wait(unsigned seconds) {
    const Time end{now.micros + seconds * kSecondMicros};
    for (int i = 0; i < 10'000; ++i) {
      const notify::Sender::Step step = sender.step();
      if (step.again <= now) continue;
      const auto due = outbox.next_due("hook");
      if (seconds == 0 ? !due || !*due : step.again > end) break;
      now = step.again;
    }
    if (seconds > 0) now = end;
  }

  Time now = notify::kNoon;
  Pager pager;
  model::Session session;
  notify::MemoryOutbox outbox;
  notify::Mutes mutes{outbox};
  std::shared_ptr<notify::Setup> setup = std::make_shared<notify::Setup>();
  notify::Sender sender{"hook", pager.receiver, setup, outbox, mutes, [this] { return now; }, [] { return 0.5; }};
  int rows = 0;
};

TEST(Pager, AnIncidentEndsAsItsSessionDoesWhateverFailsInBetween) {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    Story story(seed);
    model::Session& s = story.session;
    const bool is_acknowledged = seed % 4 != 0;
    const bool ends = seed % 3 != 0;
    const bool ends_first = seed % 2 == 0;
    const auto acknowledge = [&] {
      s.acknowledged = model::Acknowledgement{story.now, "carol", "api", "", true};
      story.tell(AlertKind::session_acknowledged);
    };
    const auto end = [&] {
      s.state = model::SessionState::lapsed;
      s.lapsed_at = story.now;
      story.tell(AlertKind::session_lapsed);
    };
    story.tell(AlertKind::session_opened);
    if (story.pager.chance(50)) story.tell(AlertKind::session_high_risk);
    if (story.pager.chance(50)) story.tell(AlertKind::session_escalated);
    if (ends && ends_first) end();
    if (is_acknowledged) acknowledge();
    if (story.pager.chance(50) && s.state == model::SessionState::open) story.tell(AlertKind::session_new_address);
    if (ends && !ends_first) end();
    story.wait(0);
    const auto at = story.pager.incidents.states.find(s.id);
    const std::string state = at == story.pager.incidents.states.end() ? "none" : at->second;
    if (!is_acknowledged) {
      EXPECT_EQ(state, "triggered") << "seed " << seed;
    } else if (!ends) {
      EXPECT_EQ(state, "acknowledged") << "seed " << seed;
    } else {
      EXPECT_TRUE(state == "resolved" || state == "none") << "seed " << seed << ": " << state;
    }
  }
}

}  // namespace
}  // namespace gw::test
