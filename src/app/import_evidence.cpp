#include "app/import_evidence.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "app/imported_marks.h"

namespace gw::app {
namespace {

using model::Session;

constexpr std::size_t kEntriesAtOnce = 1000;
constexpr std::size_t kOthersAtOnce = 500;
constexpr std::string_view kMuteEnd = "import";

std::set<std::string> keys_of(const Session& session) {
  std::set<std::string> keys;
  if (!session.first_event_key.empty()) keys.insert(session.first_event_key);
  for (const model::Join& join : session.joins) keys.insert(join.event_key);
  return keys;
}

bool share_an_event(const Session& a, const Session& b) {
  const std::set<std::string> keys = keys_of(a);
  const std::set<std::string> others = keys_of(b);
  return std::any_of(others.begin(), others.end(), [&](const std::string& key) { return keys.contains(key); });
}

bool stands_before(const Session& a, const Session& b) {
  return std::tie(a.opened_at, a.id) > std::tie(b.opened_at, b.id);
}

void add_alias(Session& session, const std::string& id) {
  const auto at = std::lower_bound(session.aliases.begin(), session.aliases.end(), id);
  if (id != session.id && (at == session.aliases.end() || *at != id)) session.aliases.insert(at, id);
}

}  // namespace

void EvidenceSet::add(store::EvidenceFact fact) {
  ++facts_;
  switch (fact.kind) {
    case store::EvidenceFact::Kind::entry: return add_entry(std::move(fact));
    case store::EvidenceFact::Kind::session: return add_session(std::move(fact));
    case store::EvidenceFact::Kind::delivery:
      deliveries_.try_emplace(fact.notification.id, HeldDelivery{fact.notification, fact.alert});
      return;
    case store::EvidenceFact::Kind::mute: {
      const auto [held, fresh] = mutes_.try_emplace(fact.mute.id, fact.at, fact.mute);
      const bool is_later = std::pair(fact.mute.ended_at.has_value(), fact.at) >
                            std::pair(held->second.second.ended_at.has_value(), held->second.first);
      if (!fresh && is_later) held->second = {fact.at, std::move(fact.mute)};
      return;
    }
  }
}

void EvidenceSet::add_entry(store::EvidenceFact fact) {
  HeldEntry next{fact.at, std::move(fact.session_id), std::move(fact.entry)};
  const auto [held, fresh] = entries_.try_emplace(next.entry.event_key, next);
  if (fresh) return;
  HeldEntry& known = held->second;
  if (known.entry.content != next.entry.content) {  // the first one stays, as in a store
    ++conflicts_;
    --facts_;
    if (std::tie(next.at, next.entry.content) < std::tie(known.at, known.entry.content)) known = std::move(next);
  } else if (std::tie(known.at, known.session_id) < std::tie(next.at, next.session_id)) {
    known = std::move(next);
  }
}

void EvidenceSet::add_session(store::EvidenceFact fact) {
  const auto absorb = [&](const std::string& id) {
    if (id == fact.session_id) return;
    const auto [held, fresh] = aliases_.try_emplace(id, fact.at, fact.session_id);
    if (!fresh && held->second < std::pair(fact.at, fact.session_id)) held->second = {fact.at, fact.session_id};
  };
  for (const std::string& id : fact.absorbed) absorb(id);
  for (const std::string& id : fact.session.aliases) absorb(id);
  HeldSession next{fact.at, std::move(fact.session)};
  const auto [held, fresh] = sessions_.try_emplace(next.session.id, next);
  if (fresh) return;
  Session& known = held->second.session;
  const auto order = [](Time at, const Session& s) { return std::tuple(at, s.version, model::to_state_json(s)); };
  if (order(held->second.at, known) < order(next.at, next.session)) held->second = std::move(next);
}

std::string EvidenceSet::standing(const std::string& id) const {
  std::string at = id;
  for (std::set<std::string> seen; seen.insert(at).second;) {
    const auto alias = aliases_.find(at);
    if (alias == aliases_.end()) return at;
    at = alias->second.second;
  }
  // A ring, which no store writes: the least of it stands.
  std::string least = at;
  for (std::string next = aliases_.at(at).second; next != at; next = aliases_.at(next).second)
    least = std::min(least, next);
  return least;
}

// One run of write().
class EvidenceSet::Writer {
 public:
  Writer(EvidenceSet& set, ports::Store& store, Time now) : set_(set), store_(store), now_(now) {}

