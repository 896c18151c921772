#include "edge/web/slack_press.h"

#include <gtest/gtest.h>

#include "base/json/doc.h"

namespace gw::web {
namespace {

constexpr Time kNow{std::int64_t{1'531'420'618} * 1'000'000};

std::string form(std::string_view json) {
  std::string out = "payload=";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : json) {
    const auto byte = static_cast<unsigned char>(c);
    (out += '%') += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string button(const std::string& action, const std::string& value = "0198633e-9a3b") {
  return form(R"({"type":"block_actions","team":{"id":"T1"},"api_app_id":"A1","user":{"id":"U1"},"trigger_id":"1.2.x",)"
              R"("channel":{"id":"C1"},"actions":[{"action_id":")" +
              action + R"(","value":")" + value + "\"}]}");
}

// The worked example of "Verifying requests from Slack".
TEST(SlackPress, IsSignedAsSlackSays) {
  const std::string secret = "8f742231b10e8888abcd99yyyzzz85a5";
  const std::string body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
      "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
      "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
      "trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  const std::string good = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  EXPECT_TRUE(is_signed_by_slack(secret, "1531420618", body, good));
  EXPECT_FALSE(is_signed_by_slack(secret, "1531420619", body, good));
  EXPECT_FALSE(is_signed_by_slack(secret, "1531420618", body + "&", good));
  EXPECT_FALSE(is_signed_by_slack("other", "1531420618", body, good));
  EXPECT_FALSE(is_signed_by_slack("", "1531420618", body, good));
  EXPECT_FALSE(is_signed_by_slack(secret, "1531420618", body, ""));
}

TEST(SlackPress, IsOfNow) {
  EXPECT_TRUE(is_fresh_press("1531420618", kNow));
  EXPECT_TRUE(is_fresh_press("1531420318", kNow));
  EXPECT_TRUE(is_fresh_press("1531420918", kNow));
  for (const char* no : {"1531420317", "1531420919", "", "-1531420618", "1531420618 ", "1531420618.5", "now",
                         "15314206180000", "999999999999999999999"})
    EXPECT_FALSE(is_fresh_press(no, kNow)) << no;
}

TEST(SlackPress, SaysWhatTheButtonMeans) {
  const auto press = parse_press(button("gw_handling"));
  ASSERT_TRUE(press) << press.error().message;
  EXPECT_EQ(press->kind, model::ResponseKind::handling);
  EXPECT_FALSE(press->asks);
  EXPECT_EQ(press->session, "0198633e-9a3b");
  EXPECT_EQ(press->user + press->team + press->app + press->channel, "U1T1A1C1");
  EXPECT_TRUE(parse_press(button("gw_false_alarm"))->asks);
  const std::string modal = modal_of(*parse_press(button("gw_reason")));
  json::Doc doc;
  ASSERT_TRUE(doc.parse(modal));
  EXPECT_EQ(doc.root()["trigger_id"].text(), "1.2.x");
  EXPECT_EQ(doc.root()["view"]["callback_id"].text(), "gw_reason");
  EXPECT_EQ(doc.root()["view"]["private_metadata"].text(), "0198633e-9a3b");
}

TEST(SlackPress, ReadsTheModal) {
  const auto press = parse_press(
      form(R"({"type":"view_submission","team":{"id":"T1"},"api_app_id":"A1","user":{"id":"U1"},"view":{"callback_id":)"
           R"("gw_false_alarm","private_metadata":"s1","state":{"values":{"note":{"text":{"value":"a\u001b[31m\nb "}},)"
           R"("ticket":{"text":{"value":null}}}}}})"));
  ASSERT_TRUE(press) << press.error().message;
  EXPECT_EQ(press->kind, model::ResponseKind::false_alarm);
  EXPECT_FALSE(press->asks);
  EXPECT_EQ(press->note, "a[31m\nb");
  EXPECT_EQ(press->ticket, "");
}

TEST(SlackPress, RefusesWhatIsNoneOfOurs) {
  for (const std::string& body :
       {std::string(), std::string("payload="), std::string("payload=%7"), std::string("payload={}&x=1"), form("{}"),
        form("[]"), button("gw_everything"), button("gw_reason", ""), button("gw_reason", "../x"),
        button("gw_reason", "a\\nb"),
        form(R"({"type":"block_actions","team":{"id":"T1"},"api_app_id":"A1","user":{"id":"u 1"},"actions":[]})"),
        form(R"({"type":"shortcut","team":{"id":"T1"},"api_app_id":"A1","user":{"id":"U1"}})")})
    EXPECT_FALSE(parse_press(body)) << body;
}

TEST(SlackPress, IsGoodForOne) {
  UsedPresses used;
  EXPECT_TRUE(used.use("a", kNow));
  EXPECT_FALSE(used.use("a", kNow));
  EXPECT_TRUE(used.use("b", kNow));
  EXPECT_FALSE(used.is_settled("a")) << "what it asked for is not done yet";
  used.settle("a");
  EXPECT_TRUE(used.is_settled("a"));
  EXPECT_FALSE(used.use("a", kNow));
  used.forget("b");
  used.settle("b");
  EXPECT_FALSE(used.is_settled("b"));
  EXPECT_TRUE(used.use("b", kNow)) << "it came to nothing";
  // Long after its signature is good for nothing it is forgotten.
  EXPECT_TRUE(used.use("a", Time{kNow.micros + 700'000'000}));
}

}  // namespace
}  // namespace gw::web
