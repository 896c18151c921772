#include "engine/scan/scan.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/json/write.h"
#include "domain/model/access_json.h"

namespace gw::scan {
namespace {

namespace fs = std::filesystem;

std::string gzip(std::string_view text) {
  libdeflate_compressor* c = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(c, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(c, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(c);
  return out;
}

std::string record(const std::string& id, const std::string& name, const std::string& role = "BreakGlassAdmin") {
  return R"({"eventVersion":"1.11","userIdentity":{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":)"
         R"({"userId":"u-1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"},"credentialId":"c"},)"
         R"("eventTime":"2026-03-01T02:03:04Z","eventSource":"sso.amazonaws.com","eventName":")" +
         name +
         R"(","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"x","requestParameters":null,)"
         R"("responseElements":null,"eventID":")" +
         id +
         R"(","eventType":"AwsServiceEvent","recipientAccountId":"111122223333","serviceEventDetails":{"role_name":")" +
         role + R"(","account_id":"444455556666"}})";
}

std::string noise(int i) {
  return R"({"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::444455556666:assumed-role/app/x"},)"
         R"("eventTime":"2026-03-01T02:03:04Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"n)" +
         std::to_string(i) +
         R"(","recipientAccountId":"444455556666","requestParameters":{"key":"}]{[\"eventName\":\"Federate\""}})";
}

struct Told final : Sink {
  std::vector<std::string> findings;  // event ids, in order
  std::vector<model::AccessEvent> events;
  std::vector<std::string> wires;
  std::vector<Quarantine> quarantine;
  std::vector<std::string> explanations;
  std::size_t stop_after = ~std::size_t{0};
  bool finding(const model::AccessEvent& event) override {
    findings.push_back(event.event_id);
    events.push_back(event);
    return findings.size() < stop_after;
  }
  bool wire(std::string_view access_json) override {
    wires.emplace_back(access_json);
    return true;
  }
  void quarantined(const Quarantine& what) override { quarantine.push_back(what); }
  void explained(const std::string& name, const std::optional<model::AccessEvent>& event,
                 const std::vector<watch::WatchSet::Reason>& reasons) override {
    explanations.push_back(name + (event ? " access " : " none ") + std::to_string(reasons.size()));
  }
  void progress(std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

class ScanTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("scan_" + std::to_string(::getpid()) + "_" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void file(const std::string& name, const std::string& bytes) {
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }

  Options options() const {
    Options o;
    o.paths = {root_.string()};
    o.all = true;
    o.mechanisms =
        model::MechanismSet::of(model::Mechanism::identity_center_console, model::Mechanism::identity_center_cli);
    o.now = *parse_time("2026-06-01T00:00:00Z");
    return o;
  }
  Told scan(const Options& o, Summary* summary = nullptr) {
    Told told;
    const auto watches = watch::WatchSet::compile({});
    const Summary result = run(o, watches.value(), told);
    EXPECT_FALSE(result.stopped);
    if (summary != nullptr) *summary = result;
    return told;
  }
  // Findings of the prefiltered scan, after checking that a full parse and more threads find the same.
  std::vector<std::string> found(Options o) {
    const Told once = scan(o);
    for (const unsigned threads : {1u, 2u, 5u}) {
      for (const bool prefilter : {true, false}) {
        o.threads = threads;
        o.prefilter = prefilter;
        EXPECT_EQ(scan(o).findings, once.findings) << threads << prefilter;
      }
    }
    return once.findings;
  }

  fs::path root_;
};

using Ids = std::vector<std::string>;

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

TEST_F(ScanTest, TheBooksBalance) {
  std::string text = "{\"Records\":[";
  for (int i = 0; i < 50; ++i) text += noise(i) + ",";
  std::string wrong = record("w", "Federate");
  wrong.replace(wrong.find("\"444455556666\""), 14, "1e400");
  text += record("a", "Federate") + "," + record("a", "Federate") + "," + wrong + "," + wrong + "]}";
  file("1", text);
  Options o = options();
  o.mechanisms = model::MechanismSet::all();
  Summary summary;
  const Told told = scan(o, &summary);
  const Stats& s = summary.stats;
  EXPECT_EQ(s.mode, "full");
  EXPECT_EQ(s.decoded.value(), s.matched + s.ignored.value() + s.not_watched.value() + s.duplicate + s.quarantined);
  EXPECT_EQ(s.matched, 1u);
  EXPECT_EQ(s.quarantined, 2u);
  EXPECT_EQ(s.duplicate, 1u);
  EXPECT_EQ(told.findings, (Ids{"a", "w"}));  // a damaged field is reported, and the access is told all the same
  EXPECT_EQ(s.files, 1u);
}

TEST_F(ScanTest, FiltersAndExplanations) {
  file("1", "{\"Records\":[" + record("aaaa-1111", "Federate") + "," + noise(1) + "]}");
  Options o = options();
  o.from = *parse_time("2026-03-01T02:03:05Z");
  EXPECT_TRUE(found(o).empty());
  o = options();
  o.to = *parse_time("2026-03-01T02:03:05Z");
  o.accounts = {"444455556666"};
  o.regions = {"eu-west-1"};
  EXPECT_EQ(found(o), (Ids{"aaaa-1111"}));
  o.regions = {"us-east-1"};
  EXPECT_TRUE(found(o).empty());
  o = options();
  o.explain_event_id = "aaaa-1111";
  const Told told = scan(o);
  ASSERT_EQ(told.explanations.size(), 1u);
  EXPECT_EQ(told.explanations[0].substr(0, 15), "Federate access");
}

TEST_F(ScanTest, WireFormsAreThoseOfTheEvents) {
  // The first file's findings come to the Teller as events, those of the others as texts, and more than it holds.
  file("1", "{\"Records\":[" + record("a", "Federate") + "," + record("b", "Federate") + "]}");
  for (int n = 2; n < 9; ++n) {
    std::string lines;
    for (int i = 0; i < 300; ++i) {
      std::string line = record(std::to_string(n) + "-" + std::to_string(i), "Federate");
      const std::size_t begin = line.find("\"onBehalfOf\"");
      line.erase(begin, line.find("\"credentialId\"") - begin);  // nobody whose name may be learnt
      lines += line + "\n";
    }
    file(std::to_string(n), lines);
  }
  Options o = options();
  std::vector<std::string> expected;
  for (const model::AccessEvent& event : scan(o).events) model::append_access_json(expected.emplace_back(), event);
  ASSERT_EQ(expected.size(), 2102u);
  o.as_wire = true;
  for (o.threads = 1; o.threads < 3; ++o.threads) EXPECT_EQ(scan(o).wires, expected) << o.threads;
}

TEST_F(ScanTest, StopsWhenTheOutputHasGone) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += record("r" + std::to_string(i), "Federate") + "\n";
  file("1", text);
  Told told;
  told.stop_after = 3;
  const auto watches = watch::WatchSet::compile({});
  const Summary summary = run(options(), watches.value(), told);
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.highest, model::Severity::high);  // what was told until then counts
  EXPECT_EQ(told.findings.size(), 3u);
}

TEST_F(ScanTest, MissingPathsAreToldAndCounted) {
  file("1", record("a", "Federate"));
  Options o = options();
  o.paths = {(root_ / "missing").string(), root_.string()};
  Summary summary;
  const Told told = scan(o, &summary);
  EXPECT_EQ(told.findings, (Ids{"a"}));
  ASSERT_EQ(told.quarantine.size(), 1u);
  EXPECT_TRUE(told.quarantine[0].whole_file);
  EXPECT_EQ(summary.stats.failed_files, 1u);
}

}  // namespace
}  // namespace gw::scan
