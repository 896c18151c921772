#include "edge/lambda/emf.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"

namespace gw::lambda {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text.find('\n', i);
    EXPECT_NE(end, std::string::npos);
    out.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

// What the specification asks of every document: its targets are members of the root, numbers and texts.
void expect_sound(json::Value root) {
  const json::Value directives = root["_aws"]["CloudWatchMetrics"];
  ASSERT_TRUE(directives.is_array());
  EXPECT_EQ(root["_aws"]["Timestamp"].raw(), "1767323045123");
  for (json::Value one = directives.first_child(); !one.is_missing(); one = one.next_sibling()) {
    EXPECT_EQ(one["Namespace"].text(), "glasswatch");
    for (json::Value set = one["Dimensions"].first_child(); !set.is_missing(); set = set.next_sibling()) {
      for (json::Value name = set.first_child(); !name.is_missing(); name = name.next_sibling()) {
        EXPECT_FALSE(root[name.text()].text().empty()) << name.text();
        EXPECT_TRUE((std::set<std::string_view>{"function", "receiver", "reason"}).contains(name.text()));
      }
    }
    EXPECT_LE(one["Metrics"].size(), 100u);
    for (json::Value metric = one["Metrics"].first_child(); !metric.is_missing(); metric = metric.next_sibling()) {
      EXPECT_EQ(root[metric["Name"].text()].type(), json::Type::number) << metric["Name"].text();
      EXPECT_TRUE(metric["Unit"].text() == "Count" || metric["Unit"].text() == "Milliseconds");
    }
  }
}

InvocationMetrics sample() {
  InvocationMetrics out;
  out.function = "glasswatch";
  out.now = Time{1767323045123456};
  out.records = {
      .decoded = 21, .matched = 1, .attached = 2, .ignored = 3, .not_watched = 4, .duplicate = 5, .quarantined = 6};
  out.deliveries = {.settled = 7, .non_record = 2, .quarantined = 1};
  out.retrying = 3;
  out.duration_ms = 12;
  return out;
}

TEST(Emf, OneLineHoldsTheBooks) {
  const auto lines = lines_of(emf_lines(sample()));
  ASSERT_EQ(lines.size(), 1u);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(lines[0])) << lines[0];
  expect_sound(doc.root());
  const auto number = [&](std::string_view name) { return std::stoull(std::string(doc.root()[name].raw())); };
  std::uint64_t sum = 0;
  for (const char* outcome : {"matched", "attached", "ignored", "not_watched", "duplicate", "quarantined"}) {
    sum += number("glasswatch_records_" + std::string(outcome) + "_total");
  }
  EXPECT_EQ(sum, number("glasswatch_records_decoded_total"));
  EXPECT_EQ(number("glasswatch_deliveries_received_total"), 10u);
  EXPECT_EQ(number("glasswatch_deliveries_non_record_total"), 2u);
  EXPECT_EQ(number("glasswatch_invocation_duration_milliseconds"), 12u);
  EXPECT_EQ(number("glasswatch_cold_starts_total"), 0u);
  EXPECT_TRUE(doc.root()["glasswatch_cold_start_milliseconds"].is_missing());
}

TEST(Emf, ReceiversAndReasonsHaveLinesOfTheirOwnAndSumsInTheFirst) {
  InvocationMetrics metrics = sample();
  metrics.alerts["oncall"] = {1, 2, 0, 0, 0, 0};
  metrics.alerts["siem\n{\xc3\xa9"] = {0, 3, 0, 0, 1, 0};
  metrics.alerts["idle"] = {};
  metrics.fetch_refused = {{"bucket", 2}, {"key", 1}};
  metrics.cold_start_ms = 9;
  const auto lines = lines_of(emf_lines(metrics));
  ASSERT_EQ(lines.size(), 5u);
  json::Doc doc;
  for (const auto& line : lines) {
    ASSERT_TRUE(doc.parse(line)) << line;
    expect_sound(doc.root());
  }
  ASSERT_TRUE(doc.parse(lines[0]));
  EXPECT_EQ(doc.root()["glasswatch_alerts_delivered_total"].raw(), "5");
  EXPECT_EQ(doc.root()["glasswatch_alerts_parked_total"].raw(), "1");
  EXPECT_EQ(doc.root()["glasswatch_fetch_refused_total"].raw(), "3");
  EXPECT_EQ(doc.root()["glasswatch_cold_start_milliseconds"].raw(), "9");
  ASSERT_TRUE(doc.parse(lines[1]));
  EXPECT_EQ(doc.root()["receiver"].text(), "oncall");
  EXPECT_EQ(doc.root()["glasswatch_alerts_trying_total"].raw(), "1");
  EXPECT_EQ(doc.root()["glasswatch_alerts_delivered_total"].raw(), "2");
  EXPECT_TRUE(doc.root()["glasswatch_alerts_muted_total"].is_missing());
  ASSERT_TRUE(doc.parse(lines[2]));
  EXPECT_EQ(doc.root()["receiver"].text(), "siem_{__");
  ASSERT_TRUE(doc.parse(lines[3]));
  EXPECT_EQ(doc.root()["reason"].text(), "bucket");
  EXPECT_EQ(doc.root()["glasswatch_fetch_refused_total"].raw(), "2");
}

TEST(Emf, IsBoundedAndNamesNothingEmpty) {
  InvocationMetrics metrics = sample();
  metrics.function = " ";
  for (int i = 0; i < 1000; ++i) {
    metrics.alerts[std::string(2000, 'x') + std::to_string(i)] = {1, 0, 0, 0, 0, 0};
    metrics.fetch_refused["reason" + std::to_string(i)] = 1;
  }
  const auto lines = lines_of(emf_lines(metrics));
  EXPECT_EQ(lines.size(), 41u);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(lines[0]));
  EXPECT_EQ(doc.root()["function"].text(), "unknown");
  EXPECT_EQ(doc.root()["glasswatch_alerts_trying_total"].raw(), "1000");
}

}  // namespace
}  // namespace gw::lambda
