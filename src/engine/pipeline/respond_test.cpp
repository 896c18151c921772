#include "engine/pipeline/respond.h"

#include <gtest/gtest.h>

#include "engine/pipeline/decode.h"
#include "engine/pipeline/sweeper.h"
#include "engine/pipeline/test_kit.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

using model::AlertKind;
using model::Independence;
using model::ResponseKind;

class RespondTest : public testing::Test {
 protected:
  void SetUp() override {
    Settings settings = test_settings();
    settings.escalation = {{minutes(5), {"pager"}}, {minutes(15), {"boss"}, model::Severity::critical}};
    settings.people = {{"alice@example.com", "u-alice", "U1", "a.liddell@example.com"}};
    settings_ = shared(std::move(settings));
    Decoder decoder;
    Work work{settings_, {}, "file", {}};
    work.batch = decoder.decode(delivery_of(log_file({grant_record("1")})), settings_, [](Batch) {});
    Work* const works[] = {&work};
    ASSERT_TRUE(Writer(store_, nullptr).commit(works, test_now()));
    session().principal.name = "alice";
    session().severity = model::Severity::critical;
  }
  static std::int64_t minutes(std::int64_t n) { return n * 60'000'000; }
  static Time after(std::int64_t n) { return Time{test_now().micros + minutes(n)}; }
  model::Session& session() { return store_.sessions.begin()->second; }
  std::vector<std::vector<std::string>> escalations() {
    std::vector<std::vector<std::string>> out;
    for (const auto& [key, alert] : store_.alerts) {
      if (alert.kind == AlertKind::session_escalated) out.push_back(alert.receivers);
    }
    return out;
  }
  int count(AlertKind kind) const {
    return static_cast<int>(std::count_if(store_.alerts.begin(), store_.alerts.end(),
                                          [&](const auto& a) { return a.second.kind == kind; }));
  }
  Result<Answer> say(const std::string& by, ResponseKind kind = ResponseKind::acknowledged, bool is_person = true,
                     const std::string& note = {}, const std::string& press = {}) {
    model::Response r;
    r.at = test_now();
    r.by = by;
    r.via = "api";
    r.kind = kind;
    r.note = note;
    r.press = press;
    return respond(store_, *settings_, session().id, r, is_person);
  }

  SettingsPtr settings_;
  MemoryStore store_;
  DueReader reader_{store_};
};

TEST_F(RespondTest, TheFirstAcknowledgementStands) {
  const auto done = say("bob", ResponseKind::handling, true, "on it");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->session.acknowledged->by, "bob");
  EXPECT_EQ(done->session.acknowledged->kind, ResponseKind::handling);
  EXPECT_TRUE(done->session.acknowledged->independent);
  EXPECT_EQ(count(AlertKind::session_acknowledged), 1);
  ASSERT_TRUE(say("carol"));
  EXPECT_EQ(session().acknowledged->by, "bob");
  EXPECT_EQ(session().responses.size(), 2u);
  const std::uint64_t version = session().version;
  ASSERT_TRUE(say("carol"));  // once more
  EXPECT_EQ(session().version, version);
  EXPECT_EQ(count(AlertKind::session_acknowledged), 1);
  EXPECT_EQ(respond(store_, *settings_, "nobody", {}, true).error().code, Errc::not_found);
}

TEST_F(RespondTest, TheActorIsHeardAndAcknowledgesNothing) {
  for (const char* name : {"alice", "ALICE@example.com", "a.liddell@example.com"}) {
    const auto done = say(name, ResponseKind::acknowledged, true, std::string("a drill, says ") + name);
    ASSERT_TRUE(done);
    EXPECT_TRUE(done->is_own) << name;
    EXPECT_FALSE(session().acknowledged) << name;
    EXPECT_EQ(session().responses.back().independence, Independence::no);
  }
  EXPECT_EQ(session().notes.size(), 3u);
  EXPECT_EQ(count(AlertKind::session_response), 3);
  ASSERT_TRUE(say("bob"));
  EXPECT_TRUE(session().acknowledged->independent);
}

TEST_F(RespondTest, SomebodyUnknownAcknowledgesUntilAnIndependentPersonDoes) {
  ASSERT_TRUE(say("slack:U999", ResponseKind::acknowledged, false));
  EXPECT_EQ(session().acknowledged->by, "slack:U999");
  EXPECT_FALSE(session().acknowledged->independent);
  ASSERT_TRUE(say("bob"));
  EXPECT_EQ(session().acknowledged->by, "bob");
  EXPECT_TRUE(session().acknowledged->independent);
  EXPECT_EQ(count(AlertKind::session_acknowledged), 2);
}

