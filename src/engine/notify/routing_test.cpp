#include "engine/notify/routing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gw::notify {
namespace {

using model::AlertKind;
using model::SendState;
using Names = std::vector<std::string>;

constexpr std::int64_t kMinute = std::int64_t{60} * 1'000'000;
constexpr Time kNow{std::int64_t{1'800'000'000} * 1'000'000 + 5'000'000};

Routes routes() {
  Routes r;
  r.receivers = {{"oncall", "slack"}, {"pager", "webhook"}, {"log", "file"}};
  r.defaults = {"oncall"};
  return r;
}

model::Alert alert(AlertKind kind, const std::string& id, Names receivers = {}) {
  model::Alert a;
  a.id = id;
  a.key = id;
  a.kind = kind;
  a.session_id = "s-" + id;
  a.watch = "prod";
  a.receivers = std::move(receivers);
  return a;
}

NewId ids() {
  return [n = 0](Time) mutable { return "id" + std::to_string(++n); };
}

std::vector<model::Alert> openings(int n, const std::string& prefix = "a") {
  std::vector<model::Alert> alerts;
  for (int i = 0; i < n; ++i) alerts.push_back(alert(AlertKind::session_opened, prefix + std::to_string(i)));
  return alerts;
}

TEST(Routing, AsksForReceiversElseDefaultsElseEverybody) {
  Routes r = routes();
  EXPECT_EQ(receivers_of({"pager", "pager"}, r), Names{"pager"});
  EXPECT_EQ(receivers_of({}, r), Names{"oncall"});
  EXPECT_EQ(receivers_of({"gone"}, r), Names{"oncall"});
  EXPECT_EQ(receivers_of({"gone", "pager"}, r), (Names{"pager", "oncall"}));
  r.defaults.clear();
  EXPECT_EQ(receivers_of({}, r), (Names{"oncall", "pager", "log"}));
  EXPECT_EQ(receivers_of({"gone"}, r), (Names{"oncall", "pager", "log"}));
}

TEST(Routing, ShadowTellsFilesOnly) {
  Routes r = routes();
  r.shadow = true;
  EXPECT_EQ(receivers_of({"pager"}, r), Names{"log"});
  model::Notification refused;
  refused.receiver = "log";
  EXPECT_TRUE(reroute(alert(AlertKind::tamper, "1"), refused, r).empty());
}

TEST(Routing, ReroutesToDefaultsThatWereNotTold) {
  Routes r = routes();
  r.defaults = {"oncall", "log"};
  model::Notification refused;
  refused.receiver = "pager";
  EXPECT_EQ(reroute(alert(AlertKind::tamper, "1", {"pager"}), refused, r), (Names{"oncall", "log"}));
  EXPECT_EQ(reroute(alert(AlertKind::tamper, "1", {"pager", "log"}), refused, r), Names{"oncall"});
  EXPECT_TRUE(reroute(alert(AlertKind::tamper, "1"), refused, r).empty());  // everybody else was told
  EXPECT_TRUE(reroute(alert(AlertKind::tamper, "1", {"gone"}), refused, r).empty());
  refused.receiver = "gone";  // was configured when it was created
  EXPECT_EQ(reroute(alert(AlertKind::tamper, "1", {"gone"}), refused, r), (Names{"oncall", "log"}));
  refused.receiver = "oncall";
  refused.rerouted_from = "log";
  EXPECT_TRUE(reroute(alert(AlertKind::tamper, "1", {"log"}), refused, r).empty());
}

TEST(Routing, OneNotificationForEachReceiver) {
  const Made made =
      make_notifications({alert(AlertKind::tamper, "a", {"pager", "log"})}, routes(), {}, {}, kNow, ids());
  ASSERT_EQ(made.notifications.size(), 2u);
  EXPECT_EQ(made.notifications[0].receiver, "pager");
  EXPECT_EQ(made.notifications[0].alert_id, "a");
  EXPECT_EQ(made.notifications[0].state, SendState::trying);
  EXPECT_EQ(made.notifications[0].due_at, kNow);
  EXPECT_NE(made.notifications[0].id, made.notifications[1].id);
  EXPECT_TRUE(made.alerts.empty());
}

TEST(Routing, OpeningsBeyondTheCapAreBornFoldedIntoOneSummary) {
  const Made made = make_notifications(openings(33), routes(), {}, {}, kNow, ids());
  ASSERT_EQ(made.alerts.size(), 1u);
  const model::Alert& storm = made.alerts[0];
  EXPECT_EQ(storm.kind, AlertKind::storm);
  EXPECT_EQ(storm.data, R"({"sessions":["s-a30","s-a31","s-a32"],"count":3})");
  EXPECT_EQ(storm.key.find("storm|prod|1800000000|"), 0u) << storm.key;
  ASSERT_EQ(made.notifications.size(), 34u);
  EXPECT_EQ(made.notifications[29].state, SendState::trying);
  EXPECT_EQ(made.notifications[30].state, SendState::folded);
  EXPECT_EQ(made.notifications[30].reason.find("folded into " + storm.id), 0u);
  EXPECT_EQ(made.notifications[33].alert_id, storm.id);
  EXPECT_EQ(made.notifications[33].due_at, kNow);
}

TEST(Routing, LaterSummariesWaitForTheEndOfTheMinuteAndOldOpeningsDoNotCount) {
  std::vector<Time> lately(31, Time{kNow.micros - kMinute});
  Made made = make_notifications(openings(1), routes(), {}, {{"prod", lately}}, kNow, ids());
  ASSERT_EQ(made.alerts.size(), 1u);
  EXPECT_EQ(made.notifications[1].due_at.micros, (kNow.micros / kMinute + 1) * kMinute);
  std::fill(lately.begin(), lately.end(), Time{kNow.micros - 10 * kMinute});
  made = make_notifications(openings(1), routes(), {}, {{"prod", lately}}, kNow, ids());
  EXPECT_TRUE(made.alerts.empty());
}

TEST(Routing, ASummaryListsNoMoreSessionsThanAMessageHolds) {
  const Made made = make_notifications(openings(30 + 2 * 200 + 1), routes(), {}, {}, kNow, ids());
  ASSERT_EQ(made.alerts.size(), 3u);
  std::size_t listed = 0;
  std::set<std::string> keys;
  for (const model::Alert& storm : made.alerts) {
    keys.insert(storm.key);
    EXPECT_LT(storm.data.size(), 8'000u);
    for (std::size_t at = storm.data.find("s-a"); at != std::string::npos; at = storm.data.find("s-a", at + 1))
      ++listed;
  }
  EXPECT_EQ(listed, 401u);
  EXPECT_EQ(keys.size(), 3u);
}

TEST(Routing, TwoSummariesNeverShareAKey) {
  const std::vector<Time> lately(40, kNow);
  const Made one = make_notifications(openings(1, "a"), routes(), {}, {{"prod", lately}}, kNow, ids());
  const Made two = make_notifications(openings(1, "b"), routes(), {}, {{"prod", lately}}, kNow, ids());
  EXPECT_NE(one.alerts.at(0).key, two.alerts.at(0).key);
}

TEST(Routing, OtherFactsAndOtherWatchesAreNoStorm) {
  std::vector<model::Alert> alerts = openings(30);
  alerts.push_back(alert(AlertKind::session_high_risk, "h"));
  alerts.push_back(alert(AlertKind::session_opened, "o"));
  alerts.back().watch = "other";
  EXPECT_TRUE(make_notifications(alerts, routes(), {}, {}, kNow, ids()).alerts.empty());
}

TEST(Routing, SaysWhoIsToldAndWhyNobodyIs) {
  model::AccessEvent e;
  EXPECT_EQ(who_is_told(e, routes()).why, "no watch matches");
  e.break_glass = true;
  e.watch = "prod";
  e.receivers = {"pager"};
  EXPECT_EQ(who_is_told(e, routes()).receivers, Names{"pager"});
  EXPECT_EQ(who_is_told(e, routes()).why, "watch prod matches");
  e.ignored_by = "ci";
  EXPECT_TRUE(who_is_told(e, routes()).receivers.empty());
}

TEST(Routing, PagersAreSparedWhatIsPlannedWhileSomebodyElseIsTold) {
  Routes r = routes();
  r.receivers.push_back({"pd", "pagerduty"});
  std::vector<model::Alert> alerts = {alert(AlertKind::session_opened, "a", {"oncall", "pd"}),
                                      alert(AlertKind::session_lapsed, "b", {"pd"}),
                                      alert(AlertKind::tamper, "c", {"oncall", "pd"})};
  for (model::Alert& a : alerts) a.planned = "CHG-1";
  const Made made = make_notifications(alerts, r, {}, {}, kNow, ids());
  ASSERT_EQ(made.notifications.size(), 5u);
  EXPECT_EQ(made.notifications[0].state, SendState::trying);
  EXPECT_EQ(made.notifications[1].state, SendState::folded);
  EXPECT_NE(made.notifications[1].reason.find("CHG-1"), std::string::npos);
  for (std::size_t i = 2; i < 5; ++i) EXPECT_EQ(made.notifications[i].state, SendState::trying) << i;
}

TEST(Routing, ManyEscalationsAtOnceAreOneCallAfterTheFirstFew) {
  std::vector<model::Alert> alerts;
  for (int i = 0; i < 40; ++i) {
    alerts.push_back(alert(AlertKind::session_escalated, std::to_string(i), {"pager"}));
    alerts.back().fact = "1";
  }
  const Made made = make_notifications(alerts, routes(), {}, {}, kNow, ids());
  ASSERT_EQ(made.alerts.size(), 1u);
  EXPECT_EQ(made.alerts[0].kind, AlertKind::storm);
  EXPECT_EQ(made.alerts[0].receivers, Names{"pager"});
  EXPECT_NE(made.alerts[0].data.find("\"count\":38"), std::string::npos);
  EXPECT_EQ(std::count_if(made.notifications.begin(), made.notifications.end(),
                          [](const auto& n) { return n.state == SendState::trying; }),
            3);
  EXPECT_EQ(made.notifications.size(), 41u);
}

TEST(Routing, WhoWasEscalatedToIsToldBesideTheOthers) {
  model::Alert a = alert(AlertKind::session_acknowledged, "a");
  a.also = {"pager", "oncall", "gone"};
  Routes r = routes();
  const Made made = make_notifications({a}, r, {}, {}, kNow, ids());
  ASSERT_EQ(made.notifications.size(), 2u);
  EXPECT_EQ(made.notifications[0].receiver, "oncall");
  EXPECT_EQ(made.notifications[1].receiver, "pager");
  r.shadow = true;
  EXPECT_EQ(make_notifications({a}, r, {}, {}, kNow, ids()).notifications.size(), 1u);
}

}  // namespace
}  // namespace gw::notify
