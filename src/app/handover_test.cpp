// The digest over a real store: who comes on duty hears of what this store saw, and not of what was imported into it.
#include "app/handover.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "app/import_evidence.h"
#include "base/json/doc.h"
#include "domain/watch/watch_set.h"
#include "edge/store/sqlite/store.h"

namespace gw::app {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
const Time kNow = parse_time("2026-08-01T07:00:00Z").value();
Time ago(std::int64_t minutes) { return Time{kNow.micros - minutes * kMinute}; }

model::Session session(const std::string& id, std::int64_t minutes) {
  model::Session s;
  s.id = id;
  s.account_id = "222222222222";
  s.role = "BreakGlassAdmin";
  s.opened_at = s.started_at = s.last_seen_at = s.told_at = ago(minutes);
  s.next_due = Time{kNow.micros + 60 * kMinute};
  s.told = {"opened"};
  return s;
}

class HandoverTest : public testing::Test {
 protected:
  HandoverTest() {
    folder_ = testing::TempDir() + "/gw-handover-" + std::to_string(::getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    store_ = std::move(sqlite::open(folder_ + "/s.db").value());
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  void commit(const std::function<void(ports::Commit&)>& fill) {
    const Status done = store_->commit({}, [&](const ports::Loaded&) {
      ports::Commit commit;
      commit.at = kNow;
      fill(commit);
      return commit;
    });
    ASSERT_TRUE(done) << done.error().message;
  }
  void hold(const model::Session& session) {
    commit([&](ports::Commit& commit) { commit.sessions.push_back({session, {}}); });
  }
  void import(const model::Session& session, Time written) {
    store::EvidenceFact fact;
    fact.kind = store::EvidenceFact::Kind::session;
    fact.at = written;
    fact.session_id = session.id;
    fact.session = session;
    EvidenceSet set;
    set.add(std::move(fact));
    ASSERT_TRUE(set.write(*store_, kNow));
  }
  // The digest's figure of that name.
  std::string figure(const char* name) {
    const pipeline::Settings settings{watch::WatchSet::compile({}).value(), {}, "hash", "o-1", {}, false};
    HandoverConfig config;
    config.to = {"desk"};
    const Time due{ago(0).micros + made_++};
    const Status done = hand_over(*store_, *store_, settings, config, due, due);
    EXPECT_TRUE(done) << done.error().message;
    ports::ListQuery query;
    query.filters["kind"] = "handover";
    query.limit = 100;
    const auto alerts = store_->alerts(query);
    EXPECT_TRUE(alerts);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(alerts->items.front().alert.data)) << alerts->items.front().alert.data;
    return std::string(doc.root()[name].raw());
  }

  std::string folder_;
  std::unique_ptr<ports::Store> store_;
  std::int64_t made_ = 0;
};

TEST_F(HandoverTest, CountsWhatIsOpenAndUnacknowledged) {
  hold(session("s1", 30));
  hold(session("s2", 90));
  EXPECT_EQ(figure("open"), "2");
  EXPECT_EQ(figure("unacknowledged"), "2");
  EXPECT_EQ(figure("overdue"), "1");
}

TEST_F(HandoverTest, WhatWasImportedIsHistory) {
  model::Session archived = session("s1", 90);
  archived.backfilled = true;
  hold(archived);
  import(session("s2", 90), ago(80));
  model::Session over = session("s3", 300);
  over.state = model::SessionState::lapsed;
  over.lapsed_at = ago(200);
  import(over, ago(190));
  for (const char* name : {"open", "unacknowledged", "overdue"}) EXPECT_EQ(figure(name), "0") << name;
}

TEST_F(HandoverTest, WhatGoesOnHereAfterAnImportCounts) {
  import(session("s1", 90), ago(80));
  model::Session again = *store_->session("s1");
  again.next_due = Time{kNow.micros + 60 * kMinute};  // as the pipeline leaves it behind
  hold(again);
  EXPECT_EQ(figure("open"), "1");
  again = *store_->session("s1");
  again.state = model::SessionState::lapsed;
  again.lapsed_at = ago(5);
  again.next_due.reset();
  hold(again);
  EXPECT_EQ(figure("open"), "0");
  EXPECT_EQ(figure("unacknowledged"), "1");
}

TEST_F(HandoverTest, AnExpectedAccountThatWasNeverHeardIsSilent) {
  commit([](ports::Commit& commit) {
    commit.cursors["silence/missing/444455556666"] = "1000000;";
    commit.cursors["silence/missing/777788889999"] = "1000000";  // and one that is still waited for
  });
  EXPECT_EQ(figure("silent_places"), "1");
  commit([](ports::Commit& commit) {
    commit.coverage.push_back({"444455556666", "eu-west-1", "s3", 1, ago(5), ago(1)});
  });
  EXPECT_EQ(figure("silent_places"), "0");
}

}  // namespace
}  // namespace gw::app
