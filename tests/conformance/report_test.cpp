// Reports of hostile texts have the markup, the cells and the members of a report of harmless ones.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/report/writer.h"
#include "base/json/doc.h"
#include "tests/conformance/hostile.h"

namespace gw::report {
namespace {

using receivers::kStart;

ports::AlertView alert_of(const std::string& text) {
  ports::AlertView view;
  view.alert.id = view.alert.watch = view.alert.fact = view.alert.reason = text;
  view.alert.created_at = kStart;
  model::Notification n;
  n.receiver = n.reason = n.reference = n.rerouted_from = text;
  n.state = model::SendState::parked;
  n.settled_at = kStart;
  view.notifications = {n};
  return view;
}

ports::StoredEvent event_of(const std::string& text, model::EntryKind kind) {
  ports::StoredEvent event;
  event.kind = kind;
  model::AccessEvent& e = event.event;
  for (std::string* field :
       {&e.event_id,      &e.account_id,    &e.account_name, &e.role,         &e.principal.name,       &e.principal.arn,
        &e.source_ip,     &e.user_agent,    &e.region,       &e.event_source, &e.event_name,           &e.error_code,
        &e.error_message, &e.target,        &e.watch,        &e.origin.feed,  &e.recipient_account_id, &e.planned,
        &event.high_risk, &event.session_id})
    *field = text;
  e.event_time = event.received_at = kStart;
  event.feeds = {text};
  event.kinds = model::bit(model::ActivityKind::denied);
  return event;
}

// A report in which every text that somebody else wrote is `text`.
std::string report_of(Format format, const std::string& text) {
  std::string out;
  const auto writer = make_writer(format, testing::TempDir(), [&](std::string_view part) {
    out += part;
    return ok();
  });
  Question q;
  q.as_of = receivers::plus_seconds(kStart, 3600);
  q.account_id = q.role = q.watch = q.session_id = text;
  Closing closing;
  model::Session session = *test::hostile(text).facts[0].session;
  session.config_hash = session.aliases.emplace_back(text);
  session.parent = text;
  session.feeds = {text};
  session.planned = session.watches = {text};
  session.joins = {{kStart, text, text, model::JoinGrade::exact, text, {}}};
  session.kinds[0] = {1, kStart, kStart, text, text};
  Dossier dossier(session, q);
  for (const model::EntryKind kind : {model::EntryKind::activity, model::EntryKind::half, model::EntryKind::access})
    dossier.record(event_of(text, kind), closing.totals);
  dossier.alert(alert_of(text));
  writer->use(dossier.finish());
  writer->change(event_of(text, model::EntryKind::change));
  writer->denied(event_of(text, model::EntryKind::failure));
  writer->alert(alert_of(text));
  model::Mute mute;
  mute.id = mute.watch = mute.account_id = mute.session_id = mute.author = mute.reason = mute.ended_by = text;
  mute.ended_at = kStart;
  writer->mute(mute);
  ports::QuarantineItem item;
  item.id = item.feed = item.source = item.reason = item.event_id = item.settled_as = text;
  item.settled_at = kStart;
  writer->quarantined(item);
  closing.question = q;
  closing.totals.config_hashes[text] = closing.totals.watches[text] = closing.totals.alert_kinds[text] = 1;
  closing.parked.push_back({text, text, text, alert_of(text).notifications[0], false});
  NoHistory& now = closing.now.emplace();
  now.totals.deliveries[text].settled = 1;
  now.coverage.push_back({text, text, text, 1, kStart, kStart});
  now.never_heard.push_back({text, kStart, true});
  EXPECT_TRUE(writer->finish(closing));
  return out;
}

// The markup alone: what a text could not change. Ids that links point to are left out.
std::string markup_of(const std::string& html) {
  std::string out;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = std::min(html.find('>', at), html.find("s-", at));
    out += html.substr(at, end - at) + "\n";
  }
  return out;
}

// How many cells each row has; cells that begin like formulas fail.
std::vector<std::size_t> cells_of(const std::string& csv) {
  std::vector<std::size_t> rows = {1};
  bool quoted = false;
  bool begins = true;
  for (const char c : csv) {
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    EXPECT_FALSE(begins && std::string("=+-@\t").find(c) != std::string::npos) << "a formula";
    begins = !quoted && (c == ',' || c == '\n');
    if (begins && c == ',') ++rows.back();
    if (begins && c == '\n') rows.push_back(1);
  }
  return rows;
}

std::string members_of(json::Value value) {
  std::string out = value.is_object() ? "{" : value.is_array() ? "[" : ".";
  for (json::Value child = value.first_child(); !child.is_missing(); child = child.next_sibling()) {
    const std::string_view key = child.key();
    // The totals' names hold names of watches and kinds.
    out += std::string(key.substr(0, key.find('.'))) + members_of(child);
  }
  return out + "]";
}

std::string members_of(const std::string& json) {
  json::Doc doc;
  EXPECT_TRUE(doc.parse(json)) << json.substr(0, 300);
  return members_of(doc.root());
}

TEST(Report, HostileTextsChangeNothingButText) {
  const std::string markup = markup_of(report_of(Format::html, "x"));
  const std::vector<std::size_t> cells = cells_of(report_of(Format::csv, "x"));
  const std::string members = members_of(report_of(Format::json, "x"));
  ASSERT_GT(cells.size(), 20u);
  for (const test::Payload& payload : test::payloads()) {
    const std::string html = report_of(Format::html, payload.text);
    EXPECT_EQ(markup_of(html), markup) << payload.text;
    const std::string csv = report_of(Format::csv, payload.text);
    EXPECT_EQ(cells_of(csv), cells) << payload.text;
    const std::string json = report_of(Format::json, payload.text);
    EXPECT_EQ(members_of(json), members) << payload.text;
    for (const std::string& text : {html, csv, json}) {
      for (const char c : text)
        ASSERT_TRUE(c == '\n' || c == '\r' || static_cast<unsigned char>(c) >= 0x20) << payload.text;
    }
  }
}

TEST(Report, WhatWasNotKnownByThenIsLeftOut) {
  Question q;
  q.as_of = receivers::plus_seconds(kStart, 100);
  q.as_of_given = true;
  model::Session s = receivers::sample_session();
  s.state = model::SessionState::lapsed;
  s.lapsed_at = receivers::plus_seconds(kStart, 101);
  s.acknowledged = model::Acknowledgement{*s.lapsed_at, "bob", "api", "", true};
  s.notes = {{kStart, "bob", "early"}, {*s.lapsed_at, "bob", "late"}};
  Totals totals;
  Dossier dossier(s, q);
  for (const int seconds : {101, 100, 50}) {
    ports::StoredEvent event = event_of("e" + std::to_string(seconds), model::EntryKind::activity);
    event.event.event_time = kStart;
    event.received_at = receivers::plus_seconds(kStart, seconds);
    dossier.record(event, totals);
  }
  ports::AlertView early = alert_of("a");
  early.notifications[0].settled_at = s.lapsed_at;
  ASSERT_TRUE(as_of(early, q.as_of));
  EXPECT_EQ(early.notifications[0].state, model::SendState::trying);
  EXPECT_EQ(early.notifications[0].reason, "");
  ports::AlertView late = alert_of("b");
  late.alert.created_at = *s.lapsed_at;
  EXPECT_FALSE(as_of(late, q.as_of));
  const Use use = dossier.finish();
  EXPECT_EQ(use.calls, 2u);
  EXPECT_EQ(use.session.calls, 2u);
  EXPECT_EQ(use.session.state, model::SessionState::open);
  EXPECT_FALSE(use.session.lapsed_at);
  EXPECT_FALSE(use.session.acknowledged);
  ASSERT_EQ(use.session.notes.size(), 1u);
  EXPECT_EQ(use.session.notes[0].text, "early");
}

TEST(Report, TextThatDoesNotFitIntoMemoryIsSetAside) {
  Spool spool(testing::TempDir(), 100);
  std::string want;
  for (int i = 0; i < 1000; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    want += line;
    spool.text() += line;
    spool.full();
  }
  EXPECT_LT(spool.text().size(), 100u);
  std::string got;
  const Status status = spool.copy_to([&](std::string_view part) {
    got += part;
    return ok();
  });
  EXPECT_TRUE(status);
  EXPECT_EQ(got, want);
  Spool nowhere("/nowhere", 1);
  nowhere.text() = "text";
  nowhere.full();
  EXPECT_FALSE(nowhere.copy_to([](std::string_view) { return ok(); }));
}

TEST(Report, TheEarliestMomentsAreShown) {
  Question q;
  q.as_of = receivers::plus_seconds(kStart, 100'000);
  Totals totals;
  Dossier dossier(receivers::sample_session(), q);
  for (int i = 5000; i-- > 0;) {  // newest first
    ports::StoredEvent event = event_of("e" + std::to_string(i), model::EntryKind::activity);
    event.event.event_time = receivers::plus_seconds(kStart, i);
    event.high_risk.clear();
    dossier.record(event, totals);
  }
  const Use use = dossier.finish();
  ASSERT_EQ(use.timeline.size(), kMaxMoments);
  EXPECT_EQ(use.timeline.front().id, "e0");
  EXPECT_EQ(use.timeline.back().id, "e499");
  EXPECT_EQ(use.moments_left_out, 4500u);
  EXPECT_EQ(use.denied, 5000u);
}

}  // namespace
}  // namespace gw::report
