// For tests: a store that answers with what was put into it and keeps what it was asked, and a pipeline that holds
// deliveries until the test settles them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edge/web/web.h"

namespace gw::web {

class FakeStore : public ports::Store {
 public:
  std::vector<model::Session> stored;
  std::vector<ports::StoredEvent> stored_events;
  std::vector<ports::AlertView> stored_alerts;
  std::vector<model::Mute> stored_mutes;
  std::vector<ports::QuarantineItem> stored_items;
  std::vector<ports::CoverageSighting> stored_coverage;
  std::map<std::string, std::string> kept;  // cursors
  ports::Totals stored_totals;
  std::optional<Error> failure;  // of everything
  std::string next_cursor;
  int conflicts = 0;  // commits whose first decision is thrown away

  ports::ListQuery last_query;
  std::vector<ports::Commit> commits;
  std::vector<std::string> retried;

  Status commit(const ports::Ask& ask, const Decide& decide) override {
    if (failure) return *failure;
    ports::Loaded loaded;
    for (const std::string& id : ask.session_ids) {
      if (const model::Session* found = find(id)) {
        loaded.sessions.push_back(*found);
        loaded.aliases[id] = found->id;
      }
    }
    for (; conflicts > 0; --conflicts) (void)decide(loaded);
    commits.push_back(decide(loaded));
    for (const model::SessionChange& change : commits.back().sessions) {
      for (model::Session& session : stored) {
        if (session.id == change.session.id) session = change.session;
      }
    }
    for (const model::Mute& mute : commits.back().mutes) {
      std::erase_if(stored_mutes, [&](const model::Mute& other) { return other.id == mute.id; });
      stored_mutes.push_back(mute);
    }
    return ok();
  }

  Result<std::vector<ports::Claim>> claim(const std::string&, Time, std::int64_t, std::size_t) override {
    return std::vector<ports::Claim>{};
  }
  Status mark(const std::vector<std::pair<ports::Claim, ports::Outcome>>&, Time) override { return ok(); }
  Result<std::optional<Time>> next_due(const std::string&) override { return std::optional<Time>{}; }
  Result<std::vector<std::string>> receivers() override { return std::vector<std::string>{}; }
  void on_new(std::function<void()>) override {}

  Result<ports::Page<model::Session>> sessions(const ports::ListQuery& query) override { return page(query, stored); }
  Result<model::Session> session(const std::string& id) override {
    if (failure) return *failure;
    const model::Session* const found = find(id);
    if (found == nullptr) return Error{Errc::not_found, "no session has that id"};
    return *found;
  }
  Result<ports::Page<ports::StoredEvent>> events(const ports::ListQuery& query) override {
    return page(query, stored_events);
  }
  Result<ports::Page<ports::AlertView>> alerts(const ports::ListQuery& query) override {
    return page(query, stored_alerts);
  }
  Result<ports::Totals> totals() override {
    if (failure) return *failure;
    return stored_totals;
  }
  Result<Due> due(Time, std::size_t) override { return Due{}; }

  Result<std::vector<model::Mute>> mutes(bool with_ended) override {
    if (failure) return *failure;
    std::vector<model::Mute> out = stored_mutes;
    if (!with_ended) std::erase_if(out, [](const model::Mute& mute) { return mute.ended_at.has_value(); });
    return out;
  }
  Result<ports::Page<ports::QuarantineItem>> quarantine(const ports::ListQuery& query) override {
    return page(query, stored_items);
  }
  Result<ports::QuarantineItem> quarantined(const std::string& id) override {
    for (const ports::QuarantineItem& item : stored_items) {
      if (item.id == id) return item;
    }
    return Error{Errc::not_found, "no item has that id"};
  }
  Status settle_quarantined(const std::string& id, const std::string& as, Time now) override {
    for (ports::QuarantineItem& item : stored_items) {
      if (item.id != id) continue;
      item.settled_at = now;
      item.settled_as = as;
      return ok();
    }
    return Error{Errc::not_found, "no item has that id"};
  }
  Status retry(const std::string& alert_id, Time) override {
    if (alert_id == "missing") return Error{Errc::not_found, "no alert has that id"};
    retried.push_back(alert_id);
    return ok();
  }
  Result<std::uint64_t> retain(const Retention&, Time) override { return std::uint64_t{0}; }

  Result<std::map<std::string, std::string>> cursors(const std::string& prefix) override {
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : kept) {
      if (name.starts_with(prefix)) out.emplace(name, value);
    }
    return out;
  }
  Result<std::vector<ports::ChainRow>> chain(Time) override { return std::vector<ports::ChainRow>{}; }
  Result<std::vector<ports::CoverageSighting>> coverage() override { return stored_coverage; }

 private:
  template <class T>
  Result<ports::Page<T>> page(const ports::ListQuery& query, const std::vector<T>& items) {
    if (failure) return *failure;
    last_query = query;
    return ports::Page<T>{items, next_cursor};
  }
  [[nodiscard]] const model::Session* find(const std::string& id) const {
    for (const model::Session& session : stored) {
      if (session.id == id) return &session;
      for (const std::string& alias : session.aliases) {
        if (alias == id) return &session;
      }
    }
    return nullptr;
  }
};

class FakeIngest : public Ingest {
 public:
  void submit(ports::Delivery delivery) override {
    if (settle_at_once) {
      const auto settle = delivery.settle;
      keep(std::move(delivery));
      settle(*settle_at_once);
      return;
    }
    keep(std::move(delivery));
  }
  bool has_room(std::size_t bytes) override { return room && bytes <= largest; }

  // The next delivery, when it has come.
  ports::Delivery wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !deliveries_.empty(); });
    ports::Delivery delivery = std::move(deliveries_.front());
    deliveries_.pop_front();
    return delivery;
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return deliveries_.size();
  }

  std::atomic<bool> room = true;
  std::atomic<std::size_t> largest = std::size_t{1} << 40;
  std::optional<ports::Settled> settle_at_once;

 private:
  void keep(ports::Delivery delivery) {
    const std::lock_guard lock(mutex_);
    deliveries_.push_back(std::move(delivery));
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ports::Delivery> deliveries_;
};

}  // namespace gw::web
