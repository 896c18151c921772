// Years of arrivals of many shapes: how often silence is told that is none, and how late one that is.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <utility>

#include "domain/coverage/silence.h"

namespace gw::coverage {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kMonday = std::int64_t{20'458} * kDay;  // 2026-01-05

// Sanitizers make it thirty times as slow: a part of the year says the same there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
constexpr std::int64_t kYear = 75 * kDay;
constexpr std::uint64_t kSeeds = 1;
#else
constexpr std::int64_t kYear = 365 * kDay;
constexpr std::uint64_t kSeeds = 2;
#endif

// Whether something arrives in the five minutes that begin at `at`.
using Traffic = std::function<bool(std::int64_t at, std::mt19937_64& random)>;

bool chance(std::mt19937_64& random, double p) { return std::uniform_real_distribution<double>(0, 1)(random) < p; }
std::int64_t day_of(std::int64_t at) { return (at - kMonday) / kDay; }
bool is_at(std::int64_t at, std::int64_t from_hour, std::int64_t minutes) {
  const std::int64_t minute = at % kDay / kMinute;
  return minute >= from_hour * 60 && minute < from_hour * 60 + minutes;
}

// The log objects of a busy organization: nearly every five minutes.
bool busy(std::int64_t, std::mt19937_64& random) { return chance(random, 0.97); }
// An office: a dozen calls on working days, none at night, and some bank holidays.
bool office(std::int64_t at, std::mt19937_64& random) {
  const bool is_holiday = day_of(at) % 61 == 46;
  return day_of(at) % 7 < 5 && !is_holiday && is_at(at, 8, 600) && chance(random, 0.1);
}
bool nightly_job(std::int64_t at, std::mt19937_64& random) { return is_at(at, 2, 20) && chance(random, 0.6); }
bool now_and_then(std::int64_t, std::mt19937_64& random) { return chance(random, 1.0 / 24); }
// By local time, which jumps by an hour twice within the year.
bool local_job(std::int64_t at, std::mt19937_64& random) {
  const bool is_summer = day_of(at) >= 30 && day_of(at) < 250;
  return nightly_job(at + (is_summer ? kHour : 0), random);
}
// One call a day, which become a hundred.
bool growing(std::int64_t at, std::mt19937_64& random) {
  return at % kDay < 5 * kMinute || chance(random, 0.35 * static_cast<double>(day_of(at)) / 365);
}
// Nothing but a job.
bool weekly_job(std::int64_t at, std::mt19937_64& random) {
  return day_of(at) % 7 == 0 && is_at(at, 3, 30) && chance(random, 0.7);
}
bool weekend_job(std::int64_t at, std::mt19937_64& random) {
  return day_of(at) % 7 >= 5 && is_at(at, 3, 30) && chance(random, 0.7);
}
bool fortnightly_job(std::int64_t at, std::mt19937_64&) { return day_of(at) % 14 == 1 && is_at(at, 3, 5); }
// On the first of months of 28 to 31 days, around midnight or for three days.
std::int64_t day_of_month(std::int64_t at) {
  constexpr std::int64_t kFourMonths = 31 + 28 + 31 + 30;
  std::int64_t day = day_of(at) % kFourMonths;
  for (const std::int64_t month : {31, 28, 31}) {
    if (day < month) return day;
    day -= month;
  }
  return day;
}
bool monthly_job(std::int64_t at, std::mt19937_64& random) {
  return ((day_of_month(at) == 0 && is_at(at, 23, 60)) || (day_of_month(at) == 1 && is_at(at, 0, 60))) &&
         chance(random, 0.5);
}
bool end_of_month(std::int64_t at, std::mt19937_64& random) {
  return day_of_month(at) < 3 && is_at(at, 9, 480) && chance(random, 0.2);
}
// A weekly job, and somebody who looks in every ten days or so.
bool weekly_job_and_visits(std::int64_t at, std::mt19937_64& random) {
  return weekly_job(at, random) || chance(random, 1.0 / (12 * 24 * 10));
}

struct Year {
  explicit Year(Traffic traffic, std::uint64_t seed) : traffic_(std::move(traffic)), random_(seed) {}

  // Looks every five minutes; what was told, by level.
  std::vector<Fact> run(std::int64_t from, std::int64_t until, bool stopped = false) {
    std::vector<Fact> told;
    for (std::int64_t at = from; at < until; at += 5 * kMinute) {
      is_waiting_ = (traffic_(at, random_) && !stopped) || is_waiting_;
      if (at % kDay < down_) continue;  // what comes meanwhile waits
      if (std::exchange(is_waiting_, false)) place_.heard = Time{at + kMinute};
      std::vector<Place> places;
      if (place_.heard.micros != 0) places.push_back(place_);
      for (Fact& fact : silence_.look(places, Time{at + 5 * kMinute})) {
        told_at_.push_back(at + 5 * kMinute);
        told.push_back(std::move(fact));
      }
    }
    return told;
  }

