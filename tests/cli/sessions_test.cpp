// scan --sessions and --activity over the sample trail.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "base/json/doc.h"
#include "tests/cli/program.h"

namespace gw::cli_test {
namespace {

const std::string kTrail = std::string(GW_SOURCE_DIR) + "/share/sample-trail/";

std::vector<std::string> with(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}
const std::vector<std::string> kScan = {
    "scan", "--config", kTrail + "glasswatch.yaml", kTrail + "AWSLogs", "--people", kTrail + "users.json"};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(ScanSessions, AreThoseOfTheStories) {
  const Outcome all = run(with(kScan, {"--sessions", "--stats"}));
  EXPECT_EQ(all.code, 0) << all.err;
  std::set<std::string> ids;
  std::map<std::string, std::string> parents;
  bool saw_alice = false;
  for (const std::string& line : lines_of(all.out)) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line)) << line;
    const json::Value s = doc.root();
    EXPECT_EQ(s["schema"].text(), "glasswatch.session.v1");
    EXPECT_EQ(s["state"].text(), "lapsed");
    EXPECT_TRUE(ids.insert(std::string(s["id"].text())).second);
    parents[std::string(s["id"].text())] = s["parent"].text();
    if (s["principal"]["name"].text() != "alice@example.com") continue;
    saw_alice = true;
    EXPECT_EQ(s["role"].text(), "BreakGlassAdmin");
    EXPECT_EQ(s["expires_at"].text(), "2026-09-07T03:14:40Z");
    EXPECT_EQ(s["expiry_grade"].text(), "exact");
    EXPECT_EQ(s["counts"]["calls"].raw(), "9");
    EXPECT_EQ(s["counts"]["write"].raw(), "5");
  }
  EXPECT_TRUE(saw_alice);
  EXPECT_EQ(ids.size(), 18u);
  unsigned children = 0;
  for (const auto& [id, parent] : parents) {
    if (parent.empty()) continue;
    ++children;
    EXPECT_TRUE(ids.contains(parent));
  }
  EXPECT_EQ(children, 2u);  // AssumeRoot by a session, and a role assumed by an IAM user
  json::Doc stats;
  ASSERT_TRUE(stats.parse(all.err)) << all.err;
  EXPECT_EQ(stats.root()["decoded"].raw(), "3354");
  EXPECT_EQ(stats.root()["attached"].raw(), "56");
}

TEST(ScanSessions, AreTheSameForAnyThreadsAndOrder) {
  const std::string one = run(with(kScan, {"--sessions", "--threads", "1"})).out;
  EXPECT_EQ(run(with(kScan, {"--sessions", "--threads", "3"})).out, one);
  // The same files twice: copies change nothing.
  EXPECT_EQ(run(with(kScan, {kTrail + "AWSLogs", "--sessions"})).out, one);
}

TEST(ScanSessions, AreChosenByTheFilters) {
  const auto count = [](const std::vector<std::string>& filter) {
    return lines_of(run(with(with(kScan, {"--sessions"}), filter)).out).size();
  };
  EXPECT_EQ(count({"--account", "777788889999"}), 3u);
  EXPECT_EQ(count({"--mechanism", "assume_root"}), 1u);
  EXPECT_EQ(count({"--from", "2026-09-09"}), 9u);
  EXPECT_EQ(count({"--to", "2026-09-07T03:00:00Z"}), 1u);
  EXPECT_EQ(run(with(kScan, {"--sessions", "--fail-on", "critical"})).code, 1);
}

TEST(ScanActivity, NamesItsSessions) {
  const Outcome activity = run(with(kScan, {"--activity", "--account", "555566667777"}));
  EXPECT_EQ(activity.code, 0) << activity.err;
  std::map<std::string, unsigned> by_session;
  for (const std::string& line : lines_of(activity.out)) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line)) << line;
    EXPECT_EQ(doc.root()["schema"].text(), "glasswatch.access.v1");
    ++by_session[std::string(doc.root()["session_id"].text())];
  }
  EXPECT_EQ(by_session.size(), 3u);
  EXPECT_FALSE(by_session.contains(""));
  EXPECT_EQ(by_session.begin()->second, 13u);  // alice: four ways in, nine calls
}

TEST(ScanSessions, RefuseWhatDoesNotFit) {
  EXPECT_EQ(run(with(kScan, {"--sessions", "--all"})).code, 2);
  EXPECT_EQ(run(with(kScan, {"--sessions", "--explain", "x"})).code, 2);
  EXPECT_EQ(run(with(kScan, {"--sessions", "--activity", "--format", "csv"})).code, 2);
  EXPECT_EQ(run(with(kScan, {"--sessions", "--format", "ocsf"})).code, 2);
  EXPECT_EQ(run(with(kScan, {"--activity", "--format", "ocsf"})).code, 2);
  const Outcome table = run(with(kScan, {"--sessions", "--format", "table"}));
  EXPECT_EQ(table.out.substr(0, 7), "STARTED");
}

}  // namespace
}  // namespace gw::cli_test
