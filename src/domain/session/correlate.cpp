// Every entry looks for the sessions that share an edge with it; those that do become one, the oldest id survives. An index
// from key to sessions makes that a lookup, so a batch costs about as much as its edges.
//
// A session never holds two Identity Center users: a join that would make one is not made, whatever the edge. That decides
// what the weakest edge (the same role in the same account within five seconds) may do, and is the one place where order can
// show: when two people enter one role in one moment, and only then until an exact edge tells their halves apart.
#include "domain/session/correlate.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "domain/session/facts.h"
#include "domain/session/keys.h"
#include "domain/session/merge.h"

namespace gw::session {
namespace {

using model::Edge;
using model::Entry;
using model::EntryKind;
using model::Session;

constexpr std::string_view kChainPrefix = "chain|";

class Correlator {
 public:
  Correlator(Known known, const Context& context) : context_(context), known_(std::move(known.events)) {
    for (Session& session : known.sessions) insert(std::move(session));
    for (model::Fold& fold : known.folds) {
      std::string key = fold.key;
      folds_.emplace(std::move(key), FoldState{std::move(fold), false});
    }
  }

  void add(std::size_t index, const Entry& entry) {
    const auto [at, fresh] = known_.try_emplace(entry.event_key, entry.content);
    if (!fresh) return again(index, entry, at->second);
    switch (entry.kind) {
      case EntryKind::failure:
        add_failure(entry);
        changes_.stored.emplace_back(index, std::string());
        return;
      case EntryKind::change:
        changes_.stored.emplace_back(index, std::string());
        if (!context_.backfill) changes_.alerts.push_back(change_alert(entry, std::string(), context_));
        return;
      case EntryKind::access:
      case EntryKind::half:
      case EntryKind::activity: break;
    }
    // A call of a role chain belongs to who handed out its key, or to nobody.
    if (entry.event_key.starts_with(kChainPrefix) && touched(entry).empty()) return;
    const std::size_t session = join(entry);
    State& state = states_[session];
    session::add(*state.session, entry);
    state.changed = true;
    state.extended = true;
    index_edges(session, entry.edges);
    members_.emplace_back(index, session);
    if (is_change(entry.event) && !context_.backfill) changed_by_.emplace_back(index, session);
  }

  Changes finish(std::span<const Entry> entries) {
    link_parents(entries);
    for (const auto& [index, member] : members_) {
      changes_.stored.emplace_back(index, states_[root(member)].session->id);
    }
    std::sort(changes_.stored.begin(), changes_.stored.end());
    for (const auto& [index, member] : changed_by_) {
      changes_.alerts.push_back(change_alert(entries[index], states_[root(member)].session->id, context_));
    }
    for (State& state : states_) {
      if (!state.session || !state.changed) continue;
      settle(state);
      changes_.sessions.push_back({std::move(*state.session), std::move(state.absorbed)});
    }
    show_first_access(entries);
    for (auto& [key, state] : folds_) {
      if (!state.changed) continue;
      if (state.fold.told == 0 && !context_.backfill) {
        state.fold.told = state.fold.count;
        state.fold.generation = 1;
        changes_.alerts.push_back(fold_alert(state.fold, context_));
      }
      changes_.folds.push_back(std::move(state.fold));
    }
    std::sort(changes_.folds.begin(), changes_.folds.end(),
              [](const model::Fold& a, const model::Fold& b) { return a.key < b.key; });
    return std::move(changes_);
  }

 private:
  struct State {
    std::optional<Session> session;  // nullopt: absorbed by `into`
    std::vector<std::string> absorbed;
    std::size_t into = 0;
    bool changed = false;
    bool extended = false;  // by a record that was not there
  };
  struct FoldState {
    model::Fold fold;
    bool changed = false;
  };
  struct Place {
    std::size_t session;
    Time from;
    Time to;
  };

  std::size_t root(std::size_t session) const {
    while (!states_[session].session) session = states_[session].into;
    return session;
  }

  std::size_t insert(Session session) {
    states_.push_back({std::move(session), {}, states_.size(), false});
    index_edges(states_.size() - 1, states_.back().session->edges);
    return states_.size() - 1;
  }

