#include "app/config/config.h"

#include <gtest/gtest.h>

#include "app/config/names.h"
#include "app/config/schema.h"
#include "app/config/validate.h"
#include "base/json/doc.h"
#include "base/sha256.h"
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
           Case{"version: 1\nwatches:\n  - name: a\n    severity: hihg\n",
                "f:4:15: watches[0].severity: `hihg` is none of: info, low, medium, high, critical; did you mean "
                "`high`?"},
           Case{"version: 1\nwatches:\n  - name: a\n    accounts: [\"1111\"]\n",
                "f:4:16: watches[0].accounts[0]: `1111` is not an account id (12 digits), a glob of one, or ou:ou-…"},
           Case{"version: 1\nwatches: {}\n", "f:2:10: watches: expected a list"},
           Case{"version: 2\n", "f:1:10: version: `2` is none of: 1; did you mean `1`?"},
           Case{"version: 1\nescalation: [{after: 5, to: [x]}]\n",
                "f:2:22: escalation[0].after: `5` is not a duration such as 90s, 15m, 2h or 7d"},
           Case{"version: 1\nreceivers: [{name: a, type: slack, token: xoxb-1, channel: C1}]\n",
                "f:2:43: receivers[0].token: secrets are given by reference: env:NAME, file:/path, ssm:/name or "
                "secretsmanager:id"},
           Case{"version: 1\nreceivers: [{name: a, type: slak}]\n",
                "f:2:29: receivers[0].type: `slak` is none of: slack, pagerduty, webhook, teams, email, sns, syslog, "
                "ocsf, stdout, file; did you mean `slack`?"},
           Case{"version: 1\nignore: [{user_agent: x, account: \"111122223333\", owner: o, reason: r, until: "
                "\"2027-01-01T00:00:00Z\"}]\n",
                "f:2:11: ignore[0]: `user_agent` is not allowed in an ignore rule: whoever calls can choose or vary "
                "it, and could hide behind it; use account, "
                "issuer_role_arn, user_arn, identity_store_user, cidr or mechanism"},
           Case{"version: 1\nignore: [{cidr: 10.0.0.1/8, owner: o, reason: r, until: \"2027-01-01T00:00:00Z\"}]\n",
                "f:2:17: ignore[0].cidr: `10.0.0.1/8` is not an address range such as 198.51.100.0/24, without bits "
                "beyond its prefix"},
           Case{"version: 1\nignore: [{account: \"111122223333\", owner: o, reason: r, until: tomorrow}]\n",
                "f:2:64: ignore[0].until: `tomorrow` is not a time such as 2027-01-31T00:00:00Z"},
           Case{"version: 1\ndefault_receivers: [oncal]\nreceivers: [{name: oncall, type: stdout}]\n",
                "f:2:21: default_receivers: there is no receiver `oncal`; did you mean `oncall`?"},
           Case{"version: 1\nbuiltin: {rot: {disabled: true}}\n",
                "f:2:11: builtin: there is no built-in watch `rot`; did you mean `root`?"},
           Case{"version: 1\nwatches: [{name: a}, {name: a}]\n", "f:2:22: watches: `a` is there twice"},
           Case{"version: 1\nwatches: [{name: a, name: b}]\n", "f:2:21: watches[0]: `name` stands here twice"},
           Case{"version: 1\nwatches:\n", "f:3:1: watches: is empty; expected a list"},
           Case{"a: [\n", "f:2:1: not YAML: end of sequence flow not found"},
           Case{"", "f: is empty"},
           Case{"version: 1\n---\nversion: 1\n",
                "f:2:1: a second document begins here; a configuration is one document"},
       }) {
    const auto got = problems(c.text);
    ASSERT_FALSE(got.empty()) << c.text;
    EXPECT_EQ(got[0], c.problem);
  }
}

