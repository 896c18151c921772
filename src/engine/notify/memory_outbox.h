// For tests: an outbox and its mutes in memory, with the promises of ports::Outbox and what a test wants to look at.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/store.h"

namespace gw::notify {

class MemoryOutbox : public ports::Outbox, public ports::Admin {
 public:
  struct Row {
    model::Notification notification;
    std::uint64_t fence = 0;
    Time leased_until;
  };

  void add(model::Alert alert, const std::vector<model::Notification>& notifications) {
    std::vector<std::function<void()>> callbacks;
    {
      const std::lock_guard lock(mutex_);
      alerts_[alert.id] = std::move(alert);
      for (const model::Notification& n : notifications) rows_.push_back({n, 0, Time{}});
      callbacks = callbacks_;
    }
    for (const auto& call : callbacks) call();
  }
  void put(const model::Session& session) {
    const std::lock_guard lock(mutex_);
    sessions_[session.id] = session;
  }
  // One notification of an alert about `session` (empty: about none).
  model::Notification add_one(const std::string& id, const std::string& receiver, const std::string& session, Time now,
                              model::AlertKind kind = model::AlertKind::session_opened,
                              model::Severity severity = model::Severity::high) {
    model::Alert alert;
    alert.id = "a-" + id;
    alert.key = std::string(to_string(kind)) + "|" + id;
    alert.kind = kind;
    alert.session_id = session;
    alert.severity = severity;
    alert.watch = "prod";
    alert.receivers = {receiver};
    alert.reason = "watch prod matched";
    alert.created_at = now;
    model::Notification n;
    n.id = id;
    n.alert_id = alert.id;
    n.receiver = receiver;
    n.due_at = n.created_at = now;
    add(std::move(alert), {n});
    return n;
  }

  Result<std::vector<ports::Claim>> claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                          std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (claim_fails > 0) return --claim_fails, Error{Errc::unavailable, "disk"};
    std::vector<Row*> free;
    for (Row& row : rows_) {
      if (row.notification.receiver == receiver && waits(row) && row.leased_until <= now) free.push_back(&row);
    }
    std::stable_sort(free.begin(), free.end(), [](const Row* a, const Row* b) {
      return a->notification.created_at < b->notification.created_at;
    });
    std::set<const Row*> taken;
    std::set<std::string> sessions;
    for (const Row* row : free) {
      if (taken.size() >= limit) break;
      if (row->notification.due_at > now) continue;
      taken.insert(row);
      sessions.insert(survivor(alerts_[row->notification.alert_id].session_id));
    }
    std::vector<ports::Claim> claims;
    for (Row* row : free) {
      const model::Alert& alert = alerts_[row->notification.alert_id];
      const std::string session = survivor(alert.session_id);
      if (!taken.contains(row) && (session.empty() || !sessions.contains(session))) continue;
      row->fence = ++fences_;
      row->leased_until = Time{now.micros + lease_micros};
      ports::Claim claim;
      claim.notification = row->notification;
      claim.alert = alert;
      claim.fence = row->fence;
      if (const auto at = sessions_.find(session); at != sessions_.end()) claim.session = at->second;
      if (const auto at = threads_.find({receiver, session}); at != threads_.end()) claim.thread = at->second;
      claims.push_back(std::move(claim));
    }
    return claims;
  }