  Status run() {
    auto marks = ImportedMarks::read(store_);
    if (!marks) return marks.error();
    marks_ = std::move(*marks);
    std::map<std::string, EntryRefs> by_session;
    for (const auto& [key, held] : set_.entries_) by_session[set_.standing(held.session_id)].push_back(&held);
    std::map<std::string, std::vector<std::string>> absorbed;
    for (const auto& [id, alias] : set_.aliases_) {
      if (const std::string into = set_.standing(id); into != id) absorbed[into].push_back(id);
    }
    for (const auto& [id, held] : set_.sessions_) {
      if (set_.standing(id) != id) continue;
      if (Status done = write_session(held, absorbed[id], by_session[id]); !done) return done;
      by_session.erase(id);
    }
    for (const auto& [id, entries] : by_session) {
      if (Status done = write_entries(id, entries, 0); !done) return done;
    }
    if (Status done = write_deliveries(); !done) return done;
    return write_mutes();
  }

  ImportCounts counts;

 private:
  // What one commit would add to the counts: it may be decided several times.
  struct Step {
    ports::Commit commit;
    ImportCounts counts;
  };

  void take(const ImportCounts& step) {
    counts.accesses += step.accesses;
    counts.activity += step.activity;
    counts.sessions += step.sessions;
    counts.conflicts += step.conflicts;
    counts.homeless += step.homeless;
  }

  // An event or an alert of a session that is nowhere would be lost in the store.
  [[nodiscard]] static bool has_home(const std::string& id, const ports::Loaded& loaded) {
    return id.empty() || loaded.aliases.contains(id) ||
           std::any_of(loaded.sessions.begin(), loaded.sessions.end(), [&](const Session& s) { return s.id == id; });
  }

  void add_entries(const std::string& id, const EntryRefs& entries, std::size_t begin, const ports::Loaded& loaded,
                   Step& step) const {
    const std::size_t end = std::min(entries.size(), begin + kEntriesAtOnce);
    for (std::size_t i = begin; i < end; ++i) {
      const model::Entry& entry = entries[i]->entry;
      if (const auto known = loaded.known.find(entry.event_key); known != loaded.known.end()) {
        if (known->second != entry.content) ++step.counts.conflicts;
        continue;
      }
      ++(entry.kind == model::EntryKind::activity ? step.counts.activity : step.counts.accesses);
      step.commit.entries.emplace_back(id, entry);
    }
  }

  static void ask_for(const EntryRefs& entries, std::size_t begin, ports::Ask& ask) {
    const std::size_t end = std::min(entries.size(), begin + kEntriesAtOnce);
    for (std::size_t i = begin; i < end; ++i) ask.event_keys.push_back(entries[i]->entry.event_key);
  }

  Status commit(const ports::Ask& ask, const std::function<Step(const ports::Loaded&)>& decide) {
    ImportCounts counted;
    Status done = store_.commit(ask, [&](const ports::Loaded& loaded) {
      Step step = decide(loaded);
      counted = step.counts;
      step.commit.at = now_;
      return std::move(step.commit);
    });
    if (done) take(counted);
    return done;
  }

  Status write_entries(const std::string& id, const EntryRefs& entries, std::size_t begin) {
    for (std::size_t at = begin; at < entries.size(); at += kEntriesAtOnce) {
      ports::Ask ask;
      ask_for(entries, at, ask);
      if (!id.empty()) ask.session_ids.push_back(id);
      Status done = commit(ask, [&](const ports::Loaded& loaded) {
        Step step;
        if (has_home(id, loaded)) {
          add_entries(id, entries, at, loaded, step);
        } else {
          step.counts.homeless += std::min(entries.size() - at, kEntriesAtOnce);
        }
        return step;
      });
      if (!done) return done;
    }
    return ok();
  }

  [[nodiscard]] bool is_live(const Session& session) const { return !marks_.contains(session.id); }

  // The session with what it absorbs, against what the store has: nothing, an older or later import of it, a live session of the
  // same events, or another attempt at it.
  void decide_session(const HeldSession& held, const std::vector<std::string>& absorbed, const ports::Loaded& loaded,
                      Step& step) const {
    const std::string& id = held.session.id;
    if (loaded.aliases.contains(id)) return;  // it is a part of another one there
    const Session* own = nullptr;
    const Session* rival = nullptr;  // that stands instead of it
    std::vector<const Session*> others;
    const std::set<std::string> parts(absorbed.begin(), absorbed.end());
    for (const Session& s : loaded.sessions) {
      if (s.id == id) {
        own = &s;
      } else if (parts.contains(s.id) || share_an_event(s, held.session)) {
        others.push_back(&s);
        const bool stands = is_live(s) || (!parts.contains(s.id) && stands_before(s, held.session));
        if (stands && (rival == nullptr || is_live(s))) rival = &s;
      }
    }
    if (own != nullptr && is_live(*own)) return;
    std::set<std::string> gone = parts;
    for (const Session* other : others) {
      if (is_live(*other)) {
        gone.erase(other->id);
      } else {
        gone.insert(other->id);
      }
    }
    Session next;
    if (rival != nullptr) {
      next = *rival;
      gone.insert(id);
    } else {
      const bool is_newer =
          own == nullptr || !marks_.contains(id) || marks_.of(id) < ImportedMarks::Mark{held.at, held.session.version};
      next = is_newer ? held.session : *own;
      next.version = own == nullptr ? 0 : own->version;
      next.next_due.reset();
      if (is_newer) step.commit.cursors[ImportedMarks::name_of(id)] = ImportedMarks::text_of(held.at, held.session);
      if (own != nullptr) {
        for (const std::string& alias : own->aliases) add_alias(next, alias);
      }
    }
    gone.erase(next.id);
    for (const std::string& part : gone) add_alias(next, part);
    const Session* before = rival != nullptr ? rival : own;
    if (before != nullptr && *before == next) {
      step.commit.cursors.clear();  // a later line that says the same
      return;
    }
    model::SessionChange change{next, {}};
    for (const std::string& part : gone) {
      if (!loaded.aliases.contains(part)) change.absorbed.push_back(part);
    }
    step.commit.sessions.push_back(std::move(change));
    ++step.counts.sessions;
  }