  Silence silence_;
  Place place_{"111122223333", "eu-west-1", "s3", {}};
  Traffic traffic_;
  std::mt19937_64 random_;
  std::vector<std::int64_t> told_at_;
  std::int64_t down_ = 0;  // of each day, at its beginning
  bool is_waiting_ = false;
};

std::vector<std::int64_t> silences(const Year& year, const std::vector<Fact>& facts) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].kind == Fact::Kind::silent) out.push_back(year.told_at_[year.told_at_.size() - facts.size() + i]);
  }
  return out;
}

struct Kind {
  const char* name;
  Traffic traffic;
  std::int64_t soon;  // when it has stopped, it is told by then
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {{"busy", busy, 3 * kHour},
                                        {"office", office, 8 * kDay},
                                        {"nightly job", nightly_job, 5 * kDay},
                                        {"now and then", now_and_then, 3 * kDay},
                                        {"local job", local_job, 5 * kDay},
                                        {"growing", growing, 3 * kDay}};
  return all;
}

TEST(SilenceYearTest, NightsAndHolidaysAreNoSilence) {
  for (const Kind& kind : kinds()) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      Year year(kind.traffic, seed);
      // Begun on any day of the week, too.
      const std::int64_t begin = kMonday + static_cast<std::int64_t>(seed) * 31 * kHour;
      for (const Fact& fact : year.run(begin, begin + kYear))
        ADD_FAILURE() << kind.name << ", seed " << seed << ": " << fact.key;
    }
  }
}

TEST(SilenceYearTest, AFeedThatStopsIsToldOnceAndRecoversOnce) {
  for (const Kind& kind : kinds()) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      Year year(kind.traffic, seed);
      const std::int64_t stops = kMonday + 60 * kDay + static_cast<std::int64_t>(seed) * 11 * kHour;
      ASSERT_TRUE(year.run(kMonday, stops).empty());
      const std::vector<Fact> soon = year.run(stops, stops + kind.soon, true);
      ASSERT_EQ(soon.size(), 1u) << kind.name;
      EXPECT_EQ(soon[0].kind, Fact::Kind::silent);
      EXPECT_EQ(soon[0].level, Level::everything);  // it is all there is
      EXPECT_TRUE(year.silence_.is_everything_silent());
      EXPECT_TRUE(year.run(stops + kind.soon, stops + 30 * kDay, true).empty());
      const std::vector<Fact> back = year.run(stops + 30 * kDay, stops + 33 * kDay);
      ASSERT_EQ(back.size(), 1u) << kind.name;
      EXPECT_EQ(back[0].kind, Fact::Kind::heard_again);
      EXPECT_EQ(back[0].silent_key, soon[0].key);
      EXPECT_EQ(year.silence_.silent_count(), 0u);
    }
  }
}

// Where nothing is known yet, the first long quiet and the second are told; they have come twice then, and are how it is.
TEST(SilenceYearTest, ALoneJobIsLearnt) {
  struct Job {
    const char* name;
    Traffic traffic;
    std::int64_t every;
  };
  const std::vector<Job> jobs = {{"weekly", weekly_job, kWeek},
                                 {"weekend", weekend_job, kWeek},
                                 {"fortnightly", fortnightly_job, 2 * kWeek},
                                 {"monthly", monthly_job, 31 * kDay},
                                 {"end of month", end_of_month, 31 * kDay}};
  for (const Job& job : jobs) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      Year year(job.traffic, seed);
      const std::vector<Fact> facts = year.run(kMonday, kMonday + kYear);
      const std::vector<std::int64_t> told = silences(year, facts);
      EXPECT_LE(told.size(), 2u) << job.name;
      for (const std::int64_t at : told) EXPECT_LT(at, kMonday + 2 * job.every + 5 * kDay) << job.name;
      EXPECT_EQ(facts.size(), 2 * told.size()) << job.name;  // and each was heard again
      // That it has stopped is told when it has been missing for once as long again.
      const Time last = year.place_.heard;
      const std::vector<Fact> stopped = year.run(kMonday + kYear, kMonday + kYear + 70 * kDay, true);
      ASSERT_EQ(stopped.size(), 1u) << job.name;
      const std::int64_t late = year.told_at_.back() - last.micros;
      EXPECT_GT(late, job.every) << job.name;
      EXPECT_LT(late, 2 * job.every + kDay) << job.name;
    }
  }
}

// A server that is not there for the first hour of each day, because its host is patched then.
TEST(SilenceYearTest, AServerThatIsDownEveryNightKnowsAllTheSame) {
  const std::vector<Kind> all = {{"busy", busy, 3 * kHour},
                                 {"office", office, 8 * kDay},
                                 {"nightly job", nightly_job, 5 * kDay},
                                 {"weekly", weekly_job, 15 * kDay},
                                 {"monthly", monthly_job, 63 * kDay}};
  for (const Kind& kind : all) {
    Year year(kind.traffic, 11);
    year.down_ = kHour;
    const std::vector<std::int64_t> told = silences(year, year.run(kMonday, kMonday + kYear));
    EXPECT_LE(told.size(), kind.soon > 8 * kDay ? 2u : 0u) << kind.name;
    const std::int64_t stops = kMonday + kYear + 12 * kHour;
    (void)year.run(kMonday + kYear, stops);
    EXPECT_EQ(silences(year, year.run(stops, stops + kind.soon, true)).size(), 1u) << kind.name;
  }
}

