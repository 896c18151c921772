#include "edge/web/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace gw::web {
namespace {

ports::Totals totals() {
  ports::Totals t;
  t.records = {21, 1, 2, 3, 4, 5, 6};
  t.deliveries["s3"] = {10, 2, 1};
  t.deliveries["http"] = {5, 0, 1};
  t.deliveries["alice@example.com"] = {1, 0, 0};
  t.alerts["on\"call\n\\"] = {1, 2, 3, 4, 5, 6};
  t.open_sessions = 7;
  return t;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, TheBooks) {
  const std::string text = metrics_text(totals(), {2, 3}, {});
  for (const char* line :
       {"glasswatch_records_total{outcome=\"matched\"} 1", "glasswatch_records_total{outcome=\"quarantined\"} 6",
        "glasswatch_records_decoded_total 21", "glasswatch_deliveries_total{outcome=\"received\"} 21",
        "glasswatch_deliveries_total{outcome=\"settled\"} 16", "glasswatch_deliveries_total{outcome=\"retrying\"} 2",
        "glasswatch_deliveries_total{outcome=\"in_flight\"} 3", "glasswatch_deliveries_total{outcome=\"non_record\"} 2",
        "glasswatch_deliveries_total{outcome=\"quarantined\"} 2", "glasswatch_sessions_open 7",
        "glasswatch_feed_deliveries_total{feed=\"other\",outcome=\"settled\"} 1",
        "glasswatch_alerts_total{receiver=\"on\\\"call\\n\\\\\",state=\"trying\"} 1",
        "glasswatch_alerts_total{receiver=\"on\\\"call\\n\\\\\",state=\"superseded\"} 6"}) {
    EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
  }
  EXPECT_EQ(text.find("alice"), std::string::npos);
}

TEST(Metrics, MoreOfThem) {
  const std::string text = metrics_text({}, {},
                                        {{"glasswatch_queue_size", false, "Waiting.", {{"queue", "b"}}, 1.5},
                                         {"glasswatch_other", true, "x", {}, 1e15},
                                         {"glasswatch_queue_size", false, "Waiting.", {{"queue", "a\xff\x1b"}}, 2},
                                         {"bad name", false, "x", {}, 1},
                                         {"glasswatch_label", false, "x", {{"a b", "c"}}, 1}});
  EXPECT_TRUE(has_line(text, "glasswatch_queue_size{queue=\"b\"} 1.5"));
  EXPECT_TRUE(has_line(text, "glasswatch_queue_size{queue=\"a\xef\xbf\xbd\xef\xbf\xbd\"} 2"));
  EXPECT_TRUE(has_line(text, "# TYPE glasswatch_other counter"));
  EXPECT_EQ(text.find("bad name"), std::string::npos);
  EXPECT_EQ(text.find("glasswatch_label"), std::string::npos);
}

// Each family stands together, described once.
TEST(Metrics, Families) {
  std::istringstream lines(metrics_text(totals(), {},
                                        {{"glasswatch_a", false, "a", {{"x", "1"}}, 1},
                                         {"glasswatch_b", false, "b", {}, 1},
                                         {"glasswatch_a", false, "a", {{"x", "2"}}, 1}}));
  std::set<std::string> seen;
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      current = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(seen.insert(current).second) << current;
    } else if (!line.starts_with("#")) {
      EXPECT_EQ(line.substr(0, line.find_first_of("{ ")), current);
    }
  }
}

}  // namespace
}  // namespace gw::web
