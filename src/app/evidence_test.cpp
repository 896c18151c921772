#include "app/evidence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json/doc.h"

namespace gw::app {
namespace {

const Time kNow = parse_time("2026-07-02T00:00:01Z").value();

std::pair<std::string, model::Entry> entry(const std::string& id, const std::string& session) {
  model::Entry e;
  e.event_key = id + "\n222222222222";
  e.content = 18'446'744'073'709'551'615U;
  e.kind = model::EntryKind::access;
  e.event.event_id = id;
  e.event.event_time = parse_time("2026-07-01T23:59:59Z").value();
  e.event.user_agent = "a\"\n\x1b[31m";
  return {session, e};
}

TEST(Evidence, IsNamedByItsEventsWhateverTheirOrderSessionsAndTime) {
  ports::Commit first;
  first.entries = {entry("e1", "s1"), entry("e2", "s1")};
  first.at = kNow;
  ports::Commit again;
  again.entries = {entry("e2", "s2"), entry("e1", "s2")};
  again.sessions.resize(1);
  again.at = Time{kNow.micros + 60'000'000};
  const EvidenceObject object = evidence_of(first);
  EXPECT_TRUE(object.name.starts_with("2026/07/01/")) << object.name;
  EXPECT_EQ(object.name, evidence_of(again).name);
  again.entries.pop_back();
  EXPECT_NE(object.name, evidence_of(again).name);
  EXPECT_TRUE(evidence_of(ports::Commit{}).name.empty());
}

TEST(Evidence, IsOneJsonObjectALine) {
  ports::Commit commit;
  commit.entries = {entry("e1", "s1")};
  commit.sessions.resize(1);
  commit.sessions.front().session.id = "s1";
  commit.mutes.resize(1);
  commit.at = kNow;
  const std::string lines = evidence_of(commit).lines;
  std::vector<std::string> facts;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    json::Doc doc;
    ASSERT_TRUE(doc.parse(std::string_view(lines).substr(at, end - at)));
    EXPECT_EQ(doc.root()["schema"].string().value_or(""), "glasswatch.evidence.v1");
    facts.emplace_back(doc.root()["fact"].string().value_or(""));
    if (facts.size() == 1) {
      EXPECT_EQ(doc.root()["content"].string().value_or(""), "18446744073709551615");
    }
    at = end + 1;
  }
  EXPECT_EQ(facts, (std::vector<std::string>{"access", "session", "mute"}));
}

TEST(Evidence, HoldsOnlyDeliveriesThatAreSettled) {
  ports::Claim claim;
  claim.notification.id = "n1";
  ports::Outcome later;
  ports::Outcome done;
  done.state = model::SendState::delivered;
  EXPECT_TRUE(evidence_of({{claim, later}}, kNow).name.empty());
  const EvidenceObject object = evidence_of({{claim, later}, {claim, done}}, kNow);
  EXPECT_EQ(std::count(object.lines.begin(), object.lines.end(), '\n'), 1);
  EXPECT_TRUE(object.name.starts_with("2026/07/02/"));
}

}  // namespace
}  // namespace gw::app
