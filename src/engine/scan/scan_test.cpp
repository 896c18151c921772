// What is read, in whatever form it comes, and in which order it is told.
#include "engine/scan/scan_fixture.h"

namespace gw::scan {
namespace {

TEST_F(ScanTest, OrderIsThatOfTheWalkWhateverTheThreads) {
  Ids expected;
  std::mt19937 random(1);
  for (int f = 0; f < 60; ++f) {
    std::string text = "{\"Records\":[";
    const std::size_t records = random() % 300 + 1;
    for (std::size_t i = 0; i < records; ++i) {
      if (i > 0) text += ",";
      if (random() % 40 == 0) {
        expected.push_back("f" + std::to_string(f) + "-" + std::to_string(i));
        text += record(expected.back(), random() % 2 == 0 ? "Federate" : "GetRoleCredentials");
      } else {
        text += noise(static_cast<int>(i));
      }
    }
    text += "]}";
    char name[32];
    (void)std::snprintf(name, sizeof name, "%03d.json.gz", f);
    file(name, f % 3 == 0 ? text : gzip(text));
  }
  EXPECT_EQ(found(options()), expected);
}

TEST_F(ScanTest, EveryFormOfInputIsReadByContent) {
  const std::string a = record("a", "Federate");
  const std::string b = record("b", "GetRoleCredentials");
  std::string message;
  json::append_string(message, record("c", "Federate"));
  file("1.log", "{\"Records\":[" + a + "]}");
  file("2", gzip("\xEF\xBB\xBF" + b + "\n"));
  file("3.txt", R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":)" + message + "}]}");
  file("4", gzip("{\"Records\":[" + record("d", "Federate")) + gzip("]}"));
  file("5", R"({"detail-type":"AWS Service Event via CloudTrail","source":"aws.sso","detail":)" +
                record("e", "Federate") + "}");
  file("6", record("f", "Federate") + "\n" + noise(1) + "\n{\"broken\n" + record("g", "Federate") + "\n");
  file("7", "[" + record("h", "Federate") + "]");
  file("8", "2026-07-01T10:00:00.000Z " + record("i", "Federate") + "\n");
  file("9", "{\"other\":{\"Records\":[1]}, \"Records\" : [ " + record("j", "Federate") + " ] , \"Records\":[" +
                record("k", "Federate") + "]}");
  EXPECT_EQ(found(options()), (Ids{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}));
}

TEST_F(ScanTest, EscapedLettersHideNothing) {
  std::string key = record("a", "Federate");
  key.replace(key.find("\"eventName\""), 11, R"("event\u004eame")");
  std::string value = record("b", "Federate");
  value.replace(value.find("Federate"), 8, R"(F\u0065derate)");
  file("1", "{\"Records\":[" + noise(1) + "," + key + "," + noise(2) + "]}");
  file("2", "{\"Records\":[" + value + "]}");
  EXPECT_EQ(found(options()), (Ids{"a", "b"}));
}

TEST_F(ScanTest, ANestedImitationIsNoRecord) {
  std::string wrapped = noise(1);
  wrapped.replace(wrapped.find("{\"key\""), 6, "{\"x\":[" + record("fake", "Federate") + "],\"key\"");
  file("1", "{\"Records\":[" + wrapped + "," + record("real", "Federate") + "]}");
  file("2", "{\"Records\":[" + wrapped + "]}");
  EXPECT_EQ(found(options()), (Ids{"real"}));
}

TEST_F(ScanTest, DamageIsToldAndTheRestIsRead) {
  std::string bad = record("bad", "Federate");
  bad.replace(bad.find("\"x\""), 3, "\"\xED\xA0\x80\"");
  std::string open = record("open", "Federate");
  open.replace(open.find("\"x\""), 3, "\"x");
  file("1", "{\"Records\":[" + record("a", "Federate") + "," + bad + "," + record("b", "Federate") + "]}");
  file("2",
       "{\"Records\":[" + noise(1) + "," + open + "," + record("c", "Federate") + "," + record("d", "Federate") + "]}");
  file("3", gzip("{\"Records\":[" + record("e", "Federate") + "]}").substr(0, 60));
  file("4", "{\"Records\":[" + record("f", "Federate") + "," + record("g", "Federate").substr(0, 90));
  file("5", "hello");
  file("6", "{\"Records\":[" + record("h", "Federate") + "]}x");
  file("7", "{\"Records\":[5," + record("i", "Federate") + "]}");
  const Ids ids = found(options());
  for (const char* id : {"a", "b", "d", "f", "h", "i"})
    EXPECT_TRUE(std::find(ids.begin(), ids.end(), id) != ids.end()) << id;
  std::set<std::string> paths;
  const Told told = scan(options());
  for (const Quarantine& q : told.quarantine) {
    paths.insert(fs::path(q.path).filename().string());
    EXPECT_FALSE(q.reason.empty());
  }
  EXPECT_EQ(paths, (std::set<std::string>{"1", "2", "3", "4", "5", "6", "7"}));
}

// A gzip member that libdeflate refuses and ISA-L reads as empty is not empty, it is damaged.
TEST_F(ScanTest, WhatOneInflaterRefusesIsTold) {
  std::ifstream in(GW_SOURCE_DIR "/fuzz/regress/gzip/refused_by_libdeflate_only", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_FALSE(bytes.empty());
  file("1.gz", bytes);
  Summary summary;
  const Told told = scan(options(), &summary);
  ASSERT_EQ(told.quarantine.size(), 1u);
  EXPECT_EQ(told.quarantine[0].reason, "damaged or cut-off gzip data");
  EXPECT_EQ(summary.stats.failed_files, 1u);
}

TEST_F(ScanTest, LargeInputsGoThroughWindows) {
  std::string text = "{\"Records\":[" + record("first", "Federate");
  const std::string filler(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) {
    text +=
        R"(,{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"GetObject","x":")" + filler + "\"}";
    if (i % 7 == 3) text += "," + record("m" + std::to_string(i), "Federate");
  }
  text += R"(,{"eventVersion":"1.08","huge":")" + filler + filler + filler + "\"}," + record("last", "Federate") + "]}";
  file("plain", text);
  file("zipped", gzip(text));
  Options o = options();
  o.dedupe = Dedupe::off;
  const Ids once = {"first", "m3", "m10", "m17", "last"};
  Ids twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(found(o), twice);
  const Told told = scan(o);
  ASSERT_EQ(told.quarantine.size(), 2u);
  EXPECT_EQ(told.quarantine[0].reason, "record too large");
}

TEST_F(ScanTest, CopiesAreToldOnceAndConflictsBoth) {
  const std::string a = record("a", "Federate");
  file("1", "{\"Records\":[" + a + "," + a + "]}");
  file("2", a + "\n");
  file("3", record("a", "Federate", "OtherRole"));
  Summary summary;
  const Told told = scan(options(), &summary);
  EXPECT_EQ(told.findings, (Ids{"a", "a"}));
  EXPECT_EQ(summary.stats.duplicate, 2u);
  ASSERT_EQ(told.quarantine.size(), 1u);
  EXPECT_EQ(told.events[1].flags, (std::vector<std::string>{"conflict"}));
}

TEST_F(ScanTest, ADuplicateKeyCannotHideAnAccess) {
  std::string first = record("a", "Federate");
  first.replace(first.find("\"eventName\""), 11, R"("eventName":"Federate","eventName")");
  std::string hidden = record("b", "ListApplications");
  hidden.replace(hidden.find("\"eventName\""), 11, R"("eventName":"Federate","eventName")");
  file("1", "{\"Records\":[" + first + "," + hidden + "]}");
  EXPECT_EQ(found(options()), (Ids{"a", "b"}));
  const Told told = scan(options());
  for (const auto& event : told.events) EXPECT_EQ(event.flags, (std::vector<std::string>{"duplicate_keys"}));
}

TEST_F(ScanTest, AKeyThatOccursTooOftenIsTold) {
  std::string names;
  for (int i = 0; i < 20; ++i)
    names += std::string("\"eventName\":\"") + (i == 12 ? "Federate" : "ListApplications") + "\",";
  std::string odd = record("b", "ListApplications");
  odd.insert(odd.find("\"eventName\""), names);
  file("1", "{\"Records\":[" + record("a", "Federate") + "," + odd + "]}");
  EXPECT_EQ(found(options()), (Ids{"a"}));
  const Told told = scan(options());
  ASSERT_EQ(told.quarantine.size(), 1u);
  EXPECT_EQ(told.quarantine[0].event_id, "b");
}

TEST_F(ScanTest, EnvelopesInListsHideNothing) {
  const auto in_string = [](const std::string& text) {
    std::string out;
    json::append_string(out, text);
    return out;
  };
  const std::string sqs =
      R"({"messageId":"m","eventSource":"aws:sqs","body":)" + in_string(record("a", "Federate")) + "}";
  const std::string sns = R"({"Sns":{"Message":)" + in_string(record("b", "Federate")) + "}}";
  const std::string payload =
      R"({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":)" + in_string(record("c", "Federate")) + "}]}";
  const std::string event = R"({"detail-type":"x","source":"aws.sso","detail":)" + record("d", "Federate") + "}";
  file("1", "[" + sqs + "," + sns + "," + payload + "," + event + "]");
  EXPECT_EQ(found(options()), (Ids{"a", "b", "c", "d"}));
  const Told told = scan(options());
  ASSERT_EQ(told.events.size(), 4u);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(told.events[i].origin.record, i + 1);
  file("1", "{\"Records\":[" + noise(1) + "," + sqs + "," + sns + "]}");
  EXPECT_TRUE(found(options()).empty());
}

