#include "domain/watch/watch_set.h"

#include <gtest/gtest.h>

#include <random>

#include "base/glob.h"
#include "domain/watch/cidr.h"

namespace gw::watch {
namespace {

using model::AccessEvent;
using model::Mechanism;
using model::MechanismSet;
using model::Severity;
using Texts = std::vector<std::string>;

const Time kNow = *parse_time("2026-06-01T00:00:00Z");

AccessEvent entry(Mechanism mechanism, const std::string& account, const std::string& role) {
  AccessEvent e;
  e.mechanism = mechanism;
  e.account_id = account;
  e.role = role;
  e.event_time = kNow;
  return e;
}

Watch watch(const std::string& name, Texts accounts, Texts roles, Severity severity = Severity::medium) {
  Watch w;
  w.name = name;
  w.accounts = std::move(accounts);
  w.roles = std::move(roles);
  w.severity = severity;
  return w;
}

AccessEvent decided(const Config& config, AccessEvent e) {
  WatchSet::compile(config).value().decide(e, kNow);
  return e;
}

TEST(WatchSet, BuiltInWatchesAreAlwaysOn) {
  AccessEvent root = entry(Mechanism::root_console, "1", "");
  EXPECT_EQ(decided({}, root).watch, "builtin/root");
  EXPECT_EQ(decided({}, root).severity, Severity::critical);
  AccessEvent as_well = entry(Mechanism::assume_role, "1", "Any");
  as_well.also.add(Mechanism::root_api);
  EXPECT_EQ(decided({}, as_well).watch, "builtin/root");
  EXPECT_EQ(decided({}, entry(Mechanism::assume_root, "1", "")).watch, "builtin/assume-root");
  for (const char* role :
       {"OrganizationAccountAccessRole", "AWSControlTowerExecution", "stacksets-exec-0a", "BreakGlassAdmin"}) {
    EXPECT_EQ(decided({}, entry(Mechanism::assume_role, "1", role)).watch, "builtin/emergency-roles") << role;
  }
  EXPECT_FALSE(decided({}, entry(Mechanism::assume_role, "1", "ReadOnly")).break_glass);
  EXPECT_EQ(decided({}, entry(Mechanism::tamper, "1", "x")).watch, "builtin/tamper");
  AccessEvent path = entry(Mechanism::other, "1", "Admin");
  path.also.add(Mechanism::tamper);
  path.emergency_path_change = true;
  EXPECT_EQ(decided({}, path).watches, (Texts{"builtin/emergency-path"}));
}

TEST(WatchSet, UsersOfAnEmergencyAccountAreWatchedByName) {
  const auto by = [](const std::string& arn) {
    AccessEvent e = entry(Mechanism::iam_user_console, "1", "");
    e.principal.type = "IAMUser";
    e.principal.arn = e.caller_user_arn = arn;
    return decided({}, e);
  };
  for (const char* arn : {"arn:aws:iam::1:user/break-glass-1", "arn:aws:iam::1:user/breakglass/bg-admin-1",
                          "arn:aws-cn:iam::1:user/ops/BreakGlass", "arn:aws:iam::1:user/a/b/EmergencyAccess2"}) {
    EXPECT_EQ(by(arn).watches, (Texts{"builtin/emergency-users"})) << arn;
    EXPECT_EQ(by(arn).severity, Severity::high) << arn;
  }
  // Named after the watched, not for the emergency; a role is the business of emergency-roles.
  for (const char* arn :
       {"arn:aws:iam::1:user/svc-breakglass-monitor", "arn:aws:iam::1:user/bob", "arn:aws:iam::1:role/breakglass/x",
        "arn:aws:sts::1:assumed-role/breakglass/x", "breakglass", ""}) {
    EXPECT_FALSE(by(arn).break_glass) << arn;
  }
  // A federated user, or a role that such a user switched to: the user behind it.
  AccessEvent behind = entry(Mechanism::switch_role, "1", "ReadOnly");
  behind.caller_user_arn = "arn:aws:iam::2:user/break-glass-1";
  EXPECT_EQ(decided({}, behind).watch, "builtin/emergency-users");
  EXPECT_FALSE(decided({.builtin = {{"emergency-users", {true, std::nullopt, {}}}}}, behind).break_glass);
}

TEST(WatchSet, ServiceAutomationBreaksNoGlassUnlessItStopsTheTrail) {
  AccessEvent e = entry(Mechanism::assume_role, "1", "AWSControlTowerExecution");
  e.service_automation = true;
  EXPECT_FALSE(decided({}, e).break_glass);
  e.mechanism = Mechanism::tamper;
  e.event_source = "cloudtrail.amazonaws.com";
  for (const char* name : {"StopLogging", "DeleteTrail", "DeleteEventDataStore"}) {
    e.event_name = name;
    EXPECT_EQ(decided({}, e).watch, "builtin/tamper") << name;
  }
  e.event_name = "UpdateTrail";  // a landing zone is brought up to date
  EXPECT_FALSE(decided({}, e).break_glass);
  e.service_automation = false;
  EXPECT_TRUE(decided({}, e).break_glass);
}

TEST(WatchSet, ConditionsOnRolesAskForAnEntry) {
  const Config config{.watches = {watch("w", {"111122223333"}, {"Admin*"})}};
  EXPECT_TRUE(decided(config, entry(Mechanism::identity_center_cli, "111122223333", "AdminX")).break_glass);
  EXPECT_FALSE(decided(config, entry(Mechanism::identity_center_cli, "111122223333", "adminX")).break_glass);
  EXPECT_FALSE(decided(config, entry(Mechanism::identity_center_cli, "999999999999", "AdminX")).break_glass);
  EXPECT_FALSE(decided(config, entry(Mechanism::identity_center_signin, "111122223333", "")).break_glass);
  // Keys turned into a console session are an entry; what a role changes is none.
  AccessEvent other = entry(Mechanism::other, "111122223333", "AdminX");
  EXPECT_EQ(decided(config, other).watch, "w");
  other.also.add(Mechanism::tamper);
  EXPECT_EQ(decided(config, other).watches, (Texts{"builtin/tamper"}));
  other.emergency_path_change = true;
  EXPECT_EQ(decided(config, other).watches, (Texts{"builtin/emergency-path"}));
}

TEST(WatchSet, IgnoreRulesKnowPeopleByStoreAndUser) {
  IgnoreRule rule;
  rule.owner = "o";
  rule.reason = "why";
  rule.until = *parse_time("2027-01-01T00:00:00Z");
  AccessEvent e = entry(Mechanism::identity_center_cli, "1", "R");
  e.identity_store_user = "arn:aws:identitystore::111122223333:identitystore/d-9067000000#u-1";
  struct Case {
    const char* user;
    bool ignored;
  };
  for (const Case& c : {Case{"arn:aws:identitystore::111122223333:identitystore/d-9067000000#u-1", true},
                        Case{"d-9067000000#u-1", true}, Case{"d-9067000000#u-2", false}, Case{"7000000#u-1", false},
                        Case{"u-1", false}, Case{"#u-1", false}}) {
    rule.identity_store_user = c.user;
    const Config config{.watches = {watch("all", {}, {})}, .ignore = {rule}};
    EXPECT_EQ(!decided(config, e).ignored_by.empty(), c.ignored) << c.user;
  }
}

TEST(WatchSet, TheHighestSeverityWinsThenFileOrderAndReceiversAreTheUnion) {
  Config config;
  config.watches = {watch("a", {}, {"R"}, Severity::high), watch("b", {}, {"R"}, Severity::critical),
                    watch("c", {}, {"R"}, Severity::critical)};
  config.watches[0].receivers = {"x"};
  config.watches[2].receivers = {"x", "y"};
  config.default_receivers = {"z"};
  const AccessEvent e = decided(config, entry(Mechanism::assume_role, "1", "R"));
  EXPECT_EQ(e.watch, "b");
  EXPECT_EQ(e.watches, (Texts{"a", "b", "c"}));
  EXPECT_EQ(e.receivers, (Texts{"x", "y"}));
  EXPECT_EQ(decided(config, entry(Mechanism::root_api, "1", "")).receivers, (Texts{"z"}));
}

TEST(WatchSet, AnUnresolvedOuMeansWatch) {
  Config config{.watches = {watch("w", {"ou:ou-ab12-cd34ef56"}, {"R"})}};
  EXPECT_TRUE(decided(config, entry(Mechanism::assume_role, "1", "R")).break_glass);
  config.account_ous["1"] = {"ou-ab12-other000"};
  EXPECT_FALSE(decided(config, entry(Mechanism::assume_role, "1", "R")).break_glass);
  config.account_ous["1"].push_back("ou-ab12-cd34ef56");
  EXPECT_TRUE(decided(config, entry(Mechanism::assume_role, "1", "R")).break_glass);
}

TEST(WatchSet, BuiltInsAreChangedOnlyByName) {
  Config config;
  config.builtin["root"] = {true, std::nullopt, {}};
  EXPECT_FALSE(decided(config, entry(Mechanism::root_console, "1", "")).break_glass);
  config.builtin["root"] = {false, Severity::low, {"r"}};
  EXPECT_EQ(decided(config, entry(Mechanism::root_console, "1", "")).severity, Severity::low);
  config.builtin["rot"] = {};
  EXPECT_FALSE(WatchSet::compile(config).has_value());
  EXPECT_FALSE(WatchSet::compile({.watches = {watch("a", {}, {}), watch("a", {}, {})}}).has_value());
  EXPECT_FALSE(WatchSet::compile({.watches = {watch("builtin/root", {}, {})}}).has_value());
}

TEST(WatchSet, IgnoreRulesNeverTouchRootAssumeRootOrTamperUnlessNamed) {
  IgnoreRule rule;
  rule.account = "1";
  rule.owner = "o";
  rule.reason = "why";
  rule.until = *parse_time("2027-01-01T00:00:00Z");
  Config config{.watches = {watch("all", {}, {})}, .ignore = {rule}};
  EXPECT_EQ(decided(config, entry(Mechanism::assume_role, "1", "R")).ignored_by, "why");
  EXPECT_FALSE(decided(config, entry(Mechanism::assume_role, "1", "R")).break_glass);
  EXPECT_TRUE(decided(config, entry(Mechanism::assume_role, "2", "R")).break_glass);
  for (const Mechanism m : {Mechanism::root_api, Mechanism::assume_root, Mechanism::tamper}) {
    EXPECT_TRUE(decided(config, entry(m, "1", "")).break_glass) << to_string(m);
    config.ignore[0].mechanism = m;
    EXPECT_FALSE(decided(config, entry(m, "1", "")).break_glass) << to_string(m);
    config.ignore[0].mechanism.reset();
  }
  config.ignore[0].until = kNow;
  EXPECT_TRUE(decided(config, entry(Mechanism::assume_role, "1", "R")).break_glass);
  config.ignore[0].until = rule.until;
  config.ignore[0].account.clear();
  EXPECT_FALSE(WatchSet::compile(config).has_value());  // about nothing
  config.ignore[0].mechanism = Mechanism::web_identity;
  EXPECT_EQ(decided(config, entry(Mechanism::web_identity, "9", "R")).ignored_by, "why");
  EXPECT_EQ(decided(config, entry(Mechanism::assume_role, "9", "R")).ignored_by, "");
}

TEST(WatchSet, PlannedWindowsOnlyLabel) {
  Config config{
      .planned = {
          {"*", {"alice*"}, *parse_time("2026-05-31T00:00:00Z"), *parse_time("2026-06-02T00:00:00Z"), "CHG-1", "o"}}};
  AccessEvent e = entry(Mechanism::assume_role, "1", "BreakGlass");
  e.principal.name = "alice@example.com";
  EXPECT_EQ(decided(config, e).planned, "CHG-1");
  EXPECT_TRUE(decided(config, e).break_glass);
  e.principal.name = "bob";
  EXPECT_EQ(decided(config, e).planned, "");
}

TEST(WatchSet, NamesComeFromTheConfiguration) {
  Config config;
  config.people = {{"alice@example.com", "9067-1"}, {"bob", "arn:store#u2"}};
  config.account_names["1"] = "prod";
  AccessEvent e = entry(Mechanism::identity_center_cli, "1", "R");
  e.identity_store_user = "arn:x#9067-1";
  EXPECT_EQ(decided(config, e).principal.name, "alice@example.com");
  EXPECT_EQ(decided(config, e).account_name, "prod");
  e.identity_store_user = "arn:store#u2";
  EXPECT_EQ(decided(config, e).principal.name_source, "people");
}

// Property: whatever decide() finds, needs() would have let through.
TEST(WatchSet, NeedsCoverEveryDecision) {
  std::mt19937 random(4);
  const auto pick = [&](const Texts& from) { return from[random() % from.size()]; };
  const Texts roles = {"BreakGlassAdmin", "Ad", "Power-User", "R*x", "OrganizationAccountAccessRole", ""};
  const Texts globs = {"BreakGlass*", "Ad*", "*", "Power-?ser", "Ad", "*Account*"};
  int found = 0;
  for (int round = 0; round < 3000; ++round) {
    Config config;
    const std::size_t n = random() % 4;
    for (std::size_t i = 0; i < n; ++i) {
      Watch w = watch("w" + std::to_string(i), {}, {});
      if (random() % 2 == 0) w.roles.push_back(pick(globs));
      if (random() % 3 == 0) w.accounts.push_back("1*");
      if (random() % 4 == 0) w.principals.push_back("arn:aws:iam::*:user/breakglass/*");
      if (random() % 3 == 0) w.mechanisms.push_back(static_cast<Mechanism>(random() % 18));
      config.watches.push_back(w);
    }
    AccessEvent e = entry(static_cast<Mechanism>(random() % 18), random() % 2 == 0 ? "1" : "2", pick(roles));
    if (random() % 3 == 0) e.also.add(static_cast<Mechanism>(random() % 19));
    if (random() % 3 == 0) e.principal.arn = "arn:aws:iam::1:user/breakglass/a";
    e.emergency_path_change = random() % 4 == 0;
    e.service_automation = random() % 8 == 0;
    if (random() % 4 == 0) e.event_source = "cloudtrail.amazonaws.com", e.event_name = "StopLogging";
    const WatchSet set = WatchSet::compile(config).value();
    set.decide(e, kNow);
    if (!e.break_glass) continue;
    ++found;
    const Needs needs = set.needs();
    const std::string bytes = e.role + " " + e.principal.arn;
    bool covered =
        needs.any.has(e.mechanism) || needs.any.intersects(e.also) || (e.emergency_path_change && needs.path_changes);
    for (const std::string& stem : needs.stems) covered = covered || bytes.find(stem) != std::string::npos;
    ASSERT_TRUE(covered) << to_string(e.mechanism) << " " << e.role << " " << e.watch;
  }
  EXPECT_GT(found, 500);
}

TEST(WatchSet, ExplainsEveryWatch) {
  const WatchSet set = WatchSet::compile({.watches = {watch("w", {"2"}, {})}}).value();
  const auto reasons = set.explain(entry(Mechanism::assume_role, "1", "R"), kNow);
  ASSERT_EQ(reasons.size(), 7u);
  EXPECT_EQ(reasons[0].why, "account 1 is not watched");
  for (const auto& reason : reasons) EXPECT_FALSE(reason.matched || reason.why.empty()) << reason.watch;
}

TEST(Cidr, ContainsAndRefuses) {
  EXPECT_TRUE(Cidr::parse("198.51.100.0/24")->contains("198.51.100.7"));
  EXPECT_FALSE(Cidr::parse("198.51.100.0/24")->contains("198.51.101.7"));
  EXPECT_FALSE(Cidr::parse("198.51.100.0/24")->contains("::ffff:198.51.100.7"));
  EXPECT_TRUE(Cidr::parse("2001:db8::/33")->contains("2001:db8:7fff::1"));
  EXPECT_FALSE(Cidr::parse("2001:db8::/33")->contains("2001:db8:8000::1"));
  EXPECT_TRUE(Cidr::parse("10.0.0.1")->contains("10.0.0.1"));
  EXPECT_TRUE(Cidr::parse("0.0.0.0/0")->contains("1.2.3.4"));
  for (const char* text : {"", "x", "10.0.0.1/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0/8", "::/129"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
  EXPECT_FALSE(Cidr::parse("10.0.0.0/8")->contains("AWS Internal"));
}

AccessEvent actor(const std::string& account, const std::string& role) {
  AccessEvent e = entry(Mechanism::other, account, role);
  e.principal.arn = "arn:aws:sts::" + account + ":assumed-role/" + role + "/x";
  return e;
}

AccessEvent decided_actor(const Config& config, AccessEvent e) {
  WatchSet::compile(config).value().decide_actor(e, kNow);
  return e;
}

TEST(Actors, AreWatchedByAccountRoleAndPrincipalWhateverTheMechanisms) {
  Config config;
  config.watches = {watch("prod", {"111122223333"}, {"Break*"}, Severity::critical)};
  config.watches[0].mechanisms = {Mechanism::identity_center_cli};
  config.watches[0].receivers = {"oncall"};
  const AccessEvent told = decided_actor(config, actor("111122223333", "BreakIt"));
  EXPECT_TRUE(told.break_glass);
  EXPECT_EQ(told.watch, "prod");
  EXPECT_EQ(told.receivers, Texts{"oncall"});
  EXPECT_FALSE(decided_actor(config, actor("111122223333", "Reader")).break_glass);
  EXPECT_FALSE(decided_actor(config, actor("222222222222", "BreakIt")).break_glass);
}

TEST(Actors, WatchesOnMechanismsAloneNameOnlyRootAssumedRootAndUsers) {
  Config config;
  config.watches = {watch("cli", {}, {})};
  config.watches[0].mechanisms = {Mechanism::identity_center_cli};
  EXPECT_FALSE(decided_actor(config, actor("111122223333", "Reader")).break_glass);
  AccessEvent root = actor("111122223333", "");
  root.also.add(Mechanism::root_api);
  EXPECT_EQ(decided_actor(config, root).watches, Texts{"builtin/root"});
  AccessEvent assumed = actor("111122223333", "");
  assumed.also.add(Mechanism::assume_root);
  EXPECT_EQ(decided_actor(config, assumed).watches, Texts{"builtin/assume-root"});
}

TEST(Actors, ServicesAndIgnoredCallersAreNobody) {
  Config config;
  config.watches = {watch("any", {"*"}, {})};
  AccessEvent service = actor("111122223333", "AWSServiceRoleForSSO");
  service.service_automation = true;
  EXPECT_FALSE(decided_actor(config, service).break_glass);
  IgnoreRule rule;
  rule.issuer_role_arn = "arn:aws:iam::111122223333:role/ci";
  rule.owner = "platform";
  rule.reason = "deploys";
  rule.until = Time{kNow.micros + 1};
  config.ignore = {rule};
  AccessEvent ci = actor("111122223333", "ci");
  ci.caller_issuer_arn = rule.issuer_role_arn;
  const AccessEvent ignored = decided_actor(config, ci);
  EXPECT_FALSE(ignored.break_glass);
  EXPECT_EQ(ignored.ignored_by, "deploys");
}

TEST(WatchSet, APatternIsAskedOfTheRecord) {
  Config config;
  for (const auto& [name, pattern] : {std::pair{"logs", "{ $.sourceIPAddress = 203.0.113.* }"},
                                      {"events", R"({"source":["aws.sts"],"detail":{"eventName":["AssumeRole"]}})"},
                                      {"other", "{ $.eventName = X }"}}) {
    Watch watch;
    watch.name = name;
    watch.accounts = {"1111*"};
    watch.pattern = pattern;
    config.watches.push_back(watch);
  }
  const auto set = WatchSet::compile(config);
  ASSERT_TRUE(set);
  json::Doc doc;
  ASSERT_TRUE(
      doc.parse(R"({"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sourceIPAddress":"203.0.113.9"})"));
  model::AccessEvent event;
  event.mechanism = model::Mechanism::assume_role;
  event.account_id = "111122223333";
  set->decide(event, Time{}, doc.root());
  EXPECT_EQ(event.watches, (std::vector<std::string>{"logs", "events"}));
  set->decide(event, Time{});  // without the record nobody can say
  EXPECT_EQ(event.watches, std::vector<std::string>{});
  EXPECT_EQ(set->explain(event, Time{}, doc.root())[2].why, "the record does not match the pattern");
  event.account_id = "222222222222";
  set->decide(event, Time{}, doc.root());
  EXPECT_EQ(event.watches, std::vector<std::string>{});

  config.watches[2].pattern = "{ $.eventName }";
  const auto refused = WatchSet::compile(config);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("watch `other`: its pattern, line 1, column 15"), std::string::npos);
}

}  // namespace
}  // namespace gw::watch
