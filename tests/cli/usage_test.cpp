// What every command says about itself, and to whom it did not understand.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "base/json/doc.h"
#include "tests/cli/program.h"

namespace gw::cli_test {
namespace {

using Args = std::vector<std::string>;

const std::vector<Args> kCommands = {{"scan"},
                                     {"doctor"},
                                     {"match"},
                                     {"pattern"},
                                     {"pattern", "test"},
                                     {"pattern", "show"},
                                     {"serve"},
                                     {"import"},
                                     {"sessions"},
                                     {"sessions", "list"},
                                     {"sessions", "show"},
                                     {"ack"},
                                     {"mute"},
                                     {"mute", "add"},
                                     {"mute", "list"},
                                     {"mute", "remove"},
                                     {"outbox"},
                                     {"outbox", "list"},
                                     {"outbox", "retry"},
                                     {"quarantine"},
                                     {"quarantine", "list"},
                                     {"quarantine", "show"},
                                     {"quarantine", "replay"},
                                     {"receivers"},
                                     {"receivers", "check"},
                                     {"alert-test"},
                                     {"route"},
                                     {"route", "test"},
                                     {"store"},
                                     {"store", "check"},
                                     {"store", "backup"},
                                     {"store", "migrate"},
                                     {"config"},
                                     {"config", "check"},
                                     {"config", "example"},
                                     {"config", "schema"},
                                     {"version"},
                                     {"completion"}};

std::string joined(const Args& args) {
  std::string out;
  for (const std::string& a : args) out += (out.empty() ? "" : " ") + a;
  return out;
}

// The words of a text that look like long options.
std::set<std::string> options_in(const std::string& text) {
  std::set<std::string> found;
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at + 2)) {
    if (at > 0 && std::string(" ,\n('").find(text[at - 1]) == std::string::npos) continue;
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
    if (end - at > 2) found.insert(text.substr(at, end - at));
  }
  return found;
}

// The part of a help that lists the options.
std::string option_list(const std::string& help) {
  const std::size_t begin = help.find("\nOptions:\n");
  return help.substr(begin, help.find("\n\n\n", begin) - begin);
}

TEST(Help, OfEveryCommandHasExamplesAndExitCodes) {
  const Outcome top = run({"--help"});
  EXPECT_EQ(top.code, 0);
  EXPECT_EQ(top.err, "");
  for (const Args& command : kCommands) {
    Args args = command;
    args.emplace_back("--help");
    const Outcome help = run(args);
    EXPECT_EQ(help.code, 0) << joined(args);
    EXPECT_EQ(help.err, "") << joined(args);
    EXPECT_TRUE(has(help.out, "Usage: glasswatch " + joined(command))) << help.out;
    EXPECT_TRUE(has(help.out, "Examples:\n  ")) << help.out;
    EXPECT_TRUE(has(help.out, "glasswatch " + joined(command))) << help.out;
    EXPECT_TRUE(has(help.out, "\nExit codes: 0 ")) << help.out;
    EXPECT_TRUE(command.size() != 1 || has(top.out, "\n  " + command[0] + " ")) << top.out;
    for (std::istringstream lines(help.out); lines;) {
      std::string line;
      std::getline(lines, line);
      EXPECT_LE(line.size(), 130u) << line;
    }
  }
}

TEST(Help, OfScanNamesEveryOptionOfTheContract) {
  const std::set<std::string> options = options_in(option_list(run({"scan", "--help"}).out));
  for (const char* name : {"--all",     "--watch",    "--config",          "--from",
                           "--to",      "--account",  "--region",          "--mechanism",
                           "--format",  "--accounts", "--people",          "--fail-on",
                           "--explain", "--strict",   "--dedupe",          "--threads",
                           "--stats",   "--progress", "--max-quarantined", "--sessions",
                           "--activity"}) {
    EXPECT_EQ(options.count(name), 1u) << name;
  }
}

TEST(Help, NamesOnlyExitCodesThatTheCommandHas) {
  const auto codes = [](const Args& command) {
    Args args = command;
    args.emplace_back("--help");
    const std::string help = run(args).out;
    return help.substr(help.find("\nExit codes: "));
  };
  EXPECT_TRUE(has(codes({"scan"}), " 1 the answer is no"));
  EXPECT_TRUE(has(codes({"doctor"}), " 3 some input could not"));
  EXPECT_FALSE(has(codes({"doctor"}), "--fail-on"));
  EXPECT_FALSE(has(codes({"config"}), "--fail-on"));
}

