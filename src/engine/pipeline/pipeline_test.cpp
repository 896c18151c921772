#include "engine/pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "domain/session/entries.h"
#include "engine/pipeline/test_kit.h"

namespace gw::pipeline {
namespace {

using namespace std::chrono_literals;

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() {
    config_.first_pause = 0ms;
    config_.longest_pause = 0ms;
  }
  std::unique_ptr<Pipeline> start() {
    return std::make_unique<Pipeline>(
        config_, store_, [this] { return std::atomic_load(&settings_); }, test_now, &horizon_);
  }
  // Delivers one after the other; each is settled before the next.
  void deliver(Pipeline& pipeline, std::string bytes, std::string source = "a.json", std::string feed = "file") {
    ports::Delivery delivery = delivery_of(std::move(bytes), std::move(source), std::move(feed));
    delivery.settle = settlements_.one();
    ASSERT_TRUE(pipeline.submit(delivery, {}));
    settlements_.wait_for(++delivered_);
  }
  // Takes several while the store does not answer, so that they are committed together.
  void deliver_together(Pipeline& pipeline, std::vector<ports::Delivery> deliveries) {
    {
      const std::lock_guard held(store_.mutex);
      ports::Delivery first = delivery_of("{}");
      first.settle = settlements_.one();
      ASSERT_TRUE(pipeline.try_submit(first));
      for (ports::Delivery& delivery : deliveries) {
        delivery.settle = settlements_.one();
        ASSERT_TRUE(pipeline.try_submit(delivery));
      }
      delivered_ += static_cast<int>(deliveries.size()) + 1;
      std::this_thread::yield();
    }
    settlements_.wait_for(delivered_);
  }
  void expect_balanced(Pipeline& pipeline) {
    EXPECT_TRUE(store_.records.balanced());
    const Pipeline::Gauges gauges = pipeline.gauges();
    EXPECT_EQ(gauges.received, gauges.settled + gauges.retrying + gauges.in_flight);
    EXPECT_EQ(gauges.in_flight, 0u);
    EXPECT_EQ(gauges.in_flight_bytes, 0u);
  }

