// match and pattern, run as a user would.
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace gw::cli_test {
namespace {

// Records of several shapes: a log file, lines, an EventBridge event, a payload spread over lines.
class Match : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("a.json",
                  trail({root_sign_in("e-root"), describe_instances("e-1"), federate("e-2", "BreakGlassAdmin")}));
    folder_.write("b.jsonl", describe_instances("e-3") + "\n" + federate("e-4", "Viewer") + "\n");
    folder_.write("c.json",
                  R"({"version":"0","id":"x","detail-type":"Other Type","source":"aws.other","account":"1","detail":)" +
                      describe_instances("e-5") + "}");
  }
  // The ids that match, which a full reading and several threads must find, too.
  std::string ids(std::vector<std::string> args) {
    args.insert(args.begin(), "match");
    args.push_back(folder_.path());
    const Outcome outcome = run(args);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    args.insert(args.end(), {"--threads", "4"});
    EXPECT_EQ(run(args, {.env = {{"GLASSWATCH_NO_PREFILTER", "1"}}}).out, outcome.out);
    std::string out;
    for (std::size_t at = 0; (at = outcome.out.find("\"eventID\":\"", at)) != std::string::npos;) {
      at += 11;
      out += outcome.out.substr(at, outcome.out.find('"', at) - at) + " ";
    }
    return out;
  }
  Folder folder_;
};

TEST_F(Match, CloudWatchPatterns) {
  EXPECT_EQ(ids({R"({ $.eventName = "Federate" })"}), "e-2 e-4 ");
  EXPECT_EQ(ids({R"({ $.eventName = Federate && $.serviceEventDetails.role_name = BreakGlass* })"}), "e-2 ");
  EXPECT_EQ(ids({R"({ $.userIdentity.type = "Root" || $.eventID = "e-5" })"}), "e-root e-5 ");
  EXPECT_EQ(ids({R"({ $.readOnly IS TRUE && $.requestParameters NOT EXISTS })"}), "e-1 e-3 e-5 ");
  EXPECT_EQ(ids({"ConsoleLogin -Federate"}), "e-root ");
  EXPECT_EQ(ids({"--invert", "%e-[24]%"}), "e-root e-1 e-3 e-5 ");
}

TEST_F(Match, EventBridgePatternsAreAboutTheEventAroundARecord) {
  EXPECT_EQ(ids({R"({"source":["aws.sso"]})"}), "e-2 e-4 ");
  EXPECT_EQ(ids({R"({"detail-type":["AWS API Call via CloudTrail"]})"}), "e-1 e-3 ");
  EXPECT_EQ(ids({R"({"source":["aws.other"]})"}), "e-5 ");  // an event keeps what was around it
  EXPECT_EQ(ids({R"({"detail":{"serviceEventDetails":{"role_name":[{"prefix":"Break"}]}}})"}), "e-2 ");
  EXPECT_EQ(ids({"--bare", R"({"eventName":["ConsoleLogin",{"suffix":"rate"}]})"}), "e-root e-2 e-4 ");
  EXPECT_EQ(ids({"--invert", R"({"detail":{"eventName":["Federate"]}})"}), "e-root e-1 e-3 e-5 ");
}

// What stands around something that turns out to be no record is not what stands around the next one.
TEST_F(Match, AnEventAroundNoRecordIsForgotten) {
  Folder folder;
  folder.write(
      "a.jsonl",
      R"({"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.poison","account":"1",)"
      R"("detail":{"eventName":"X","eventSource":"aws:s3","eventVersion":"1.08"}})"
      "\n" +
          federate("e-6", "X") + "\n");
  const Outcome own = run({"match", "--count", R"({"source":["aws.sso"]})", folder.path()});
  EXPECT_EQ(own.out, "1\n") << own.err;
  EXPECT_EQ(run({"match", "--count", R"({"source":["aws.poison"]})", folder.path()}).out, "0\n");
}

TEST(RouteTest, NamesAWatchWhosePatternItCannotAsk) {
  Folder folder;
  folder.write("glasswatch.yaml",
               "version: 1\nreceivers: [{name: out, type: stdout}]\nbuiltin: {emergency-roles: {disabled: true}}\n"
               "watches: [{name: away, roles: [Night*], pattern: '{ $.sourceIPAddress != \"10.*\" }'}]\n");
  const std::vector<std::string> asked{"route",     "test",         "--config", folder.path() + "/glasswatch.yaml",
                                       "--account", "111122223333", "--role"};
  std::vector<std::string> night = asked;
  night.emplace_back("NightShift");
  EXPECT_TRUE(has(run(night).out, "unless the record matches the pattern of away\n")) << run(night).err;
  std::vector<std::string> day = asked;
  day.emplace_back("DayShift");
  EXPECT_FALSE(has(run(day).out, "unless"));
}

