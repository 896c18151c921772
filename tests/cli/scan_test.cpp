// scan and doctor on small trails: exit codes, streams, counts, what is told about what could not be read.
#include <gtest/gtest.h>

#include "base/json/doc.h"
#include "tests/cli/program.h"

namespace gw::cli_test {
namespace {

using Args = std::vector<std::string>;

// The last line of standard error, which --stats writes.
std::string stats_line(const Outcome& outcome) {
  const std::size_t end = outcome.err.rfind('\n');
  const std::size_t begin = end == std::string::npos || end == 0 ? std::string::npos : outcome.err.rfind('\n', end - 1);
  return outcome.err.substr(begin == std::string::npos ? 0 : begin + 1);
}

std::uint64_t number(const json::Doc& doc, std::string_view key) {
  return std::stoull(std::string(doc.root()[key].raw()));
}

TEST(Scan, PrintsFindingsToStandardOutputAndNothingElse) {
  const Folder folder;
  const std::string path =
      folder.write("a.json", trail({describe_instances("e-1"), root_sign_in("e-2"), federate("e-3", "ReadOnly")}));
  const Outcome got = run({"scan", path});
  EXPECT_EQ(got.code, 0);
  EXPECT_EQ(got.err, "");
  EXPECT_EQ(count(got.out, "\n"), 1u);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(got.out));
  EXPECT_EQ(doc.root()["schema"].text(), "glasswatch.access.v1");
  EXPECT_EQ(doc.root()["event_id"].text(), "e-2");
  EXPECT_EQ(doc.root()["mechanism"].text(), "root_console");
  EXPECT_EQ(doc.root()["break_glass"].raw(), "true");
  EXPECT_EQ(doc.root()["watch"].text(), "builtin/root");
  EXPECT_EQ(doc.root()["origin"]["path"].text(), path);
  EXPECT_EQ(doc.root()["origin"]["record"].raw(), "2");
}

TEST(Scan, FieldsComeInTheOrderOfTheContract) {
  const Folder folder;
  const Outcome got = run({"scan", folder.write("a.json", trail({root_sign_in("e-1")}))});
  std::size_t at = 0;
  for (const char* key : {"schema",
                          "event_id",
                          "event_time",
                          "mechanism",
                          "also",
                          "outcome",
                          "break_glass",
                          "watch",
                          "watches",
                          "severity",
                          "account_id",
                          "account_name",
                          "role",
                          "task_policy",
                          "principal",
                          "type",
                          "id",
                          "name",
                          "name_source",
                          "arn",
                          "source_ip",
                          "source_ip_kind",
                          "user_agent",
                          "mfa",
                          "mfa_source",
                          "region",
                          "event_source",
                          "event_name",
                          "recipient_account_id",
                          "error_code",
                          "error_message",
                          "session_id",
                          "origin",
                          "feed",
                          "path",
                          "record"}) {
    const std::size_t found = got.out.find("\"" + std::string(key) + "\":", at);
    ASSERT_NE(found, std::string::npos) << key << " in " << got.out;
    at = found;
  }
}

TEST(Scan, ReadsStandardInput) {
  const Outcome got = run({"scan", "--all", "-"}, {.in = trail({federate("e-1", "ReadOnly")})});
  EXPECT_EQ(got.code, 0);
  EXPECT_TRUE(has(got.out, "\"path\":\"-\"")) << got.out;
  EXPECT_EQ(count(got.out, "\n"), 1u);
}

TEST(Scan, WatchesComeFromFlagsAndTheEnvironment) {
  const Folder folder;
  const std::string path =
      folder.write("a.json", trail({federate("e-1", "Ops"), federate("e-2", "Net"), federate("e-3", "ReadOnly")}));
  EXPECT_EQ(run({"scan", path}).out, "");
  const Outcome flag = run({"scan", "--watch", "333333333333:Ops:critical", "--watch", "*:Net", path});
  EXPECT_EQ(count(flag.out, "\n"), 2u) << flag.out << flag.err;
  EXPECT_TRUE(has(flag.out, "\"severity\":\"critical\""));
  const Outcome both = run({"scan", "--watch", "*:Net", path}, {.env = {{"GLASSWATCH_WATCH", "*:Ops;*:Read*:low"}}});
  EXPECT_EQ(count(both.out, "\n"), 3u) << both.out << both.err;
  EXPECT_EQ(run({"scan", path}, {.env = {{"GLASSWATCH_WATCH", ":::"}}}).code, 2);
}

TEST(Scan, AsksOnlyForSome) {
  const Folder folder;
  const std::string path = folder.write("a.json", trail({root_sign_in("e-1"), federate("e-2", "Ops")}));
  struct Case {
    Args args;
    std::string found;  // the event ids' last digits
  };
  const std::vector<Case> cases = {
      {{}, "12"},
      {{"--account", "222222222222"}, "1"},
      {{"--account", "333333333333"}, "2"},
      {{"--account", "222222222222", "--account", "333333333333"}, "12"},
      {{"--region", "eu-west-1"}, "2"},
      {{"--mechanism", "root_console,root_api"}, "1"},
      {{"--mechanism", "root_api", "--mechanism", "identity_center_console"}, "2"},
      {{"--from", "2026-07-01T10:30:00Z"}, "2"},
      {{"--to", "2026-07-01T11:00:00Z"}, "1"},
      {{"--from", "2026-07-01", "--to", "2026-07-02"}, "12"},
      {{"--from", "2026-07-02"}, ""},
  };
  for (const Case& c : cases) {
    Args args = {"scan", "--all", path};
    args.insert(args.end(), c.args.begin(), c.args.end());
    const Outcome got = run(args);
    EXPECT_EQ(got.code, 0) << got.err;
    for (const char id : {'1', '2'}) {
      EXPECT_EQ(has(got.out, std::string("\"event_id\":\"e-") + id), c.found.find(id) != std::string::npos)
          << c.args[0] << " " << id;
    }
  }
}

TEST(Scan, ExitCodes) {
  const Folder folder;
  const std::string clean = folder.write("clean.json", trail({describe_instances("e-1")}));
  const std::string root = folder.write("root.json", trail({root_sign_in("e-2")}));
  const std::string damaged = folder.write("damaged.json", "{\"Records\":[{\"eventID\"");
  const std::string missing = folder.path() + "/missing.json";
  struct Case {
    Args args;
    int code;
    std::string codes;  // of --stats
  };
  const std::vector<Case> cases = {
      {{clean}, 0, "[0]"},
      {{root}, 0, "[0]"},
      {{"--fail-on", "critical", root}, 1, "[1]"},
      {{"--fail-on", "info", root}, 1, "[1]"},
      {{"--fail-on", "info", clean}, 0, "[0]"},
      {{"--fail-on", "low", "--watch", "*:*:info", root}, 1, "[1]"},
      {{damaged}, 3, "[3]"},
      {{missing}, 3, "[3]"},
      {{missing, root}, 3, "[3]"},
      {{"--fail-on", "high", root, damaged}, 3, "[1,3]"},
      {{"--max-quarantined", "1", damaged}, 0, "[0]"},
      {{"--max-quarantined", "1", "--fail-on", "high", root, damaged}, 1, "[1]"},
      {{"--max-quarantined", "1", damaged, missing}, 3, "[3]"},
      {{"--explain", "e-2", root}, 0, "[0]"},
      {{"--explain", "e-9", root}, 1, "[1]"},
  };
  for (const Case& c : cases) {
    Args args = {"scan", "--stats"};
    args.insert(args.end(), c.args.begin(), c.args.end());
    const Outcome got = run(args);
    EXPECT_EQ(got.code, c.code) << c.args[0] << got.err;
    EXPECT_TRUE(has(stats_line(got), "\"exit_codes\":" + c.codes)) << got.err;
  }
  // Access that nobody watches does not fail a check.
  const std::string federated = folder.write("federate.json", trail({federate("e-4", "ReadOnly")}));
  EXPECT_EQ(run({"scan", "--all", "--fail-on", "info", federated}).code, 0);
}

TEST(Scan, StatsHaveExactlyTheKeysOfTheContractAndBalance) {
  const Folder folder;
  const std::string path = folder.write(
      "a.json", trail({root_sign_in("e-1"), root_sign_in("e-1"), federate("e-2", "Ops"), describe_instances("e-3")}));
  folder.write("b.json", "not json");
  const Outcome quick = run({"scan", "--stats", folder.path()});
  const Outcome full = run({"scan", "--stats", "--strict", folder.path()});
  for (const Outcome& got : {quick, full}) {
    const std::string line = stats_line(got);
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line)) << line;
    EXPECT_EQ(count(line, "\":"), 14u) << line;
    std::size_t at = 0;
    for (const char* key : {"mode", "files", "bytes_in", "bytes_out", "decoded", "matched", "attached", "ignored",
                            "not_watched", "duplicate", "quarantined", "failed_files", "exit_codes", "seconds"}) {
      at = line.find("\"" + std::string(key) + "\":", at);
      ASSERT_NE(at, std::string::npos) << key << " in " << line;
    }
    EXPECT_EQ(number(doc, "files"), 2u);
    EXPECT_EQ(number(doc, "matched"), 1u);
    EXPECT_EQ(number(doc, "duplicate"), 1u);
    EXPECT_EQ(number(doc, "quarantined"), 1u);
  }
  json::Doc doc;  // looks into the line
  const std::string quick_line = stats_line(quick);
  ASSERT_TRUE(doc.parse(quick_line));
  EXPECT_EQ(doc.root()["mode"].text(), "prefilter");
  EXPECT_EQ(doc.root()["decoded"].raw(), "null");
  const std::string full_line = stats_line(full);
  ASSERT_TRUE(doc.parse(full_line));
  EXPECT_EQ(doc.root()["mode"].text(), "full");
  EXPECT_EQ(number(doc, "decoded"),
            number(doc, "matched") + number(doc, "ignored") + number(doc, "not_watched") + number(doc, "duplicate"));
  EXPECT_EQ(number(doc, "decoded"), 4u);
}

