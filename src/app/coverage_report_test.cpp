#include "app/coverage_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

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
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::identity_center_console));
  // GetRoleCredentials is read-only: a feed without any read-only record does not carry it.
  EXPECT_FALSE(visible(judge_coverage(c), Mechanism::identity_center_cli));
  c.families[static_cast<std::size_t>(scan::Family::read_only_other)] = 1;
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::identity_center_cli));
  c.families[static_cast<std::size_t>(scan::Family::sign_in)] = 1;
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::root_console));
  c.families[static_cast<std::size_t>(scan::Family::read_only_sts)] = 1;
  EXPECT_TRUE(visible(judge_coverage(c), Mechanism::assume_role));
}

// Which mechanisms each kind of feed shows.
TEST(CoverageReport, ByKindOfFeed) {
  using model::Mechanism;
  using scan::Family;
  struct Case {
    const char* name;
    const char* region;
    std::vector<Family> families;
    std::vector<Mechanism> visible;
  };
  const std::vector<Case> cases = {
      {"everything",
       "us-east-1",
       {Family::identity_center, Family::sign_in, Family::identity_center_sign_in, Family::read_only_sts,
        Family::read_only_other, Family::global_services},
       {Mechanism::identity_center_signin, Mechanism::identity_center_console, Mechanism::identity_center_cli,
        Mechanism::identity_center_app, Mechanism::saml_federation, Mechanism::web_identity, Mechanism::assume_role,
        Mechanism::switch_role, Mechanism::iam_user_console, Mechanism::iam_user_api, Mechanism::root_console,
        Mechanism::root_api, Mechanism::assume_root, Mechanism::session_token, Mechanism::aws_login,
        Mechanism::password_recovery, Mechanism::tamper}},
      {"a Region without global services",
       "eu-west-1",
       {Family::identity_center, Family::sign_in, Family::read_only_sts, Family::read_only_other},
       {Mechanism::identity_center_signin, Mechanism::identity_center_console, Mechanism::identity_center_cli,
        Mechanism::identity_center_app, Mechanism::saml_federation, Mechanism::web_identity, Mechanism::assume_role,
        Mechanism::switch_role, Mechanism::session_token, Mechanism::aws_login}},
      {"writes only",
       "us-east-1",
       {Family::identity_center, Family::sign_in, Family::global_services, Family::iam_writes},
       {Mechanism::identity_center_signin, Mechanism::identity_center_console, Mechanism::identity_center_app,
        Mechanism::switch_role, Mechanism::iam_user_console, Mechanism::root_console, Mechanism::assume_root,
        Mechanism::password_recovery, Mechanism::tamper}},
      {"a member account",
       "us-gov-west-1",
       {Family::sign_in, Family::read_only_sts, Family::read_only_other},
       {Mechanism::saml_federation, Mechanism::web_identity, Mechanism::assume_role, Mechanism::switch_role,
        Mechanism::iam_user_console, Mechanism::iam_user_api, Mechanism::root_console, Mechanism::root_api,
        Mechanism::assume_root, Mechanism::session_token, Mechanism::aws_login, Mechanism::password_recovery,
        Mechanism::tamper}},
      {"data events only", "us-east-1", {Family::data_events}, {}},
  };
  for (const Case& k : cases) {
    scan::Coverage c;
    c.records_counted = true;
    c.seen[{"111122223333", k.region}].records = 1;
    for (const Family f : k.families) c.families[static_cast<std::size_t>(f)] = 1;
    const bool only_data = k.families == std::vector{Family::data_events};
    if (!only_data) c.seen[{"111122223333", k.region}].records = 100;
    const CoverageReport report = judge_coverage(c);
    EXPECT_EQ(report.mechanisms.size(), 17u);
    for (const MechanismView& view : report.mechanisms) {
      const bool expected = std::find(k.visible.begin(), k.visible.end(), view.mechanism) != k.visible.end();
      EXPECT_EQ(view.visible, expected) << k.name << ": " << to_string(view.mechanism) << " " << view.why;
      EXPECT_EQ(view.why.empty(), view.visible) << k.name;
    }
  }
}