TEST(Config, ValuesAreHeldAgainstWhatTheyMean) {
  const std::string ignore_end = ", owner: o, reason: r, until: \"2027-01-01T00:00:00Z\"}]\n";
  struct Case {
    std::string text;
    const char* told;  // part of the first problem; empty: fine
  };
  for (const Case& c : {
           Case{"watches: [{name: a, roles: [arn:aws:iam::1:role/x]}]\n", "no ARN"},
           Case{"watches: [{name: a, roles: [\"[Bb]reak*\"]}]\n", "no [sets]"},
           Case{"watches: [{name: a, accounts: [11122223333]}]\n", "was a leading zero lost?"},
           Case{"watches: [{name: a, accounts: [ou-ab12-cd34ef56]}]\n", "write ou:ou-ab12-cd34ef56"},
           Case{"watches: [{name: a, principals: [alice]}]\n", "can match an ARN"},
           Case{"watches: [{name: a, principals: [\"*#9067\", \"arn:aws:iam::*:user/bg/*\"]}]\n", ""},
           Case{"watches: [{name: a, mechanisms: [root]}]\n", "none of: identity_center_signin"},
           Case{"watches: [{name: a, roles: BreakGlass}]\n", "put it in [ ]"},
           Case{"watches: [{name: a, roles: [x], pattern: null}]\n", ""},
           Case{"watches: [{name: a, roles: [x], pattern: \"{ $.a = 1 }\"}]\n", ""},
           Case{"watches: [{name: a, pattern: \"{ $.a }\"}]\n", "line 1, column 7: a condition without operator"},
           Case{"watches: [{name: a, pattern: '{\"a\":1}'}]\n", "must be an object or an array"},
           Case{"watches: [{name: a, pattern: [x]}]\n", "expected a text"},
           Case{"watches: [{name: builtin/root}]\n", "reserved"},
           Case{"watches: [{name: \"a\\nb\"}]\n", "line break"},
           Case{"watches: [{name: a, runbook: \"https://user:pass@x\"}]\n", "holds no password"},
           Case{"watches: [{name: a, roles: [x], receivers: [oncall]}]\n", ""},
           Case{"ignore: [{account: \"111122223333\"" + ignore_end, ""},
           Case{"ignore: [{mechanism: iam_user_api" + ignore_end, ""},
           Case{"ignore: [{owner: o, reason: r, until: \"2027-01-01T00:00:00Z\"}]\n", "nothing in particular"},
           Case{"ignore: [{cidr: 0.0.0.0/0" + ignore_end, "every address"},
           Case{"ignore: [{cidr: 198.51.100.7" + ignore_end, "address range"},
           Case{"ignore: [{source_ip: 198.51.100.7" + ignore_end, "cidr: 198.51.100.7/32"},
           Case{"ignore: [{session_name: ci" + ignore_end, "whoever calls can choose"},
           Case{"ignore: [{event_name: AssumeRole" + ignore_end, "whoever calls can choose"},
           Case{"ignore: [{role: Admin" + ignore_end, "everybody who enters the role"},
           Case{"ignore: [{issuer_role_arn: \"arn:aws:iam::111122223333:role/*\"" + ignore_end, "without globs"},
           Case{"ignore: [{issuer_role_arn: \"arn:aws:sts::111122223333:assumed-role/ci/s\"" + ignore_end, "one role"},
           Case{"ignore: [{identity_store_user: 9067-1" + ignore_end, "not unique"},
           Case{"ignore: [{account: \"111122223333\", issuer_role_arn:" + ignore_end, "is empty"},
           Case{"ignore: [{account: \"111122223333\", owner: o, reason: r}]\n", "`until` is missing"},
           Case{"planned: [{watch: \"*\", people: [\"*\"], from: \"2026-01-02T00:00:00Z\", until: "
                "\"2026-01-01T00:00:00Z\", "
                "owner: o}]\n",
                "not after"},
           Case{"planned: [{watch: rot, people: [\"*\"], from: \"2026-01-01T00:00:00Z\", until: "
                "\"2026-01-02T00:00:00Z\", "
                "owner: o}]\n",
                "there is no watch `rot`"},
           Case{"store: postgres://x\n", "reserved"},
           Case{"receivers: [{name: a, type: slack, token: env:T}]\n", "`channel` is missing"},
           Case{"receivers: [{name: a, type: syslog}]\n", "`address` is missing"},
           Case{"receivers: [{name: a, type: syslog, address: \"logs.example.com:6514\", facility: local3}]\n", ""},
           Case{"receivers: [{name: a, type: syslog, address: \"tls://[2001:db8::1]\", max_bytes: 2048}]\n", ""},
           Case{"receivers: [{name: a, type: syslog, address: \"logs.example.com:65536\"}]\n", "is not a server"},
           Case{"receivers: [{name: a, type: syslog, address: \"https://a/b\"}]\n", "is not a server"},
           Case{"receivers: [{name: a, type: syslog, address: \"tcp://a:1\"}]\n", "allow_private"},
           Case{"receivers: [{name: a, type: syslog, address: \"tcp://a:1\", allow_private: true}]\n", ""},
           Case{"receivers: [{name: a, type: syslog, address: a, max_bytes: 512}]\n", "2048 to 65536"},
           Case{"receivers: [{name: a, type: syslog, address: a, facility: kern}]\n", "none of: auth"},
           Case{"receivers: [{name: a, type: syslog, address: a, tls: {ca: c.pem}}]\n", ""},
           Case{"receivers: [{name: a, type: syslog, address: a, tls: {key: k.pem}}]\n", "both"},
           Case{"receivers: [{name: a, type: webhook, url: \"https://a\", address: a}]\n", "means nothing"},
           Case{"receivers: [{name: a, type: slack, channel: C1}]\n", "either"},
           Case{"receivers: [{name: a, type: pagerduty, channel: C1, routing_key: env:K}]\n", "means nothing"},
           Case{"receivers: [{name: a, type: webhook, url: \"http://10.0.0.1/\"}]\n", "allow_private"},
           Case{"receivers: [{name: a, type: webhook, url: \"http://10.0.0.1/\", allow_private: true}]\n", ""},
           Case{"http: {tokens: [{name: a, role: reviewer, token: env:T}]}\n", "named person"},
           Case{"expected_accounts: auto\n", ""},
           Case{"expected_accounts: [1]\n", "12 digits"},
           Case{"handover: {at: \"25:00\", to: [x]}\n", "time of day"},
           Case{"accounts: {111122223333: a, 111122223333: b}\n", "stands here twice"},
           Case{"builtin: {root: {disabled: yes}}\n", "true or false"},
           Case{"high_risk: [\"iam:*\", \"*\"]\n", "service:Action"},
       }) {
    const auto got = problems("version: 1\n" + c.text);
    if (*c.told == '\0') {
      EXPECT_EQ(got, std::vector<std::string>{}) << c.text;
    } else {
      ASSERT_FALSE(got.empty()) << c.text;
      EXPECT_NE(got[0].find(c.told), std::string::npos) << got[0];
    }
  }
}