TEST(Scan, TellsWhatItCouldNotRead) {
  const Folder folder;
  // The name of a file is text that somebody else wrote.
  const std::string name = "x\x1B[31m\n.json";
  folder.write(name, "{\"Records\":[" + root_sign_in("e-1") + ",{\"eventName\":\"ConsoleLogin\",]}");
  const Outcome got = run({"scan", folder.path()});
  EXPECT_EQ(got.code, 3);
  EXPECT_TRUE(has(got.out, "\"e-1\""));
  EXPECT_TRUE(has(got.err, "glasswatch: " + folder.path() + "/x\\u{1b}[31m\\u{a}.json: offset ")) << got.err;
  EXPECT_TRUE(has(got.err, ", record 2: ")) << got.err;
  EXPECT_FALSE(has(got.err, "\x1B"));
}

TEST(Scan, ListsTwentyAndAlwaysTheTotal) {
  const Folder folder;
  for (int i = 0; i < 25; ++i) folder.write(std::to_string(100 + i) + ".json", "broken");
  const Outcome brief = run({"scan", folder.path()});
  EXPECT_EQ(count(brief.err, "\n"), 21u) << brief.err;
  EXPECT_TRUE(has(brief.err, "glasswatch: and 5 more, 25 quarantined in all (--verbose lists them)\n")) << brief.err;
  const Outcome verbose = run({"scan", "--verbose", folder.path()});
  EXPECT_EQ(count(verbose.err, "\n"), 25u) << verbose.err;
  EXPECT_EQ(brief.code, 3);
  EXPECT_EQ(verbose.code, 3);
}

