// What a record counts as is known here: it may have been stored by another feed, or stand in the batch twice. So the books of
// a batch are its own, corrected by what correlation says of its entries.
#include "engine/pipeline/writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/json/write.h"
#include "base/sha256.h"
#include "base/uuid.h"
#include "domain/session/correlate.h"
#include "domain/session/entries.h"

namespace gw::pipeline {
namespace {

constexpr std::size_t kMaxConflictAlerts = 20;  // of one commit: whoever may send could make many

enum class Fate : std::uint8_t { left_out, stored, duplicate, conflict };

std::string conflict_key(const model::Entry& entry) { return "conflict|" + entry.event_key + "|"; }

model::Alert conflict_alert(const model::Entry& entry, const Settings& settings, Time now) {
  model::Alert alert;
  alert.id = random_uuid7(now);
  alert.kind = model::AlertKind::conflict;
  alert.key = conflict_key(entry);
  alert.severity = std::max(entry.event.severity.value_or(model::Severity::high), model::Severity::high);
  alert.watch = entry.event.watch;
  alert.receivers = entry.event.receivers;
  alert.reason = "two records have one event id and differ; both are kept, the later one in quarantine";
  alert.data = "{\"event_id\":";
  json::append_string_or_null(alert.data, entry.event.event_id);
  alert.data += ",\"account_id\":";
  json::append_string_or_null(alert.data, entry.event.recipient_account_id);
  alert.data += ",\"source\":";
  json::append_string(alert.data, entry.event.origin.path);
  alert.data += "}";
  alert.created_at = now;
  alert.event_time = entry.event.event_time;
  alert.config_hash = settings.config_hash;
  return alert;
}

ports::QuarantineItem conflict_item(const model::Entry& entry, const KeptRecord& kept, Time now) {
  ports::QuarantineItem item;
  item.id = random_uuid7(now);
  item.key = sha256_hex("conflict\n" + entry.event_key + "\n" + std::to_string(entry.content));
  item.feed = entry.event.origin.feed;
  item.source = entry.event.origin.path;
  item.reason = "another record with the same event id is stored, and differs";
  item.event_id = entry.event.event_id;
  item.payload = kept.text;
  item.size = kept.size;
  item.at = now;
  return item;
}

// A record that came twice counts once, as what it was the first time.
void correct(ports::RecordBooks& books, KeptRecord::As as, std::uint64_t ports::RecordBooks::*really) {
  if (as == KeptRecord::As::quarantined) return;
  --(as == KeptRecord::As::matched ? books.matched : books.attached);
  ++(books.*really);
}

void add_coverage(std::map<std::tuple<std::string, std::string, std::string>, ports::CoverageSighting>& all,
                  const ports::CoverageSighting& one) {
  const auto [at, fresh] = all.try_emplace({one.account_id, one.region, one.feed}, one);
  if (fresh) return;
  at->second.records += one.records;
  at->second.newest = std::max(at->second.newest, one.newest);
  at->second.received_at = std::max(at->second.received_at, one.received_at);
}

}  // namespace

// The entries of all works, one behind the other.
struct Writer::Group {
  std::span<Work* const> works;
  std::vector<model::Entry> entries;
  std::vector<std::size_t> first;  // of each work
  // Behind those of the works: calls of role chains, of which the first so many stand in these works, counted as not watched.
  std::size_t chained = 0;
  std::size_t chained_now = 0;
  const Settings* settings = nullptr;
  Time now;
};

void route(const Settings& settings, std::vector<model::Alert> alerts, const ports::Loaded& loaded,
           ports::Commit& commit) {
  if (settings.backfill) return;
  if (settings.route && !alerts.empty()) settings.route(alerts, loaded, commit.notifications);
  commit.alerts = std::move(alerts);
}

void Writer::name(std::vector<model::Entry>& entries, const watch::Directory* directory) {
  for (model::Entry& entry : entries) {
    if (!entry.event.principal.name.empty() || entry.event.identity_store_user.empty()) continue;
    if (const std::string* name = names_.find(entry.event.identity_store_user)) {
      entry.event.principal.name = *name;
      entry.event.principal.name_source = "learnt";
    }
    watch::name_person(directory, entry.event);
  }
}

ports::Ask Writer::ask_for(const Group& group) {
  ports::Ask ask;
  std::set<std::string> folds;
  std::set<std::tuple<std::string, std::int64_t, std::int64_t>> edges;
  for (const model::Entry& entry : group.entries) {
    ask.event_keys.push_back(entry.event_key);
    if (entry.kind == model::EntryKind::failure) folds.insert(session::fold_key(entry.event, group.now));
    for (const model::Edge& edge : entry.edges) {
      if (edge.is_sought() && edges.emplace(edge.key, edge.from.micros, edge.to.micros).second)
        ask.edges.push_back(edge);
    }
    for (const std::string& watch : entry.event.watches) ask.watches.insert(watch);
    ask.alert_keys.push_back(conflict_key(entry));
  }
  for (const Work* work : group.works) {
    for (const model::Alert& alert : work->batch.alerts) ask.alert_keys.push_back(alert.key);
  }
  ask.folds.assign(folds.begin(), folds.end());
  ask.openings_since = Time{group.now.micros - group.settings->openings_micros};
  return ask;
}

ports::Commit Writer::decide(const Group& group, const ports::Loaded& loaded) {
  const Settings& settings = *group.settings;
  session::Context context;
  context.now = group.now;
  context.new_id = [](Time time) { return random_uuid7(time); };
  context.config_hash = settings.config_hash;
  context.backfill = settings.backfill;
  context.escalation = settings.escalation;
  session::Changes changes = session::correlate(group.entries, {loaded.known, loaded.sessions, loaded.folds}, context);

  ports::Commit commit;
  commit.at = group.now;
  std::vector<Fate> fates(group.entries.size(), Fate::left_out);
  commit.entries.reserve(changes.stored.size());
  for (auto& [index, id] : changes.stored) {
    fates[index] = Fate::stored;
    commit.entries.emplace_back(std::move(id), group.entries[index]);
  }
  for (const std::size_t index : changes.duplicates) {
    fates[index] = Fate::duplicate;
    commit.feeds.push_back({group.entries[index].event_key, group.entries[index].event.origin.feed});
  }
  for (const std::size_t index : changes.conflicts) fates[index] = Fate::conflict;
  for (model::SessionChange& change : changes.sessions) {
    if (change.session.organization_id.empty()) change.session.organization_id = settings.organization_id;
  }
  commit.sessions = std::move(changes.sessions);
  commit.folds = std::move(changes.folds);
  std::vector<model::Alert> alerts = std::move(changes.alerts);

  std::map<std::tuple<std::string, std::string, std::string>, ports::CoverageSighting> coverage;
  std::set<std::string> told;
  std::size_t conflicts = 0;
  const auto is_new = [&](const std::string& key) {
    return !loaded.alert_keys.contains(key) && told.insert(key).second;
  };
  for (std::size_t w = 0; w < group.works.size(); ++w) {
    const Work& work = *group.works[w];
    ports::RecordBooks books = work.batch.records;
    for (const KeptRecord& kept : work.batch.kept) {
      const std::size_t begin = group.first[w] + kept.first;
      const auto of = [&](Fate fate) {
        const auto at = fates.begin() + static_cast<std::ptrdiff_t>(begin);
        return std::find(at, at + static_cast<std::ptrdiff_t>(kept.count), fate);
      };
      const auto end = fates.begin() + static_cast<std::ptrdiff_t>(begin + kept.count);
      if (const auto conflict = of(Fate::conflict); conflict != end) {
        const model::Entry& entry = group.entries[static_cast<std::size_t>(conflict - fates.begin())];
        correct(books, kept.as, &ports::RecordBooks::quarantined);
        commit.quarantine.push_back(conflict_item(entry, kept, group.now));
        if (is_new(conflict_key(entry)) && conflicts++ < kMaxConflictAlerts)
          alerts.push_back(conflict_alert(entry, settings, group.now));
      } else if (of(Fate::stored) == end) {
        correct(books, kept.as, &ports::RecordBooks::duplicate);
      }
    }
    commit.records += books;
    commit.deliveries[work.feed] += work.batch.delivery;
    commit.quarantine.insert(commit.quarantine.end(), work.batch.quarantine.begin(), work.batch.quarantine.end());
    commit.chain.insert(commit.chain.end(), work.batch.chain.begin(), work.batch.chain.end());
    for (const ports::CoverageSighting& sighting : work.batch.coverage) add_coverage(coverage, sighting);
    for (const model::Alert& alert : work.batch.alerts) {
      if (is_new(alert.key)) alerts.push_back(alert);
    }
    for (const auto& [key, value] : work.cursors) commit.cursors[key] = value;
  }
  for (std::size_t i = 0; i < group.chained_now; ++i) {
    if (fates[group.chained + i] != Fate::stored) continue;
    --commit.records.not_watched;
    ++commit.records.attached;
  }
  if (!settings.backfill) {  // an archive says nothing of whether feeds are heard
    for (auto& [place, sighting] : coverage) commit.coverage.push_back(std::move(sighting));
  }
  route(settings, std::move(alerts), loaded, commit);
  return commit;
}

// Calls with keys that a session handed out count for it, whichever came first: those of these works, and those that the horizon
// remembers of keys that are handed out in them. Answers what was handed out.
std::vector<std::uint64_t> Writer::follow_chains(Group& group) const {
  std::vector<std::uint64_t> granted;
  group.chained = group.entries.size();
  if (horizon_ == nullptr) return granted;
  std::set<std::uint64_t> fresh;
  for (model::Entry& entry : group.entries) {
    for (const model::Edge& edge : entry.edges) {
      const auto credential = session::chain_credential_of(edge);
      if (!credential) continue;
      entry.chain_incomplete = horizon_->complete_since().has_value();
      if (fresh.insert(*credential).second) granted.push_back(*credential);
    }
  }
  const auto add = [&](const ports::ChainRow& row) {
    group.entries.push_back(session::chain_entry(row.credential, row.event, row.time, row.kinds, row.account_id));
  };
  for (const Work* work : group.works) {
    for (const ports::ChainRow& row : work->batch.chain) {
      if (fresh.contains(row.credential) || horizon_->is_granted(row.credential)) add(row);
    }
  }
  group.chained_now = group.entries.size() - group.chained;
  for (const std::uint64_t credential : granted) {
    if (horizon_->is_granted(credential)) continue;
    for (const ports::ChainRow& row : horizon_->lookup(credential)) add(row);
  }
  return granted;
}

Status Writer::commit(std::span<Work* const> works, Time now) {
  Group group;
  group.works = works;
  group.settings = works.front()->settings.get();
  group.now = now;
  for (Work* work : works) {
    for (const detect::NameFact& fact : work->batch.names) names_.learn(fact);
  }
  for (Work* work : works) {
    group.first.push_back(group.entries.size());
    std::move(work->batch.entries.begin(), work->batch.entries.end(), std::back_inserter(group.entries));
  }
  name(group.entries, group.settings->watches.config().directory.get());
  const std::vector<std::uint64_t> granted = follow_chains(group);
  const Status status =
      store_.commit(ask_for(group), [&](const ports::Loaded& loaded) { return decide(group, loaded); });
  if (status && horizon_ != nullptr) {
    for (const Work* work : works) horizon_->add(work->batch.chain, now);
    for (const std::uint64_t credential : granted) horizon_->grant(credential);
  }
  if (!status) {  // back to where they came from
    for (std::size_t w = 0; w < works.size(); ++w) {
      const auto begin = group.entries.begin() + static_cast<std::ptrdiff_t>(group.first[w]);
      std::move(begin, begin + static_cast<std::ptrdiff_t>(works[w]->batch.entries.size()),
                works[w]->batch.entries.begin());
    }
  }
  return status;
}

}  // namespace gw::pipeline
