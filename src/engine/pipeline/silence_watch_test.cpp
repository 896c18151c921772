#include "engine/pipeline/silence_watch.h"

#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "engine/pipeline/test_kit.h"

namespace gw::pipeline {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;

// What MemoryStore was told, as a restart finds it.
class MemoryRecovery : public ports::Recovery {
 public:
  explicit MemoryRecovery(MemoryStore& store) : store_(store) {}
  Result<std::map<std::string, std::string>> cursors(const std::string& prefix) override {
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : store_.cursors) {
      if (name.starts_with(prefix)) out[name] = value;
    }
    return out;
  }
  Result<std::vector<ports::ChainRow>> chain(Time) override { return std::vector<ports::ChainRow>{}; }
  Result<std::vector<ports::CoverageSighting>> coverage() override { return heard; }
  std::vector<ports::CoverageSighting> heard;

 private:
  MemoryStore& store_;
};

class SilenceWatchTest : public testing::Test {
 protected:
  SilenceWatchTest() {
    recovery_.heard = {{"111122223333", "eu-west-1", "s3", 1, {}, {}}};
    now_ = test_now();
  }
  // A look every five minutes.
  void run(std::int64_t micros, bool arrives, SilenceWatch& watch) {
    for (const std::int64_t until = now_.micros + micros; now_.micros < until; now_.micros += 5 * kMinute) {
      if (arrives) recovery_.heard[0].received_at = now_;
      EXPECT_TRUE(watch.look(settings_, now_));
    }
  }

  MemoryStore store_;
  MemoryRecovery recovery_{store_};
  Settings settings_ = test_settings();
  Time now_;
};

TEST_F(SilenceWatchTest, TellsSilenceAndItsEndOnce) {
  SilenceWatch watch(store_, recovery_);
  SilenceWatch other(store_, recovery_);  // a second process
  run(12 * kDay, true, watch);
  EXPECT_TRUE(store_.alerts.empty());
  const Time last = recovery_.heard[0].received_at;
  run(kDay, false, watch);
  EXPECT_TRUE(other.look(settings_, now_));
  ASSERT_EQ(store_.alerts.size(), 1u);
  const model::Alert silent = store_.alerts.begin()->second;
  EXPECT_EQ(silent.kind, model::AlertKind::coverage_silent);
  EXPECT_EQ(silent.severity, model::Severity::high);
  EXPECT_EQ(silent.fact, "everything");
  EXPECT_EQ(silent.reason, "no record at all has come for 35m, and it is usually quiet for 5m at most");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(silent.data));
  EXPECT_EQ(doc.root()["last_heard"].text(), format_time(last));
  EXPECT_TRUE(watch.is_everything_silent());
  ASSERT_EQ(store_.notifications.size(), 1u);
  EXPECT_EQ(store_.notifications[0].receiver, "default");

  const auto view = QuietView::read(recovery_);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->silent_since(recovery_.heard[0]), last);
  EXPECT_EQ(view->usual_micros(recovery_.heard[0]), 5 * kMinute);

  run(kDay, true, watch);
  ASSERT_EQ(store_.alerts.size(), 2u);
  const model::Alert& heard = store_.alerts.begin()->second;
  EXPECT_EQ(heard.kind, model::AlertKind::coverage_heard);
  ASSERT_TRUE(doc.parse(heard.data));
  EXPECT_EQ(doc.root()["ends"].text(), silent.key);
  EXPECT_FALSE(watch.is_everything_silent());
}

TEST_F(SilenceWatchTest, WhatCouldNotBeCommittedIsToldByTheNextLook) {
  SilenceWatch watch(store_, recovery_);
  run(12 * kDay, true, watch);
  now_.micros += 5 * kMinute;
  for (int i = 0; i < 40; ++i) {
    store_.faults.push_back(Errc::unavailable);
    EXPECT_FALSE(watch.look(settings_, now_));
    now_.micros += kMinute;
  }
  EXPECT_TRUE(store_.alerts.empty());
  EXPECT_TRUE(watch.look(settings_, now_));
  EXPECT_EQ(store_.alerts.size(), 1u);
}

TEST_F(SilenceWatchTest, ATextFromARecordStaysText) {
  recovery_.heard[0].account_id = "\"},\"x\":[\x1b[31m";
  recovery_.heard.push_back({"111122223333", "eu-west-1", "s3", 1, {}, {}});
  SilenceWatch watch(store_, recovery_);
  for (const std::int64_t until = now_.micros + 12 * kDay; now_.micros < until; now_.micros += 5 * kMinute) {
    for (ports::CoverageSighting& one : recovery_.heard) one.received_at = now_;
    EXPECT_TRUE(watch.look(settings_, now_));
  }
  for (int i = 0; i < 30; ++i, now_.micros += 5 * kMinute) {
    recovery_.heard[1].received_at = now_;
    EXPECT_TRUE(watch.look(settings_, now_));
  }
  ASSERT_EQ(store_.alerts.size(), 1u);
  json::Doc doc;
  EXPECT_TRUE(doc.parse(store_.alerts.begin()->second.data));
  EXPECT_EQ(doc.root()["account_id"].text(), recovery_.heard[0].account_id);
}

}  // namespace
}  // namespace gw::pipeline