TEST(Scan, ExplainsADecision) {
  const Folder folder;
  const std::string path = folder.write("a.json", trail({federate("e-1", "Ops"), describe_instances("e-2")}));
  const Outcome got = run({"scan", "--watch", "*:Ops", "--watch", "999999999999:Ops", "--explain", "e-1", path});
  EXPECT_EQ(got.code, 0);
  EXPECT_TRUE(has(got.out, "mechanism     identity_center_console\n")) << got.out;
  EXPECT_TRUE(has(got.out, "role          Ops\n"));
  EXPECT_TRUE(has(got.out, "\n  + ")) << got.out;
  EXPECT_TRUE(has(got.out, "\n  - ")) << got.out;
  EXPECT_TRUE(has(got.out, "builtin/root: ")) << got.out;
  const Outcome other = run({"scan", "--explain", "e-2", path});
  EXPECT_EQ(other.code, 0);
  EXPECT_TRUE(has(other.out, "DescribeInstances is no access"));
  const Outcome none = run({"scan", "--explain", "e-3", path});
  EXPECT_EQ(none.out, "");
  EXPECT_TRUE(has(none.err, "no record has the event id e-3"));
}

TEST(Scan, NamesAccountsAndPeople) {
  const Folder folder;
  const std::string path = folder.write("a.json", trail({federate("e-1", "Ops")}));
  const std::string accounts =
      folder.write("accounts.json", R"({"Accounts":[{"Id":"333333333333","Name":"prod-core","Status":"ACTIVE"}]})");
  const std::string people =
      folder.write("people.json", R"({"Users":[{"UserName":"alice","UserId":"u-1","IdentityStoreId":"d-1"}]})");
  const Outcome got = run({"scan", "--all", "--accounts", accounts, "--people", people, path});
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_TRUE(has(got.out, "\"account_name\":\"prod-core\"")) << got.out;
  EXPECT_TRUE(has(got.out, "\"name\":\"alice\",\"name_source\":\"people\"")) << got.out;
  EXPECT_EQ(run({"scan", "--accounts", path, path}).code, 2);
}