TEST(Config, ProblemsShowTheLineButNoSecret) {
  const auto excerpt = [](const std::string& text) {
    const Loaded loaded = load_text(text, "f");
    return loaded.problems.empty() ? std::string("none") : loaded.problems[0].excerpt;
  };
  EXPECT_EQ(excerpt("version: 1\nwatchs: []\n"), "    watchs: []\n    ^");
  EXPECT_EQ(excerpt("version: 1\nmode: \xC3\xA4 loud\n"), "    mode: \xC3\xA4 loud\n          ^");
  EXPECT_EQ(excerpt("version: 1\nx: 0123456789abcdef0123456789abcdef\n").find("0123"), std::string::npos);
  EXPECT_EQ(excerpt("version: 1\nreceivers: [{name: a, type: x, token: hunter2}]\n"), "");
  EXPECT_EQ(excerpt("version: 1\npassword: hunter2\n"), "");
  EXPECT_EQ(excerpt("version: 1\nmode: \"\\e[31m\"\nx: \x1b[31m\n").find('\x1b'), std::string::npos);
  for (const std::string& told :
       problems("version: 1\nreceivers: [{name: a, type: slack, token: hunter2, webhook_url: hunter2}]\n"
                "ledger: {key: hunter2}\nheartbeat: {url: \"https://a:hunter2@x\"}\n")) {
    EXPECT_EQ(told.find("hunter2"), std::string::npos) << told;
  }
}

TEST(Config, ProblemsAreSafeToPrint) {
  const std::string hostile = "\\e]0;x\\a\\u202E";
  for (const std::string& text :
       {"receivers: [{name: \"" + hostile + "a\", type: stdout}]\ndefault_receivers: [\"" + hostile + "b\"]\n",
        "accounts: {\"" + hostile + "\": x}\n", "\"" + hostile + "\": x\n", "mode: \"" + hostile + "\"\n",
        "watches: [{name: a, accounts: [\"ou-" + hostile + "\"]}]\n"}) {
    const auto got = problems("version: 1\n" + text);
    ASSERT_FALSE(got.empty()) << text;
    for (const std::string& told : got) EXPECT_EQ(showable(told), told);
  }
}

