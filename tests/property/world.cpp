#include "tests/property/world.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <utility>

#include "base/encoding.h"
#include "base/json/write.h"
#include "edge/store/sqlite/store.h"
#include "engine/pipeline/sweeper.h"

namespace gw::property {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;

std::string gzip(std::string_view text) {
  libdeflate_compressor* c = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(c, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(c, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(c);
  return out;
}

std::string log_file(const std::vector<std::string>& records) {
  std::string out = R"({"Records":[)";
  for (const std::string& record : records) out += (out.back() == '[' ? "" : ",") + record;
  return out + "]}";
}

std::string lines(const std::vector<std::string>& records) {
  std::string out;
  for (const std::string& record : records) out += record + "\n";
  return out;
}

std::string events(const std::vector<std::string>& records) {
  std::string out;
  for (const std::string& record : records)
    out += R"({"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.x","detail":)" + record + "}\n";
  return out;
}

std::string log_events(const std::vector<std::string>& records) {
  std::string out = R"({"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[)";
  for (const std::string& record : records) {
    if (out.back() != '[') out.push_back(',');
    out += R"({"id":"1","timestamp":1,"message":)";
    json::append_string(out, record);
    out += "}";
  }
  return R"({"awslogs":{"data":")" + encode_base64(gzip(out + "]}")) + R"("}})";
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "gw-property-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

class World {
 public:
  World(const watch::Config& config, Time now) : now_(now) {
    auto watches = watch::WatchSet::compile(config);
    pipeline::Settings settings{std::move(*watches), {}, "hash", {}, {}, false};
    settings_ = std::make_shared<const pipeline::Settings>(std::move(settings));
    start();
  }
  ~World() { end(); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void start() {
    auto store = sqlite::open(folder_.file("store.db"));
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    pipeline::Config config;
    config.workers = 3;
    pipeline_ = std::make_unique<pipeline::Pipeline>(
        config, *store_, [this] { return settings_; }, [this] { return now_; });
  }
  void end() {
    if (pipeline_ != nullptr) pipeline_->stop();
    pipeline_.reset();
    store_.reset();
  }

  void submit(std::string bytes, std::string source, std::string feed) {
    ports::Delivery delivery;
    delivery.feed = std::move(feed);
    delivery.source = std::move(source);
    delivery.bytes = std::move(bytes);
    delivery.received_at = now_;
    delivery.settle = [](ports::Settled settled) { EXPECT_EQ(settled, ports::Settled::durable); };
    ++delivered_;
    ASSERT_TRUE(pipeline_->submit(delivery, {}));
  }

  void sweep(std::int64_t later = 0) {
    EXPECT_TRUE(pipeline::sweep(*store_, *store_, *settings_, Time{now_.micros + later}));
  }

  // At any time: what is stored balances.
  void check_books(bool at_the_end) {
    const auto totals = store_->totals();
    ASSERT_TRUE(totals);
    EXPECT_TRUE(totals->records.balanced());
    EXPECT_EQ(totals->records.quarantined, 0u);
    const pipeline::Pipeline::Gauges gauges = pipeline_->gauges();
    EXPECT_EQ(gauges.received, gauges.settled + gauges.retrying + gauges.in_flight);
    if (!at_the_end) return;
    std::uint64_t settled = 0;
    for (const auto& [feed, books] : totals->deliveries) settled += books.settled;
    EXPECT_EQ(settled, delivered_);
  }

  Outcome outcome() {
    pipeline_->stop();
    sweep(kHour);
    check_books(true);
    Outcome out;
    const auto totals = store_->totals();
    out.matched = totals->records.matched;
    out.attached = totals->records.attached;
    std::map<std::string, std::string> names;  // of sessions, by id
    std::vector<model::Session> sessions;
    ports::ListQuery query;
    for (query.limit = 1000;;) {
      const auto page = store_->sessions(query);
      if (!page) break;
      sessions.insert(sessions.end(), page->items.begin(), page->items.end());
      query.cursor = page->next_cursor;
      if (query.cursor.empty()) break;
    }
    for (const model::Session& session : sessions) {
      names[session.id] = session.first_event_key;
      for (const std::string& alias : session.aliases) names[alias] = session.first_event_key;
    }
    for (model::Session session : sessions) {
      session.parent = session.parent.empty() ? "" : names.contains(session.parent) ? names[session.parent] : "lost";
      const std::string key = session.first_event_key;
      out.sessions[key] = comparable(std::move(session));
    }
    EXPECT_EQ(out.sessions.size(), sessions.size());
    query.cursor.clear();
    for (;;) {
      const auto page = store_->events(query);
      EXPECT_TRUE(page);
      if (!page) break;
      for (const ports::StoredEvent& event : page->items) {
        const std::string key =
            event.event.event_id + "|" + event.event.recipient_account_id + "|" + std::string(to_string(event.kind));
        out.events[key] = names.contains(event.session_id) ? names[event.session_id] : event.session_id;
      }
      query.cursor = page->next_cursor;
      if (query.cursor.empty()) break;
    }
    tell_folds(out);
    return out;
  }

 private:
  // Without what is drawn by lot (ids), what the clock did in between, and how the records came.
  static std::string comparable(model::Session session) {
    session.id = "x";
    session.version = 0;
    session.aliases.clear();
    session.feeds.clear();
    session.confirmed_by.clear();
    session.opened_at = {};
    session.told_at = {};
    session.told_calls = 0;
    session.digests = 0;
    session.next_due.reset();
    // A name that was learnt helps whoever comes after it, and no one else.
    if (session.principal.type == "IdentityCenterUser") {
      session.principal.name.clear();
      session.principal.name_source.clear();
      session.principal_from = {};
    }
    return to_state_json(session);
  }

  // The last count that was told of each window.
  void tell_folds(Outcome& out) {
    std::map<std::string, std::pair<int, std::string>> last;
    ports::ListQuery query;
    query.limit = 1000;
    query.filters["kind"] = "access.denied";
    for (;;) {
      const auto page = store_->alerts(query);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (const ports::AlertView& view : page->items) {
        const std::string window = view.alert.key.substr(0, view.alert.key.rfind('|'));
        const int generation = std::atoi(view.alert.fact.c_str());
        if (last[window].first < generation) last[window] = {generation, view.alert.data};
      }
      query.cursor = page->next_cursor;
      if (query.cursor.empty()) break;
    }
    for (auto& [window, told] : last) {
      // Who it was is told by names, which may have been learnt by then.
      const std::size_t from = told.second.find("\"principals\":{");
      const std::size_t to = told.second.find("},\"addresses\"", from);
      if (from < to && to != std::string::npos) told.second.erase(from, to - from);
      out.folds[window] = std::move(told.second);
    }
  }

  Folder folder_;
  const Time now_;
  pipeline::SettingsPtr settings_;
  std::unique_ptr<ports::Store> store_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::uint64_t delivered_ = 0;
};

// Where two texts part, with a little around.
std::string parting(const std::string& a, const std::string& b) {
  const auto at = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::size_t from = at < 100 ? 0 : at - 100;
  return "\n  " + a.substr(from, 250) + "\n  " + b.substr(from, 250);
}

}  // namespace

Outcome deliver(const std::vector<std::string>& records, const watch::Config& config, const Plan& plan, Time now) {
  std::mt19937_64 random(plan.seed);
  const auto chance = [&](double share) { return static_cast<double>(random() % 10'000) < share * 10'000; };
  std::vector<std::string> all = records;
  for (const std::string& record : records) {
    if (chance(plan.over_both)) all.push_back(record);
  }
  if (plan.shuffled) std::shuffle(all.begin(), all.end(), random);
  World world(config, now);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t size = std::min(all.size() - at, 1 + random() % plan.most_in_one);
    const std::vector<std::string> some(all.begin() + static_cast<std::ptrdiff_t>(at),
                                        all.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
    for (int copies = chance(plan.twice) ? 2 : 1; copies > 0; --copies) {
      const std::string source = "delivery-" + std::to_string(at);
      switch (plan.all_forms ? random() % 5 : 0) {
        case 0: world.submit(log_file(some), source, "file"); break;
        case 1: world.submit(gzip(log_file(some)), source, "http"); break;
        case 2: world.submit(lines(some), source, "http"); break;
        case 3: world.submit(events(some), source, "eventbridge"); break;
        default: world.submit(log_events(some), source, "http"); break;
      }
    }
    if (plan.sweeps && chance(0.2)) world.sweep();
    world.check_books(false);
    if (plan.restarts && chance(0.1)) {
      world.end();
      world.start();
    }
  }
  return world.outcome();
}

std::string difference(const Outcome& expected, const Outcome& got) {
  const auto compare = [](const char* what, const auto& a, const auto& b) -> std::string {
    for (const auto& [key, value] : a) {
      const auto at = b.find(key);
      if (at == b.end()) return std::string(what) + " " + key + " is missing: " + value.substr(0, 200);
      if (at->second != value) return std::string(what) + " " + key + ":" + parting(value, at->second);
    }
    for (const auto& [key, value] : b) {
      if (!a.contains(key)) return std::string(what) + " " + key + " is too many: " + value.substr(0, 200);
    }
    return {};
  };
  if (std::string text = compare("session", expected.sessions, got.sessions); !text.empty()) return text;
  if (std::string text = compare("fold", expected.folds, got.folds); !text.empty()) return text;
  if (std::string text = compare("event", expected.events, got.events); !text.empty()) return text;
  if (expected.matched != got.matched || expected.attached != got.attached)
    return "matched " + std::to_string(expected.matched) + " and " + std::to_string(got.matched) + ", attached " +
           std::to_string(expected.attached) + " and " + std::to_string(got.attached);
  return {};
}

}  // namespace gw::property
