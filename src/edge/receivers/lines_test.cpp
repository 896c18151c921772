#include "edge/receivers/lines.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json/doc.h"
#include "edge/receivers/body.h"
#include "edge/receivers/samples.h"

namespace gw::receivers {
namespace {

using model::AlertKind;
using ports::SendVerdict;
using std::chrono::milliseconds;

constexpr milliseconds kPlenty{20'000};

std::string read_all(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

ports::Message fact(AlertKind kind = AlertKind::session_opened) { return sample_message({sample_claim(kind, "x")}); }

struct Folder : ::testing::Test {
  std::string path;
  void SetUp() override {
    char name[] = "/tmp/gw_lines_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    path = name;
  }
  void TearDown() override { std::filesystem::remove_all(path); }
};
using FileLinesTest = Folder;

TEST_F(FileLinesTest, AppendsALineForEachFact) {
  FileLines file(path + "/alerts.jsonl");
  EXPECT_EQ(file.check(kPlenty).verdict, SendVerdict::accepted);
  ASSERT_EQ(file.send(fact(), kPlenty).verdict, SendVerdict::accepted);
  ASSERT_EQ(file.send(fact(AlertKind::session_lapsed), kPlenty).verdict, SendVerdict::accepted);
  EXPECT_EQ(read_all(path + "/alerts.jsonl"),
            fact_json(fact()) + "\n" + fact_json(fact(AlertKind::session_lapsed)) + "\n");
  struct stat mode {};
  ASSERT_EQ(stat((path + "/alerts.jsonl").c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0007, 0u);  // alerts are nobody else's business
}

TEST_F(FileLinesTest, GoesOnInANewFileWhenTheOldOneWasMovedAway) {
  const std::string name = path + "/alerts.jsonl";
  FileLines file(name);
  file.send(fact(), kPlenty);
  std::filesystem::rename(name, name + ".1");
  file.send(fact(), kPlenty);
  EXPECT_EQ(read_all(name), fact_json(fact()) + "\n");
  EXPECT_EQ(read_all(name + ".1"), fact_json(fact()) + "\n");
  std::filesystem::rename(name, name + ".2");
  std::ofstream(name).close();  // as logrotate makes a new one
  file.send(fact(), kPlenty);
  EXPECT_EQ(read_all(name), fact_json(fact()) + "\n");
  std::filesystem::remove(name);
  file.send(fact(), kPlenty);
  EXPECT_EQ(read_all(name), fact_json(fact()) + "\n");
}

TEST_F(FileLinesTest, AFolderThatIsNotThereIsRefusedAndAFullDiskIsTriedLater) {
  EXPECT_EQ(FileLines(path + "/none/alerts.jsonl").send(fact(), kPlenty).verdict, SendVerdict::refused);
  EXPECT_EQ(FileLines(path).send(fact(), kPlenty).verdict, SendVerdict::refused);
  EXPECT_EQ(FileLines("/dev/full").send(fact(), kPlenty).verdict, SendVerdict::retry);
}

TEST_F(FileLinesTest, APipeThatNobodyReadsHoldsNobodyUp) {
  const std::string pipe = path + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  FileLines lines(pipe);
  EXPECT_EQ(lines.check(kPlenty).verdict, SendVerdict::retry);
  EXPECT_EQ(lines.send(fact(), kPlenty).reason, pipe + ": nobody reads the pipe");
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  const std::string line = fact_json(fact()) + "\n";
  const auto read_now = [&] {
    std::string out(100'000, '\0');
    const ssize_t n = ::read(reader, out.data(), out.size());
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  };
  ASSERT_EQ(lines.send(fact(), kPlenty).verdict, SendVerdict::accepted);
  EXPECT_EQ(read_now(), line);
  // It fills: what did not fit is tried again, on a line of its own. Lines of more than a page are written in parts.
  ports::Message large = fact();
  large.facts[0].session->user_agent.assign(6000, 'x');
  ports::SendResult last;
  last.verdict = SendVerdict::accepted;
  for (int i = 0; i < 200 && last.verdict == SendVerdict::accepted; ++i) last = lines.send(large, milliseconds(20));
  EXPECT_EQ(last.verdict, SendVerdict::retry) << last.reason;
  EXPECT_FALSE(read_now().ends_with("\n"));
  ASSERT_EQ(lines.send(fact(), kPlenty).verdict, SendVerdict::accepted);
  EXPECT_EQ(read_now(), "\n" + line);
  close(reader);
  EXPECT_EQ(lines.send(fact(), kPlenty).verdict, SendVerdict::retry);
}

TEST(DescriptorLinesTest, WritesALineAndGivesUpAtTheDeadline) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  DescriptorLines lines(ends[1]);
  ASSERT_EQ(lines.send(fact(), kPlenty).verdict, SendVerdict::accepted);
  std::string read(fact_json(fact()).size() + 1, '\0');
  ASSERT_EQ(::read(ends[0], read.data(), read.size()), static_cast<ssize_t>(read.size()));
  EXPECT_EQ(read, fact_json(fact()) + "\n");
  // Nobody reads: the pipe fills, and the sender is not held up for ever.
  ports::SendResult last;
  last.verdict = SendVerdict::accepted;
  for (int i = 0; i < 200 && last.verdict == SendVerdict::accepted; ++i) last = lines.send(fact(), milliseconds(20));
  EXPECT_EQ(last.verdict, SendVerdict::retry) << last.reason;
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(lines.send(fact(), kPlenty).verdict, SendVerdict::refused);
}

TEST(FactJson, HoldsAlertSessionAndAccess) {
  json::Doc doc;
  const std::string opened = fact_json(fact());
  ASSERT_TRUE(doc.parse(opened));
  EXPECT_EQ(doc.root()["type"].text(), "session.opened");
  EXPECT_EQ(doc.root()["timestamp"].text(), "2026-08-01T02:14:57Z");
  const json::Value data = doc.root()["data"];
  EXPECT_EQ(data["session_id"].text(), kSessionId);
  EXPECT_EQ(data["alert"]["kind"].text(), "session.opened");
  EXPECT_EQ(data["alert"]["severity"].text(), "critical");
  EXPECT_EQ(data["session"]["id"].text(), kSessionId);
  EXPECT_EQ(data["access"].type(), json::Type::null);
  const std::string change = fact_json(sample_message({sample_change(AlertKind::tamper)}));
  ASSERT_TRUE(doc.parse(change));
  EXPECT_EQ(doc.root()["data"]["session_id"].type(), json::Type::null);
  EXPECT_EQ(doc.root()["data"]["access"]["event_name"].text(), "StopLogging");
}

TEST(FactJson, StaysBelowItsLimitWhateverTheSessionHolds) {
  ports::Message m = fact();
  model::Session& s = *m.facts[0].session;
  for (int i = 0; i < 5000; ++i) {
    s.joins.push_back({kStart, "k", "event-" + std::to_string(i), model::JoinGrade::exact, "role_session", {}});
    s.addresses["198.51.100." + std::to_string(i)] = {kStart, kStart, 1, "e"};
  }
  std::string out = fact_json(m);
  EXPECT_LT(out.size(), kBodyLimit);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(out));
  EXPECT_EQ(doc.root()["data"]["session"]["truncated"].boolean(), true);
  EXPECT_EQ(doc.root()["data"]["session"]["joins"].size(), 10u);
  s.user_agent.assign(100'000, 'x');
  out = fact_json(m);
  EXPECT_LT(out.size(), kBodyLimit);
  ASSERT_TRUE(doc.parse(out));
  EXPECT_EQ(doc.root()["data"]["session"].type(), json::Type::null);
  EXPECT_EQ(doc.root()["data"]["session_id"].text(), kSessionId);
  ports::Message change = sample_message({sample_change(AlertKind::tamper)});
  change.facts[0].alert.data = R"({"access":{"user_agent":")" + std::string(100'000, 'x') + R"("}})";
  EXPECT_LT(fact_json(change).size(), kBodyLimit);
}

TEST(FactJson, SummariesOfOneStormAreOneList) {
  ports::Claim one = sample_change(AlertKind::storm);
  one.alert.data = R"({"sessions":["a","b"],"count":2})";
  ports::Claim two = one;
  two.alert.data = R"({"sessions":["c"],"count":1})";
  EXPECT_NE(fact_json(sample_message({one, two})).find(R"("details":{"sessions":["a","b","c"],"count":3})"),
            std::string::npos);
}

}  // namespace
}  // namespace gw::receivers
