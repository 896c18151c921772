#include "tests/conformance/receiver_suite.h"

#include <cctype>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/receivers/samples.h"
#include "edge/receivers/slack_text.h"
#include "tests/conformance/hostile.h"

namespace gw::test {
namespace {

using model::AlertKind;
using ports::Message;
using ports::SendResult;
using ports::SendVerdict;
using receivers::sample_change;
using receivers::sample_claim;
using receivers::sample_message;
using std::chrono::milliseconds;

constexpr milliseconds kPlenty{20'000};

void collect(json::Value v, const std::string& kind, std::vector<JsonString>& out) {
  if (v.is_string()) out.push_back({kind, std::string(v.text())});
  const std::string inside = v.is_object() ? std::string(v["type"].text()) : kind;
  for (json::Value c = v.first_child(); !c.is_missing(); c = c.next_sibling())
    collect(c, c.is_string() ? (c.key() == "text" ? inside : std::string()) : inside, out);
}

// The same payloads as later facts: in a thread, say.
Message later(Message message, const SendResult& first) {
  message.is_first = false;
  message.facts[0].alert.kind = AlertKind::session_high_risk;
  message.facts[0].alert.fact = message.facts[0].session->high_risk.begin()->first;
  message.facts[0].thread = first.thread;
  return message;
}

}  // namespace

std::vector<JsonString> strings_of(const std::string& json) {
  std::vector<JsonString> out;
  json::Doc doc;
  if (!doc.parse(json)) return out;
  collect(doc.root(), "", out);
  return out;
}

TEST_P(ReceiverSuite, ReadsAStatusAsTheTableSays) {
  const auto expect = [&](int status, SendVerdict verdict) {
    stand_in.answer([&](const StandInRequest&) {
      return reply(status, "no", {{"Location", stand_in.url() + "/else"}});
    });
    stand_in.forget();
    const SendResult result = receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty);
    EXPECT_EQ(result.verdict, verdict) << status;
    EXPECT_NE(result.reason.find("HTTP " + std::to_string(status)), std::string::npos) << result.reason;
    EXPECT_EQ(stand_in.requests().size(), 1u) << status;  // no redirect is followed, nothing is tried again here
    expect_clean(result);
  };
  for (const int status : {400, 401, 403, 404, 405, 409, 410, 413, 422, 301, 302, 307, 308})
    expect(status, SendVerdict::refused);
  for (const int status : {408, 425, 429, 500, 502, 503, 504, 599}) expect(status, SendVerdict::retry);
}

TEST_P(ReceiverSuite, HonoursRetryAfterAsSecondsAndAsADate) {
  const auto wait = [&](const std::string& value) {
    stand_in.answer([value](const StandInRequest&) { return reply(429, "", {{"Retry-After", value}}); });
    return receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty).retry_after;
  };
  EXPECT_EQ(wait("30"), std::chrono::seconds(30));
  EXPECT_EQ(wait("Sat, 01 Aug 2026 02:22:51 GMT"), std::chrono::seconds(60));  // the message's now is 02:21:51
  EXPECT_EQ(wait("Sat, 01 Aug 2026 01:00:00 GMT"), std::chrono::seconds(0));
  EXPECT_EQ(wait("soon"), std::nullopt);
  EXPECT_EQ(wait("-5"), std::nullopt);
}

TEST_P(ReceiverSuite, AnswersWithinItsDeadlineWhenNobodyElseDoes) {
  stand_in.answer([](const StandInRequest&) { return hang(); });
  const SendResult result = receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), milliseconds(50));
  EXPECT_EQ(result.verdict, SendVerdict::retry) << result.reason;
  expect_clean(result);
}

TEST_P(ReceiverSuite, AConnectionThatEndsIsTriedLater) {
  stand_in.answer([](const StandInRequest&) { return drop(); });
  const SendResult result = receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty);
  EXPECT_EQ(result.verdict, SendVerdict::retry) << result.reason;
  expect_clean(result);
}

TEST_P(ReceiverSuite, AcceptsAndSaysWhatTheOtherSideCallsIt) {
  const SendResult result = receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty);
  EXPECT_EQ(result.verdict, SendVerdict::accepted) << result.reason;
  if (receiver->traits().threads) {
    ASSERT_TRUE(result.thread.has_value());
    EXPECT_EQ(result.thread->session_id, receivers::kSessionId);
    EXPECT_EQ(result.thread->posted_at, receivers::plus_seconds(receivers::kStart, 420));
  }
  EXPECT_EQ(receiver->check(kPlenty).verdict, SendVerdict::accepted);
  const ports::SendResult none = receiver->send(sample_message({sample_change(AlertKind::tamper)}), kPlenty);
  EXPECT_EQ(none.verdict, SendVerdict::accepted);
  EXPECT_FALSE(none.thread.has_value());
}

