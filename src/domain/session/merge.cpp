// Sums are counts, minima, maxima and unions. Bounded lists keep what is earliest by (time, key), which does not depend on
// the order of arrival; only the counts of texts beyond the bound do, and `truncated` says that there were some.
#include "domain/session/merge.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "domain/session/keys.h"
#include "domain/session/principal.h"

namespace gw::session {
namespace {

using model::Entry;
using model::EntryKind;
using model::Session;

constexpr std::size_t kKinds = model::kActivityKinds;

template <class T>
void add_unique(std::vector<T>& list, const T& value) {
  const auto at = std::lower_bound(list.begin(), list.end(), value);
  if (at == list.end() || *at != value) list.insert(at, value);
}

bool better(const model::Source& a, const model::Source& b) {
  if (a.rank != b.rank) return a.rank > b.rank;
  return std::tie(a.at, a.event_key) < std::tie(b.at, b.event_key);
}

// Takes a value from a better source.
template <class Take>
void take(model::Source& from, const model::Source& candidate, Take&& assign) {
  if (candidate.rank == 0 || (from.rank != 0 && !better(candidate, from))) return;
  from = candidate;
  assign();
}

void bound(std::map<std::string, model::Sighting>& seen, bool& truncated) {
  while (seen.size() > kMaxTexts) {
    const auto last = std::max_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
      return std::tie(a.second.first, a.first) < std::tie(b.second.first, b.first);
    });
    seen.erase(last);
    truncated = true;
  }
}

void add_sighting(std::map<std::string, model::Sighting>& seen, const std::string& text, const model::Sighting& one,
                  bool& truncated) {
  if (text.empty()) return;
  auto [at, fresh] = seen.try_emplace(text, one);
  if (!fresh) {
    model::Sighting& s = at->second;
    if (std::tie(one.first, one.first_event_id) < std::tie(s.first, s.first_event_id)) {
      s.first = one.first;
      s.first_event_id = one.first_event_id;
    }
    s.last = std::max(s.last, one.last);
    s.count += one.count;
  }
  bound(seen, truncated);
}

void add_kind(model::KindTotals& totals, Time at, const std::string& name) {
  if (!totals.first || at < *totals.first || (at == *totals.first && name < totals.first_event)) {
    totals.first = at;
    totals.first_event = name;
  }
  if (!totals.last || at > *totals.last || (at == *totals.last && name > totals.last_event)) {
    totals.last = at;
    totals.last_event = name;
  }
}

