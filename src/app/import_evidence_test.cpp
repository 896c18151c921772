// Against a real store: what counts is what it holds in the end, whatever the order.
#include "app/import_evidence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "edge/store/sqlite/check.h"
#include "edge/store/sqlite/store.h"

namespace gw::app {
namespace {

using Kind = store::EvidenceFact::Kind;
using Facts = std::vector<store::EvidenceFact>;

const Time kNow = parse_time("2026-08-01T00:00:00Z").value();
Time at(int second) { return Time{parse_time("2026-07-01T10:00:00Z")->micros + second * 1'000'000LL}; }

store::EvidenceFact session(const std::string& id, int second, const std::vector<std::string>& keys,
                            std::vector<std::string> absorbed = {}) {
  store::EvidenceFact fact;
  fact.kind = Kind::session;
  fact.at = at(second);
  fact.session_id = id;
  model::Session& s = fact.session;
  s.id = id;
  s.opened_at = at(second);
  s.started_at = at(0);
  s.last_seen_at = at(second);
  s.account_id = "222222222222";
  s.aliases = absorbed;
  s.next_due = at(second + 900);
  s.told = {"opened"};
  for (const std::string& key : keys) {
    s.joins.push_back({at(0), key, key, model::JoinGrade::exact, "identity_store_user", {"k"}});
    s.edges = {
        {"user|alice", at(0), at(3600), model::JoinGrade::exact, "identity_store_user", 1, model::EdgeUse::both}};
  }
  if (!keys.empty()) s.first_event_key = keys.front();
  fact.absorbed = std::move(absorbed);
  return fact;
}

store::EvidenceFact event(const std::string& key, int second, const std::string& session_id,
                          std::uint64_t content = 1) {
  store::EvidenceFact fact;
  fact.at = at(second);
  fact.session_id = session_id;
  fact.entry.event_key = key;
  fact.entry.content = content;
  fact.entry.kind = model::EntryKind::access;
  fact.entry.event.event_id = key;
  fact.entry.event.event_time = at(0);
  return fact;
}

store::EvidenceFact delivery(const std::string& id, const std::string& session_id) {
  store::EvidenceFact fact;
  fact.kind = Kind::delivery;
  fact.session_id = session_id;
  fact.alert.id = "a" + id;
  fact.alert.key = "opened|" + id + "|";
  fact.alert.session_id = session_id;
  fact.alert.created_at = at(1);
  fact.notification.id = id;
  fact.notification.alert_id = fact.alert.id;
  fact.notification.receiver = "slack";
  fact.notification.state = model::SendState::delivered;
  fact.notification.settled_at = at(2);
  return fact;
}

store::EvidenceFact mute(const std::string& id, std::optional<Time> ended) {
  store::EvidenceFact fact;
  fact.kind = Kind::mute;
  fact.mute.id = id;
  fact.mute.until = Time{kNow.micros + 1'000'000};
  fact.mute.ended_at = ended;
  if (ended) fact.mute.ended_by = "bob";
  return fact;
}

class ImportEvidence : public testing::Test {
 protected:
  ImportEvidence() {
    folder_ = testing::TempDir() + "/gw-import-" + std::to_string(::getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    open();
  }
  ~ImportEvidence() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    store_.reset();
    std::filesystem::remove(folder_ + "/s.db");
    std::filesystem::remove(folder_ + "/s.db-wal");
    store_ = std::move(sqlite::open(folder_ + "/s.db").value());
  }
  ImportCounts import(const Facts& facts) {
    EvidenceSet set;
    for (const auto& fact : facts) set.add(fact);
    const auto counts = set.write(*store_, kNow);
    EXPECT_TRUE(counts) << counts.error().message;
    const auto report = sqlite::check(folder_ + "/s.db");
    EXPECT_TRUE(report && report->good()) << (report && !report->problems.empty() ? report->problems.front() : "");
    const auto due = store_->due(Time{kNow.micros * 2}, 10);
    EXPECT_TRUE(due && due->sessions.empty());
    EXPECT_EQ(store_->receivers().value(), std::vector<std::string>{});
    return counts ? *counts : ImportCounts{};
  }
  // Sessions with their aliases, events and alerts, as one text.
  std::string held() {
    std::string out;
    ports::ListQuery all;
    const auto sessions = store_->sessions(all);
    const auto events = store_->events(all);
    const auto alerts = store_->alerts(all);
    for (const model::Session& s : sessions->items) {
      out += s.id + "@" + format_time(s.last_seen_at);
      for (const std::string& alias : s.aliases) out += "+" + alias;
      out += " ";
    }
    out += "|";
    std::vector<std::string> lines;
    for (const auto& e : events->items) lines.push_back(" " + e.event.event_id + ">" + e.session_id);
    for (const auto& a : alerts->items)
      lines.push_back(" " + a.alert.id + ">" + a.alert.session_id + "x" + std::to_string(a.notifications.size()));
    std::sort(lines.begin(), lines.end());
    for (const std::string& line : lines) out += line;
    return out;
  }
  // In some orders: at once, and one by one (with all of it again, for what had no session yet).
  void expect_always(Facts facts, const std::string& expected) {
    std::mt19937 random(7);
    for (int order = 0; order < 6 && !HasFailure(); ++order) {
      open();
      import(facts);
      EXPECT_EQ(held(), expected);
      open();
      for (const auto& fact : facts) import({fact});
      import(facts);
      EXPECT_EQ(held(), expected) << "one by one";
      const ImportCounts again = import(facts);
      EXPECT_EQ(again.accesses + again.sessions + again.deliveries + again.mutes, 0u);
      EXPECT_EQ(held(), expected) << "again";
      if (order == 0) {
        std::reverse(facts.begin(), facts.end());
      } else {
        std::shuffle(facts.begin(), facts.end(), random);
      }
    }
  }