TEST(SilenceYearTest, VisitsBesideAJobAreToldSeldom) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Year year(weekly_job_and_visits, seed);
    const std::vector<Fact> facts = year.run(kMonday, kMonday + kYear);
    EXPECT_LE(silences(year, facts).size(), 3u);
  }
}

// Nobody can tell them from a stop. They are told once, and what is learnt of them is gone after five weeks.
TEST(SilenceYearTest, TwoWeeksOfHolidaysAreToldOnce) {
  const auto with_holidays = [](std::int64_t at, std::mt19937_64& random) {
    const std::int64_t day = day_of(at) % 182;
    return (day < 42 || day >= 56) && office(at, random);
  };
  Year year(with_holidays, 7);
  const std::vector<Fact> facts = year.run(kMonday, kMonday + kYear);
  EXPECT_EQ(silences(year, facts).size(), kYear > 200 * kDay ? 2u : 1u);
  EXPECT_EQ(facts.size() % 2, 0u);
  const std::int64_t end = kMonday + kYear;
  ASSERT_EQ(year.run(end, end + 8 * kDay, true).size(), 1u);
}

TEST(SilenceYearTest, ABurstAndThenNothingIsToldOnce) {
  Year year([](std::int64_t at, std::mt19937_64& random) { return at < kMonday + 2 * kHour && busy(at, random); }, 1);
  const std::vector<Fact> facts = year.run(kMonday, kMonday + 75 * kDay);
  ASSERT_EQ(silences(year, facts).size(), 1u);
  EXPECT_EQ(facts.size(), 1u);
  EXPECT_LT(year.told_at_[0], kMonday + 3 * kDay + 3 * kHour);
}

// Two outages are not how a feed is that is heard every day.
TEST(SilenceYearTest, OutagesDoNotMakeABusyFeedQuiet) {
  const auto with_outages = [](std::int64_t at, std::mt19937_64& random) {
    const std::int64_t day = day_of(at);
    return (day < 12 || day >= 14) && (day < 18 || day >= 20) && busy(at, random);
  };
  Year year(with_outages, 3);
  const std::int64_t stops = kMonday + 22 * kDay;
  EXPECT_EQ(silences(year, year.run(kMonday, stops)).size(), 2u);
  ASSERT_EQ(year.run(stops, stops + 3 * kHour, true).size(), 1u);
}

// A lone test, days before everything begins: the first of them must not hide that it ends at once.
TEST(SilenceYearTest, ALoneTestBeforeTheBeginningHidesNoStop) {
  const auto traffic = [](std::int64_t at, std::mt19937_64& random) {
    const std::int64_t day = day_of(at);
    return (day == 0 && is_at(at, 9, 5)) || (day == 20 && busy(at, random));
  };
  Year year(traffic, 5);
  const std::vector<Fact> facts = year.run(kMonday, kMonday + 30 * kDay);
  ASSERT_EQ(silences(year, facts).size(), 2u);
  EXPECT_LT(year.told_at_.back(), kMonday + 24 * kDay + kHour);
}

// What was busy once and has a weekly job left: told some times, and then no more.
TEST(SilenceYearTest, WhatHasBecomeQuietIsToldSomeTimes) {
  const auto traffic = [](std::int64_t at, std::mt19937_64& random) {
    return day_of(at) < 21 ? busy(at, random) : weekly_job(at, random);
  };
  Year year(traffic, 9);
  const std::vector<Fact> first = year.run(kMonday, kMonday + 10 * kWeek);
  EXPECT_LE(silences(year, first).size(), 7u);
  EXPECT_TRUE(year.run(kMonday + 10 * kWeek, kMonday + std::max(kYear, 12 * kWeek)).empty());
}

TEST(SilenceYearTest, ASlowBeginningIsNotToldForEver) {
  // Once in four days, then every two hours: nothing is known of how long it is quiet but silences that were told.
  Silence silence;
  Place place{"111122223333", "eu-west-1", "s3", {}};
  std::size_t told = 0;
  for (std::int64_t at = kMonday; at < kMonday + 30 * kDay; at += 5 * kMinute) {
    const std::int64_t since = at - kMonday;
    if (since < 12 * kDay ? since % (4 * kDay) == 0 : since % (2 * kHour) == 0) place.heard = Time{at};
    for (const Fact& fact : silence.look({place}, Time{at})) told += fact.kind == Fact::Kind::silent ? 1 : 0;
  }
  EXPECT_LE(told, 6u);
  EXPECT_EQ(silence.silent_count(), 0u);
}

}  // namespace
}  // namespace gw::coverage