TEST_F(Match, CountsAndSaysWhatIsOpen) {
  const Outcome outcome = run({"match", "--count", "--explain", R"({"detail":{"readOnly":[true]}})", folder_.path()});
  EXPECT_EQ(outcome.out, "3\n");
  EXPECT_TRUE(has(outcome.err, "EventBridge\n  detail.readOnly equals true\n"));
  EXPECT_TRUE(has(outcome.err, "of two equal keys, which counts?"));
  EXPECT_TRUE(has(run({"match", R"({"eventName":["x"]})", folder_.path()}).err, "--bare"));
}

TEST_F(Match, ReadsStandardInputAndGoesOnBehindDamage) {
  EXPECT_EQ(run({"match", "--count", "Federate"}, {.in = federate("e-9", "X")}).out, "1\n");
  folder_.write("d.json", "{\"Records\":[{\"eventVersion\":");
  const Outcome outcome = run({"match", "--count", "{ $.eventName = Federate }", folder_.path()});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, "2\n");
  EXPECT_EQ(run({"match", "--count", "--max-quarantined", "1", "{ $.eventName = Federate }", folder_.path()}).code, 0);
}

TEST_F(Match, ARecordIsOneLineThatNoTerminalObeys) {
  folder_.write("e.json", "{\"eventVersion\":\"1\",\n\"eventName\":\"Odd\xC2\x9B\", \"eventSource\":\"x\"}");
  EXPECT_EQ(run({"match", "{ $.eventSource = x }", folder_.path()}).out,
            "{\"eventVersion\":\"1\",\"eventName\":\"Odd\\u009b\",\"eventSource\":\"x\"}\n");
}

TEST_F(Match, AnEscapedLetterHidesNothing) {
  folder_.write("f.json",
                trail({R"({"eventVersion":"1","eventSource":"x","eventName":"\u0046ederate","eventID":"e-6"})"}));
  EXPECT_EQ(ids({"{ $.eventName = Federate }"}), "e-2 e-4 e-6 ");
  EXPECT_EQ(ids({R"({"detail":{"eventName":["Federate"]}})"}), "e-2 e-4 e-6 ");
}

TEST_F(Match, AnEscapedDotHidesNothing) {
  folder_.write(
      "g.json",
      trail({R"({"eventVersion":"1","eventSource":"odd\u002eamazonaws.com","eventName":"Look","eventID":"e-7"})"}));
  EXPECT_EQ(ids({"{ $.eventSource = odd.amazonaws.com }"}), "e-7 ");
  EXPECT_EQ(ids({R"({"detail":{"eventSource":["odd.amazonaws.com"]}})"}), "e-7 ");
}

TEST_F(Match, AWatchCanAskForAPattern) {
  const std::string config = folder_.path() + "/../" + std::to_string(::getpid()) + "-watches.yaml";
  std::ofstream(config)
      << "version: 1\nwatches:\n"
         "  - {name: by-logs, pattern: '{ $.serviceEventDetails.role_name = Break* }'}\n"
         "  - {name: by-events, pattern: '{\"source\":[\"aws.sso\"],\"detail\":{\"eventID\":[\"e-4\"]}}'}\n"
         "  - {name: never, pattern: '{ $.eventName = Federate && $.errorCode = * }'}\n";
  for (const char* prefilter : {"0", "1"}) {
    const Outcome outcome =
        run({"scan", "--config", config, folder_.path()}, {.env = {{"GLASSWATCH_NO_PREFILTER", prefilter}}});
    EXPECT_EQ(count(outcome.out, "\"by-logs\""), 2U) << outcome.out << outcome.err;  // in watch and watches
    EXPECT_EQ(count(outcome.out, "\"by-events\""), 2U);
    EXPECT_EQ(count(outcome.out, "\"never\""), 0U);
  }
  const Outcome check = run({"config", "check", config, "--sample", folder_.path()});
  EXPECT_EQ(check.code, 0) << check.err;
  EXPECT_TRUE(has(check.out, "watch by-logs (high)\n  its pattern matches 1 of 6 records: Federate e-2\n"))
      << check.out;
  EXPECT_TRUE(has(check.out, "watch never (high)\n  its pattern matches 0 of 6 records\n")) << check.out;
  EXPECT_EQ(run({"config", "check", config, "--sample", folder_.path() + "/absent"}).code, 3);
  std::filesystem::remove(config);
}

