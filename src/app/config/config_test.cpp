#include "app/config/config.h"

#include <gtest/gtest.h>

#include "app/config/names.h"
#include "app/config/schema.h"
#include "base/json/doc.h"
#include "domain/watch/watch_set.h"

namespace gw::app {
namespace {

std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> out;
  Loaded loaded = load_text(text, "f");
  check_whole(loaded);
  for (const Problem& p : loaded.problems) out.push_back(p.to_string());
  return out;
}

TEST(Config, TheExamplePassesItsOwnCheck) {
  EXPECT_EQ(problems(example_config()), std::vector<std::string>{});
  const Loaded loaded = load_text(example_config(), "example");
  const watch::Config& c = loaded.config.watch;
  ASSERT_EQ(c.watches.size(), 3u);
  EXPECT_EQ(c.watches[0].severity, model::Severity::critical);
  EXPECT_EQ(c.watches[0].receivers, (std::vector<std::string>{"oncall"}));
  EXPECT_EQ(c.builtin.at("emergency-path").severity, model::Severity::medium);
  EXPECT_EQ(c.ignore[0].issuer_role_arn, "arn:aws:iam::111122223333:role/ci-deploy");
  EXPECT_EQ(c.planned[0].ticket, "CHG-1042");
  EXPECT_EQ(c.account_names.at("444455556666"), "prod-payments");
  EXPECT_EQ(c.people[0].name, "alice@example.com");
}

TEST(Config, ErrorsCarryTheirPlaceAndWhatWasMeant) {
  struct Case {
    const char* text;
    const char* problem;
  };
  for (const Case& c : {
           Case{"version: 1\nwatchs: []\n", "f:2:1: unknown key `watchs`; did you mean `watches`?"},
           Case{"version: 1\nwatches:\n  - name: a\n    severity: hihg\n", "f:4:15: watches[0].severity: `hihg` is not a severity: info, low, medium, high, critical"},
           Case{"version: 1\nwatches:\n  - name: a\n    accounts: [\"1111\"]\n", "f:4:16: watches[0].accounts[0]: `1111` is not an account id (12 digits), a glob of one, or ou:ou-…"},
           Case{"version: 1\nwatches: {}\n", "f:2:10: watches: expected a list"},
           Case{"version: 2\n", "f:1:10: version: `2` is none of: 1; did you mean `1`?"},
           Case{"watches: []\n", "f:1:1: `version` is missing"},
           Case{"version: 1\nescalation: [{after: 5, to: [x]}]\n", "f:2:22: escalation[0].after: `5` is not a duration such as 90s, 15m, 2h or 7d"},
           Case{"version: 1\nreceivers: [{name: a, type: slack, token: xoxb-1}]\n",
                "f:2:43: receivers[0].token: secrets are given by reference: env:NAME, file:/path, ssm:/name or secretsmanager:id"},
           Case{"version: 1\nreceivers: [{name: a, type: slak}]\n", "f:2:29: receivers[0].type: `slak` is none of: slack, pagerduty, webhook, teams, email, sns, syslog, ocsf, stdout, file; did you mean `slack`?"},
           Case{"version: 1\nignore: [{user_agent: x, account: \"111122223333\", owner: o, reason: r, until: \"2027-01-01T00:00:00Z\"}]\n",
                "f:2:11: ignore[0]: `user_agent` is not allowed in an ignore rule: whoever calls can choose or vary it; use account, "
                "issuer_role_arn, user_arn, identity_store_user or cidr"},
           Case{"version: 1\nignore: [{cidr: 10.0.0.1/8, owner: o, reason: r, until: \"2027-01-01T00:00:00Z\"}]\n",
                "f:2:17: ignore[0].cidr: `10.0.0.1/8` is not an address range such as 198.51.100.0/24, without bits beyond its prefix"},
           Case{"version: 1\nignore: [{account: \"111122223333\", owner: o, reason: r, until: tomorrow}]\n",
                "f:2:64: ignore[0].until: `tomorrow` is not a time such as 2027-01-31T00:00:00Z"},
           Case{"version: 1\ndefault_receivers: [oncal]\nreceivers: [{name: oncall, type: stdout}]\n",
                "f:2:21: default_receivers: there is no receiver `oncal`; did you mean `oncall`?"},
           Case{"version: 1\nbuiltin: {rot: {disabled: true}}\n", "f:2:11: builtin: there is no built-in watch `rot`; did you mean `root`?"},
           Case{"version: 1\nwatches: [{name: a}, {name: a}]\n", "f:2:22: watches: `a` is there twice"},
           Case{"version: 1\nwatches: [{name: a, name: b}]\n", "f:2:21: watches[0]: `name` stands here twice"},
           Case{"version: 1\nwatches:\n", "f:3:1: watches: is empty; expected a list"},
           Case{"a: [\n", "f:2:1: not YAML: end of sequence flow not found"},
           Case{"", "f: is empty"},
           Case{"version: 1\n---\nversion: 1\n", "f: holds more than one document"},
       }) {
    const auto got = problems(c.text);
    ASSERT_FALSE(got.empty()) << c.text;
    EXPECT_EQ(got[0], c.problem);
  }
}

TEST(Config, AllProblemsAreTold) {
  EXPECT_EQ(problems("version: 1\nx: 1\ny: 2\nwatches: [{severity: bad}]\n").size(), 4u);
}

TEST(Config, ScalarsAreWhatWasWritten) {
  const Loaded loaded = load_text("version: 1\naccounts: {012345678901: zero, 111122223333: one}\nwatches: [{name: yes, accounts: [012345678901]}]\n", "f");
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.watch.account_names.at("012345678901"), "zero");
  EXPECT_EQ(loaded.config.watch.watches[0].name, "yes");
  EXPECT_EQ(loaded.config.watch.watches[0].accounts[0], "012345678901");
  EXPECT_TRUE(load_text(R"({"version":1,"watches":[{"name":"json"}]})", "f").problems.empty());
}

