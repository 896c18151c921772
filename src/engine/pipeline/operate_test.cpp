#include "engine/pipeline/operate.h"

#include <gtest/gtest.h>

#include "engine/pipeline/decode.h"
#include "engine/pipeline/sweeper.h"
#include "engine/pipeline/test_kit.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

class OperateTest : public testing::Test {
 protected:
  void SetUp() override { deliver({grant_record("1")}); }
  void deliver(const std::vector<std::string>& records) {
    Decoder decoder;
    Work work{settings_, {}, "file", {}};
    work.batch = decoder.decode(delivery_of(log_file(records)), settings_, [](Batch) {});
    Work* const works[] = {&work};
    ASSERT_TRUE(Writer(store_, nullptr).commit(works, test_now()));
  }
  const std::string& id() const { return store_.sessions.begin()->first; }
  int count(model::AlertKind kind) const {
    return static_cast<int>(std::count_if(store_.alerts.begin(), store_.alerts.end(),
                                          [&](const auto& a) { return a.second.kind == kind; }));
  }
  static Time at(const char* text) { return *parse_time(text); }

  SettingsPtr settings_ = shared(test_settings());
  MemoryStore store_;
  DueReader reader_{store_};
};

TEST_F(OperateTest, NotesAreBounded) {
  EXPECT_EQ(add_note(store_, id(), {test_now(), "bob", ""}).error().code, Errc::invalid_input);
  for (std::size_t i = 0; i < kMaxNotes; ++i) ASSERT_TRUE(add_note(store_, id(), {test_now(), "bob", "x"}));
  EXPECT_EQ(add_note(store_, id(), {test_now(), "bob", "x"}).error().code, Errc::invalid_input);
}

TEST_F(OperateTest, MutesNeedAnAuthorAReasonAndAnEnd) {
  model::Mute mute;
  mute.author = "bob";
  mute.reason = "drill";
  EXPECT_EQ(add_mute(store_, mute, test_now()).error().code, Errc::invalid_input);
  mute.until = at("2026-07-02T00:00:00Z");
  const auto added = add_mute(store_, mute, test_now());
  ASSERT_TRUE(added);
  EXPECT_EQ(store_.mutes.at(*added).reason, "drill");
  mute.reason.clear();
  EXPECT_EQ(add_mute(store_, mute, test_now()).error().code, Errc::invalid_input);
}

TEST_F(OperateTest, ATestGoesToOneReceiverWhateverTheRoute) {
  Settings elsewhere = test_settings();
  elsewhere.route = [](auto&, const auto&, auto&) {};  // nobody, as in shadow mode without a file
  settings_ = shared(std::move(elsewhere));
  const auto sent = alert_test(store_, *settings_, "pager", "bob", test_now());
  ASSERT_TRUE(sent);
  EXPECT_EQ(count(model::AlertKind::alert_test), 1);
  EXPECT_EQ(store_.notifications.back().receiver, "pager");
  EXPECT_EQ(store_.notifications.back().alert_id, *sent);
  ASSERT_TRUE(alert_test(store_, *settings_, "pager", "bob", test_now()));
  EXPECT_EQ(count(model::AlertKind::alert_test), 2);
}

TEST_F(OperateTest, SweepingTellsWhatTheClockSays) {
  // Everything was delivered at noon; the credentials were good until eleven.
  auto next = sweep(store_, reader_, *settings_, at("2026-07-01T11:00:00Z"));
  ASSERT_TRUE(next);
  EXPECT_EQ(**next, at("2026-07-01T11:15:00Z"));
  EXPECT_EQ(count(model::AlertKind::session_lapsed), 0);
  for (int again = 0; again < 2; ++again) {
    next = sweep(store_, reader_, *settings_, at("2026-07-01T11:15:00Z"));
    ASSERT_TRUE(next);
    EXPECT_FALSE(*next);
  }
  EXPECT_EQ(count(model::AlertKind::session_lapsed), 1);
  EXPECT_EQ(store_.sessions.begin()->second.state, model::SessionState::lapsed);
  EXPECT_EQ(store_.notifications.size(), 2u);
}

TEST_F(OperateTest, ASweepGoesOnUntilNothingIsDue) {
  for (int i = 0; i < 450; ++i) {
    model::Session session = store_.sessions.begin()->second;
    session.id = "s" + std::to_string(i);
    session.edges.clear();
    store_.sessions[session.id] = session;
  }
  ASSERT_TRUE(sweep(store_, reader_, *settings_, at("2026-07-01T11:15:00Z")));
  EXPECT_EQ(count(model::AlertKind::session_lapsed), 451);
}

TEST_F(OperateTest, AFailedSweepSaysSo) {
  store_.faults = {Errc::unavailable};
  EXPECT_EQ(sweep(store_, reader_, *settings_, at("2026-07-01T11:15:00Z")).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace gw::pipeline
