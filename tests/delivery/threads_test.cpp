// The notifier on real threads, over the real store and real connections, while commits go on.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <set>
#include <thread>

#include "base/uuid.h"
#include "edge/receivers/net_post.h"
#include "edge/receivers/receivers.h"
#include "edge/store/sqlite/store.h"
#include "engine/notify/notifier.h"
#include "tests/support/stand_in.h"

namespace gw::test {
namespace {

using std::chrono::milliseconds;

Time real_now() {
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                  .count()};
}

std::shared_ptr<ports::Receiver> webhook(const std::string& name, const StandIn& stand_in) {
  receivers::Config config;
  config.name = name;
  config.type = "webhook";
  config.url = [url = stand_in.url()]() -> Result<std::string> { return url; };
  net::ClientOptions options;
  options.allow_private = true;
  auto made = receivers::make_receiver(std::move(config), receivers::make_http_post(std::move(options)));
  if (!made) std::abort();
  return *made;
}

struct Threads : ::testing::Test {
  std::string folder;
  std::unique_ptr<ports::Store> store;
  notify::Setup setup;

  void SetUp() override {
    char name[] = "/tmp/gw_threads_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder = name;
    auto opened = sqlite::open(folder + "/store.db");
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }
  void TearDown() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }
  void add(int count) {
    for (int i = 0; i < count; ++i) {
      const Time now = real_now();
      model::Alert alert;
      alert.id = random_uuid7(now);
      alert.kind = model::AlertKind::tamper;
      alert.key = "tamper|" + alert.id;
      alert.reason = "watch prod matched";
      alert.receivers = {"stuck", "one", "gone"};
      alert.created_at = now;
      ports::Commit commit;
      commit.alerts = {alert};
      commit.notifications = notify::make_notifications({alert}, setup.routes, {}, {}, now, [](Time t) {
                               return random_uuid7(t);
                             }).notifications;
      commit.at = now;
      ASSERT_TRUE(store->commit({}, [&](const ports::Loaded&) { return commit; }));
    }
  }
  std::uint64_t count(const std::string& receiver, model::SendState state) {
    const auto totals = store->totals();
    return totals ? totals->alerts.at(receiver)[static_cast<std::size_t>(state)] : 0;
  }
};

TEST_F(Threads, AReceiverThatHangsDelaysNoOther) {
  constexpr int kAlerts = 40;
  auto stuck = std::make_unique<StandIn>([](const StandInRequest&) { return hang(); });
  StandIn one([](const StandInRequest&) { return reply(200); });
  StandIn gone([](const StandInRequest&) { return reply(410); });
  setup.routes.receivers = {{"stuck", "webhook"}, {"one", "webhook"}, {"gone", "webhook"}, {"spare", "webhook"}};
  StandIn spare([](const StandInRequest&) { return reply(200); });
  notify::Notifier notifier(*store, *store, real_now, [] { return 0.5; });
  setup.routes.defaults = {"spare"};
  notifier.start({{"stuck", webhook("stuck", *stuck)},
                  {"one", webhook("one", one)},
                  {"gone", webhook("gone", gone)},
                  {"spare", webhook("spare", spare)}},
                 setup);
  std::thread writer([&] { add(kAlerts / 2); });
  add(kAlerts / 2);
  writer.join();
  one.wait_for(kAlerts);
  gone.wait_for(kAlerts);
  spare.wait_for(kAlerts);
  EXPECT_EQ(stuck->requests().size(), 1u);
  stuck.reset();  // ends its connection, or stopping would wait for the deadline
  notifier.stop(milliseconds(20'000));

  EXPECT_EQ(count("one", model::SendState::delivered), kAlerts);
  EXPECT_EQ(count("stuck", model::SendState::trying), kAlerts);
  EXPECT_EQ(count("gone", model::SendState::parked), kAlerts);
  EXPECT_EQ(count("spare", model::SendState::delivered), kAlerts);  // what `gone` refused
  std::set<std::string> ids;
  for (const StandInRequest& request : one.requests()) ids.insert(request.headers.at("webhook-id"));
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kAlerts));
  EXPECT_EQ(one.requests().size(), static_cast<std::size_t>(kAlerts));
}

}  // namespace
}  // namespace gw::test