TEST(Version, IsOneLine) {
  EXPECT_EQ(run({"version"}).out, "glasswatch " GW_VERSION "\n");
  EXPECT_EQ(run({"--version"}).out, "glasswatch " GW_VERSION "\n");
}

TEST(Usage, WrongOneEndsWithTwoAndAHint) {
  struct Case {
    Args args;
    std::string said;
  };
  const std::vector<Case> cases = {
      {{}, "glasswatch: which command? (see glasswatch --help)\n"},
      {{"scn", "x"}, "glasswatch: there is no command `scn`; did you mean `scan`? (see glasswatch --help)\n"},
      {{"srve"}, "glasswatch: there is no command `srve`; did you mean `serve`? (see glasswatch --help)\n"},
      {{"ack"}, "glasswatch: SESSION is required (see glasswatch ack --help)\n"},
      {{"mute", "add", "--reason", "x", "--until", "2h"}, "what is muted?"},
      {{"mute", "add", "--watch", "x", "--until", "2h"}, "--reason is required"},
      {{"sessions", "list", "--format", "csv"}, "--format: `csv` is none of table, json, jsonl"},
      {{"alert-test"}, "--receiver is required (see glasswatch alert-test --help)"},
      {{"route", "test", "--outcome", "maybe"}, "--outcome"},
      {{"--bogus"}, "glasswatch: there is no option `--bogus` (see glasswatch --help)\n"},
      {{"scan"}, "glasswatch: PATH is required (see glasswatch scan --help)\n"},
      {{"scan", "--wach", "x", "y"},
       "there is no option `--wach`; did you mean `--watch`? (see glasswatch scan --help)"},
      {{"scan", "--session", "y"}, "did you mean `--sessions`?"},
      {{"config"}, "glasswatch: which command? (see glasswatch config --help)\n"},
      {{"config", "chek"}, "there is no command `chek`; did you mean `check`? (see glasswatch config --help)"},
      {{"completion", "tcsh"}, "there is no completion for `tcsh`"},
      {{"version", "x"}, "x (see glasswatch version --help)"},
      {{"scan", "--format", "xml", "/"}, "--format: `xml` is none of table, jsonl, json, csv, ocsf"},
      {{"scan", "--format", "", "/"}, "--format"},
      {{"scan", "--fail-on", "", "/"}, "--fail-on"},
      {{"scan", "--fail-on", "worst", "/"}, "--fail-on: `worst` is none of info, low, medium, high, critical"},
      {{"scan", "--dedupe", "on", "/"}, "--dedupe: `on` is none of exact, window, off"},
      {{"scan", "--progress", "on", "/"}, "--progress: `on` is none of always, never, auto"},
      {{"scan", "--from", "yesterday", "/"}, "--from: `yesterday` is no time"},
      {{"scan", "--to", "2026-02-30", "/"}, "--to: `2026-02-30` is no time"},
      {{"scan", "--from", "2026-01-02", "--to", "2026-01-01", "/"}, "--from is not before --to"},
      {{"scan", "--account", "123", "/"}, "--account: `123` is no account id of 12 digits"},
      {{"scan", "--region", "eu-west-1,us-east-1", "/"}, "--region: `eu-west-1,us-east-1` is no region"},
      {{"scan", "--sessions", "s3://bucket/AWSLogs"}, "s3://bucket/AWSLogs: this reads no S3 addresses"},
      {{"doctor", "s3://bucket/AWSLogs"}, "s3://bucket/AWSLogs: this reads no S3 addresses"},
      {{"scan", "--mechanism", "root_api,portal", "/"}, "--mechanism: there is no `portal`; there are "},
      {{"scan", "--mechanism", "account_access", "/"}, "--mechanism: there is no `account_access`"},
      {{"scan", "--max-quarantined", "-1", "/"}, "--max-quarantined: `-1` is no number"},
      {{"scan", "--threads", "1000", "/"}, "--threads: at most 256"},
      {{"scan", "--threads", "many", "/"}, "--threads"},
      {{"scan", "--watch", "nonsense", "/"}, "watch"},
      {{"scan", "--config", "/no/such/file", "/"}, "/no/such/file"},
      {{"scan", "--accounts", "/no/such/file", "/"}, "--accounts /no/such/file: No such file or directory"},
      {{"scan", "--people", "/no/such/file", "/"}, "--people /no/such/file: No such file or directory"},
      {{"doctor"}, "glasswatch: PATH is required (see glasswatch doctor --help)\n"},
      {{"doctor", "--format", "csv", "/"}, "--format: `csv` is none of text, json"},
      {{"doctor", "--progress", "on", "/"}, "--progress: `on` is none of"},
  };
  for (const Case& c : cases) {
    const Outcome got = run(c.args);
    EXPECT_EQ(got.code, 2) << joined(c.args);
    EXPECT_EQ(got.out, "") << joined(c.args);
    EXPECT_TRUE(has(got.err, c.said)) << joined(c.args) << ": " << got.err;
    EXPECT_TRUE(got.err.starts_with("glasswatch: ")) << got.err;
  }
}

