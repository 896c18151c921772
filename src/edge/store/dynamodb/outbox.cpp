// Claims and marks. What is unsent is few: the index `due` lists the alerts of which something waits, for all receivers. The
// index is behind the table by moments, so each claim is a write on condition that the alert stands at the version that the
// index showed; else the alert itself is read. The fence goes up with each claim and each mark.
#include <algorithm>
#include <map>
#include <set>

#include "base/uuid.h"
#include "edge/store/codec/codec.h"
#include "edge/store/dynamodb/books.h"
#include "edge/store/dynamodb/dynamo_store.h"
#include "edge/store/dynamodb/keys.h"
#include "edge/store/dynamodb/load.h"

namespace gw::dynamodb {
namespace {

using model::SendState;
using ports::Claim;
using ports::Outcome;

constexpr unsigned kRounds = 8;           // of claims that others were quicker with
constexpr std::size_t kMarksAtOnce = 45;  // alerts, threads and copies of them fit one transaction

struct Waiting {
  std::size_t alert;
  std::size_t note;
  Time ready;
};

// What to take of `alerts`: what is due, oldest first, and what waits for the same sessions.
std::vector<Waiting> choose(const std::vector<AlertItem>& alerts, const std::string& receiver, Time now,
                            std::size_t limit) {
  std::vector<Waiting> all;
  for (std::size_t a = 0; a < alerts.size(); ++a) {
    for (std::size_t n = 0; n < alerts[a].notes.size(); ++n) {
      const Note& note = alerts[a].notes[n];
      if (note.waits() && note.notification.receiver == receiver && note.lease_until <= now)
        all.push_back({a, n, note.ready()});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Waiting& x, const Waiting& y) { return x.ready < y.ready; });
  std::set<std::string> sessions;
  std::vector<Waiting> taken;
  for (const Waiting& w : all) {
    if (w.ready > now || taken.size() == limit) break;
    taken.push_back(w);
    const std::string& session = alerts[w.alert].alert.session_id;
    if (!session.empty()) sessions.insert(session);
  }
  for (std::size_t i = taken.size(); i < all.size(); ++i) {
    if (sessions.contains(alerts[all[i].alert].alert.session_id)) taken.push_back(all[i]);
  }
  return taken;
}

std::optional<model::Thread> thread_of(const Item& item) {
  model::Thread thread;
  if (!store::from_body(item.text("body"), thread)) fail(Errc::corrupt, "a stored thread cannot be read");
  return thread;
}

// The key of an alert about a fold is kind|fold key|generation.
std::string fold_of(const model::Alert& alert) {
  const std::size_t begin = alert.key.find('|');
  const std::size_t end = alert.key.rfind('|');
  if (alert.kind != model::AlertKind::access_denied || begin == std::string::npos || end <= begin) return {};
  return alert.key.substr(begin + 1, end - begin - 1);
}

// Adds what the receiver wants to know of each.
void complete(Table& table, Snapshot& snapshot, std::vector<Claim>& claims, const std::string& receiver) {
  std::vector<Key> wanted;
  for (const Claim& claim : claims) {
    const std::string& id = claim.alert.session_id;
    if (!id.empty()) {
      wanted.push_back(keys::session(id));
      wanted.push_back(keys::thread(id, receiver));
    }
    if (const std::string fold = fold_of(claim.alert); !fold.empty()) wanted.push_back(keys::fold(fold));
  }
  snapshot.need(std::move(wanted));
  for (Claim& claim : claims) {
    const std::string& id = claim.alert.session_id;
    const Item* session = id.empty() ? nullptr : snapshot.at(keys::session(id));
    if (session != nullptr && !session->has("into")) claim.session = parse_session(table, *session);
    if (!id.empty()) {
      if (const Item* thread = snapshot.at(keys::thread(id, receiver))) claim.thread = thread_of(*thread);
      if (claim.thread) claim.thread->session_id = id;
    }
    if (claim.session) {
      for (const std::string& alias : claim.session->aliases) {
        const Item* thread = snapshot.at(keys::thread(alias, receiver));
        if (thread != nullptr) claim.alias_threads.push_back(*thread_of(*thread));
      }
    }
    if (const std::string fold = fold_of(claim.alert); !fold.empty()) {
      if (const Item* item = snapshot.at(keys::fold(fold))) claim.fold = parse_fold(*item);
    }
  }
}

Note* note_of(AlertItem& alert, const std::string& id) {
  for (Note& note : alert.notes) {
    if (note.notification.id == id) return &note;
  }
  return nullptr;
}

bool tells(SendState state) { return state == SendState::delivered || state == SendState::folded; }

// Brings a notification to what became of it. True when something new waits to be sent.
bool apply(AlertItem& alert, Note& note, const Outcome& outcome, Time now, Books& books) {
  const SendState before = note.notification.state;
  // Superseded while it was on its way: that it was told all the same is worth knowing, anything else is not.
  if (before == SendState::superseded && !tells(outcome.state)) return false;
  model::Notification& n = note.notification;
  n.state = outcome.state;
  if (outcome.was_sent) ++n.attempts;
  n.reason = outcome.reason;
  n.reference = outcome.reference;
  n.settled_at.reset();
  if (note.waits()) {
    n.due_at = outcome.due_at;
  } else {
    n.settled_at = now;
  }
  ++note.fence;
  note.lease_until = {};
  books.moved(n.receiver, before, outcome.state);
  bool is_new = false;
  const model::Notification told = n;  // `notes` grows
  for (const std::string& receiver : outcome.reroute_to) {
    const bool exists = std::any_of(alert.notes.begin(), alert.notes.end(), [&](const Note& other) {
      return other.notification.receiver == receiver && other.notification.generation == told.generation;
    });
    if (exists) continue;  // that receiver was told by itself
    model::Notification copy;
    copy.id = random_uuid7(now);
    copy.alert_id = told.alert_id;
    copy.receiver = receiver;
    copy.generation = told.generation;
    copy.due_at = copy.created_at = now;
    copy.rerouted_from = told.receiver;
    alert.notes.push_back({copy, 0, {}});
    books.alerts(receiver, SendState::trying, 1);
    is_new = true;
  }
  return is_new;
}

// Told of a session that was absorbed meanwhile: the other one keeps the thread that it has.
void add_thread(Snapshot& snapshot, const model::Thread& thread, const Keep& keep, Time now, std::map<Key, Op>& ops) {
  model::Thread moved = thread;
  moved.session_id = resolve(snapshot, thread.session_id);
  Op op;
  op.item = Item(keys::thread(moved.session_id, moved.receiver));
  if (moved.session_id != thread.session_id && snapshot.at(op.key()) != nullptr) return;
  op.item.set("body", text(store::to_body(moved)));
  keep.mark(op.item, now, kMonth);
  ops.insert_or_assign(op.key(), op);
}

}  // namespace

void DynamoStore::remember(const Key& alert, std::uint64_t version, bool waits) {
  constexpr std::size_t kMost = 4096;
  const std::lock_guard lock(written_mutex_);
  if (written_.size() >= kMost) written_.clear();
  Written& written = written_[alert];
  written.version = std::max(written.version, version);
  written.waits = waits;
}

std::vector<AlertItem> DynamoStore::unsent() {
  std::map<Key, AlertItem> alerts;
  table_.walk({"due", std::string(keys::kUnsent), {}, {}, 0}, [&](const Item& item) {
    alerts.try_emplace(item.key(), parse_alert(item));
    return true;
  });
  std::vector<Key> behind;
  {
    const std::lock_guard lock(written_mutex_);
    for (auto at = written_.begin(); at != written_.end();) {
      const auto& [key, written] = *at;
      const auto listed = alerts.find(key);
      const bool is_listed = listed != alerts.end();
      const bool is_behind = is_listed ? listed->second.item.count("v") < written.version : written.waits;
      if (is_behind) behind.push_back(key);
      at = !is_behind && !is_listed ? written_.erase(at) : std::next(at);
    }
  }
  for (const Key& key : behind) alerts.erase(key);
  for (auto& [key, item] : table_.get(std::move(behind))) {
    AlertItem alert = parse_alert(item);
    const bool waits = std::any_of(alert.notes.begin(), alert.notes.end(), [](const Note& n) { return n.waits(); });
    remember(key, item.count("v"), waits);
    if (waits) alerts.try_emplace(key, std::move(alert));
  }
  std::vector<AlertItem> list;
  list.reserve(alerts.size());
  for (auto& [key, alert] : alerts) list.push_back(std::move(alert));
  std::stable_sort(list.begin(), list.end(),
                   [](const AlertItem& a, const AlertItem& b) { return a.alert.id < b.alert.id; });
  return list;
}

Result<std::vector<Claim>> DynamoStore::claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                              std::size_t limit) {
  return guard([&] {
    const std::lock_guard lock(claim_mutex_);
    std::vector<Claim> claims;
    for (unsigned round = 1; claims.empty() && round <= kRounds; ++round) {
      if (round > 1) pause(round);
      std::vector<AlertItem> alerts = unsent();
      Snapshot snapshot(table_, tools_);
      std::vector<Key> sessions;
      for (const AlertItem& a : alerts) {
        if (!a.alert.session_id.empty()) sessions.push_back(keys::session(a.alert.session_id));
      }
      snapshot.need(std::move(sessions));
      for (AlertItem& a : alerts) {
        if (!a.alert.session_id.empty()) a.alert.session_id = resolve(snapshot, a.alert.session_id);
      }
      const std::vector<Waiting> taken = choose(alerts, receiver, now, limit);
      for (const Waiting& w : taken) {
        AlertItem& a = alerts[w.alert];
        const std::string id = a.notes[w.note].notification.id;
        Note* note = &a.notes[w.note];
        for (unsigned look = 1; note != nullptr; ++look) {
          AlertItem next = a;
          Note* held = note_of(next, id);
          ++held->fence;
          held->lease_until = Time{now.micros + lease_micros};
          const Op op = put_alert(next, keep_);
          if (table_.write(op)) {
            remember(op.key(), op.item.count("v"), true);
            next.item = op.item;
            a = next;
            held = note_of(a, id);
            claims.push_back({held->notification, a.alert, {}, {}, {}, {}, held->fence});
            break;
          }
          // Another receiver's mark, or the index was behind.
          const auto item = look < kRounds ? table_.get(a.item.key()) : std::nullopt;
          if (!item) break;
          const std::string session = a.alert.session_id;
          a = parse_alert(*item);
          a.alert.session_id = session;
          note = note_of(a, id);
          if (note != nullptr && (!note->waits() || note->lease_until > now)) note = nullptr;
        }
      }
      complete(table_, snapshot, claims, receiver);
      if (taken.size() < limit) break;  // the others took the rest
    }
    std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
      return std::tie(a.notification.created_at, a.notification.id) <
             std::tie(b.notification.created_at, b.notification.id);
    });
    return claims;
  });
}