void add_edge(std::vector<model::Edge>& edges, model::Edge edge) {
  for (std::size_t i = 0; i < edges.size();) {
    model::Edge& other = edges[i];
    if (other.key == edge.key && other.from <= edge.to && edge.from <= other.to) {
      edge.from = std::min(edge.from, other.from);
      edge.to = std::max(edge.to, other.to);
      edge.count += other.count;
      if (edge.use != other.use) edge.use = model::EdgeUse::both;
      edges.erase(edges.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  const auto at = std::lower_bound(edges.begin(), edges.end(), edge, [](const model::Edge& a, const model::Edge& b) {
    return std::tie(a.key, a.from) < std::tie(b.key, b.from);
  });
  edges.insert(at, std::move(edge));
}

// Runs of one credential that touch are one; its first call is the way in.
void add_run(std::vector<model::IdentityRun>& runs, model::IdentityRun run) {
  for (std::size_t i = 0; i < runs.size();) {
    const model::IdentityRun& other = runs[i];
    const bool touches = other.credential == run.credential && other.from <= plus(run.to, kIdleForJoins) &&
                         run.from <= plus(other.to, kIdleForJoins);
    if (!touches) {
      ++i;
      continue;
    }
    if (std::tie(other.from, other.first_event_key) < std::tie(run.from, run.first_event_key)) {
      run.first_event_key = other.first_event_key;
      run.first_kinds = other.first_kinds;
    }
    run.from = std::min(run.from, other.from);
    run.to = std::max(run.to, other.to);
    runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const auto at = std::lower_bound(runs.begin(), runs.end(), run, [](const auto& a, const auto& b) {
    return std::tie(a.from, a.credential) < std::tie(b.from, b.credential);
  });
  runs.insert(at, std::move(run));
}

void add_join(std::vector<model::Join>& joins, const model::Join& join, bool& truncated) {
  const auto before = [](const model::Join& a, const model::Join& b) {
    return std::tie(a.time, a.event_key) < std::tie(b.time, b.event_key);
  };
  joins.insert(std::lower_bound(joins.begin(), joins.end(), join, before), join);
  if (joins.size() > kMaxJoins) {
    joins.pop_back();
    truncated = true;
  }
}

void add_issue(Session& session, const model::Issue& issue) {
  add_unique(session.issues, issue);
  if (session.issues.size() > kMaxIssues) session.issues.erase(session.issues.begin());  // the latest decide
}

void add_identity_call(Session& session, const Entry& entry, Time at) {
  ++session.identity_calls;
  for (std::size_t i = 0; i < kKinds; ++i) {
    if ((entry.kinds >> i & 1) != 0) ++session.identity_counts[i];
  }
  add_run(session.runs, {entry.credential, at, at, entry.event_key, entry.kinds});
}

void add_place(Session& session, const Entry& entry, Time at) {
  const model::AccessEvent& e = entry.event;
  const bool person = e.source_ip_kind == model::SourceIpKind::person;
  const std::uint32_t rank = (person ? 4u : 1u) + (entry.kind == EntryKind::activity ? 0u : 1u);
  take(session.place_from, {e.source_ip.empty() ? 0 : rank, at, entry.event_key}, [&] {
    session.source_ip = e.source_ip;
    session.user_agent = e.user_agent;
    session.region = e.region;
  });
  const model::Sighting one{at, at, 1, e.event_id};
  if (person) {
    add_sighting(session.addresses, e.source_ip, one, session.truncated);
    add_sighting(session.agents, e.user_agent, one, session.truncated);
  }
  add_sighting(session.regions, e.region, one, session.truncated);
}

}  // namespace

bool add_feed(Session& session, const Entry& entry) {
  bool fresh = session.feeds.insert(entry.event.origin.feed).second;
  const std::string& path = entry.event.origin.path;
  if (entry.from_trail && !path.empty() && (session.confirmed_by.empty() || path < session.confirmed_by)) {
    session.confirmed_by = path;
    fresh = true;
  }
  return fresh;
}

void add(Session& session, const Entry& entry) {
  const model::AccessEvent& e = entry.event;
  const Time at = e.event_time.value_or(Time{});
  const bool fresh = session.edges.empty();
  const bool call = entry.kind == EntryKind::activity || entry.by_identity;
  if (fresh) {
    session.started_at = at;
    session.last_seen_at = at;
  }
  session.started_at = std::min(session.started_at, at);
  session.last_seen_at = std::max(session.last_seen_at, at);
  if (session.account_name.empty()) session.account_name = e.account_name;
  session.task_policy = std::max(session.task_policy, e.task_policy);
  session.by_identity = session.by_identity || entry.by_identity;
  session.chain_incomplete = session.chain_incomplete || entry.chain_incomplete;
  if (session.identity_store_user.empty()) session.identity_store_user = e.identity_store_user;
  if (entry.kind != EntryKind::activity) {
    // A console session made from keys is `other`, and says nothing where the way in has a name.
    if (entry.kind != EntryKind::half || e.mechanism != model::Mechanism::other) session.mechanisms.add(e.mechanism);
    session.also.add(e.also);
  }

  const std::string looked_up = looked_up_name(session.principal, e.principal);
  take(session.principal_from, {principal_rank(entry), at, entry.event_key}, [&] { session.principal = e.principal; });
  keep_looked_up(session.principal, looked_up);
  take(session.name_from, {entry.session_name.empty() ? 0u : 1u, at, entry.event_key},
       [&] { session.session_name = entry.session_name; });
  take(session.mfa_from, {e.mfa ? 1u : 0u, at, entry.event_key}, [&] { session.mfa = e.mfa; });
  // Account and role are the same for all of its entries, but that calls of a chain know no role.
  const bool chained = entry.kind == EntryKind::activity && e.event_name.empty();
  take(session.first_from,
       {entry.kind != EntryKind::activity ? 3u
        : chained                         ? 1u
                                          : 2u,
        at, entry.event_key},
       [&] {
         session.account_id = e.account_id;
         session.role = e.role;
         session.first_event_id = e.event_id;
         session.first_event_key = entry.event_key;
         session.first_event_name = e.event_name;
       });
  add_place(session, entry, at);

  if (e.severity && (!session.severity || *e.severity > *session.severity ||
                     (*e.severity == *session.severity && e.watch < session.watch))) {
    session.severity = e.severity;
    session.watch = e.watch;
  }
  for (const std::string& watch : e.watches) add_unique(session.watches, watch);
  for (const std::string& receiver : e.receivers) add_unique(session.receivers, receiver);
  if (!e.planned.empty()) add_unique(session.planned, e.planned);

  if (entry.by_identity && !entry.credential.empty()) {
    add_identity_call(session, entry, at);
  } else if (entry.kind == EntryKind::activity) {
    ++session.activity_calls;
    for (std::size_t i = 0; i < kKinds; ++i) {
      if ((entry.kinds >> i & 1) != 0) ++session.activity_counts[i];
    }
  } else {
    ++session.ways_in;
  }
  if (entry.kind != EntryKind::activity && !e.planned.empty()) ++session.planned_ways_in;
  if (call && entry.kinds != 0) {
    const std::string name = e.event_source + ":" + e.event_name;
    for (std::size_t i = 0; i < kKinds; ++i) {
      if ((entry.kinds >> i & 1) != 0) add_kind(session.kinds[i], at, name);
    }
    add_sighting(session.high_risk, entry.high_risk, {at, at, 1, e.event_id}, session.truncated);
  }
  if (entry.expires_at) add_issue(session, {at, *entry.expires_at, entry.expiry_grade});

  model::Join join{at, entry.event_key, e.event_id, model::JoinGrade::unknown, {}, {}};
  for (const model::Edge& edge : entry.edges) {
    join.keys.push_back(edge.key);
    add_edge(session.edges, edge);
  }
  add_join(session.joins, join, session.truncated);
  (void)add_feed(session, entry);
}

void absorb(Session& session, const Session& other) {
  const auto take_from = [](model::Source& mine, const model::Source& theirs, auto&& assign) {
    take(mine, theirs, assign);
  };
  session.started_at = std::min(session.started_at, other.started_at);
  session.last_seen_at = std::max(session.last_seen_at, other.last_seen_at);
  session.opened_at = std::min(session.opened_at, other.opened_at);
  if (session.account_name.empty()) session.account_name = other.account_name;
  session.task_policy = std::max(session.task_policy, other.task_policy);
  session.by_identity = session.by_identity || other.by_identity;
  if (session.identity_store_user.empty()) session.identity_store_user = other.identity_store_user;
  session.mechanisms.add(other.mechanisms);
  session.also.add(other.also);
  const std::string looked_up = looked_up_name(session.principal, other.principal);
  take_from(session.principal_from, other.principal_from, [&] { session.principal = other.principal; });
  keep_looked_up(session.principal, looked_up);
  take_from(session.name_from, other.name_from, [&] { session.session_name = other.session_name; });
  take_from(session.mfa_from, other.mfa_from, [&] { session.mfa = other.mfa; });
  take_from(session.first_from, other.first_from, [&] {
    session.account_id = other.account_id;
    session.role = other.role;
    session.first_event_id = other.first_event_id;
    session.first_event_key = other.first_event_key;
    session.first_event_name = other.first_event_name;
  });
  take_from(session.place_from, other.place_from, [&] {
    session.source_ip = other.source_ip;
    session.user_agent = other.user_agent;
    session.region = other.region;
  });
  if (other.severity && (!session.severity || *other.severity > *session.severity ||
                         (*other.severity == *session.severity && other.watch < session.watch))) {
    session.severity = other.severity;
    session.watch = other.watch;
  }
  for (const std::string& watch : other.watches) add_unique(session.watches, watch);
  for (const std::string& receiver : other.receivers) add_unique(session.receivers, receiver);
  for (const std::string& ticket : other.planned) add_unique(session.planned, ticket);
  session.ways_in += other.ways_in;
  session.planned_ways_in += other.planned_ways_in;
  session.identity_calls += other.identity_calls;
  session.activity_calls += other.activity_calls;
  for (std::size_t i = 0; i < kKinds; ++i) {
    session.identity_counts[i] += other.identity_counts[i];
    session.activity_counts[i] += other.activity_counts[i];
    const model::KindTotals& theirs = other.kinds[i];
    if (theirs.first) add_kind(session.kinds[i], *theirs.first, theirs.first_event);
    if (theirs.last) add_kind(session.kinds[i], *theirs.last, theirs.last_event);
  }
  const auto add_all = [&](auto& mine, const auto& theirs) {
    for (const auto& [text, sighting] : theirs) add_sighting(mine, text, sighting, session.truncated);
  };
  add_all(session.addresses, other.addresses);
  add_all(session.agents, other.agents);
  add_all(session.regions, other.regions);
  add_all(session.high_risk, other.high_risk);
  for (const model::IdentityRun& run : other.runs) add_run(session.runs, run);
  for (const model::Issue& issue : other.issues) add_issue(session, issue);
  for (const model::Edge& edge : other.edges) add_edge(session.edges, edge);
  for (const model::Join& join : other.joins) add_join(session.joins, join, session.truncated);
  session.feeds.insert(other.feeds.begin(), other.feeds.end());
  if (!other.confirmed_by.empty() && (session.confirmed_by.empty() || other.confirmed_by < session.confirmed_by))
    session.confirmed_by = other.confirmed_by;
  session.truncated = session.truncated || other.truncated;
  session.chain_incomplete = session.chain_incomplete || other.chain_incomplete;
  session.backfilled = session.backfilled && other.backfilled;
  take_from(session.parent_from, other.parent_from, [&] { session.parent = other.parent; });
  absorb_answers(session, other);
  add_unique(session.aliases, other.id);
  for (const std::string& alias : other.aliases) add_unique(session.aliases, alias);
}

void set_expiry(Session& session) {
  // Credentials handed out in one moment are the same, told by two records: the one that knows more counts.
  session.expires_at.reset();
  session.expiry_grade = model::ExpiryGrade::none;
  for (const model::Issue& issue : session.issues) {
    if (session.by_identity) break;
    const bool known_better = std::any_of(session.issues.begin(), session.issues.end(), [&](const model::Issue& other) {
      return other.grade > issue.grade && other.at <= plus(issue.at, kSameMoment) &&
             issue.at <= plus(other.at, kSameMoment);
    });
    if (known_better) continue;
    if (!session.expires_at || issue.expires_at > *session.expires_at ||
        (issue.expires_at == *session.expires_at && issue.grade > session.expiry_grade)) {
      session.expires_at = issue.expires_at;
      session.expiry_grade = issue.grade;
    }
  }
}

void finish(Session& session) {
  session.calls = session.activity_calls + session.identity_calls - session.runs.size();
  for (std::size_t i = 0; i < kKinds; ++i) {
    std::uint64_t count = session.activity_counts[i] + session.identity_counts[i];
    for (const model::IdentityRun& run : session.runs) count -= run.first_kinds >> i & 1u;
    session.kinds[i].count = count;
  }
  session.all_planned = session.planned_ways_in > 0 && session.planned_ways_in == session.ways_in + session.runs.size();

  set_expiry(session);
  // An entry belongs to its session by the surest of the edges that it shares with another one.
  for (model::Join& join : session.joins) {
    join.grade = model::JoinGrade::unknown;
    join.by.clear();
    for (const model::Edge& edge : session.edges) {
      if (std::find(join.keys.begin(), join.keys.end(), edge.key) == join.keys.end()) continue;
      if (edge.count < 2 && session.joins.size() > 1) continue;
      if (join.by.empty() || edge.grade < join.grade || (edge.grade == join.grade && edge.by < join.by)) {
        join.grade = edge.grade;
        join.by = edge.by;
      }
    }
  }
  const bool is_nameless = session.principal.name.empty() || is_looked_up(session.principal);
  if (is_nameless && !session.session_name.empty()) {
    session.principal.name = session.session_name;
    session.principal.name_source = "role_session";
  }
}

Time lapse_time(const Session& session) {
  if (session.by_identity) return plus(session.last_seen_at, kIdleForJoins);
  return plus(std::max(session.expires_at.value_or(session.last_seen_at), session.last_seen_at), kGraceForJoins);
}

}  // namespace gw::session