  Status write_session(const HeldSession& held, const std::vector<std::string>& absorbed, const EntryRefs& entries) {
    ports::Ask ask;
    ask.session_ids = absorbed;
    ask.session_ids.push_back(held.session.id);
    ask.edges = held.session.edges;
    ask_for(entries, 0, ask);
    Status done = commit(ask, [&](const ports::Loaded& loaded) {
      Step step;
      decide_session(held, absorbed, loaded, step);
      add_entries(held.session.id, entries, 0, loaded, step);
      return step;
    });
    if (!done) return done;
    marks_.refresh(store_, held.session.id);
    return write_entries(held.session.id, entries, kEntriesAtOnce);
  }

  [[nodiscard]] Result<std::uint64_t> told() {
    const auto totals = store_.totals();
    if (!totals) return totals.error();
    std::uint64_t sum = 0;
    for (const auto& [receiver, states] : totals->alerts) {
      for (const std::uint64_t n : states) sum += n;
    }
    return sum;
  }

  Status write_deliveries() {
    if (set_.deliveries_.empty()) return ok();
    const auto before = told();
    if (!before) return before.error();
    for (auto at = set_.deliveries_.begin(); at != set_.deliveries_.end();) {
      std::vector<HeldDelivery> some;
      ports::Ask ask;
      for (; at != set_.deliveries_.end() && some.size() < kOthersAtOnce; ++at) {
        some.push_back(at->second);
        std::string& id = some.back().alert.session_id;
        id = set_.standing(id);
        if (!id.empty()) ask.session_ids.push_back(id);
      }
      Status done = commit(ask, [&](const ports::Loaded& loaded) {
        Step step;
        for (const HeldDelivery& d : some) {
          if (!has_home(d.alert.session_id, loaded)) {
            ++step.counts.homeless;
            continue;
          }
          step.commit.alerts.push_back(d.alert);
          step.commit.notifications.push_back(d.notification);
        }
        return step;
      });
      if (!done) return done;
    }
    const auto after = told();
    if (!after) return after.error();
    counts.deliveries = *after - *before;
    return ok();
  }

  // A mute that holds would keep quiet what this store hears next: it is history here, and ended.
  Status write_mutes() {
    if (set_.mutes_.empty()) return ok();
    const auto stored = store_.mutes(true);
    if (!stored) return stored.error();
    ports::Commit commit;
    for (const auto& [id, held] : set_.mutes_) {
      model::Mute mute = held.second;
      mute.session_id = set_.standing(mute.session_id);
      const auto known =
          std::find_if(stored->begin(), stored->end(), [&](const model::Mute& m) { return m.id == mute.id; });
      const bool is_ended = mute.ended_at.has_value();
      if (known != stored->end() && !(is_ended && known->ended_by == kMuteEnd && mute.ended_by != kMuteEnd)) continue;
      if (!is_ended && mute.until > now_) {
        mute.ended_at = now_;
        mute.ended_by = kMuteEnd;
      }
      commit.mutes.push_back(std::move(mute));
    }
    if (commit.mutes.empty()) return ok();
    commit.at = now_;
    Status done = store_.commit({}, [&](const ports::Loaded&) { return commit; });
    if (done) counts.mutes = commit.mutes.size();
    return done;
  }

  EvidenceSet& set_;
  ports::Store& store_;
  const Time now_;
  ImportedMarks marks_;  // sessions without one are live
};

Result<ImportCounts> EvidenceSet::write(ports::Store& store, Time now) {
  Writer writer(*this, store, now);
  if (const Status done = writer.run(); !done) return done.error();
  ImportCounts& counts = writer.counts;
  const std::uint64_t news = counts.accesses + counts.activity + counts.sessions + counts.deliveries + counts.mutes +
                             counts.conflicts + counts.homeless;
  counts.duplicates = facts_ - std::min(facts_, news);
  counts.conflicts += conflicts_;
  return counts;
}

}  // namespace gw::app
