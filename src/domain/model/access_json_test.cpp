#include "domain/model/access_json.h"

#include <gtest/gtest.h>

#include "base/json/doc.h"

namespace gw::model {
namespace {

TEST(AccessJson, EveryFieldIsThereAndNullWhereUnknown) {
  std::string out;
  append_access_json(out, AccessEvent{});
  json::Doc doc;
  ASSERT_TRUE(doc.parse(out)) << out;
  const json::Value v = doc.root();
  for (const char* key :
       {"event_id",      "event_time",  "watch",        "severity",       "account_id",           "account_name",
        "role",          "task_policy", "source_ip",    "source_ip_kind", "user_agent",           "mfa",
        "mfa_source",    "region",      "event_source", "event_name",     "recipient_account_id", "error_code",
        "error_message", "session_id"}) {
    EXPECT_EQ(v[key].type(), json::Type::null) << key;
  }
  for (const char* key : {"type", "id", "name", "name_source", "arn"})
    EXPECT_EQ(v["principal"][key].type(), json::Type::null) << key;
  EXPECT_EQ(v["schema"].text(), "glasswatch.access.v1");
  EXPECT_EQ(v["mechanism"].text(), "other");
  EXPECT_EQ(v["also"].raw(), "[]");
  EXPECT_EQ(v["watches"].raw(), "[]");
  EXPECT_EQ(v["outcome"].text(), "success");
  EXPECT_EQ(v["break_glass"].raw(), "false");
  EXPECT_EQ(v["origin"]["feed"].text(), "file");
}

TEST(AccessJson, FlagsCanBeAdded) {
  AccessEvent e;
  for (int i = 0; i < 3; ++i) {
    std::string before;
    append_access_json(before, e);
    add_flag_to_access_json(before, "more\"");
    e.flags.emplace_back("more\"");
    std::string after;
    append_access_json(after, e);
    EXPECT_EQ(before, after);
  }
}

TEST(AccessJson, HostileTextStaysText) {
  AccessEvent e;
  e.user_agent = "\",\"break_glass\":false,\"x\":\"\x1B[2J\xFF\xE2\x80\xAE";
  e.also = MechanismSet::of(Mechanism::root_api, Mechanism::tamper);
  e.severity = Severity::critical;
  e.event_time = parse_time("2026-01-02T03:04:05Z");
  e.mfa = false;
  e.watches = {"a", "b\""};
  std::string out;
  append_access_json(out, e);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(out)) << out;
  EXPECT_EQ(doc.root()["user_agent"].text(), "\",\"break_glass\":false,\"x\":\"\x1B[2J\xEF\xBF\xBD\xE2\x80\xAE");
  EXPECT_EQ(doc.root()["also"].raw(), R"(["root_api","tamper"])");
  EXPECT_EQ(doc.root()["event_time"].text(), "2026-01-02T03:04:05Z");
  EXPECT_EQ(doc.root()["mfa"].raw(), "false");
  for (const char c : out) EXPECT_GE(static_cast<unsigned char>(c), 0x20u);
}

}  // namespace
}  // namespace gw::model