TEST(Config, NotesTellWhatIsOddButNotWrong) {
  const auto notes = [](const std::string& text) {
    const Loaded loaded = load_text(text, "f");
    EXPECT_TRUE(loaded.problems.empty()) << loaded.problems[0].to_string();
    return loaded.notes;
  };
  EXPECT_EQ(notes("version: 1\nmode: alert\n").size(), 0u);
  EXPECT_EQ(notes("mode: alert\n").size(), 1u);
  EXPECT_EQ(notes("version: 1\nwatches: [{name: a, roles: [AWSReservedSSO_X_*]}]\n").size(), 1u);
  EXPECT_EQ(notes("version: 1\nwatches: [{name: a}]\n").size(), 1u);
  EXPECT_EQ(notes("version: 1\ndefault_receivers: [oncall]\n").size(), 1u);
  EXPECT_EQ(notes("version: 1\nbuiltin: {root: {disabled: true}}\n").size(), 1u);
}

TEST(Config, TheHashIsThatOfTheValues) {
  const auto hash = [](const std::string& text) {
    const Loaded loaded = load_text(text, "f");
    EXPECT_TRUE(loaded.problems.empty());
    return config_hash(loaded.config);
  };
  const std::string a = hash("version: 1\nmode: alert\nwatches: [{name: a, roles: [x, y]}]\n");
  EXPECT_EQ(a.size(), 64u);
  EXPECT_EQ(a, hash("# the same\nwatches:\n  - roles: ['x', \"y\"]\n    name: a\nmode: alert\nversion: 1\n"));
  EXPECT_EQ(a, hash(R"({"mode":"alert","version":1,"watches":[{"name":"a","roles":["x","y"]}]})"));
  EXPECT_NE(a, hash("version: 1\nmode: alert\nwatches: [{name: a, roles: [y, x]}]\n"));
  EXPECT_NE(a, hash("version: 1\nmode: shadow\nwatches: [{name: a, roles: [x, y]}]\n"));
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Config, AllProblemsAreTold) {
  EXPECT_EQ(problems("version: 1\nx: 1\ny: 2\nwatches: [{severity: bad}]\n").size(), 4u);
}

TEST(Config, ScalarsAreWhatWasWritten) {
  const Loaded loaded = load_text(
      "version: 1\naccounts: {012345678901: zero, 111122223333: one}\nwatches: [{name: yes, accounts: "
      "[012345678901]}]\n",
      "f");
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.watch.account_names.at("012345678901"), "zero");
  EXPECT_EQ(loaded.config.watch.watches[0].name, "yes");
  EXPECT_EQ(loaded.config.watch.watches[0].accounts[0], "012345678901");
  EXPECT_TRUE(load_text(R"({"version":1,"watches":[{"name":"json"}]})", "f").problems.empty());
}

TEST(Config, AliasBombsAndLargeFilesAreRefused) {
  const auto deep = problems("version: 1\nwatches: " + std::string(10'000, '['));
  ASSERT_EQ(deep.size(), 1u);
  EXPECT_NE(deep[0].find("nested too deeply"), std::string::npos) << deep[0];
  // yaml-cpp finds no end in these.
  for (const char* text : {",", "!1,b", "&a,b", "!x ,y", "version: 1\n---\n,", "--- ,"}) {
    EXPECT_EQ(problems(text).size(), 1u) << text;
  }
  std::string many = "version: 1\nhigh_risk: [x";
  for (int i = 0; i < 250'000; ++i) many += ",x";
  EXPECT_FALSE(problems(many + "]\n").empty());
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
  apply_environment(loaded, [](const std::string& name) -> std::optional<std::string> {
    if (name == "GLASSWATCH_MODE") return "loud";
    return std::nullopt;
  });
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_EQ(loaded.problems[0].to_string(), "GLASSWATCH_MODE: `loud` is none of: alert, shadow");
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
  const auto accounts = parse_accounts(
      R"({"Accounts":[{"Id":"111122223333","Name":"prod","Status":"ACTIVE"},{"Id":"x"}],"NextToken":"t"})");
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
