#include "domain/coverage/silence.h"

#include <gtest/gtest.h>

#include <functional>

namespace gw::coverage {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kMonday = std::int64_t{20'458} * kDay;  // 2026-01-05

// A world with two accounts in two regions each, by two feeds; the second feed brings one account only.
class PlacesTest : public testing::Test {
 protected:
  PlacesTest() {
    for (const char* account : {"111111111111", "222222222222"}) {
      for (const char* region : {"eu-west-1", "us-east-1"}) places_.push_back({account, region, "s3", {}});
    }
    places_.push_back({"111111111111", "eu-west-1", "eventbridge", {}});
    now_ = kMonday;
    run(12 * kDay, [](const Place&) { return true; });
  }
  std::vector<Fact> run(std::int64_t micros, const std::function<bool(const Place&)>& arrives) {
    std::vector<Fact> told;
    for (const std::int64_t until = now_ + micros; now_ < until; now_ += 5 * kMinute) {
      for (Place& place : places_) {
        if (arrives(place)) place.heard = Time{now_};
      }
      for (Fact& fact : silence_.look(places_, Time{now_})) told.push_back(std::move(fact));
    }
    return told;
  }
  std::vector<std::string> subjects(const std::vector<Fact>& facts) {
    std::vector<std::string> out;
    out.reserve(facts.size());
    for (const Fact& fact : facts)
      out.push_back((fact.kind == Fact::Kind::silent ? "silent " : "heard ") + fact.subject);
    return out;
  }

  Silence silence_;
  std::vector<Place> places_;
  std::int64_t now_;
};

using Subjects = std::vector<std::string>;

TEST_F(PlacesTest, WhatStopsAsAWholeIsToldAsAWhole) {
  EXPECT_EQ(subjects(run(kDay, [](const Place&) { return false; })), Subjects{"silent everything"});
  EXPECT_EQ(subjects(run(kHour, [](const Place&) { return true; })), Subjects{"heard everything"});

  EXPECT_EQ(subjects(run(kDay, [](const Place& p) { return p.feed != "eventbridge"; })),
            Subjects{"silent the feed eventbridge"});
  EXPECT_EQ(subjects(run(kHour, [](const Place&) { return true; })), Subjects{"heard the feed eventbridge"});

  EXPECT_EQ(subjects(run(kDay, [](const Place& p) { return p.account_id[0] == '1'; })),
            Subjects{"silent account 222222222222 in the feed s3"});
  EXPECT_EQ(subjects(run(kHour, [](const Place&) { return true; })),
            Subjects{"heard account 222222222222 in the feed s3"});

  EXPECT_EQ(subjects(run(kDay, [](const Place& p) { return p.account_id[0] == '1' || p.region[0] == 'e'; })),
            Subjects{"silent us-east-1 of account 222222222222 in the feed s3"});
}

TEST_F(PlacesTest, APartThatStaysSilentIsToldWhenTheRestIsBack) {
  (void)run(kDay, [](const Place&) { return false; });
  EXPECT_EQ(subjects(run(kDay, [](const Place& p) { return p.feed == "s3"; })),
            (Subjects{"heard everything", "silent the feed eventbridge"}));
}

TEST_F(PlacesTest, ManyAtOnceAreOneFact) {
  for (int i = 0; i < 8; ++i) places_.push_back({"3333333333" + std::to_string(10 + i), "eu-west-1", "s3", {}});
  ASSERT_TRUE(run(12 * kDay, [](const Place&) { return true; }).empty());
  const std::vector<Fact> told = run(kDay, [](const Place& p) { return p.account_id[0] != '3'; });
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].subject, "8 accounts");
  EXPECT_EQ(told[0].places.size(), 8u);
  EXPECT_EQ(silence_.silent_count(), 8u);
  const std::vector<Fact> back = run(kHour, [](const Place&) { return true; });
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].count, 8u);
  EXPECT_EQ(back[0].silent_key, told[0].key);
}

TEST_F(PlacesTest, ARegionThatWasUsedOnceIsNotMissed) {
  places_.push_back({"111111111111", "ap-south-1", "s3", Time{now_}});
  EXPECT_TRUE(run(60 * kDay, [](const Place& p) { return p.region != "ap-south-1"; }).empty());
}

TEST_F(PlacesTest, OurOwnAbsenceIsNobodysSilence) {
  now_ += 3 * kDay;  // nobody looks; nothing was heard
  EXPECT_TRUE(run(20 * kMinute, [](const Place&) { return false; }).empty());
  EXPECT_TRUE(run(kDay, [](const Place&) { return true; }).empty());
  const Silence::State* state = silence_.of(places_[0]);
  ASSERT_NE(state, nullptr);
  EXPECT_LE(state->rhythm.usual_micros(), kHour);  // those days were not learnt
  EXPECT_EQ(run(kDay, [](const Place&) { return false; }).size(), 1u);
}

TEST_F(PlacesTest, ARestartForgetsNothing) {
  std::map<std::string, std::string> kept = silence_.changes();
  const auto restart = [&] {
    for (auto& [name, text] : silence_.changes()) kept[name] = text;
    silence_ = Silence();
    for (const auto& [name, text] : kept) silence_.restore(name, text);
  };
  // Restarted every half hour, which is less than the quiet that is allowed.
  std::vector<Fact> told;
  for (int i = 0; i < 12; ++i) {
    restart();
    for (Fact& fact : run(kHour / 2, [](const Place&) { return false; })) told.push_back(std::move(fact));
  }
  ASSERT_EQ(told.size(), 1u);
  restart();
  EXPECT_TRUE(run(kDay, [](const Place&) { return false; }).empty());
  const std::vector<Fact> back = run(kHour, [](const Place&) { return true; });
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].silent_key, told[0].key);
  // What is kept has a form; anything else is passed over.
  Silence other;
  for (const char* text : {"x", "1:", "1:2 1:3", "1:2;x", "-1:2", "1:99999999999"}) other.restore("*", text);
  EXPECT_EQ(other.silent_count(), 0u);
}

TEST_F(PlacesTest, AnExpectedAccountThatNeverCameIsToldOnce) {
  silence_.expect({"111111111111", "999999999999"});
  const auto all = [](const Place&) { return true; };
  EXPECT_TRUE(run(23 * kHour, all).empty());
  const std::vector<Fact> told = run(3 * kDay, all);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Fact::Kind::never_heard);
  EXPECT_EQ(told[0].subject, "account 999999999999");
  // An account that is not on the list is nobody's.
  EXPECT_TRUE(run(kDay, [](const Place& p) { return p.account_id[0] != '2'; }).empty());
  places_.push_back({"999999999999", "eu-west-1", "s3", {}});
  const std::vector<Fact> back = run(kHour, all);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].silent_key, told[0].key);
}

}  // namespace
}  // namespace gw::coverage