TEST_F(ScanTest, EveryListOfRecordsCounts) {
  file("1", "{\"Records\":[" + record("a", "Federate") + "],\"Records\":[" + record("b", "Federate") +
                "],\"Records\":[" + record("c", "Federate") + "]}");
  EXPECT_EQ(found(options()), (Ids{"a", "b", "c"}));
  file("1", "{\"Records\":[" + record("a", "Federate") + "],\"Records\":{\"x\":" + record("b", "Federate") + "}}");
  EXPECT_EQ(scan(options()).quarantine.size(), 1u);
}

TEST_F(ScanTest, ARecordTooLargeIsToldWhateverTheQuestion) {
  std::string large = record("b", "Federate");
  large.insert(large.size() - 1, ",\"x\":\"" + std::string(2u << 20, 'x') + "\"");
  file("1", gzip("{\"Records\":[" + record("a", "Federate") + "," + large + "," + record("c", "Federate") + "]}"));
  const Told told = scan(options());
  EXPECT_EQ(told.findings, (Ids{"a", "c"}));
  ASSERT_EQ(told.quarantine.size(), 1u);
  EXPECT_EQ(told.quarantine[0].reason, "record too large");
}

TEST_F(ScanTest, APipeIsReadOnce) {
  // Large enough for the windows, and cut off: a file would be opened again, a pipe has been emptied.
  std::string text = "{\"Records\":[" + record("a", "Federate");
  for (int i = 0; i < 12'000; ++i) text += "," + noise(i);
  text += "," + record("b", "Federate");
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  std::jthread writer([&] {
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t n = ::write(ends[1], rest.data(), rest.size());
      if (n <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    ::close(ends[1]);
  });
  Options o = options();
  o.paths = {"/dev/fd/" + std::to_string(ends[0])};
  const Told told = scan(o);
  ::close(ends[0]);
  EXPECT_EQ(told.findings, (Ids{"a", "b"}));
  EXPECT_FALSE(told.quarantine.empty());
}

}  // namespace
}  // namespace gw::scan