Status DynamoStore::mark(const std::vector<std::pair<Claim, Outcome>>& marks, Time now) {
  bool is_new = false;
  Status status = guard([&] {
    for (std::size_t begin = 0; begin < marks.size(); begin += kMarksAtOnce) {
      const std::size_t end = std::min(begin + kMarksAtOnce, marks.size());
      bool found_new = false;
      std::vector<std::pair<Key, Written>> written;
      edit([&](std::vector<Op>& ops, Books& books) {
        found_new = false;
        Snapshot snapshot(table_, tools_);
        std::vector<Key> wanted;
        for (std::size_t i = begin; i < end; ++i) wanted.push_back(keys::alert(marks[i].first.alert.key));
        snapshot.need(wanted);
        std::map<Key, AlertItem> alerts;
        std::map<Key, Op> threads;
        for (std::size_t i = begin; i < end; ++i) {
          const auto& [claim, outcome] = marks[i];
          const Key key = keys::alert(claim.alert.key);
          const Item* item = snapshot.at(key);
          if (item == nullptr) fail(Errc::conflict, "the lease was lost: the alert is gone");
          AlertItem& alert = alerts.try_emplace(key, parse_alert(*item)).first->second;
          Note* note = note_of(alert, claim.notification.id);
          const bool held = note != nullptr && note->fence == claim.fence &&
                            (note->waits() || note->notification.state == SendState::superseded);
          if (!held) fail(Errc::conflict, "the lease was lost to another claim");
          found_new |= apply(alert, *note, outcome, now, books);
          if (outcome.thread) add_thread(snapshot, *outcome.thread, keep_, now, threads);
        }
        written.clear();
        for (const auto& [key, alert] : alerts) {
          const bool waits =
              std::any_of(alert.notes.begin(), alert.notes.end(), [](const Note& n) { return n.waits(); });
          ops.push_back(put_alert(alert, keep_));
          written.emplace_back(key, Written{ops.back().item.count("v"), waits});
        }
        for (auto& [key, op] : threads) ops.push_back(std::move(op));
        return true;
      });
      for (const auto& [key, w] : written) remember(key, w.version, w.waits);
      is_new |= found_new;
    }
    return Unit{};
  });
  if (status && is_new) announce();
  return status;
}

Result<std::optional<Time>> DynamoStore::next_due(const std::string& receiver) {
  return guard([&] {
    std::optional<Time> next;
    for (const AlertItem& alert : unsent()) {
      for (const Note& note : alert.notes) {
        if (note.waits() && note.notification.receiver == receiver && (!next || note.ready() < *next))
          next = note.ready();
      }
    }
    return next;
  });
}

Result<std::vector<std::string>> DynamoStore::receivers() {
  return guard([&] {
    std::set<std::string> names;
    for (const AlertItem& alert : unsent()) {
      for (const Note& note : alert.notes) {
        if (note.waits()) names.insert(note.notification.receiver);
      }
    }
    return std::vector<std::string>(names.begin(), names.end());
  });
}

}  // namespace gw::dynamodb