TEST(Usage, RepeatsWhatItWasGivenHarmlessly) {
  const std::string evil = "\x1B]0;owned\x07\n\xE2\x80\xAE";
  for (const Args& args : std::vector<Args>{{evil},
                                            {"--" + evil},
                                            {"scan", "--" + evil},
                                            {"scan", "--format", evil, "/"},
                                            {"scan", "--account", evil, "/"},
                                            {"scan", "--watch", evil, "/"},
                                            {"scan", "--config", evil, "/"},
                                            {"scan", "--people", evil, "/"},
                                            {"scan", "--threads", evil, "/"},
                                            {"version", evil},
                                            {"completion", evil},
                                            {"config", "check", evil}}) {
    const Outcome got = run(args);
    EXPECT_EQ(got.code, 2) << got.err;
    EXPECT_EQ(count(got.err, "\n"), 1u) << got.err;
    for (const char* raw : {"\x1B", "\x07", "\xE2\x80\xAE"}) EXPECT_FALSE(has(got.err, raw)) << got.err;
  }
}

TEST(Completion, IsWhatThePackagesCarryAndHoldsTheWordsOfHelp) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Outcome got = run({"completion", shell});
    EXPECT_EQ(got.code, 0);
    std::ifstream file(GW_SOURCE_DIR "/share/completions/glasswatch." + shell, std::ios::binary);
    const std::string carried{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(got.out, carried) << "write share/completions anew: glasswatch completion " << shell;
    for (const Args& command : kCommands) {
      EXPECT_TRUE(has(got.out, command.back())) << command.back();
      Args args = command;
      args.emplace_back("--help");
      for (const std::string& option : options_in(option_list(run(args).out))) {
        const std::string word = shell == "fish" ? "-l " + option.substr(2) + " " : option;
        EXPECT_TRUE(has(got.out, word)) << shell << " " << option;
      }
    }
  }
}

TEST(Config, ChecksExamplesAndDescribes) {
  const Folder folder;
  const Outcome example = run({"config", "example"});
  EXPECT_EQ(example.code, 0);
  const std::string good = folder.write("good.yaml", example.out);
  const Outcome checked = run({"config", "check", good});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_EQ(checked.err, "");
  EXPECT_TRUE(has(checked.out, good + ": OK\n"));
  EXPECT_TRUE(has(checked.out, "watch builtin/root (critical)\n")) << checked.out;

  const std::string bad = folder.write("bad.yaml", "version: 1\nwatches:\n  - {name: a, severty: high}\n");
  for (const Outcome& got : {run({"config", "check", bad}), run({"config", "check", good, bad})}) {
    EXPECT_EQ(got.code, 2);
    EXPECT_TRUE(has(got.err, bad + ":3:15: ")) << got.err;
    EXPECT_TRUE(has(got.err, "severity")) << got.err;
    EXPECT_TRUE(has(got.err, "^")) << got.err;
  }
  EXPECT_EQ(run({"scan", "--config", bad, folder.path()}).code, 2);

  json::Doc doc;
  const Outcome schema = run({"config", "schema"});
  EXPECT_EQ(schema.code, 0);
  ASSERT_TRUE(doc.parse(schema.out));
  EXPECT_TRUE(has(doc.root()["$schema"].text(), "2020-12"));
}

}  // namespace
}  // namespace gw::cli_test