  std::string folder_;
  std::unique_ptr<ports::Store> store_;
};

TEST_F(ImportEvidence, TheLatestStateOfASessionCounts) {
  expect_always({session("s1", 1, {"e1"}), event("e1", 1, "s1"), session("s1", 7, {"e1"}), delivery("n1", "s1")},
                "s1@2026-07-01T10:00:07Z | an1>s1x1 e1>s1");
}

TEST_F(ImportEvidence, WhatMergedIsAnAlias) {
  expect_always({session("s1", 1, {"e1"}), session("s2", 2, {"e2"}), session("s1", 3, {"e1", "e2"}, {"s2"}),
                 event("e2", 2, "s2"), delivery("n2", "s2")},
                "s1@2026-07-01T10:00:03Z+s2 | an2>s1x1 e2>s1");
}

TEST_F(ImportEvidence, OfAttemptsTheLastOneStands) {
  expect_always({session("s1", 1, {"e1"}), event("e1", 1, "s1"), session("s2", 2, {"e0", "e1"}), event("e1", 2, "s2"),
                 event("e0", 2, "s2")},
                "s2@2026-07-01T10:00:02Z+s1 | e0>s2 e1>s2");
}

TEST_F(ImportEvidence, ARingOfMergersEnds) {
  import({session("s1", 1, {}, {"s2"}), session("s2", 1, {}, {"s1"}), event("e1", 1, "s2")});
  EXPECT_EQ(store_->sessions({})->items.size(), 1u);
}

TEST_F(ImportEvidence, ALiveSessionStays) {
  ports::Commit live;
  live.at = at(0);
  live.sessions.push_back({session("live", 5, {"e1"}).session, {}});
  live.entries.emplace_back("live", event("e1", 1, "live").entry);
  live.sessions.front().session.next_due.reset();
  ASSERT_TRUE(store_->commit({}, [&](const ports::Loaded&) { return live; }));
  const ImportCounts counts =
      import({session("s9", 9, {"e1", "e2"}), event("e1", 9, "s9"), event("e2", 9, "s9"), delivery("n1", "s9")});
  EXPECT_EQ(counts.accesses, 1u);
  EXPECT_EQ(held(), "live@2026-07-01T10:00:05Z+s9 | an1>livex1 e1>live e2>live");
  import({session("live", 99, {"e1"})});
  EXPECT_EQ(store_->session("live")->last_seen_at, at(5));
}

TEST_F(ImportEvidence, WhatHasNoSessionIsLeftOut) {
  const ImportCounts counts = import({event("e1", 1, "s1"), delivery("n1", "s1"), event("e2", 1, "")});
  EXPECT_EQ(counts.homeless, 2u);
  EXPECT_EQ(counts.accesses, 1u);
}

TEST_F(ImportEvidence, OneKeyWithTwoContentsIsAConflict) {
  EXPECT_EQ(import({event("e1", 2, "", 2), event("e1", 1, "", 1)}).conflicts, 1u);
  EXPECT_EQ(import({event("e1", 1, "", 1)}).conflicts, 0u);
  EXPECT_EQ(import({event("e1", 2, "", 2)}).conflicts, 1u);
}

TEST_F(ImportEvidence, NoMuteKeepsAnythingQuiet) {
  EXPECT_EQ(import({mute("m1", std::nullopt), mute("m2", at(9)), mute("m2", std::nullopt)}).mutes, 2u);
  std::vector<model::Mute> mutes = store_->mutes(true).value();
  ASSERT_EQ(mutes.size(), 2u);
  for (const model::Mute& m : mutes) EXPECT_EQ(m.ended_by, m.id == "m1" ? "import" : "bob");
  EXPECT_EQ(import({mute("m1", std::nullopt), mute("m2", at(9))}).mutes, 0u);
  EXPECT_EQ(import({mute("m1", at(8))}).mutes, 1u);
  mutes = store_->mutes(true).value();
  for (const model::Mute& m : mutes) EXPECT_EQ(m.ended_by, "bob");
}

}  // namespace
}  // namespace gw::app