  void index_edges(std::size_t session, const std::vector<Edge>& edges) {
    for (const Edge& edge : edges) {
      if (!edge.is_shown()) continue;
      std::vector<Place>& places = index_[edge.key];
      // The usual case: the same session's stretch of time, a little longer.
      if (!places.empty() && places.back().session == session && places.back().from <= edge.to &&
          edge.from <= places.back().to) {
        places.back().from = std::min(places.back().from, edge.from);
        places.back().to = std::max(places.back().to, edge.to);
      } else {
        places.push_back({session, edge.from, edge.to});
      }
    }
  }

  bool touches(const Edge& edge, std::size_t session) const {
    const auto places = index_.find(edge.key);
    return places != index_.end() && std::any_of(places->second.begin(), places->second.end(), [&](const Place& place) {
             return edge.to >= place.from && place.to >= edge.from && root(place.session) == session;
           });
  }

  // Whether the session is that of somebody else than `user` and `name`, whom the entry speaks of. Of names that counts only
  // where nothing but the moment ties them: it ties two halves of one sign-in, of which one may have no name.
  bool is_another(const Entry& entry, std::string_view user, std::string_view name, std::size_t session) const {
    const Session& theirs = *states_[session].session;
    if (!user.empty() && !theirs.identity_store_user.empty() && user != theirs.identity_store_user) return true;
    if (name.empty() || theirs.session_name.empty() || name == theirs.session_name) return false;
    return std::none_of(entry.edges.begin(), entry.edges.end(),
                        [&](const Edge& edge) { return edge.by != kSameMomentTie && touches(edge, session); });
  }

  // The sessions that the entry touches, surest edges first, each once.
  std::vector<std::size_t> touched(const Entry& entry) const {
    std::vector<std::size_t> found;
    for (const model::JoinGrade grade : {model::JoinGrade::exact, model::JoinGrade::inferred}) {
      const std::size_t begin = found.size();
      for (const Edge& edge : entry.edges) {
        if (edge.grade != grade || !edge.is_sought()) continue;
        const auto places = index_.find(edge.key);
        if (places == index_.end()) continue;
        for (const Place& place : places->second) {
          if (edge.to < place.from || place.to < edge.from) continue;
          const std::size_t session = root(place.session);
          if (std::find(found.begin(), found.end(), session) == found.end()) found.push_back(session);
        }
      }
      std::sort(found.begin() + static_cast<std::ptrdiff_t>(begin), found.end(),
                [&](std::size_t a, std::size_t b) { return states_[a].session->id < states_[b].session->id; });
    }
    return found;
  }

  std::size_t join(const Entry& entry) {
    std::string user = entry.event.identity_store_user;
    std::string name = entry.session_name;
    std::vector<std::size_t> members;
    for (const std::size_t session : touched(entry)) {
      if (is_another(entry, user, name, session)) continue;
      if (user.empty()) user = states_[session].session->identity_store_user;
      if (name.empty()) name = states_[session].session->session_name;
      members.push_back(session);
    }
    if (members.empty()) {
      Session session;
      session.id = context_.new_id(context_.now);
      session.opened_at = context_.now;
      session.told_at = context_.now;
      session.config_hash = context_.config_hash;
      session.backfilled = context_.backfill;
      plan_escalation(session, context_);
      return insert(std::move(session));
    }
    const std::size_t survivor = *std::min_element(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return states_[a].session->id < states_[b].session->id;
    });
    for (const std::size_t other : members) {
      if (other != survivor) merge(survivor, other);
    }
    return survivor;
  }

  void merge(std::size_t survivor, std::size_t other) {
    State& mine = states_[survivor];
    State& theirs = states_[other];
    session::absorb(*mine.session, *theirs.session);
    mine.changed = true;
    mine.extended = mine.extended || theirs.extended;
    mine.absorbed.insert(mine.absorbed.end(), theirs.absorbed.begin(), theirs.absorbed.end());
    if (theirs.session->version > 0) {
      mine.absorbed.push_back(theirs.session->id);
      if (theirs.session->told.contains("opened") && mine.session->told.contains("opened") && !context_.backfill)
        changes_.alerts.push_back(merged_alert(*mine.session, theirs.session->id, context_));
    }
    // Two that were made in this batch were never anything to anybody.
    if (theirs.session->version == 0) std::erase(mine.session->aliases, theirs.session->id);
    theirs.session.reset();
    theirs.into = survivor;
  }

  void again(std::size_t index, const Entry& entry, std::uint64_t content) {
    if (content != entry.content) {
      changes_.conflicts.push_back(index);
      return;
    }
    changes_.duplicates.push_back(index);
    for (const std::size_t session : touched(entry)) {
      if (is_another(entry, entry.event.identity_store_user, entry.session_name, session)) continue;
      if (session::add_feed(*states_[session].session, entry)) states_[session].changed = true;
      return;
    }
  }

