// What was imported is known and told to nobody, now or later, until something new happens in it.
#include <gtest/gtest.h>

#include <memory>

#include "domain/session/correlate.h"
#include "engine/pipeline/pipeline.h"
#include "engine/pipeline/test_kit.h"

namespace gw::pipeline {
namespace {

class ImportTest : public testing::Test {
 protected:
  void run(bool backfill, const std::vector<std::string>& records, const std::string& feed = "file",
           Time now = test_now()) {
    Settings settings = test_settings();
    settings.backfill = backfill;
    const SettingsPtr shared_settings = shared(std::move(settings));
    Settlements settled;
    Pipeline pipeline(
        {}, store_, [&] { return shared_settings; }, [now] { return now; });
    ports::Delivery delivery = delivery_of(log_file(records), "a.json", feed);
    delivery.settle = settled.one();
    ASSERT_TRUE(pipeline.submit(delivery, {}));
    settled.wait_for(1);
    ASSERT_EQ(settled.durable(), 1);
  }
  model::Session only() {
    EXPECT_EQ(store_.sessions.size(), 1u);
    return store_.sessions.begin()->second;
  }
  // What a sweep at `now` makes of the store.
  session::Changes sweep(Time now) {
    std::vector<model::Session> sessions;
    for (const auto& [id, session] : store_.sessions) sessions.push_back(session);
    std::vector<model::Fold> folds;
    for (const auto& [key, fold] : store_.folds) folds.push_back(fold);
    session::Context context;
    context.now = now;
    context.new_id = [](Time) { return std::string("x"); };
    return session::sweep(sessions, folds, context);
  }
  static Time after(int hours) { return Time{test_now().micros + hours * 3'600'000'000LL}; }

  MemoryStore store_;
};

const Time kSoon = *parse_time("2026-07-01T10:10:00Z");  // the credentials still hold
const std::string kFailed = R"("errorCode":"AccessDenied",)";

TEST_F(ImportTest, NoSweepTellsOfIt) {
  run(true, {grant_record("1"), call_record("2", "BreakGlassAdmin"), grant_record("3", "BreakGlassAdmin", kFailed)},
      "file", kSoon);
  EXPECT_FALSE(store_.folds.empty());
  for (const auto& [id, session] : store_.sessions) EXPECT_EQ(session.state, model::SessionState::open);
  for (const int hours : {1, 5, 50}) EXPECT_TRUE(sweep(after(hours)).alerts.empty()) << hours;
  const session::Changes over = sweep(after(50));
  EXPECT_EQ(over.sessions.size(), store_.sessions.size());
  for (const auto& change : over.sessions) EXPECT_EQ(change.session.state, model::SessionState::lapsed);
}

TEST_F(ImportTest, WhatIsOverByNowHasLapsed) {
  run(true, {grant_record("1")}, "file", after(500));
  EXPECT_EQ(only().state, model::SessionState::lapsed);
  EXPECT_TRUE(only().lapsed_at);
  EXPECT_FALSE(only().next_due);
}

TEST_F(ImportTest, NoFeedIsHeard) {
  run(true, {grant_record("1"), call_record("2")});
  EXPECT_TRUE(store_.coverage.empty());
}

TEST_F(ImportTest, TheSameByAnotherFeedTellsNothing) {
  run(true, {grant_record("1")});
  run(false, {grant_record("1")}, "s3");
  EXPECT_TRUE(only().backfilled);
  EXPECT_TRUE(only().feeds.contains("s3"));
  EXPECT_TRUE(store_.alerts.empty());
}

TEST_F(ImportTest, WhatIsNewInItIsTold) {
  run(true, {grant_record("1")}, "file", kSoon);
  run(false, {grant_record("2")}, "file", kSoon);
  EXPECT_FALSE(only().backfilled);
  ASSERT_EQ(store_.alerts.size(), 1u);
  EXPECT_EQ(store_.alerts.begin()->second.kind, model::AlertKind::session_opened);
  EXPECT_EQ(sweep(after(50)).alerts.size(), 1u);
}

TEST_F(ImportTest, ALiveSessionStaysLive) {
  run(false, {grant_record("1")});
  run(true, {grant_record("2")});
  EXPECT_FALSE(only().backfilled);
  EXPECT_EQ(store_.alerts.size(), 1u);
}

TEST_F(ImportTest, ImportedFailuresAreNotCountedAsUntold) {
  run(true, {grant_record("1", "BreakGlassAdmin", kFailed), grant_record("2", "BreakGlassAdmin", kFailed)});
  ASSERT_EQ(store_.folds.size(), 1u);
  EXPECT_EQ(store_.folds.begin()->second.count, 2u);
  EXPECT_FALSE(store_.folds.begin()->second.next_due);
  run(false, {grant_record("3", "BreakGlassAdmin", kFailed)});
  EXPECT_EQ(sweep(after(5)).alerts.size(), 1u);
}

}  // namespace
}  // namespace gw::pipeline
