#include <gtest/gtest.h>

#include <algorithm>

#include "app/report/report.h"

namespace gw::report {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;

Time at(std::int64_t minute) { return Time{std::int64_t{1'800'000'000} * kSecond + minute * kMinute}; }

Question as_of_minute(std::int64_t minute) {
  Question q;
  q.as_of = at(minute);
  q.as_of_given = true;
  return q;
}

model::Session session() {
  model::Session s;
  s.id = "s-1";
  s.started_at = at(0);
  s.opened_at = at(0);
  return s;
}

ports::StoredEvent event(const std::string& id, Time time, const std::string& name) {
  ports::StoredEvent e;
  e.kind = model::EntryKind::activity;
  e.session_id = "s-1";
  e.event.event_id = id;
  e.event.event_time = time;
  e.event.event_source = "s3.amazonaws.com";
  e.event.event_name = name;
  e.event.recipient_account_id = "111122223333";
  e.event.origin.feed = "s3";
  e.kinds = model::bit(model::ActivityKind::write);
  e.received_at = time;
  return e;
}

model::Response response(std::int64_t minute, const std::string& by, model::Independence independence,
                         model::ResponseKind kind = model::ResponseKind::acknowledged) {
  model::Response r;
  r.at = at(minute);
  r.by = by;
  r.via = "slack";
  r.kind = kind;
  r.independence = independence;
  return r;
}

// The newest first, as a store lists them.
Use use_of(const model::Session& s, const Question& q, const std::vector<ports::StoredEvent>& events = {}) {
  Totals totals;
  Dossier dossier(s, q);
  for (const ports::StoredEvent& e : events) dossier.record(e, totals);
  return dossier.finish();
}

std::vector<std::string> whats(const Use& use) {
  std::vector<std::string> out;
  for (const Moment& m : use.timeline) out.push_back(m.what + " " + m.by);
  return out;
}

using Texts = std::vector<std::string>;

TEST(Dossier, WhatWasSaidLaterWasNotSaidThen) {
  model::Session s = session();
  s.responses = {response(1, "alice", model::Independence::no), response(2, "slack:U1", model::Independence::unknown),
                 response(3, "bob", model::Independence::yes, model::ResponseKind::handling),
                 response(4, "carol", model::Independence::yes, model::ResponseKind::reason)};
  s.responses[2].ticket = "CHG-7";
  s.responses[3].note = "the disk was full";
  s.notes = {{at(4), "carol", "the disk was full"}, {at(5), "dora", "a note of its own"}};
  s.acknowledged = model::Acknowledgement{at(3), "bob", "slack", "", true, model::ResponseKind::handling, "CHG-7"};
  s.escalation = {{at(2), {"pager"}, model::Severity::info, at(2)}, {at(4), {"boss"}, model::Severity::info, at(4)}};

  const Use all = use_of(s, as_of_minute(60));
  EXPECT_EQ(whats(all),
            (Texts{"refused alice", "acknowledged slack:U1", "acknowledged bob", "reason carol", "note dora"}));
  EXPECT_EQ(all.timeline[2].text, "as: handling, via: slack, independent: yes, ticket: CHG-7");
  EXPECT_EQ(all.timeline[3].text, "via: slack, reason: the disk was full");
  const auto values = acknowledgement(all.session);
  EXPECT_EQ(labelled(values, "; "),
            "at: " + format_time(at(3)) + "; by: bob; as: handling; via: slack; independent: yes; ticket: CHG-7");

  const Use before = use_of(s, as_of_minute(1));
  EXPECT_FALSE(before.session.acknowledged);
  EXPECT_EQ(before.session.responses.size(), 1u);
  EXPECT_FALSE(before.session.escalation[0].told_at);

  // A stranger's stood until a colleague's came.
  const Use between = use_of(s, as_of_minute(2));
  ASSERT_TRUE(between.session.acknowledged);
  EXPECT_EQ(between.session.acknowledged->by, "slack:U1");
  EXPECT_FALSE(between.session.acknowledged->independent);
  EXPECT_EQ(between.session.responses.size(), 2u);
  EXPECT_EQ(between.session.escalation[0].told_at, at(2));
  EXPECT_FALSE(between.session.escalation[1].told_at);
}

TEST(Dossier, AnAcknowledgementOfAnOlderStoreIsShownToo) {
  model::Session s = session();
  s.acknowledged = model::Acknowledgement{at(3), "bob", "api", "drill", false};
  EXPECT_EQ(whats(use_of(s, as_of_minute(60))), Texts{"acknowledged bob"});
}

TEST(Dossier, OfOneMomentNamesAndKeysDecideAsInTheSession) {
  model::Session s = session();
  // One event id in two trails, and one record without any.
  const std::string here = "\n111122223333";
  s.joins = {{at(1), "e-1" + here, "e-1", model::JoinGrade::exact, "a", {}},
             {at(1), "e-1\n999999999999", "e-1", model::JoinGrade::inferred, "b", {}},
             {at(1), "e-2" + here, "e-2", model::JoinGrade::exact, "c", {}}};
  std::vector<ports::StoredEvent> events = {event("e-1", at(1), "PutObject"), event("e-1", at(1), "DeleteObject"),
                                            event("e-2", at(1), "CopyObject")};
  events[0].event.recipient_account_id = "999999999999";
  for (ports::StoredEvent& e : events) e.event.region = "eu-west-1";
  std::sort(events.begin(), events.end(),
            [](const auto& a, const auto& b) { return a.event.event_name < b.event.event_name; });
  do {
    const Use use = use_of(s, as_of_minute(60), events);
    const model::KindTotals& kind = use.session.kinds[static_cast<std::size_t>(model::ActivityKind::write)];
    EXPECT_EQ(kind.count, 3u);
    EXPECT_EQ(kind.first_event, "s3.amazonaws.com:CopyObject");
    EXPECT_EQ(kind.last_event, "s3.amazonaws.com:PutObject");
    EXPECT_EQ(use.session.regions.at("eu-west-1").first_event_id, "e-1");
    EXPECT_EQ(use.session.joins, s.joins);
    EXPECT_EQ(use.joins, (std::array<std::uint64_t, 3>{2, 1, 0}));
  } while (std::next_permutation(events.begin(), events.end(),
                                 [](const auto& a, const auto& b) { return a.event.event_name < b.event.event_name; }));
}

TEST(Dossier, CredentialsEndAsTheSessionSaysIt) {
  // One handing out, told by two records: the one that knows more counts, also when a later one is taken back.
  model::Session s = session();
  s.issues = {{at(0), at(60), model::ExpiryGrade::default_duration},
              {at(0), at(30), model::ExpiryGrade::exact},
              {at(40), at(90), model::ExpiryGrade::exact}};
  s.expires_at = at(90);
  std::vector<ports::StoredEvent> events = {event("e-2", at(40), "PutObject"), event("e-1", at(0), "PutObject")};
  events[0].received_at = at(50);
  EXPECT_EQ(use_of(s, as_of_minute(45), events).session.expires_at, at(30));
  EXPECT_EQ(use_of(s, as_of_minute(60), events).session.expires_at, at(90));
}

// Beyond a watch's cap an opening is folded into an alert that names it, and two of those may become one message.
TEST(Dossier, WhoIsToldOfManyUsesAtOnceIsToldOfEach) {
  const auto view = [](model::AlertKind kind, std::int64_t minute, model::SendState state, const char* receiver) {
    ports::AlertView out;
    out.alert.kind = kind;
    out.alert.created_at = at(minute);
    model::Notification n;
    n.receiver = receiver;
    n.state = state;
    if (state != model::SendState::trying) n.settled_at = at(minute + 1);
    out.notifications = {n};
    return out;
  };
  using model::AlertKind;
  using model::SendState;
  Dossier dossier(session(), as_of_minute(60));
  dossier.alert(view(AlertKind::session_opened, 0, SendState::folded, "oncall"));
  dossier.summary(view(AlertKind::storm, 4, SendState::folded, "oncall"));
  dossier.summary(view(AlertKind::storm, 5, SendState::trying, "chat"));
  dossier.summary(view(AlertKind::storm, 6, SendState::parked, "pager"));
  const Use use = dossier.finish();
  EXPECT_EQ(use.first_told, at(5));
  EXPECT_EQ(use.told, std::vector<std::string>{"oncall"});
  EXPECT_EQ(use.alerts.size(), 1u);  // its own
  EXPECT_EQ(use.timeline.size(), 4u);
}

}  // namespace
}  // namespace gw::report
