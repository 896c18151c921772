// Records as JSON → entries → sessions, in memory: what correlation tests are written with.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/doc.h"
#include "base/sha256.h"
#include "base/siphash.h"
#include "base/uuid.h"
#include "domain/cloudtrail/record_decode.h"
#include "domain/detect/detect.h"
#include "domain/session/correlate.h"
#include "domain/session/entries.h"
#include "domain/watch/watch_set.h"

namespace gw::test {

inline Time at(std::string_view text) { return parse_time(text).value_or(Time{}); }

class Kit {
 public:
  Kit() {
    watch::Config config;
    watch::Watch prod;
    prod.name = "prod";
    prod.roles = {"BreakGlass*"};
    prod.severity = model::Severity::critical;
    prod.receivers = {"oncall"};
    config.watches.push_back(prod);
    set(std::move(config));
  }
  void set(watch::Config config) { watches_.emplace(watch::WatchSet::compile(std::move(config)).value()); }

  std::vector<model::Entry> entries(std::string_view json) {
    std::vector<model::Entry> out;
    append(out, json);
    return out;
  }
  void append(std::vector<model::Entry>& out, std::string_view json) {
    json::Doc doc;
    if (!doc.parse(json)) return;
    const model::Record record = cloudtrail::decode_record(doc.root());
    model::AccessEvent access;
    model::AccessEvent actor;
    const bool is_access = detect::detect(record, access);
    if (is_access) watches_->decide(access, now);
    const bool has_actor = detect::actor(record, actor);
    if (has_actor) watches_->decide_actor(actor, now);
    session::Read read;
    read.record = &record;
    read.access = is_access ? &access : nullptr;
    read.actor = has_actor ? &actor : nullptr;
    const std::string key = std::string(record.event_id) + "\n" + std::string(record.recipient_account_id);
    read.event_key = key;
    read.content = siphash({1, 2}, json);
    read.received_at = now;
    session::append_entries(out, read, rules);
  }

  // Delivers a batch: what a store would do with it.
  session::Changes deliver(const std::vector<model::Entry>& batch) {
    session::Known known;
    known.events = events_;
    for (const auto& [id, session] : sessions) known.sessions.push_back(session);
    for (const auto& [key, fold] : folds) known.folds.push_back(fold);
    session::Context context;
    context.now = now;
    context.new_id = [this](Time time) { return uuid7(time, 0, ++ids_); };
    session::Changes changes = session::correlate(batch, std::move(known), context);
    apply(changes);
    for (const auto& [index, id] : changes.stored) events_[batch[index].event_key] = batch[index].content;
    return changes;
  }
  session::Changes deliver(std::string_view json) { return deliver(entries(json)); }

  session::Changes sweep() {
    std::vector<model::Session> all;
    for (const auto& [id, session] : sessions) all.push_back(session);
    std::vector<model::Fold> all_folds;
    for (const auto& [key, fold] : folds) all_folds.push_back(fold);
    session::Context context;
    context.now = now;
    context.new_id = [this](Time time) { return uuid7(time, 0, ++ids_); };
    session::Changes changes = session::sweep(all, all_folds, context);
    apply(changes);
    return changes;
  }

  [[nodiscard]] const model::Session& only() const { return sessions.begin()->second; }

  std::map<std::string, model::Session> sessions;
  std::map<std::string, model::Fold> folds;
  std::vector<model::Alert> alerts;
  session::Rules rules;
  Time now = at("2026-07-01T12:00:00Z");

 private:
  void apply(const session::Changes& changes) {
    for (const model::SessionChange& change : changes.sessions) {
      for (const std::string& id : change.absorbed) sessions.erase(id);
      model::Session session = change.session;
      ++session.version;
      sessions[session.id] = session;
    }
    for (const model::Fold& fold : changes.folds) folds[fold.key] = fold;
    alerts.insert(alerts.end(), changes.alerts.begin(), changes.alerts.end());
  }

  std::optional<watch::WatchSet> watches_;
  std::unordered_map<std::string, std::uint64_t> events_;
  std::uint64_t ids_ = 0;
};

}  // namespace gw::test