TEST(Scan, FormatsAreWhatTheySay) {
  const Folder folder;
  const std::string path = folder.write("a.json", trail({root_sign_in("e-1"), federate("e-2", "Ops")}));
  json::Doc doc;
  const Outcome json = run({"scan", "--all", "--format", "json", path});
  ASSERT_TRUE(doc.parse(json.out));
  EXPECT_EQ(doc.root().size(), 2u);
  const Outcome csv = run({"scan", "--all", "--format", "csv", path});
  EXPECT_EQ(count(csv.out, "\r\n"), 3u);
  const Outcome table = run({"scan", "--all", "--format", "table", path});
  EXPECT_EQ(count(table.out, "\n"), 3u);
  EXPECT_TRUE(table.out.starts_with("TIME (UTC)"));
  EXPECT_FALSE(has(table.out, "\x1B"));
}

TEST(Doctor, SaysWhatAFeedCannotShow) {
  const Folder folder;
  folder.write("a.json", trail({federate("e-1", "Ops"), describe_instances("e-2")}));
  const Outcome text = run({"doctor", folder.path()});
  EXPECT_EQ(text.code, 0);
  EXPECT_EQ(text.err, "");
  EXPECT_TRUE(has(text.out, "identity_center_cli      visible\n")) << text.out;
  EXPECT_TRUE(has(text.out, "assume_role              not excluded: no read-only STS records")) << text.out;
  EXPECT_TRUE(has(text.out, "root_console             not excluded: no records of us-east-1")) << text.out;
  EXPECT_TRUE(has(text.out, "333333333333 eu-west-1")) << text.out;

  const Outcome json = run({"doctor", "--format", "json", folder.path()});
  json::Doc doc;
  ASSERT_TRUE(doc.parse(json.out)) << json.out;
  EXPECT_EQ(doc.root()["schema"].text(), "glasswatch.coverage.v1");
  EXPECT_EQ(number(doc, "records"), 2u);
  EXPECT_EQ(doc.root()["families"]["identity_center"].raw(), "1");

  folder.write("b.json", "broken");
  EXPECT_EQ(run({"doctor", folder.path()}).code, 3);
}

}  // namespace
}  // namespace gw::cli_test