TEST_F(RespondTest, OfTwoPersonsOneIsNotTheActorWhoeverThatIs) {
  session().principal.name.clear();
  ASSERT_TRUE(say("bob"));
  EXPECT_FALSE(session().acknowledged->independent);
  ASSERT_TRUE(say("shared-token", ResponseKind::acknowledged, false));
  ASSERT_TRUE(say("bob@example.com"));  // the same one
  EXPECT_FALSE(session().acknowledged->independent);
  ASSERT_TRUE(say("carol"));
  EXPECT_TRUE(session().acknowledged->independent);
}

TEST_F(RespondTest, APressIsGoodForOne) {
  ASSERT_TRUE(say("bob", ResponseKind::acknowledged, true, "", "h1"));
  EXPECT_EQ(say("bob", ResponseKind::acknowledged, true, "", "h1").error().code, Errc::conflict);
  EXPECT_EQ(say("carol", ResponseKind::handling, true, "", "h1").error().code, Errc::conflict);
  EXPECT_EQ(session().responses.size(), 1u);
}

TEST_F(RespondTest, ReasonsAreCheckedAndBounded) {
  EXPECT_EQ(say("bob", ResponseKind::false_alarm).error().code, Errc::invalid_input);
  EXPECT_EQ(say("bob", ResponseKind::reason).error().code, Errc::invalid_input);
  EXPECT_EQ(say("bob", ResponseKind::reason, true, std::string(5000, 'x')).error().code, Errc::invalid_input);
  for (std::size_t i = 0; i < kMaxResponses; ++i)
    ASSERT_TRUE(say("alice", ResponseKind::reason, true, std::to_string(i)));
  EXPECT_EQ(say("alice", ResponseKind::reason, true, "more").error().code, Errc::invalid_input);
  ASSERT_TRUE(say("bob"));  // cannot be kept out
  EXPECT_EQ(session().acknowledged->by, "bob");
}

TEST_F(RespondTest, StepsAreToldOneAfterTheOtherUntilAnIndependentPersonAnswers) {
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(4)));
  EXPECT_EQ(escalations().size(), 0u);
  ASSERT_TRUE(say("slack:U999", ResponseKind::acknowledged, false));  // critical: does not stop it
  // The configuration that it was opened under counts.
  Settings other = test_settings();
  settings_ = shared(std::move(other));
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(5)));
  ASSERT_EQ(escalations().size(), 1u);
  EXPECT_EQ(escalations()[0], std::vector<std::string>{"pager"});
  EXPECT_EQ(session().escalation[0].told_at, after(5));
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(6)));
  EXPECT_EQ(escalations().size(), 1u);
  ASSERT_TRUE(say("bob"));
  std::vector<std::string> told;
  for (const auto& [key, alert] : store_.alerts) {
    if (alert.fact == "independent") told = alert.also;
  }
  EXPECT_EQ(told, std::vector<std::string>{"pager"});
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(60)));
  EXPECT_EQ(escalations().size(), 1u);
}

TEST_F(RespondTest, ALapseEndsNoEscalation) {
  // Its credentials expired long before the five minutes were over.
  const auto next = sweep(store_, reader_, *settings_, after(1));
  ASSERT_TRUE(next);
  session().state = model::SessionState::lapsed;
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(20)));
  EXPECT_EQ(escalations().size(), 2u);  // after a long silence both are due
  EXPECT_FALSE(session().next_due);
}

TEST_F(RespondTest, PlannedAndLesserSessionsWait) {
  session().severity = model::Severity::high;
  session().all_planned = true;
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(20)));
  EXPECT_EQ(escalations().size(), 0u);
  session().all_planned = false;
  session().next_due = after(20);
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(21)));
  ASSERT_EQ(escalations().size(), 1u);  // the second step is for critical ones
}

TEST_F(RespondTest, AnybodyAnswersWhatIsNotCritical) {
  session().severity = model::Severity::high;
  ASSERT_TRUE(say("slack:U999", ResponseKind::acknowledged, false));
  ASSERT_TRUE(sweep(store_, reader_, *settings_, after(20)));
  EXPECT_EQ(escalations().size(), 0u);
}

}  // namespace
}  // namespace gw::pipeline
