// Real threads; what is waited for is a condition, never a time.
#include "engine/notify/notifier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "engine/notify/memory_outbox.h"

namespace gw::notify {
namespace {

using model::SendState;
using std::chrono::milliseconds;

Time real_now() {
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                  .count()};
}

// Counts messages; hangs while told to.
struct Door : ports::Receiver {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  int entered = 0;
  int through = 0;

  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message&, milliseconds) override {
    std::unique_lock lock(mutex);
    ++entered;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    ++through;
    changed.notify_all();
    ports::SendResult result;
    result.verdict = ports::SendVerdict::accepted;
    return result;
  }
  ports::SendResult check(milliseconds) override { return {}; }
  void wait(int Door::*count, int n) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return this->*count >= n; });
  }
  void set_open(bool is_open) {
    const std::lock_guard lock(mutex);
    open = is_open;
    changed.notify_all();
  }
};

Setup setup(const std::vector<std::string>& names, const std::string& fallback) {
  Setup s;
  for (const std::string& name : names) s.routes.receivers.push_back({name, "webhook"});
  s.routes.defaults = {fallback};
  return s;
}

void add(MemoryOutbox& outbox, const std::string& receiver, int from, int to) {
  for (int i = from; i < to; ++i) {
    const std::string id = receiver + std::to_string(i);
    outbox.add_one(id, receiver, id, real_now());
  }
}

struct Fixture : ::testing::Test {
  MemoryOutbox outbox;
  std::shared_ptr<Door> a = std::make_shared<Door>();
  std::shared_ptr<Door> b = std::make_shared<Door>();
  Notifier notifier{outbox, outbox, real_now, [] { return 0.0; }};
};
using NotifierTest = Fixture;

TEST_F(NotifierTest, AReceiverThatHangsDelaysNoOther) {
  a->set_open(false);
  notifier.start({{"a", a}, {"b", b}}, setup({"a", "b"}, "b"));
  add(outbox, "a", 0, 3);
  a->wait(&Door::entered, 1);
  add(outbox, "b", 0, 50);
  b->wait(&Door::through, 50);
  EXPECT_EQ(a->through, 0);
  a->set_open(true);
  a->wait(&Door::through, 3);
  notifier.stop(milliseconds(10'000));
  EXPECT_EQ(outbox.states("a")[SendState::delivered], 3u);
  EXPECT_EQ(outbox.states("b")[SendState::delivered], 50u);
  EXPECT_EQ(notifier.health().size(), 0u);
}

TEST_F(NotifierTest, StoppingSendsWhatIsDueWhileTimeIsLeft) {
  a->set_open(false);
  notifier.start({{"a", a}}, setup({"a"}, "a"));
  add(outbox, "a", 0, 20);
  a->wait(&Door::entered, 1);
  std::thread stopper([&] { notifier.stop(milliseconds(60'000)); });
  a->set_open(true);
  stopper.join();
  EXPECT_EQ(outbox.states("a")[SendState::delivered], 20u);
}

TEST_F(NotifierTest, StoppingWithoutTimeLeavesTheRestToTheNextStart) {
  a->set_open(false);
  notifier.start({{"a", a}}, setup({"a"}, "a"));
  add(outbox, "a", 0, 20);
  a->wait(&Door::entered, 1);
  std::thread stopper([&] { notifier.stop(milliseconds(0)); });
  a->set_open(true);
  stopper.join();
  auto states = outbox.states("a");
  EXPECT_EQ(states[SendState::delivered] + states[SendState::trying], 20u);
  Notifier next(outbox, outbox, real_now, [] { return 0.0; });
  next.start({{"a", a}}, setup({"a"}, "a"));
  a->wait(&Door::through, 20);
  next.stop(milliseconds(10'000));
  EXPECT_EQ(outbox.states("a")[SendState::delivered], 20u);
  EXPECT_EQ(a->entered, 20);
}

TEST_F(NotifierTest, RowsOfUnknownReceiversAreParkedAndToldToTheDefaults) {
  add(outbox, "gone", 0, 3);
  notifier.start({{"b", b}}, setup({"b"}, "b"));
  b->wait(&Door::through, 3);
  notifier.stop(milliseconds(10'000));
  EXPECT_EQ(outbox.states("b")[SendState::delivered], 3u);
}

TEST_F(NotifierTest, ReceiversAreReplacedWhileItRuns) {
  a->set_open(false);
  notifier.start({{"a", a}, {"b", b}}, setup({"a", "b"}, "b"));
  add(outbox, "a", 0, 2);
  a->wait(&Door::entered, 1);
  auto fresh = std::make_shared<Door>();
  auto added = std::make_shared<Door>();
  notifier.replace({{"a", fresh}, {"c", added}}, setup({"a", "c"}, "c"));
  add(outbox, "c", 0, 5);
  added->wait(&Door::through, 5);  // does not wait for the send that hangs
  a->set_open(true);
  fresh->wait(&Door::through, 1);
  EXPECT_EQ(a->entered, 1);
  notifier.stop(milliseconds(10'000));
  EXPECT_EQ(outbox.states("a")[SendState::delivered], 2u);
}

TEST_F(NotifierTest, ManyReceiversManyWritersManyReloads) {
  notifier.start({{"a", a}, {"b", b}}, setup({"a", "b"}, "b"));
  std::thread writer([&] { add(outbox, "a", 0, 200); });
  std::thread other([&] { add(outbox, "b", 0, 200); });
  for (int i = 0; i < 50; ++i) {
    notifier.replace({{"a", a}, {"b", b}}, setup({"a", "b"}, "b"));
    (void)notifier.health();
  }
  writer.join();
  other.join();
  a->wait(&Door::through, 200);
  b->wait(&Door::through, 200);
  notifier.stop(milliseconds(10'000));
  EXPECT_EQ(a->through, 200);
  EXPECT_EQ(b->through, 200);
}

}  // namespace
}  // namespace gw::notify