TEST(MatchUsage, SaysWhatIsWrongWithAPattern) {
  const Outcome outcome = run({"match", "{ $.a = %(x)% }", "."});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(has(outcome.err, "line 1, column 10: parentheses are not allowed in a regex; expected"));
  EXPECT_EQ(run({"match", "--syntax", "sql", "x", "."}).code, 2);
  EXPECT_EQ(run({"match"}).code, 2);
  const std::string longer = "\"" + std::string(1100, 'x') + "\"";
  EXPECT_EQ(run({"match", longer, "/nowhere"}).code, 2);
  EXPECT_EQ(run({"match", "--lift-limits", longer, "/nowhere"}).code, 3);
}

TEST(PatternTest, OneLineACase) {
  Folder folder;
  const std::string cases =
      folder.write("cases.jsonl", R"({"id":"a","pattern":{"a":[1]},"event":{"a":1.0},"matches":true}
{"id":"b","pattern":"{ $.a = 1 }","message":"{\"a\":2}","matches":false}

{"id":3,"pattern":{"a":5},"invalid":true}
{"id":"d","pattern":null,"pattern_text":"{\"a\":[{\"numeric\":[\">\",2]}]}","event":{"a":Infinity},"event_text":"{\"a\":3e0}","matches":true}
{"id":"e","pattern":"[1,2]","message":"1 2","matches":true}
{"id":"f","pattern":[1,2],"invalid":true}
{"id":"g","pattern":"{ $.a }","message":"","matches":null}
)");
  const Outcome outcome = run({"pattern", "test", cases});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(count(outcome.out, "\"ok\":true"), 7U);
  EXPECT_TRUE(outcome.out.starts_with(R"({"id":"a","ok":true,"got":true,"error":null}
{"id":"b","ok":true,"got":false,"error":null}
{"id":3,"ok":true,"got":"invalid","error":"line 1, column 6: \"a\" must be an object or an array)"));
  EXPECT_EQ(outcome.err, "glasswatch: 7 cases: 7 as they say, 0 differ\n");
}

TEST(PatternTest, ExitCodes) {
  Folder folder;
  const std::string wrong =
      folder.write("wrong.jsonl", R"({"id":"a","pattern":{"a":[1]},"event":{"a":2},"matches":true})");
  EXPECT_EQ(run({"pattern", "test", wrong}).code, 1);
  const std::string none = folder.write("none.jsonl", "nonsense\n{\"id\":1}\n");
  const Outcome outcome = run({"pattern", "test", none});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(has(outcome.err, none + ":1: "));
  EXPECT_TRUE(has(outcome.err, none + ":2: no case"));
  EXPECT_EQ(run({"pattern", "test", folder.path() + "/absent"}).code, 3);
  EXPECT_EQ(run({"pattern", "test"}).code, 2);
}

TEST(PatternTest, ABareRecordIsTheDetailOfAnEvent) {
  const std::string in = R"({"id":1,"pattern":{"source":["aws.sso"]},"event":)" + federate("e", "X") +
                         R"(,"matches":true}
{"id":2,"pattern":{"eventName":["Federate"]},"event":)" +
                         federate("e", "X") + R"(,"matches":false})";
  EXPECT_EQ(run({"pattern", "test", "-"}, {.in = in}).code, 0);
  EXPECT_EQ(count(run({"pattern", "test", "--bare", "-"}, {.in = in}).out, "\"ok\":false"), 2U);
}

TEST(PatternShow, SaysHowAPatternIsUnderstood) {
  const Outcome outcome = run({"pattern", "show", R"({ $.a[0].b != 5 && ($.c = %x% || $.d NOT EXISTS) })"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out.starts_with("CloudWatch Logs, JSON\n  ($.a[0].b != 5 && ($.c = %x% || $.d NOT EXISTS))\n"));
  EXPECT_TRUE(has(outcome.out, "does `!=` hold where the field is missing? no"));
  EXPECT_EQ(run({"pattern", "show", "{"}).code, 2);
}

}  // namespace
}  // namespace gw::cli_test
