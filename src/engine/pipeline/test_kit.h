// For tests: a store in memory that keeps the promises of ports::Committer, with faults to order; records; deliveries.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/pipeline/settings.h"
#include "engine/ports/source.h"
#include "engine/ports/store.h"

namespace gw::pipeline {

class MemoryStore : public ports::Committer {
 public:
  Status commit(const ports::Ask& ask, const Decide& decide) override {
    const std::lock_guard lock(mutex);
    ++tries;
    if (!faults.empty()) {
      const Errc code = faults.front();
      faults.pop_front();
      return Error{code, "as ordered"};
    }
    ports::Loaded loaded;
    for (const std::string& key : ask.event_keys) {
      if (const auto at = events.find(key); at != events.end()) loaded.known.emplace(key, at->second.content);
    }
    for (const auto& [id, session] : sessions) {
      const bool named = std::find(ask.session_ids.begin(), ask.session_ids.end(), id) != ask.session_ids.end();
      const bool touched = std::any_of(session.edges.begin(), session.edges.end(), [&](const model::Edge& mine) {
        return std::any_of(ask.edges.begin(), ask.edges.end(), [&](const model::Edge& edge) {
          return mine.is_shown() && mine.key == edge.key && mine.from <= edge.to && edge.from <= mine.to;
        });
      });
      if (named || touched) loaded.sessions.push_back(session);
    }
    for (const std::string& id : ask.session_ids) {
      if (sessions.contains(id)) loaded.aliases[id] = id;
    }
    for (const std::string& key : ask.folds) {
      if (const auto at = folds.find(key); at != folds.end()) loaded.folds.push_back(at->second);
    }
    for (const std::string& key : ask.alert_keys) {
      if (alerts.contains(key)) loaded.alert_keys.insert(key);
    }
    (void)decide(loaded);  // may be called several times
    const ports::Commit c = decide(loaded);
    if (is_poison && is_poison(c)) return Error{Errc::internal, "a constraint"};
    for (const auto& [id, entry] : c.entries) events.emplace(entry.event_key, entry);
    for (const model::SessionChange& change : c.sessions) {
      for (const std::string& id : change.absorbed) sessions.erase(id);
      model::Session session = change.session;
      ++session.version;
      sessions[session.id] = std::move(session);
    }
    for (const model::Fold& fold : c.folds) folds[fold.key] = fold;
    for (const model::Alert& alert : c.alerts) alerts.emplace(alert.key, alert);
    notifications.insert(notifications.end(), c.notifications.begin(), c.notifications.end());
    for (const ports::QuarantineItem& item : c.quarantine) quarantine.emplace(item.key, item);
    for (const model::Mute& mute : c.mutes) mutes[mute.id] = mute;
    coverage.insert(coverage.end(), c.coverage.begin(), c.coverage.end());
    chain.insert(chain.end(), c.chain.begin(), c.chain.end());
    for (const auto& [key, value] : c.cursors) cursors[key] = value;
    records += c.records;
    for (const auto& [feed, books] : c.deliveries) deliveries[feed] += books;
    ++commits;
    return ok();
  }

