#include "edge/store/codec/evidence_line.h"

#include <gtest/gtest.h>

#include "edge/store/codec/codec.h"

namespace gw::store {
namespace {

std::string line(const std::string& fact, const std::string& rest) {
  return R"({"schema":"glasswatch.evidence.v1","fact":")" + fact + R"(","at":"2026-07-01T10:00:00.123456Z",)" + rest +
         "}";
}

std::string why(const std::string& text) {
  const auto fact = parse_evidence(text);
  return fact ? "" : fact.error().message;
}

std::string session_line(const std::string& id) {
  model::Session session;
  session.id = "s1";
  session.version = 3;
  return line("session", R"("session_id":")" + id + R"(","version":3,"absorbed":["s0"],"session":{},"stored":)" +
                             model::to_state_json(session));
}

std::string delivery_line(const std::string& state, const std::string& alert_id = "a1",
                          const std::string& data = "{}") {
  model::Alert alert;
  alert.id = alert_id;
  alert.key = "opened|s1|";
  alert.session_id = "s1";
  alert.data = data;
  model::Notification n;
  n.id = "n1";
  n.alert_id = "a1";
  n.receiver = "slack";
  return line("delivery", R"("receiver":"slack","kind":"session.opened","session_id":"s1","state":")" + state +
                              R"(","reason":"","reference":"17.1","notification":)" + to_body(n) + R"(,"alert":)" +
                              to_body(alert));
}

TEST(EvidenceLine, AnEventAsAStoreKeepsIt) {
  model::AccessEvent event;
  event.event_id = "e1";
  event.user_agent = "a\"\n\x1b[31m";
  event.event_time = parse_time("2026-07-01T09:59:59Z");
  const auto fact = parse_evidence(line(
      "activity", R"("event_key":"e1\n222222222222","content":"18446744073709551615","session_id":"s1","kinds":130,)"
                  R"("high_risk":"iam","from_trail":true,"event":{"x":1},"stored":)" +
                      to_body(event)));
  ASSERT_TRUE(fact) << fact.error().message;
  EXPECT_EQ(fact->kind, EvidenceFact::Kind::entry);
  EXPECT_EQ(fact->entry.kind, model::EntryKind::activity);
  EXPECT_EQ(fact->at, parse_time("2026-07-01T10:00:00.123456Z"));
  EXPECT_EQ(fact->session_id, "s1");
  EXPECT_EQ(fact->entry.event_key, "e1\n222222222222");
  EXPECT_EQ(fact->entry.content, 18'446'744'073'709'551'615U);
  EXPECT_EQ(fact->entry.kinds, 130);
  EXPECT_EQ(fact->entry.high_risk, "iam");
  EXPECT_TRUE(fact->entry.from_trail);
  EXPECT_EQ(to_body(fact->entry.event), to_body(event));
}

TEST(EvidenceLine, ASessionWithWhatItAbsorbed) {
  const auto fact = parse_evidence(session_line("s1"));
  ASSERT_TRUE(fact) << fact.error().message;
  EXPECT_EQ(fact->kind, EvidenceFact::Kind::session);
  EXPECT_EQ(fact->session.version, 3u);
  EXPECT_EQ(fact->absorbed, std::vector<std::string>{"s0"});
  EXPECT_EQ(why(session_line("s2")), "the session's state is another session's");
}

TEST(EvidenceLine, ADeliveryIsWhatBecameOfIt) {
  const auto fact = parse_evidence(delivery_line("delivered"));
  ASSERT_TRUE(fact) << fact.error().message;
  EXPECT_EQ(fact->notification.state, model::SendState::delivered);
  EXPECT_EQ(fact->notification.settled_at, fact->at);
  EXPECT_EQ(fact->notification.reference, "17.1");
  EXPECT_EQ(fact->session_id, "s1");
  // Nothing that would be sent comes in.
  EXPECT_EQ(why(delivery_line("trying")), "it does not say what became of it");
  EXPECT_EQ(why(delivery_line("sent")), "it does not say what became of it");
  EXPECT_EQ(why(delivery_line("delivered", "a2")), "its notification is of another alert");
  EXPECT_EQ(why(delivery_line("delivered", "a1", "{} ,")), "its alert's data is no JSON object");
}

TEST(EvidenceLine, AMute) {
  model::Mute mute;
  mute.id = "m1";
  mute.author = "bob";
  const auto fact = parse_evidence(line("mute", R"("mute":)" + to_body(mute)));
  ASSERT_TRUE(fact) << fact.error().message;
  EXPECT_EQ(fact->mute.author, "bob");
}

TEST(EvidenceLine, IsRefusedWithAReason) {
  EXPECT_TRUE(why("{").starts_with("it is no JSON: "));
  EXPECT_EQ(why("{}"), "it is no line of evidence");
  EXPECT_EQ(why("[1]"), "it is no line of evidence");
  EXPECT_EQ(why(R"({"schema":"glasswatch.evidence.v2"})"),
            "its schema is `glasswatch.evidence.v2`, this program reads glasswatch.evidence.v1");
  EXPECT_EQ(why(R"({"schema":"glasswatch.evidence.v1"})"), "`at` is no time");
  EXPECT_EQ(why(line("gossip", R"("x":1)")), "this program does not know the fact `gossip`");
  EXPECT_LT(why(line(std::string(5000, 'x'), R"("x":1)")).size(), 200u);
  EXPECT_EQ(why(line("access", R"("content":"1")")), "it has no event_key");
  EXPECT_EQ(why(line("access", R"("event_key":"k","content":"-1")")), "its content is no number");
  EXPECT_EQ(why(line("access", R"("event_key":"k","content":"1","kinds":256)")), "its kinds are no number");
  EXPECT_EQ(why(line("access", R"("event_key":"k","content":"1","stored":"{}")")),
            "what was stored of the event cannot be read");
  EXPECT_EQ(why(line("access", R"("event_key":"k","content":"1","stored":{"mechanism":9999})")),
            "what was stored of the event cannot be read");
}

TEST(EvidenceLine, IsKnownByItsBeginning) {
  EXPECT_TRUE(looks_like_evidence(session_line("s1")));
  EXPECT_TRUE(looks_like_evidence("damaged\n\n" + session_line("s1")));
  EXPECT_TRUE(looks_like_evidence(R"( { "schema" : "glasswatch.evidence.v9")"));
  EXPECT_FALSE(looks_like_evidence(""));
  EXPECT_FALSE(looks_like_evidence(R"({"Records":[{"userAgent":"{\"schema\":\"glasswatch.evidence.v1\""}]})"));
}

}  // namespace
}  // namespace gw::store