  Config config_;
  MemoryStore store_;
  Horizon horizon_;
  SettingsPtr settings_ = shared(test_settings());
  Settlements settlements_;
  int delivered_ = 0;
};

TEST_F(PipelineTest, WhatIsSettledIsStored) {
  const auto pipeline = start();
  ports::Delivery delivery = delivery_of(log_file({grant_record("1"), call_record("2")}));
  delivery.cursors = {{"directory|a", "9"}};
  delivery.settle = settlements_.one();
  ASSERT_TRUE(pipeline->submit(delivery, {}));
  settlements_.wait_for(1);
  EXPECT_EQ(settlements_.durable(), 1);
  ASSERT_EQ(store_.sessions.size(), 1u);
  const model::Session& session = store_.sessions.begin()->second;
  EXPECT_EQ(session.account_id, "222222222222");
  EXPECT_EQ(session.organization_id, "o-1");
  EXPECT_EQ(session.config_hash, "hash");
  ASSERT_EQ(store_.alerts.size(), 1u);
  EXPECT_EQ(store_.alerts.begin()->second.kind, model::AlertKind::session_opened);
  ASSERT_EQ(store_.notifications.size(), 1u);
  EXPECT_EQ(store_.notifications[0].receiver, "oncall");
  EXPECT_EQ(store_.cursors["directory|a"], "9");
  EXPECT_EQ(store_.records, (ports::RecordBooks{2, 1, 0, 0, 1, 0, 0}));
  EXPECT_EQ(store_.deliveries["file"].settled, 1u);
  EXPECT_EQ(store_.chain.size(), 1u);
  EXPECT_EQ(horizon_.lookup(session::chain_hash("ASIAEXAMPLE")).size(), 1u);
  EXPECT_EQ(store_.coverage.size(), 2u);
  expect_balanced(*pipeline);
  EXPECT_TRUE(pipeline->health());
}

TEST_F(PipelineTest, ACopyCountsOnceAsDuplicate) {
  const auto pipeline = start();
  // A break-glass session that assumes a role: an access and a call, one record.
  std::string both = call_record("3", "BreakGlassAdmin", "AssumeRole");
  both.replace(both.find("s3.amazonaws.com"), 16, "sts.amazonaws.com");
  both.insert(both.size() - 1, R"(,"requestParameters":{"roleArn":"arn:aws:iam::333333333333:role/BreakGlassDb",)"
                               R"("roleSessionName":"x"},"responseElements":{"credentials":{"accessKeyId":"ASIAC"}})");
  deliver(*pipeline, log_file({grant_record("1"), both}));
  EXPECT_EQ(store_.events.size(), 3u);
  EXPECT_EQ(store_.records, (ports::RecordBooks{2, 2, 0, 0, 0, 0, 0}));
  deliver(*pipeline, log_file({grant_record("1"), both, grant_record("1")}), "b.json");
  EXPECT_EQ(store_.records, (ports::RecordBooks{5, 2, 0, 0, 0, 3, 0}));
  EXPECT_EQ(store_.events.size(), 3u);
  // Twice in one batch.
  deliver(*pipeline, log_file({grant_record("9"), grant_record("9")}));
  EXPECT_EQ(store_.records, (ports::RecordBooks{7, 3, 0, 0, 0, 4, 0}));
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, AConflictIsKeptAndTold) {
  const auto pipeline = start();
  deliver(*pipeline, log_file({grant_record("1")}));
  deliver(*pipeline, log_file({grant_record("1", "BreakGlassDb")}));
  deliver(*pipeline, log_file({grant_record("1", "BreakGlassDb"), grant_record("1", "BreakGlassOther")}));
  EXPECT_EQ(store_.records, (ports::RecordBooks{4, 1, 0, 0, 0, 0, 3}));
  EXPECT_EQ(store_.quarantine.size(), 2u);
  EXPECT_EQ(store_.quarantine.begin()->second.event_id, "1");
  EXPECT_NE(store_.quarantine.begin()->second.payload.find("BreakGlass"), std::string::npos);
  int conflicts = 0;
  for (const auto& [key, alert] : store_.alerts) conflicts += alert.kind == model::AlertKind::conflict ? 1 : 0;
  EXPECT_EQ(conflicts, 1);
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, WhatIsReadyIsCommittedTogether) {
  config_.workers = 1;
  const auto pipeline = start();
  std::vector<ports::Delivery> deliveries;
  for (int i = 0; i < 20; ++i) {
    deliveries.push_back(delivery_of(log_file({grant_record(std::to_string(i))}), "f" + std::to_string(i),
                                     i % 2 == 0 ? "http" : "file"));
  }
  deliver_together(*pipeline, std::move(deliveries));
  EXPECT_EQ(settlements_.durable(), 21);
  EXPECT_EQ(store_.records.matched, 20u);
  EXPECT_EQ(store_.deliveries["http"].settled, 10u);
  EXPECT_EQ(store_.deliveries["file"].settled, 11u);
  EXPECT_EQ(store_.sessions.size(), 1u);
  EXPECT_LT(store_.commits, 21);
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, AStoreThatIsAwayIsAskedAgain) {
  const auto pipeline = start();
  store_.faults = {Errc::unavailable, Errc::conflict, Errc::unavailable};
  deliver(*pipeline, log_file({grant_record("1")}));
  EXPECT_EQ(settlements_.durable(), 1);
  EXPECT_EQ(store_.tries, 4);
  EXPECT_EQ(store_.records.matched, 1u);
  EXPECT_EQ(store_.sessions.begin()->second.ways_in, 1u);
  EXPECT_TRUE(pipeline->health());
}

TEST_F(PipelineTest, ThenTheDeliveryIsGivenBack) {
  const auto pipeline = start();
  store_.faults.assign(config_.attempts, Errc::unavailable);
  deliver(*pipeline, log_file({grant_record("1")}));
  EXPECT_EQ(settlements_.unavailable(), 1);
  EXPECT_EQ(pipeline->health().error().code, Errc::unavailable);
  EXPECT_TRUE(store_.events.empty());
  deliver(*pipeline, log_file({grant_record("1")}));
  EXPECT_EQ(settlements_.durable(), 1);
  EXPECT_EQ(store_.records.matched, 1u);
  EXPECT_EQ(pipeline->gauges().retrying, 1u);
  EXPECT_EQ(pipeline->gauges().settled, 1u);
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, ACorruptStoreStopsItAll) {
  const auto pipeline = start();
  store_.faults = {Errc::corrupt};
  deliver(*pipeline, log_file({grant_record("1")}));
  EXPECT_EQ(settlements_.unavailable(), 1);
  EXPECT_EQ(pipeline->health().error().code, Errc::corrupt);
  ports::Delivery delivery = delivery_of("{}");
  EXPECT_FALSE(pipeline->try_submit(delivery));
  EXPECT_FALSE(pipeline->submit(delivery, {}));
  EXPECT_EQ(delivery.bytes, "{}");  // left as it was
  EXPECT_FALSE(pipeline->has_room(1));
  EXPECT_EQ(store_.tries, 1);
}

TEST_F(PipelineTest, APoisonDeliveryDoesNotStopTheOthers) {
  store_.is_poison = [](const ports::Commit& commit) {
    return std::any_of(commit.entries.begin(), commit.entries.end(),
                       [](const auto& e) { return e.second.event.event_id == "bad"; });
  };
  const auto pipeline = start();
  std::vector<ports::Delivery> deliveries;
  deliveries.push_back(delivery_of(log_file({grant_record("1")}), "a"));
  deliveries.push_back(delivery_of(log_file({grant_record("bad"), call_record("x")}), "b"));
  deliveries.push_back(delivery_of(log_file({grant_record("2")}), "c"));
  deliver_together(*pipeline, std::move(deliveries));
  EXPECT_EQ(settlements_.durable(), 4);
  EXPECT_EQ(store_.events.size(), 2u);
  ASSERT_EQ(store_.quarantine.size(), 1u);
  EXPECT_EQ(store_.quarantine.begin()->second.source, "b");
  EXPECT_EQ(store_.quarantine.begin()->second.payload, log_file({grant_record("bad"), call_record("x")}));
  EXPECT_EQ(store_.records, (ports::RecordBooks{4, 2, 0, 0, 0, 0, 2}));
  EXPECT_EQ(store_.deliveries["file"], (ports::DeliveryBooks{4, 1, 1}));
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, TheBudgetIsKept) {
  config_.max_in_flight_bytes = 20'000;
  const auto pipeline = start();
  ports::Delivery large = delivery_of(std::string(100'000, ' '));
  ports::Delivery small = delivery_of("{}");
  large.settle = settlements_.one();
  small.settle = settlements_.one();
  std::jthread waiting;
  {
    const std::lock_guard held(store_.mutex);  // nothing is settled
    EXPECT_TRUE(pipeline->try_submit(large));  // alone, whatever its size
    EXPECT_FALSE(pipeline->has_room(0));
    EXPECT_FALSE(pipeline->try_submit(small));
    EXPECT_EQ(small.bytes, "{}");
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(pipeline->submit(small, stopped.get_token()));
    waiting = std::jthread([&] { EXPECT_TRUE(pipeline->submit(small, {})); });
  }
  settlements_.wait_for(2);
  EXPECT_EQ(settlements_.durable(), 2);
  EXPECT_TRUE(pipeline->has_room(10'000));
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, StoppingSettlesWhatWasTaken) {
  config_.max_ready_bytes = 1;
  const auto pipeline = start();
  for (int i = 0; i < 50; ++i) {
    ports::Delivery delivery = delivery_of(log_file({grant_record(std::to_string(i))}));
    delivery.settle = settlements_.one();
    ASSERT_TRUE(pipeline->try_submit(delivery));
  }
  pipeline->stop();
  EXPECT_EQ(settlements_.durable(), 50);
  EXPECT_EQ(store_.records.matched, 50u);
  ports::Delivery late = delivery_of("{}");
  EXPECT_FALSE(pipeline->try_submit(late));
  pipeline->stop();
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, StoppingDoesNotWaitForAStoreThatIsAway) {
  config_.attempts = 1000;
  config_.first_pause = 1h;
  config_.longest_pause = 1h;
  store_.faults.assign(1000, Errc::unavailable);
  const auto pipeline = start();
  ports::Delivery delivery = delivery_of(log_file({grant_record("1")}));
  delivery.settle = settlements_.one();
  ASSERT_TRUE(pipeline->try_submit(delivery));
  pipeline->stop();
  EXPECT_EQ(settlements_.unavailable(), 1);
}

TEST_F(PipelineTest, ALargeDeliveryIsSettledOnce) {
  std::vector<std::string> records;
  for (int i = 0; i < 4000; ++i) records.push_back(grant_record(std::to_string(i)));
  const auto pipeline = start();
  deliver(*pipeline, log_file(records));
  EXPECT_EQ(settlements_.durable(), 1);
  EXPECT_EQ(store_.records.matched, 4000u);
  EXPECT_GT(store_.commits, 1);
  EXPECT_EQ(store_.deliveries["file"].settled, 1u);
  // A part that is not stored gives back the whole.
  store_.faults.assign(config_.attempts, Errc::unavailable);
  deliver(*pipeline, log_file(records), "b.json");
  EXPECT_EQ(settlements_.unavailable(), 1);
  expect_balanced(*pipeline);
}

TEST_F(PipelineTest, ABatchKeepsItsSettings) {
  const auto pipeline = start();
  deliver(*pipeline, log_file({grant_record("1")}));
  Settings other = test_settings();
  other.watches = watch::WatchSet::compile({}).value();
  other.config_hash = "other";
  std::atomic_store(&settings_, shared(std::move(other)));
  deliver(*pipeline, log_file({grant_record("2"), grant_record("3", "Auditor")}));
  ASSERT_EQ(store_.events.size(), 2u);
  EXPECT_EQ(store_.events.at("1\n111111111111").event.watch, "prod");
  EXPECT_EQ(store_.events.at("2\n111111111111").event.watch, "builtin/emergency-roles");
}

TEST_F(PipelineTest, ACommitKnowsOneSettings) {
  Settings other = test_settings();
  other.config_hash = "other";
  const SettingsPtr changed = shared(std::move(other));
  config_.workers = 1;
  std::atomic<int> asked = 0;  // by the only worker, before each delivery
  Pipeline pipeline(
      config_, store_, [&] { return ++asked % 2 == 0 ? changed : settings_; }, test_now);
  std::vector<ports::Delivery> deliveries;
  for (const char* role : {"BreakGlassA", "BreakGlassB", "BreakGlassC", "BreakGlassD"})
    deliveries.push_back(delivery_of(log_file({grant_record(role, role)})));
  {
    const std::lock_guard held(store_.mutex);
    ports::Delivery first = delivery_of("{}");
    first.settle = settlements_.one();
    ASSERT_TRUE(pipeline.try_submit(first));
    for (ports::Delivery& delivery : deliveries) {
      delivery.settle = settlements_.one();
      ASSERT_TRUE(pipeline.try_submit(delivery));
    }
    while (asked < 5) std::this_thread::yield();  // by then the others are ready together
  }
  settlements_.wait_for(5);
  ASSERT_EQ(store_.sessions.size(), 4u);
  for (const auto& [id, session] : store_.sessions) {
    const bool is_changed = session.role == "BreakGlassA" || session.role == "BreakGlassC";
    EXPECT_EQ(session.config_hash, is_changed ? "other" : "hash") << session.role;
  }
}

TEST_F(PipelineTest, ANameThatIsLearntIsShown) {
  const auto pipeline = start();
  std::string sign_in = grant_record("0", "x");
  sign_in.replace(sign_in.find("sso.amazonaws.com"), 17, "signin.amazonaws.com");
  sign_in.replace(sign_in.find("Federate"), 8, "UserAuthentication");
  std::string verified = sign_in;
  sign_in.insert(sign_in.size() - 1, R"(,"additionalEventData":{"AuthWorkflowID":"w-1"})");
  verified.replace(verified.find("UserAuthentication"), 18, "CredentialVerification");
  verified.replace(verified.find(R"("userId":"u-alice")"), 18, R"("userId":"")");
  verified.insert(verified.size() - 1, R"(,"additionalEventData":{"AuthWorkflowID":"w-1","UserName":"alice"})");
  deliver(*pipeline, log_file({sign_in, verified, grant_record("1")}));
  EXPECT_EQ(store_.events.at("1\n111111111111").event.principal.name, "alice");
  EXPECT_EQ(store_.events.at("1\n111111111111").event.principal.name_source, "learnt");
  // The name is no part of what the record is.
  deliver(*start(), log_file({grant_record("1")}));
  EXPECT_EQ(store_.records.duplicate, 1u);
}

TEST_F(PipelineTest, AnImportTellsNobody) {
  Settings settings = test_settings();
  settings.backfill = true;
  settings_ = shared(std::move(settings));
  const auto pipeline = start();
  deliver(*pipeline, log_file({grant_record("1"), R"({"eventVersion":"1.0","role":"BreakGlassAdmin",})"}));
  EXPECT_TRUE(store_.sessions.begin()->second.backfilled);
  EXPECT_TRUE(store_.alerts.empty());
  EXPECT_TRUE(store_.notifications.empty());
}

// Many senders at once, a store that fails now and then: everything is settled, and what is settled for good is stored once.
TEST_F(PipelineTest, ManyAtOnce) {
  config_.workers = 4;
  config_.max_in_flight_bytes = 200'000;
  config_.attempts = 2;
  const auto pipeline = start();
  constexpr int kSenders = 4;
  constexpr int kEach = 50;
  {
    std::vector<std::jthread> senders;
    for (int s = 0; s < kSenders; ++s) {
      senders.emplace_back([&, s] {
        for (int i = 0; i < kEach; ++i) {
          ports::Delivery delivery =
              delivery_of(log_file({grant_record(std::to_string(s) + "-" + std::to_string(i)), call_record("x")}));
          delivery.settle = settlements_.one();
          if (i % 10 == 0) {
            const std::lock_guard lock(store_.mutex);
            store_.faults.push_back(Errc::unavailable);
          }
          ASSERT_TRUE(pipeline->submit(delivery, {}));
        }
      });
    }
  }
  settlements_.wait_for(kSenders * kEach);
  pipeline->stop();
  EXPECT_EQ(settlements_.durable() + settlements_.unavailable(), kSenders * kEach);
  EXPECT_EQ(static_cast<int>(store_.records.matched), settlements_.durable());
  expect_balanced(*pipeline);
}

}  // namespace
}  // namespace gw::pipeline