TEST_P(ReceiverSuite, TheSameMessageIsTheSameRequest) {
  const Message message = sample_message({sample_claim(AlertKind::session_opened)});
  receiver->send(message, kPlenty);
  receiver->send(message, kPlenty);
  const auto requests = stand_in.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].body, requests[1].body);
}

TEST_P(ReceiverSuite, TellsEveryKindOfFactAsJsonOfAFewKilobytes) {
  SendResult first = receiver->send(sample_message({sample_claim(AlertKind::session_opened)}), kPlenty);
  for (std::size_t i = 0; i < model::kAlertKinds; ++i) {
    const auto kind = static_cast<AlertKind>(i);
    ports::Claim inside = sample_claim(kind, "2");
    inside.thread = first.thread;
    ports::Claim alone = sample_change(kind);
    EXPECT_EQ(receiver->send(sample_message({inside}), kPlenty).verdict, SendVerdict::accepted) << to_string(kind);
    EXPECT_EQ(receiver->send(sample_message({alone}), kPlenty).verdict, SendVerdict::accepted) << to_string(kind);
  }
  for (const StandInRequest& request : stand_in.requests()) {
    json::Doc doc;
    for (const std::string& document : documents(request)) EXPECT_TRUE(doc.parse(document)) << document;
    EXPECT_LT(request.body.size(), GetParam().limit);
  }
}

TEST_P(ReceiverSuite, AMessageThatIsTooLargeIsCutToWhatTheServiceTakes) {
  for (const Message& message : oversize()) {
    EXPECT_EQ(receiver->send(message, kPlenty).verdict, SendVerdict::accepted);
  }
  for (const StandInRequest& request : stand_in.requests()) {
    json::Doc doc;
    for (const std::string& document : documents(request)) EXPECT_TRUE(doc.parse(document)) << document;
    EXPECT_LE(request.body.size(), GetParam().limit);
  }
}

TEST_P(ReceiverSuite, NothingFromARecordIsObeyed) {
  for (const Payload& payload : payloads()) {
    stand_in.forget();
    const SendResult first = receiver->send(hostile(payload.text), kPlenty);
    ASSERT_EQ(first.verdict, SendVerdict::accepted) << first.reason;
    ASSERT_EQ(receiver->send(later(hostile(payload.text), first), kPlenty).verdict, SendVerdict::accepted);
    ASSERT_EQ(receiver->send(hostile_change(payload.text), kPlenty).verdict, SendVerdict::accepted);
    ASSERT_FALSE(stand_in.requests().empty());
    for (const StandInRequest& request : stand_in.requests()) {
      json::Doc doc;
      for (const std::string& document : documents(request)) ASSERT_TRUE(doc.parse(document)) << document;
      if (GetParam().look) GetParam().look(payload.text, request.body);
      // On the wire nothing is raw, whoever shows the body.
      for (std::size_t i = 0; i < request.body.size();) {
        const Utf8Char c = next_utf8(request.body, i);
        ASSERT_TRUE(c.valid) << payload.text;
        ASSERT_FALSE(is_unsafe_to_show(c.code_point)) << payload.text;
        i += c.length;
      }
      if (GetParam().name.find("slack") == std::string::npos) continue;
      for (const JsonString& s : strings_of(request.body)) {
        for (const std::string& active : payload.active)
          EXPECT_EQ(s.text.find(active), std::string::npos) << payload.text << " in " << s.text;
        if (s.kind == "plain_text") continue;
        EXPECT_FALSE(s.text.starts_with("&gt;") || s.text.find("\n&gt;") != std::string::npos) << s.text;
        // Where markup counts, none of it came from outside: no mention but ours, no character that formats.
        if (s.kind == "mrkdwn") {
          EXPECT_EQ(s.text.find_first_of("*~`"), std::string::npos) << s.text;
        } else if (s.text.find(' ') != std::string::npos) {  // the sentence
          EXPECT_EQ(s.text.find_first_of("*_~`<>"), std::string::npos) << s.text;
          EXPECT_EQ(s.text.find("@everyone"), std::string::npos) << s.text;
          EXPECT_EQ(s.text.find("://"), std::string::npos) << s.text;
        }
      }
    }
  }
}

}  // namespace gw::test