TEST(Config, AliasBombsAndLargeFilesAreRefused) {
  std::string bomb = "version: 1\nexpected_accounts: &a0 [x, x]\n";
  bomb = "version: 1\nhigh_risk: [&a0 x]\nwatches:\n  - &w0 {name: a, roles: &r0 [a, a, a, a, a, a, a, a, a, a]}\n";
  std::string nested = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    nested += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) nested += std::string(k > 0 ? "," : "") + "*a" + std::to_string(i - 1);
    nested += "]\n";
  }
  EXPECT_FALSE(problems("version: 1\n" + nested + "default_receivers: *a11\n").empty());
  EXPECT_FALSE(problems("version: 1\n# " + std::string(2 << 20, 'x')).empty());
}

TEST(Config, TheEnvironmentAddsWatches) {
  Loaded loaded = load_text("version: 1\n", "f");
  apply_environment(loaded, [](const std::string& name) -> std::optional<std::string> {
    if (name == "GLASSWATCH_WATCH") return "*:A;111122223333:AWSReservedSSO_B_0123456789abcdef:low";
    return std::nullopt;
  });
  EXPECT_TRUE(loaded.problems.empty());
  ASSERT_EQ(loaded.config.watch.watches.size(), 2u);
  EXPECT_EQ(loaded.config.watch.watches[1].roles[0], "B");
  EXPECT_EQ(loaded.notes.size(), 1u);
}

// The schema's keys and the loader's are one tree; what is left to test is that the text is JSON and says so.
TEST(Config, TheJsonSchemaNamesEveryKey) {
  json::Doc doc;
  const std::string schema = json_schema();
  ASSERT_TRUE(doc.parse(schema));
  EXPECT_EQ(doc.root()["$schema"].text(), "https://json-schema.org/draft/2020-12/schema");
  for (const Field& field : config_schema().fields) {
    EXPECT_TRUE(doc.root()["properties"][field.name].is_object()) << field.name;
    EXPECT_FALSE(field.about.empty()) << field.name;
  }
  EXPECT_TRUE(doc.root()["properties"]["watches"]["items"]["properties"]["roles"].is_object());
}

TEST(Names, ReadTheOutputOfTheAwsCli) {
  const auto accounts = parse_accounts(R"({"Accounts":[{"Id":"111122223333","Name":"prod","Status":"ACTIVE"},{"Id":"x"}],"NextToken":"t"})");
  ASSERT_TRUE(accounts.has_value());
  EXPECT_EQ(accounts->at("111122223333"), "prod");
  EXPECT_EQ(parse_accounts(R"([{"Id":"1","Name":"n"}])")->size(), 1u);
  const auto people = parse_people(R"({"Users":[{"UserId":"u-1","UserName":"alice","IdentityStoreId":"d-1"}]})");
  ASSERT_TRUE(people.has_value());
  EXPECT_EQ((*people)[0].identity_store_user, "u-1");
  EXPECT_FALSE(parse_people("{}").has_value());
  EXPECT_FALSE(parse_accounts("nope").has_value());
}

}  // namespace
}  // namespace gw::app
