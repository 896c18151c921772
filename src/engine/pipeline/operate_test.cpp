#include "engine/pipeline/operate.h"

#include <gtest/gtest.h>

#include "engine/pipeline/decode.h"
#include "engine/pipeline/sweeper.h"
#include "engine/pipeline/test_kit.h"
#include "engine/pipeline/writer.h"

namespace gw::pipeline {
namespace {

class DueReader final : public ports::Reader {
 public:
  explicit DueReader(MemoryStore& store) : store_(store) {}
  Result<ports::Page<model::Session>> sessions(const ports::ListQuery&) override { return none(); }
  Result<model::Session> session(const std::string&) override { return none(); }
  Result<ports::Page<ports::StoredEvent>> events(const ports::ListQuery&) override { return none(); }
  Result<ports::Page<ports::AlertView>> alerts(const ports::ListQuery&) override { return none(); }
  Result<ports::Totals> totals() override { return none(); }
  Result<Due> due(Time now, std::size_t limit) override {
    Due due;
    const auto look = [&](const std::optional<Time>& at, const std::string& what, std::vector<std::string>& list) {
      if (!at) return;
      if (*at <= now && list.size() < limit) list.push_back(what);
      if (now < *at && (!due.next || *at < *due.next)) due.next = at;
    };
    for (const auto& [id, session] : store_.sessions) look(session.next_due, id, due.sessions);
    for (const auto& [key, fold] : store_.folds) look(fold.next_due, key, due.folds);
    return due;
  }

 private:
  static Error none() { return Error{Errc::internal, "not asked for"}; }
  MemoryStore& store_;
};

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

TEST_F(OperateTest, TheFirstAcknowledgementStands) {
  const auto done = acknowledge(store_, *settings_, id(), {test_now(), "bob", "api", "on it", true});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->acknowledged->by, "bob");
  EXPECT_FALSE(done->acknowledged->independent);  // who the actor is called is not known
  EXPECT_EQ(count(model::AlertKind::session_acknowledged), 1);
  EXPECT_EQ(store_.notifications.size(), 2u);
  const std::uint64_t version = store_.sessions.begin()->second.version;
  ASSERT_TRUE(acknowledge(store_, *settings_, id(), {test_now(), "carol", "api", "", true}));
  EXPECT_EQ(store_.sessions.begin()->second.acknowledged->by, "bob");
  EXPECT_EQ(store_.sessions.begin()->second.version, version);
  EXPECT_EQ(store_.notifications.size(), 2u);
  EXPECT_EQ(acknowledge(store_, *settings_, "nobody", {}).error().code, Errc::not_found);
}

TEST_F(OperateTest, NobodyAcknowledgesTheirOwn) {
  model::Session& session = store_.sessions.begin()->second;
  session.principal.name = "Alice@example.com";
  EXPECT_EQ(acknowledge(store_, *settings_, id(), {test_now(), "alice@Example.com", "api", "", true}).error().code,
            Errc::denied);
  EXPECT_EQ(acknowledge(store_, *settings_, id(), {test_now(), "u-alice", "api", "", true}).error().code, Errc::denied);
  EXPECT_FALSE(session.acknowledged);
  ASSERT_TRUE(acknowledge(store_, *settings_, id(), {test_now(), "bob", "api", "", true}));
  EXPECT_TRUE(session.acknowledged->independent);
}

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
