#include "edge/store/codec/codec.h"

#include <gtest/gtest.h>

namespace gw::store {
namespace {

using model::AccessEvent;
using model::Mechanism;

AccessEvent full_event() {
  AccessEvent e;
  int n = 0;
  const auto text = [&] { return "t" + std::to_string(++n) + " \"\\\n\x01 \xc3\xa9"; };
  for (std::string* s : {&e.event_id,
                         &e.account_id,
                         &e.account_name,
                         &e.role,
                         &e.task_policy,
                         &e.source_ip,
                         &e.user_agent,
                         &e.mfa_source,
                         &e.region,
                         &e.event_source,
                         &e.event_name,
                         &e.recipient_account_id,
                         &e.error_code,
                         &e.error_message,
                         &e.shared_event_id,
                         &e.caller_account_id,
                         &e.caller_issuer_arn,
                         &e.caller_user_arn,
                         &e.identity_store_user,
                         &e.role_arn,
                         &e.target,
                         &e.watch,
                         &e.ignored_by,
                         &e.planned,
                         &e.principal.type,
                         &e.principal.id,
                         &e.principal.name,
                         &e.principal.name_source,
                         &e.principal.arn,
                         &e.origin.feed,
                         &e.origin.path})
    *s = text();
  e.event_time = Time{-5};
  e.mechanism = Mechanism::identity_center_signin;  // the first word is not the default one
  e.also = model::MechanismSet::of(Mechanism::tamper, Mechanism::account_access);
  e.outcome = model::Outcome::failure;
  e.source_ip_kind = model::SourceIpKind::internal;
  e.mfa = false;
  e.origin.record = ~0ull;
  e.flags = {text(), ""};
  e.watches = {text(), text()};
  e.receivers = {text()};
  e.emergency_path_change = e.service_automation = e.break_glass = true;
  e.severity = model::Severity::info;
  return e;
}

TEST(Codec, AnEventComesBackWhole) {
  for (const AccessEvent& event : {full_event(), AccessEvent{}}) {
    AccessEvent back;
    back.origin.feed = "";
    ASSERT_TRUE(from_body(to_body(event), back));
    if (event.origin == model::Origin{}) back.origin.feed = "file";  // as a new event has it
    EXPECT_EQ(back, event);
  }
  AccessEvent no_feed = full_event();
  no_feed.origin.feed.clear();
  AccessEvent back;
  ASSERT_TRUE(from_body(to_body(no_feed), back));
  EXPECT_EQ(back, no_feed);
}

TEST(Codec, AFoldComesBackWhole) {
  model::Fold f;
  f.key = "1|root_console||5";
  f.version = 9;
  f.account_id = "1", f.account_name = "prod", f.role = "r", f.watch = "w", f.first_event_id = "e";
  f.mechanism = Mechanism::identity_center_signin;
  f.window = Time{1}, f.first = Time{2}, f.last = Time{3}, f.next_due = Time{4};
  f.count = 5, f.told = 4, f.generation = 3;
  f.principals["\"a\""] = 1, f.addresses["b"] = 2, f.errors["c"] = ~0ull;
  f.severity = model::Severity::info;
  f.receivers = {"oncall"};
  for (const model::Fold& fold : {f, model::Fold{}}) {
    model::Fold back;
    ASSERT_TRUE(from_body(to_body(fold), back));
    EXPECT_EQ(back, fold);
  }
}

TEST(Codec, WhatANewerVersionAddedIsLeftOutAndDamageIsNot) {
  AccessEvent event;
  EXPECT_TRUE(from_body(R"({"event_id":"x","colour":{"of":["the","future"]}})", event));
  EXPECT_EQ(event.event_id, "x");
  EXPECT_EQ(event.mechanism, Mechanism::other);
  for (const char* bad : {"", "[]", "{", R"({"event_id":1})", R"({"mechanism":19})", R"({"mechanism":-1})",
                          R"({"flags":"x"})", R"({"event_time":"2026"})", R"({"principal":[]})", R"({"severity":5})"}) {
    AccessEvent other;
    EXPECT_FALSE(from_body(bad, other)) << bad;
  }
}

TEST(Codec, ListsComeBack) {
  const std::vector<std::string> texts = {"", "a,b", "\"]"};
  EXPECT_EQ(from_list(to_list(texts)), texts);
  EXPECT_EQ(to_list({}), "[]");
  EXPECT_EQ(from_list("{}"), std::nullopt);
}

TEST(Codec, TheChainIsPacked) {
  const std::vector<ports::ChainRow> rows = {
      {1, ~0ull, Time{-1}, 255, "111122223333"},
      {0, 0, Time{0}, 0, ""},
      {0x0102030405060708u, 9, Time{1'767'323'045'000'000}, 7, std::string(300, '9')}};
  std::vector<ports::ChainRow> back;
  const std::string packed = pack(rows);
  ASSERT_TRUE(unpack(packed, back));
  ASSERT_EQ(back.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(back[i].credential, rows[i].credential);
    EXPECT_EQ(back[i].event, rows[i].event);
    EXPECT_EQ(back[i].time, rows[i].time);
    EXPECT_EQ(back[i].kinds, rows[i].kinds);
    EXPECT_EQ(back[i].account_id, rows[i].account_id.substr(0, 255));
  }
  EXPECT_EQ(pack({rows[0]}).size(), 38u);
  for (std::size_t cut = 1; cut < 38; ++cut) {
    back.clear();
    EXPECT_FALSE(unpack(std::string_view(packed).substr(0, cut), back)) << cut;
  }
}

}  // namespace
}  // namespace gw::store