  Status mark(const std::vector<std::pair<ports::Claim, ports::Outcome>>& marks, Time now) override {
    const std::lock_guard lock(mutex_);
    if (mark_fails > 0) return --mark_fails, Error{Errc::unavailable, "disk"};
    for (const auto& [claim, outcome] : marks) {
      if (find(claim.notification.id).fence != claim.fence) return Error{Errc::conflict, "lease lost"};
    }
    ++marks_written;
    for (const auto& [claim, outcome] : marks) {
      Row& row = find(claim.notification.id);
      row.fence = ++fences_;
      row.leased_until = Time{};
      model::Notification& n = row.notification;
      n.attempts += outcome.was_sent ? 1 : 0;
      n.state = outcome.state;
      n.reason = outcome.reason;
      n.reference = outcome.reference;
      if (outcome.state == model::SendState::trying) {
        n.due_at = outcome.due_at;
      } else {
        n.settled_at = now;
      }
      if (outcome.thread) threads_[{n.receiver, outcome.thread->session_id}] = *outcome.thread;
      const std::vector<std::string> reroute = outcome.reroute_to;
      const model::Notification parked = n;  // the rows may move
      for (const std::string& receiver : reroute) {
        const bool is_told = std::any_of(rows_.begin(), rows_.end(), [&](const Row& other) {
          return other.notification.alert_id == parked.alert_id && other.notification.receiver == receiver;
        });
        if (is_told) continue;
        model::Notification copy;
        copy.id = parked.id + ">" + receiver;
        copy.alert_id = parked.alert_id;
        copy.receiver = receiver;
        copy.rerouted_from = parked.receiver;
        copy.due_at = copy.created_at = now;
        rows_.push_back({copy, 0, Time{}});
      }
    }
    return ok();
  }

  Result<std::optional<Time>> next_due(const std::string& receiver) override {
    const std::lock_guard lock(mutex_);
    std::optional<Time> next;
    for (const Row& row : rows_) {
      if (row.notification.receiver != receiver || !waits(row)) continue;
      const Time due = std::max(row.notification.due_at, row.leased_until);
      if (!next || due < *next) next = due;
    }
    return next;
  }
  Result<std::vector<std::string>> receivers() override {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const Row& row : rows_) {
      if (waits(row)) names.insert(row.notification.receiver);
    }
    return std::vector<std::string>(names.begin(), names.end());
  }
  void on_new(std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    callbacks_.push_back(std::move(callback));
  }

  Result<std::vector<model::Mute>> mutes(bool) override {
    const std::lock_guard lock(mutex_);
    return mutes_;
  }
  Result<ports::Page<ports::QuarantineItem>> quarantine(const ports::ListQuery&) override { return none(); }
  Result<ports::QuarantineItem> quarantined(const std::string&) override { return none(); }
  Status settle_quarantined(const std::string&, const std::string&, Time) override { return none(); }
  Status retry(const std::string&, Time) override { return none(); }
  Result<std::uint64_t> retain(const Retention&, Time) override { return none(); }

  // For the test to look at, and to set before senders run.
  void mute(model::Mute mute) {
    const std::lock_guard lock(mutex_);
    mutes_.push_back(std::move(mute));
  }
  void set_thread(const model::Thread& thread) {
    const std::lock_guard lock(mutex_);
    threads_[{thread.receiver, thread.session_id}] = thread;
  }
  [[nodiscard]] model::Notification row(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return find(id).notification;
  }
  [[nodiscard]] std::map<model::SendState, std::size_t> states(const std::string& receiver) {
    const std::lock_guard lock(mutex_);
    std::map<model::SendState, std::size_t> counts;
    for (const Row& row : rows_) {
      if (row.notification.receiver == receiver) ++counts[row.notification.state];
    }
    return counts;
  }
  // As if another process had claimed it after the lease ran out.
  void steal(const std::string& id) {
    const std::lock_guard lock(mutex_);
    find(id).fence = ++fences_;
  }
  int claim_fails = 0;  // so many calls fail
  int mark_fails = 0;
  int marks_written = 0;

 private:
  static Error none() { return {Errc::not_found, "not here"}; }
  static bool waits(const Row& row) { return row.notification.state == model::SendState::trying; }
  Row& find(const std::string& id) {
    return *std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.notification.id == id; });
  }
  std::string survivor(const std::string& id) {
    for (const auto& [key, session] : sessions_) {
      if (std::find(session.aliases.begin(), session.aliases.end(), id) != session.aliases.end()) return key;
    }
    return id;
  }

  std::mutex mutex_;
  std::vector<Row> rows_;
  std::map<std::string, model::Alert> alerts_;
  std::map<std::string, model::Session> sessions_;
  std::map<std::pair<std::string, std::string>, model::Thread> threads_;
  std::vector<model::Mute> mutes_;
  std::vector<std::function<void()>> callbacks_;
  std::uint64_t fences_ = 0;
};

}  // namespace gw::notify
