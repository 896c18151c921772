// An hour of receivers that answer 429, 500, too late, or not at all after having read, against senders, the real store and real
// connections, on a scripted clock. Each sender has its own time line, as it has its own thread: what one receiver wastes is
// not seen by another. Real time passes only for the disk and the loopback.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include "base/json/doc.h"
#include "base/uuid.h"
#include "edge/receivers/net_post.h"
#include "edge/receivers/receivers.h"
#include "edge/store/sqlite/store.h"
#include "engine/notify/sender.h"
#include "tests/support/stand_in.h"

namespace gw::test {
namespace {

using model::AlertKind;
using notify::kSecondMicros;
using std::chrono::milliseconds;

constexpr Time kStart{std::int64_t{1'785'550'491} * kSecondMicros};
constexpr std::int64_t kHour = 3600 * kSecondMicros;

Time later(Time t, std::int64_t micros) { return Time{t.micros + micros}; }

// One receiver's outside: what it did, by the id of the message (webhook-id, or the session of a first post).
struct Outside {
  std::string name;
  bool is_slack = false;
  std::string mood;  // bad, good, dead
  std::mt19937_64 dice{1};
  std::mutex mutex;                     // guards what follows
  std::map<std::string, int> accepted;  // answered with yes, or read and dropped
  std::vector<std::string> fresh;
  std::map<std::string, int> dropped;  // read, then dropped: the sender cannot know
  std::uint64_t ts = 0;
  int hangs = 0;
  int refusals = 0;  // 429 and 500

  static bool hangs_at(int roll) { return roll < 12; }
  // Decided before the request is made, so that only one that will hang is given a short time.
  int draw() {
    const int roll = mood == "good" ? 99 : mood == "dead" ? 0 : static_cast<int>(dice() % 100);
    hangs += hangs_at(roll) ? 1 : 0;
    return roll;
  }

  StandInAnswer operator()(const StandInRequest& request) {
    const std::lock_guard lock(mutex);
    const std::string id = id_of(request);
    const int roll = std::stoi(request.headers.at("x-roll"));
    if (hangs_at(roll)) return hang();
    if (roll < 22) return ++refusals, reply(429, "", {{"Retry-After", std::to_string(1 + roll)}});
    if (roll < 32) return ++refusals, reply(500, "rollup_error");
    if (roll < 36 && is_slack) return ++refusals, reply(200, R"({"ok":false,"error":"internal_error"})");
    if (++accepted[id] == 1) fresh.push_back(id);
    if (roll < 44) {
      ++dropped[id];
      return drop();
    }
    if (!is_slack) return reply(200);
    return reply(200, R"({"ok":true,"channel":"C1","ts":")" + std::to_string(++ts) + ".0\"}");
  }

  // Ids that were accepted for the first time since the last call.
  std::vector<std::string> take_fresh() {
    const std::lock_guard lock(mutex);
    return std::exchange(fresh, {});
  }

  [[nodiscard]] std::string id_of(const StandInRequest& request) const {
    if (!is_slack) return request.headers.at("webhook-id");
    json::Doc doc;
    if (!doc.parse(request.body)) return "damaged";
    const std::string block(doc.root()["blocks"].first_child()["block_id"].text());
    if (request.path == "/api/chat.update") return "edit";
    return (doc.root()["thread_ts"].text().empty() ? "" : "thread ") + block;
  }
};

// A receiver with its sender and its own clock.
struct Line {
  Outside outside;
  Time now = kStart;
  Time next = kStart;
  std::unique_ptr<StandIn> stand_in;
  std::unique_ptr<notify::Sender> sender;
  std::map<std::string, std::int64_t> waited;  // by id, until first accepted
};

receivers::SecretText always(std::string text) {
  return [text = std::move(text)]() -> Result<std::string> { return text; };
}

struct Hour : ::testing::Test {
  std::string folder;
  std::unique_ptr<ports::Store> store;
  std::unique_ptr<notify::Mutes> mutes;
  std::vector<std::unique_ptr<Line>> lines;
  std::shared_ptr<notify::Setup> setup = std::make_shared<notify::Setup>();
  std::mt19937_64 dice{7};
  std::map<std::string, std::vector<std::string>> notifications;  // by receiver: ids

  void SetUp() override {
    // In memory where there is such a place: thousands of marks, and the disk's time is not what is looked at.
    folder = std::filesystem::is_directory("/dev/shm") ? "/dev/shm/gw_hour_XXXXXX" : "/tmp/gw_hour_XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    auto opened = sqlite::open(folder + "/store.db");
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    mutes = std::make_unique<notify::Mutes>(*store);
  }
  void TearDown() override {
    lines.clear();
    store.reset();
    std::filesystem::remove_all(folder);
  }

  void add_line(const std::string& name, bool is_slack, const std::string& mood) {
    auto line = std::make_unique<Line>();
    Line& l = *line;
    l.outside.name = name;
    l.outside.is_slack = is_slack;
    l.outside.mood = mood;
    l.outside.dice.seed(std::hash<std::string>{}(name));
    l.stand_in = std::make_unique<StandIn>([&l](const StandInRequest& request) { return l.outside(request); });
    receivers::Config config;
    config.name = name;
    config.type = is_slack ? "slack" : "webhook";
    config.url = always(l.stand_in->url() + "/hook");
    if (is_slack) config.token = always("xoxb");
    config.channel = "C1";
    config.api_url = l.stand_in->url() + "/api/";
    net::ClientOptions options;
    options.allow_private = true;
    // A scripted deadline of 10 s is a real one of a moment; what it costs is added to the line's clock.
    receivers::HttpPost post = [&l, real = receivers::make_http_post(options)](
                                   const std::string& url, const receivers::Headers& headers, const std::string& body,
                                   milliseconds deadline) {
      const int roll = l.outside.draw();
      const bool hangs = Outside::hangs_at(roll);
      receivers::Headers with_roll = headers;
      with_roll.emplace_back("x-roll", std::to_string(roll));
      Result<receivers::Reply> answer = real(url, with_roll, body, milliseconds(hangs ? 5 : 20'000));
      l.now = later(l.now, hangs ? std::min<std::int64_t>(deadline.count(), 10'000) * 1000 : 50'000);
      return answer;
    };
    auto receiver = receivers::make_receiver(std::move(config), std::move(post));
    ASSERT_TRUE(receiver);
    setup->routes.receivers.push_back({name, is_slack ? "slack" : "webhook"});
    l.sender = std::make_unique<notify::Sender>(
        name, *receiver, setup, *store, *mutes, [&l] { return l.now; },
        [this] { return static_cast<double>(dice() % 1000) / 1000; });
    lines.push_back(std::move(line));
  }

  // A session opens, and `more` facts of it.
  void open_session(Time at, int more) {
    ports::Commit commit;
    model::Session session;
    session.id = uuid7(at, dice(), dice());
    session.account_id = "444455556666";
    session.role = "BreakGlassAdmin";
    session.started_at = session.opened_at = session.last_seen_at = at;
    session.severity = model::Severity::critical;
    std::vector<model::Alert> alerts;
    for (int i = 0; i <= more; ++i) {
      model::Alert alert;
      alert.id = uuid7(at, dice(), dice());
      alert.kind = i == 0 ? AlertKind::session_opened : AlertKind::session_high_risk;
      alert.session_id = session.id;
      alert.fact = i == 0 ? "" : "class" + std::to_string(i);
      alert.key = std::string(to_string(alert.kind)) + "|" + session.id + "|" + alert.fact;
      alert.severity = model::Severity::critical;
      alert.reason = "watch prod matched";
      alert.created_at = at;
      alerts.push_back(alert);
    }
    notify::Storm none;
    none.opened = 1'000'000;
    notify::Made made = notify::make_notifications(alerts, setup->routes, none, {}, at,
                                                   [this](Time t) { return uuid7(t, dice(), dice()); });
    for (const model::Notification& n : made.notifications) notifications[n.receiver].push_back(n.id);
    commit.sessions.push_back({session, {}});
    commit.alerts = alerts;
    commit.notifications = std::move(made.notifications);
    commit.at = at;
    const Status stored = store->commit({}, [&](const ports::Loaded&) { return commit; });
    ASSERT_TRUE(stored) << stored.error().message;
  }

  // Runs every line to `end`: always the one whose turn comes first.
  void run(std::vector<std::pair<Time, int>> arrivals, Time end) {
    std::sort(arrivals.begin(), arrivals.end());
    std::size_t arrived = 0;
    for (;;) {
      Line& l = **std::min_element(lines.begin(), lines.end(),
                                   [](const auto& a, const auto& b) { return a->next < b->next; });
      if (arrived < arrivals.size() && arrivals[arrived].first <= l.next) {
        const Time at = arrivals[arrived].first;
        open_session(at, arrivals[arrived++].second);
        for (const auto& line : lines) line->next = std::min(line->next, std::max(line->now, at));  // woken
        continue;
      }
      if (l.next > end) return;
      l.now = std::max(l.now, l.next);
      l.next = std::max(l.sender->step().again, l.now);
      for (const std::string& id : l.outside.take_fresh()) l.waited[id] = l.now.micros;
    }
  }

  std::map<model::SendState, std::size_t> states(const std::string& receiver) {
    const auto totals = store->totals();
    std::map<model::SendState, std::size_t> out;
    if (!totals || !totals->alerts.contains(receiver)) return out;
    for (std::size_t i = 0; i < model::kSendStates; ++i)
      out[static_cast<model::SendState>(i)] = totals->alerts.at(receiver)[i];
    return out;
  }
};

TEST_F(Hour, EveryAlertIsAcceptedOnceWhateverReceiversDo) {
  add_line("hook", false, "bad");
  add_line("oncall", true, "bad");
  add_line("calm", false, "good");
  add_line("dead", false, "dead");
  std::vector<std::pair<Time, int>> arrivals;
  for (int i = 0; i < 120; ++i)
    arrivals.emplace_back(later(kStart, static_cast<std::int64_t>(dice() % (kHour * 3 / 4))),
                          static_cast<int>(dice() % 3));
  run(arrivals, later(kStart, kHour));

  for (const auto& line : lines) {
    Outside& o = line->outside;
    const std::lock_guard lock(o.mutex);
    SCOPED_TRACE(o.name);
    auto count = states(o.name);
    const std::size_t all = notifications[o.name].size();
    EXPECT_GT(all, 200u);
    if (o.mood == "dead") {
      EXPECT_EQ(count[model::SendState::trying], all);  // none is lost, and none is given up within a day
      EXPECT_GT(o.hangs, 60);
      continue;
    }
    EXPECT_EQ(count[model::SendState::delivered] + count[model::SendState::folded], all);
    if (o.mood == "bad") {
      EXPECT_GT(o.hangs, 5);
      EXPECT_GT(o.refusals, 5);
      EXPECT_GT(o.dropped.size(), 0u);
    }
    if (o.is_slack) {
      std::size_t sessions = 0;
      for (const auto& [id, times] : o.accepted) {
        if (!id.starts_with("gw:session.opened:")) continue;
        ++sessions;
        const auto lost = o.dropped.find(id);
        EXPECT_EQ(times, 1 + (lost == o.dropped.end() ? 0 : lost->second)) << id;
      }
      EXPECT_EQ(sessions, arrivals.size());
      continue;
    }
    EXPECT_EQ(o.accepted.size(), all);
    for (const auto& [id, times] : o.accepted) {
      const auto lost = o.dropped.find(id);
      EXPECT_EQ(times, 1 + (lost == o.dropped.end() ? 0 : lost->second)) << id;
    }
  }

  // The calm one had each alert within a second, whatever the others were doing.
  std::map<std::string, Time> created;
  for (ports::ListQuery query;;) {
    query.filters["receiver"] = "calm";
    const auto page = store->alerts(query);
    ASSERT_TRUE(page) << page.error().message;
    for (const ports::AlertView& view : page->items) {
      for (const model::Notification& n : view.notifications) created[n.id] = n.created_at;
    }
    if (page->next_cursor.empty()) break;
    query.cursor = page->next_cursor;
  }
  for (const auto& [id, at] : lines[2]->waited) {
    ASSERT_TRUE(created.contains(id));
    EXPECT_LE(at - created[id].micros, kSecondMicros) << id;
  }
}

}  // namespace
}  // namespace gw::test