  std::mutex mutex;
  std::deque<Errc> faults;                              // of the next calls
  std::function<bool(const ports::Commit&)> is_poison;  // what the store refuses
  std::map<std::string, model::Entry> events;
  std::map<std::string, model::Session> sessions;
  std::map<std::string, model::Fold> folds;
  std::map<std::string, model::Alert> alerts;  // by key
  std::vector<model::Notification> notifications;
  std::map<std::string, ports::QuarantineItem> quarantine;  // by key
  std::map<std::string, model::Mute> mutes;
  std::vector<ports::CoverageSighting> coverage;
  std::vector<ports::ChainRow> chain;
  std::map<std::string, std::string> cursors;
  ports::RecordBooks records;
  std::map<std::string, ports::DeliveryBooks> deliveries;
  int commits = 0;
  int tries = 0;
};

inline Time test_now() { return *parse_time("2026-07-01T12:00:00Z"); }

inline Settings test_settings() {
  watch::Config config;
  watch::Watch prod;
  prod.name = "prod";
  prod.roles = {"BreakGlass*"};
  prod.severity = model::Severity::critical;
  prod.receivers = {"oncall"};
  config.watches.push_back(prod);
  Settings settings{watch::WatchSet::compile(std::move(config)).value(), {}, "hash", "o-1", {}, false};
  settings.route = [](std::vector<model::Alert>& alerts, const ports::Loaded&,
                      std::vector<model::Notification>& notifications) {
    for (const model::Alert& alert : alerts) {
      model::Notification one;
      one.alert_id = alert.id;
      one.receiver = alert.receivers.empty() ? "default" : alert.receivers.front();
      notifications.push_back(one);
    }
  };
  return settings;
}
inline SettingsPtr shared(Settings settings) { return std::make_shared<const Settings>(std::move(settings)); }

// Somebody takes the role in the portal; `extra` are members of the record, with a comma behind.
inline std::string grant_record(const std::string& id, const std::string& role = "BreakGlassAdmin",
                                const std::string& extra = "", const std::string& time = "2026-07-01T10:00:00Z") {
  return R"({"eventVersion":"1.11","userIdentity":{"type":"IdentityCenterUser","accountId":"111111111111","onBehalfOf":)"
         R"({"userId":"u-alice","identityStoreArn":"arn:aws:identitystore::111111111111:identitystore/d-1"},)"
         R"("credentialId":"c"},"eventTime":")" +
         time +
         R"(","eventSource":"sso.amazonaws.com","eventName":"Federate","awsRegion":"eu-west-1","sourceIPAddress":)"
         R"("198.51.100.7","userAgent":"Mozilla/5.0",)" +
         extra + R"("requestParameters":null,"responseElements":null,"eventID":")" + id +
         R"(","eventType":"AwsServiceEvent","recipientAccountId":"111111111111","serviceEventDetails":{"role_name":")" +
         role + R"(","account_id":"222222222222"}})";
}

// A call by a role session, signed with temporary keys.
inline std::string call_record(const std::string& id, const std::string& role = "app",
                               const std::string& event = "ListBuckets", const std::string& key = "ASIAEXAMPLE",
                               const std::string& name = "alice") {
  return R"({"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAX:)" + name +
         R"(","arn":"arn:aws:sts::222222222222:assumed-role/)" + role + "/" + name +
         R"(","accountId":"222222222222","accessKeyId":")" + key +
         R"(","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::222222222222:role/)" +
         role + R"(","accountId":"222222222222","userName":")" + role +
         R"("},"attributes":{"creationDate":"2026-07-01T10:00:00Z","mfaAuthenticated":"false"}}},"eventTime":)"
         R"("2026-07-01T10:05:00Z","eventSource":"s3.amazonaws.com","eventName":")" +
         event +
         R"(","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2","readOnly":true,"eventID":")" +
         id + R"(","eventType":"AwsApiCall","recipientAccountId":"222222222222","eventCategory":"Management"})";
}

inline std::string log_file(const std::vector<std::string>& records) {
  std::string out = R"({"Records":[)";
  for (const std::string& record : records) {
    if (out.back() != '[') out.push_back(',');
    out += record;
  }
  return out + "]}";
}

inline ports::Delivery delivery_of(std::string bytes, std::string source = "a.json", std::string feed = "file") {
  ports::Delivery delivery;
  delivery.feed = std::move(feed);
  delivery.source = std::move(source);
  delivery.bytes = std::move(bytes);
  delivery.received_at = test_now();
  return delivery;
}

// Collects how deliveries were settled.
class Settlements {
 public:
  std::function<void(ports::Settled)> one() {
    return [this](ports::Settled how) {
      const std::lock_guard lock(mutex_);
      ++(how == ports::Settled::durable ? durable_ : unavailable_);
      changed_.notify_all();
    };
  }
  void wait_for(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return durable_ + unavailable_ >= n; });
  }
  int durable() {
    const std::lock_guard lock(mutex_);
    return durable_;
  }
  int unavailable() {
    const std::lock_guard lock(mutex_);
    return unavailable_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int durable_ = 0;
  int unavailable_ = 0;
};

// What of it is due.
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

}  // namespace gw::pipeline
