#include "domain/watch/directory.h"

#include <gtest/gtest.h>

#include "domain/watch/watch_set.h"

namespace gw::watch {
namespace {

const Time kNow = *parse_time("2026-06-01T00:00:00Z");
const std::string kKey = "arn:aws:identitystore::111122223333:identitystore/d-1#u-1";

Directory some() {
  Directory d;
  d.accounts_at = kNow;
  d.users_at = Time{kNow.micros + 1};
  d.accounts["111122223333"] = {"prod \"x\"\n\x1b", true};
  d.accounts["222222222222"] = {"", false};
  d.units["111122223333"] = {"r-ab12", "ou-ab12-1"};
  d.units["222222222222"] = {};
  d.identity_store = "d-1";
  d.users["u-1"] = "alice";
  d.permission_sets["A"] = 5;
  return d;
}

TEST(Directory, IsReadAsItWasWritten) {
  const auto back = parse_directory(to_json(some()));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, some());
  EXPECT_EQ(*parse_directory(to_json({})), Directory{});
}

TEST(Directory, DamageIsRefusedAndWhatIsOutOfBoundsIsLeftOut) {
  const std::string whole = to_json(some());
  for (std::size_t n = 0; n + 2 < whole.size(); n += 7) EXPECT_FALSE(parse_directory(whole.substr(0, n))) << n;
  const auto parse = [](const std::string& rest) {
    return parse_directory("{\"schema\":\"glasswatch.directory.v1\"," + rest + "}");
  };
  for (const char* wrong :
       {R"("accounts_at":"soon")", R"("accounts":[])", R"("accounts":{"1":{"name":"x"}})", R"("accounts":{"1":7})",
        R"("units":{"1":"ou"})", R"("units":{"1":[7]})", R"("users":{"u":null})", R"("permission_sets":{"A":"PT1H"})",
        R"("permission_sets":{"A":1e3})"}) {
    EXPECT_FALSE(parse(wrong)) << wrong;
  }
  EXPECT_FALSE(parse_directory(R"({"schema":"other"})"));
  const std::string longest(Directory::kMaxText + 1, 'x');
  const auto left = parse(R"("users":{"u":")" + longest + R"(","v":"w"},"permission_sets":{"A":-1,"B":0},)" +
                          R"("units":{"1":["ou-1",")" + longest + R"("]})");
  ASSERT_TRUE(left);
  EXPECT_EQ(left->users.size(), 1U);
  EXPECT_TRUE(left->permission_sets.empty());
  EXPECT_EQ(left->units_of("1"), nullptr);  // not known, so watched; not half known
}

TEST(Directory, KnowsPeopleOfItsOwnStoreOnly) {
  const Directory d = some();
  EXPECT_EQ(d.user_name(kKey), "alice");
  EXPECT_EQ(d.user_name("d-1#u-1"), "alice");
  EXPECT_EQ(d.user_name("arn:aws:identitystore::111122223333:identitystore/d-2#u-1"), "");
  EXPECT_EQ(d.user_name("arn:aws:identitystore::111122223333:identitystore/xd-1#u-1"), "");
  EXPECT_EQ(d.user_name(""), "");
  EXPECT_EQ(d.active_accounts(), std::set<std::string>{"111122223333"});
  model::AccessEvent event;
  event.identity_store_user = kKey;
  name_person(nullptr, event);
  EXPECT_EQ(event.principal.name, "");
  name_person(&d, event);
  EXPECT_EQ(event.principal.name, "alice");
  EXPECT_EQ(event.principal.name_source, "directory");
  event.principal.name = "learnt";
  name_person(&d, event);
  EXPECT_EQ(event.principal.name, "learnt");
}

TEST(Directory, ResolvesUnitsAndNamesOfAccountsBehindTheConfiguration) {
  Watch w;
  w.name = "w";
  w.accounts = {"ou:ou-ab12-1"};
  w.roles = {"R"};
  Config config;
  config.watches = {w};
  config.directory = std::make_shared<const Directory>(some());
  const auto decided = [&](const std::string& account) {
    model::AccessEvent e;
    e.mechanism = model::Mechanism::assume_role;
    e.account_id = account;
    e.role = "R";
    e.event_time = kNow;
    WatchSet::compile(config).value().decide(e, kNow);
    return e;
  };
  EXPECT_TRUE(decided("111122223333").break_glass);
  EXPECT_EQ(decided("111122223333").account_name, "prod \"x\"\n\x1b");
  EXPECT_FALSE(decided("222222222222").break_glass);
  EXPECT_TRUE(decided("333333333333").break_glass);  // unresolved
  config.account_names["111122223333"] = "mine";
  config.account_ous["222222222222"] = {"ou-ab12-1"};
  EXPECT_EQ(decided("111122223333").account_name, "mine");
  EXPECT_TRUE(decided("222222222222").break_glass);
}

}  // namespace
}  // namespace gw::watch