  void add_failure(const Entry& entry) {
    const std::string key = fold_key(entry.event, entry.event.event_time.value_or(context_.now));
    FoldState& state = folds_[key];
    if (state.fold.key.empty()) state.fold.key = key;
    const std::optional<Time> due = state.fold.next_due;
    session::add_failure(state.fold, entry);
    if (context_.backfill) {  // counted as told
      ++state.fold.told;
      state.fold.next_due = due;
      state.changed = true;
      return;
    }
    // Late ones, after the last count was told, are told in the pace of the others.
    if (!state.fold.next_due) state.fold.next_due = plus(context_.now, kFoldMicros);
    state.changed = true;
  }

  // An opening shows the access that it is about: the earliest that is known by now.
  void show_first_access(std::span<const Entry> entries) {
    for (model::Alert& alert : changes_.alerts) {
      if (alert.kind != model::AlertKind::session_opened) continue;
      const Entry* first = nullptr;
      for (const auto& [index, id] : changes_.stored) {
        if (id == alert.session_id && (first == nullptr || is_before(entries[index], *first))) first = &entries[index];
      }
      if (first != nullptr) alert.data = access_data(*first, alert.session_id);
    }
  }

  static bool is_before(const Entry& a, const Entry& b) {
    const bool a_enters = a.kind != EntryKind::activity;
    const bool b_enters = b.kind != EntryKind::activity;
    if (a_enters != b_enters) return a_enters;
    return std::tie(a.event.event_time, a.event_key) < std::tie(b.event.event_time, b.event_key);
  }

  // An access and the call that made it stand side by side.
  void link_parents(std::span<const Entry> entries) {
    std::unordered_map<std::string_view, std::size_t> calls;
    for (const auto& [index, member] : members_) {
      const std::string_view key = entries[index].event_key;
      if (key.ends_with("#call")) calls.emplace(key.substr(0, key.size() - 5), root(member));
    }
    for (const auto& [index, member] : members_) {
      const auto call = calls.find(entries[index].event_key);
      const std::size_t child = root(member);
      if (call == calls.end() || call->second == child) continue;
      // Of several, the one that opened it first.
      Session& session = *states_[child].session;
      const model::Source from{1, entries[index].event.event_time.value_or(context_.now), entries[index].event_key};
      if (session.parent_from.rank != 0 &&
          std::tie(session.parent_from.at, session.parent_from.event_key) <= std::tie(from.at, from.event_key)) {
        continue;
      }
      session.parent_from = from;
      session.parent = states_[call->second].session->id;
    }
  }

  void settle(State& state) {
    Session& session = *state.session;
    session::finish(session);
    const Time lapse = lapse_time(session);
    if (session.state == model::SessionState::lapsed && lapse > context_.now) {
      session.state = model::SessionState::open;  // credentials were renewed, or the record that says so was late
      session.lapsed_at.reset();
    } else if (session.state == model::SessionState::lapsed) {
      session.lapsed_at = lapse;
    }
    // Nobody is told that an imported session is over, so no sweep is needed.
    if (context_.backfill && session.backfilled && lapse <= context_.now) {
      session.state = model::SessionState::lapsed;
      session.lapsed_at = lapse;
      session.told_calls = session.calls;
    }
    if (!context_.backfill && state.extended) session.backfilled = false;
    session.next_due = next_due(session);
    if (context_.backfill) return;
    // What was imported is told once something happens in it, not when the same comes by another feed.
    if (session.backfilled) return;
    tell_facts(session, context_, changes_.alerts);
  }

  const Context& context_;
  std::unordered_map<std::string, std::uint64_t> known_;
  std::vector<State> states_;
  std::unordered_map<std::string, std::vector<Place>> index_;
  std::unordered_map<std::string, FoldState> folds_;
  std::vector<std::pair<std::size_t, std::size_t>> members_;     // entry, session
  std::vector<std::pair<std::size_t, std::size_t>> changed_by_;  // the same for changes that are calls of a session
  Changes changes_;
};

}  // namespace

Changes correlate(std::span<const Entry> entries, Known known, const Context& context) {
  Correlator correlator(std::move(known), context);
  for (std::size_t i = 0; i < entries.size(); ++i) correlator.add(i, entries[i]);
  return correlator.finish(entries);
}

}  // namespace gw::session