// Hours as text: # something, . nothing.
TEST(CoverageReport, GapsByHour) {
  struct Case {
    const char* name;
    std::vector<std::string> places;
    std::string gaps;  // place:from-until
  };
  const std::string day(24, '#');
  const std::string ragged = "####.####.####.####.####";
  const std::vector<Case> cases = {
      {"none", {day}, ""},
      {"one hour where every other is busy", {day + "." + day}, "0:24-25"},
      {"one hour where others are missing, too", {ragged + "." + ragged}, ""},
      {"three hours there", {ragged + "..." + ragged}, "0:24-27"},
      {"longer than all that is there", {day + std::string(200, '.') + day}, "0:24-224"},
      {"a place that stopped", {day + day, day}, "1:24-48"},
      {"a place that began late", {day + day, std::string(24, '.') + day}, "1:0-24"},
      {"ragged ends", {".." + day + "..", day + "####"}, ""},
      {"a lone hour, years away", {day + std::string(30'000, '.') + "#"}, ""},
      {"it does not hide the end", {day + std::string(30'000, '.') + "#", day + day}, "0:24-48"},
      {"a quiet place", {day + day, "#.........#.........#.........#........."}, ""},
      {"too little to tell", {"###...###"}, ""},
  };
  for (const Case& k : cases) {
    scan::Coverage c;
    for (std::size_t p = 0; p < k.places.size(); ++p) {
      scan::Seen& seen = c.seen[{std::to_string(p), "r"}];
      for (std::size_t h = 0; h < k.places[p].size(); ++h) {
        if (k.places[p][h] == '#') seen.hours.insert(1000 + static_cast<std::int64_t>(h));
      }
    }
    std::string got;
    const auto hour = [](Time t) { return std::to_string(t.micros / (std::int64_t{3600} * 1'000'000) - 1000); };
    for (const Gap& gap : judge_coverage(c).gaps)
      got += (got.empty() ? "" : " ") + gap.where.account + ":" + hour(gap.from) + "-" + hour(gap.until);
    EXPECT_EQ(got, k.gaps) << k.name;
  }
}

TEST(CoverageReport, TextNamesEveryMechanismWhenWhole) {
  const std::string whole = coverage_text(counted(), {}, true);
  const std::string brief = coverage_text(counted(), {}, false);
  EXPECT_NE(whole.find("assume_root              visible"), std::string::npos) << whole;
  EXPECT_EQ(brief.find("assume_root "), std::string::npos) << brief;
  for (const std::string& text : {whole, brief})
    EXPECT_NE(text.find("identity_center_cli      not excluded: no Identity Center"), std::string::npos);
  EXPECT_NE(whole.find("Kinds of records"), std::string::npos);
  EXPECT_NE(whole.find("111122223333 us-east-1"), std::string::npos);
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
  const auto told = [](const scan::Coverage& c, std::string_view part) {
    const auto limits = judge_coverage(c).limits;
    return std::any_of(limits.begin(), limits.end(), [&](const auto& l) { return l.find(part) != std::string::npos; });
  };
  scan::Coverage c = counted();
  EXPECT_FALSE(told(c, "256 KB"));
  EXPECT_TRUE(told(c, "no data events"));
  EXPECT_TRUE(told(c, "no digest files"));
  c.feeds["cloudwatch_logs"] = 1;
  EXPECT_TRUE(told(c, "CloudWatch Logs never holds records over 256 KB"));
  EXPECT_FALSE(told(c, "EventBridge"));
  c.feeds["eventbridge"] = 1;
  EXPECT_TRUE(told(c, "best-effort"));
  EXPECT_TRUE(told(c, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"));
  c.families[static_cast<std::size_t>(scan::Family::read_only_other)] = 1;
  c.families[static_cast<std::size_t>(scan::Family::data_events)] = 1;
  c.families[static_cast<std::size_t>(scan::Family::digests)] = 1;
  for (const char* part : {"ENABLED_WITH", "no data events", "no digest files"}) EXPECT_FALSE(told(c, part)) << part;

  // Records were skipped unread, but the names of files told their Regions.
  scan::Coverage unread;
  unread.seen[{"111122223333", "eu-west-1"}].files = 1;
  EXPECT_TRUE(told(unread, "nothing of us-east-1 was read"));
  EXPECT_FALSE(told(unread, "no data events"));
  unread.seen[{"111122223333", "us-east-1"}].files = 1;
  EXPECT_FALSE(told(unread, "nothing of us-east-1 was read"));
}

TEST(CoverageReport, JsonIsJsonWhateverTheAccounts) {
  scan::Coverage c = counted();
  c.seen[{"\"\x1B", "r\n"}].records = 1;
  c.feeds["\"x"] = 1;
  json::Doc doc;
  const std::string text = coverage_json(c, {});  // the document refers to it
  ASSERT_TRUE(doc.parse(text));
  EXPECT_EQ(doc.root()["schema"].text(), "glasswatch.coverage.v1");
  EXPECT_EQ(doc.root()["seen"].size(), 2u);
}

}  // namespace
}  // namespace gw::app
