#include "app/coverage_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json/doc.h"

namespace gw::app {
namespace {

scan::Coverage counted() {
  scan::Coverage c;
  c.records_counted = true;
  scan::Seen& seen = c.seen[{"111122223333", "us-east-1"}];
  seen.records = 5;
  for (std::int64_t hour = 100; hour < 160; ++hour) {
    if (hour != 120 && hour != 121) seen.hours.insert(hour);
  }
  seen.first = Time{100 * std::int64_t{3600} * 1'000'000};
  seen.last = Time{160 * std::int64_t{3600} * 1'000'000};
  return c;
}

bool visible(const CoverageReport& report, model::Mechanism m) {
  const auto found =
      std::find_if(report.mechanisms.begin(), report.mechanisms.end(), [&](const auto& v) { return v.mechanism == m; });
  EXPECT_NE(found, report.mechanisms.end());
  EXPECT_EQ(found->visible, found->why.empty());
  return found->visible;
}

TEST(CoverageReport, AnEmptyResultExcludesOnlyWhatTheFeedCanShow) {
  scan::Coverage c = counted();
  using model::Mechanism;
  EXPECT_FALSE(visible(judge_coverage(c), Mechanism::identity_center_cli));
  EXPECT_FALSE(visible(judge_coverage(c), Mechanism::assume_role));
  EXPECT_FALSE(visible(judge_coverage(c), Mechanism::root_console));
  c.families[static_cast<std::size_t>(scan::Family::identity_center)] = 1;
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::identity_center_cli));
  c.families[static_cast<std::size_t>(scan::Family::sign_in)] = 1;
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::root_console));
  c.families[static_cast<std::size_t>(scan::Family::read_only_sts)] = 1;
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::assume_role));
}

TEST(CoverageReport, GapsAreHoursWithoutAnythingInBusyPlaces) {
  const CoverageReport report = judge_coverage(counted());
  ASSERT_EQ(report.gaps.size(), 1u);
  EXPECT_EQ(report.gaps[0].from.micros, 120 * std::int64_t{3600} * 1'000'000);
  EXPECT_EQ(report.gaps[0].until.micros, 122 * std::int64_t{3600} * 1'000'000);
  scan::Coverage quiet;
  for (std::int64_t hour = 0; hour < 100; hour += 10) quiet.seen[{"1", "r"}].hours.insert(hour);
  EXPECT_TRUE(judge_coverage(quiet).gaps.empty());
}

TEST(CoverageReport, SaysWhenItDidNotLook) {
  scan::Coverage c = counted();
  c.records_counted = false;
  EXPECT_TRUE(judge_coverage(c).mechanisms.empty());
  EXPECT_NE(coverage_text(c, {}, false).find("not judged"), std::string::npos);
}

TEST(CoverageReport, LimitsOfTheFeedAreTold) {
  scan::Coverage c = counted();
  c.feeds["cloudwatch_logs"] = 1;
  const auto limits = judge_coverage(c).limits;
  EXPECT_TRUE(
      std::any_of(limits.begin(), limits.end(), [](const auto& l) { return l.find("256 KB") != std::string::npos; }));
}

TEST(CoverageReport, JsonIsJsonWhateverTheAccounts) {
  scan::Coverage c = counted();
  c.seen[{"\"\x1B", "r\n"}].records = 1;
  c.feeds["\"x"] = 1;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(coverage_json(c, {})));
  EXPECT_EQ(doc.root()["schema"].text(), "glasswatch.coverage.v1");
  EXPECT_EQ(doc.root()["seen"].size(), 2u);
}

}  // namespace
}  // namespace gw::app
