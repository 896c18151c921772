// What the engine asks of a store. Implementations: edge/store/sqlite, edge/store/dynamodb. tests/conformance/store_suite.h
// holds what every one of them has to show.
//
// Words: an implementation MUST do what is written; callers MUST NOT rely on more. All calls may come from any thread and
// block; none throws. Errc: `conflict` recompute and try again, `unavailable` try again later, `corrupt` stop, `denied`
// and `internal` tell an operator. A failed call has changed nothing that a later call can see, except where said.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/model/alert.h"
#include "domain/model/entry.h"
#include "domain/model/fold.h"
#include "domain/model/session.h"

namespace gw::ports {

// --- the books -----------------------------------------------------------------------------------------------------

// decoded = matched + attached + ignored + not_watched + duplicate + quarantined.
struct RecordBooks {
  std::uint64_t decoded = 0;
  std::uint64_t matched = 0;
  std::uint64_t attached = 0;
  std::uint64_t ignored = 0;
  std::uint64_t not_watched = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t quarantined = 0;
  RecordBooks& operator+=(const RecordBooks& other);
  [[nodiscard]] bool balanced() const;
  friend bool operator==(const RecordBooks&, const RecordBooks&) = default;
};
// Settled deliveries only; retrying and in flight are the process's own gauges.
struct DeliveryBooks {
  std::uint64_t settled = 0;      // of them:
  std::uint64_t non_record = 0;   // digests, control messages, folder markers
  std::uint64_t quarantined = 0;  // unreadable as a whole
  DeliveryBooks& operator+=(const DeliveryBooks& other);
  friend bool operator==(const DeliveryBooks&, const DeliveryBooks&) = default;
};

// --- what one commit holds -----------------------------------------------------------------------------------------

struct QuarantineItem {
  std::string id;   // UUIDv7 text
  std::string key;  // UNIQUE: hash of source and bytes, so that a redelivery is not quarantined twice
  std::string feed;
  std::string source;  // path, queue, token name
  std::string reason;
  std::string event_id;    // where it could still be read
  std::string payload;     // at most 256 KiB of it
  std::uint64_t size = 0;  // of the whole
  Time at;
  std::optional<Time> settled_at;  // replayed or dismissed
  std::string settled_as;          // replayed, dismissed
};

struct CoverageSighting {
  std::string account_id;
  std::string region;
  std::string feed;
  std::uint64_t records = 0;
  Time newest;  // event time
  Time received_at;
};

// An account that is to be heard, and of which nothing has ever come.
struct NeverHeard {
  std::string account_id;
  Time since;            // when it was first waited for
  bool is_told = false;  // that nothing comes
};

// A row of the chain horizon: a call with temporary credentials that nothing watched.
struct ChainRow {
  std::uint64_t credential = 0;  // hash of the access key
  std::uint64_t event = 0;       // hash of the event key
  Time time;
  model::ActivityKinds kinds = 0;
  std::string account_id;
};

// An event that is stored already came once more, perhaps by another feed.
struct FeedSighting {
  std::string event_key;
  std::string feed;
};

struct Commit {
  std::vector<std::pair<std::string, model::Entry>> entries;  // session id (empty: none) and what is stored
  std::vector<model::SessionChange> sessions;
  std::vector<model::Fold> folds;
  std::vector<model::Alert> alerts;
  std::vector<model::Notification> notifications;  // one for each receiver of each alert, made by the caller
  std::vector<QuarantineItem> quarantine;
  std::vector<CoverageSighting> coverage;
  std::vector<FeedSighting> feeds;  // of events that are stored, or in this commit; those of others are passed over
  std::vector<ChainRow> chain;
  std::vector<model::Mute> mutes;              // new, or ended
  std::map<std::string, std::string> cursors;  // of sources: what was read to its end; an empty value removes it
  RecordBooks records;
  std::map<std::string, DeliveryBooks> deliveries;  // by feed
  Time at;
};

// What is needed to decide about a batch.
struct Ask {
  std::vector<std::string> event_keys;
  std::vector<model::Edge> edges;        // key and stretch of time; only edges that a session shows are found
  std::vector<std::string> session_ids;  // or aliases
  std::vector<std::string> folds;        // keys
  std::set<std::string> watches;         // whose recent openings are wanted
  Time openings_since;
  std::vector<std::string> alert_keys;  // which of these alerts exist
};

struct Loaded {
  std::unordered_map<std::string, std::uint64_t> known;  // event key → content, of those asked for
  std::vector<model::Session> sessions;                  // each once
  std::unordered_map<std::string, std::string> aliases;  // asked-for id → id of the session that stands for it
  std::vector<model::Fold> folds;
  std::map<std::string, std::vector<Time>> openings;  // by watch: created_at of session_opened alerts
  std::set<std::string> alert_keys;                   // that exist
};

class Committer {
 public:
  virtual ~Committer() = default;

  using Decide = std::function<Commit(const Loaded&)>;
  // Loads what `ask` names, has `decide` answer, and writes the answer.
  //
  // MUST when it answers ok: everything is durable (survives kill -9 and loss of power), and every later load sees it.
  // MUST write each session with its entries, alerts and notifications in one step; a store with one conditional write per
  //   session MAY write several sessions of one commit one after the other. After a failure in between, the caller's next
  //   try finds those that were written (their event keys are known) and decides about the rest.
  // MUST refuse a session or fold whose stored version is not the one loaded, by calling `decide` again on fresh data (at
  //   most 16 times, then `conflict`).
  // MUST treat an entry, alert, notification or quarantine item whose key exists as written already.
  // MUST append a ledger leaf for each access, failure, change, session write, alert and mute in the same step.
  // MUST NOT let anything of a failed commit be seen, and MUST NOT call `decide` while another commit's is running.
  // `decide` MUST be pure as far as a store can see: it may be called several times, and only the last answer counts. What it
  // writes elsewhere MUST bear a name that follows from its answer, so that writing it again replaces it.
  virtual Status commit(const Ask& ask, const Decide& decide) = 0;
};

// --- telling -------------------------------------------------------------------------------------------------------

struct Claim {
  model::Notification notification;
  model::Alert alert;
  std::optional<model::Session> session;     // as it is now
  std::optional<model::Thread> thread;       // of that session at this receiver
  std::vector<model::Thread> alias_threads;  // of the sessions that were merged into it, at this receiver
  std::optional<model::Fold> fold;           // of access_denied: as it is now
  std::uint64_t fence = 0;
};

struct Outcome {
  model::SendState state = model::SendState::trying;
  std::string reason;
  std::string reference;
  Time due_at;                          // trying: when to try again
  std::optional<model::Thread> thread;  // delivered: where its session is told from now on
  bool was_sent = true;                 // false: put off or settled without a try, which `attempts` does not count
  std::vector<std::string> reroute_to;  // receivers that get a copy of it, once, whatever becomes of this one
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  // Takes up to `limit` notifications of `receiver` that are due, oldest first, together with all that wait for the same
  // session at this receiver (they fold). No other claim() gets them before `now + lease`.
  // MAY forget a claim when the machine loses power: the lease is there to be lost.
  virtual Result<std::vector<Claim>> claim(const std::string& receiver, Time now, std::int64_t lease_micros,
                                           std::size_t limit) = 0;
  // Says how it went. MUST be durable when it answers ok. `conflict`: the lease was lost to another claim, and nothing
  // was written. All of `marks` in one step.
  virtual Status mark(const std::vector<std::pair<Claim, Outcome>>& marks, Time now) = 0;
  // When the next notification of `receiver` is due (leases count); nullopt: none waits.
  virtual Result<std::optional<Time>> next_due(const std::string& receiver) = 0;
  // Receivers for which something waits: those that are not configured any more are parked by the caller.
  virtual Result<std::vector<std::string>> receivers() = 0;
  // Called (from any thread, must be quick) after a commit that holds notifications.
  virtual void on_new(std::function<void()> callback) = 0;
};

// --- reading -------------------------------------------------------------------------------------------------------

// Cursors are opaque and sort like what they point at; lists are newest first.
template <class T>
struct Page {
  std::vector<T> items;
  std::string next_cursor;  // empty: the end
};
struct ListQuery {
  std::size_t limit = 100;  // at most 1000
  std::string cursor;
  std::map<std::string, std::string> filters;  // fields as in the JSON form: account_id, role, state, watch, severity,
                                               // mechanism, kind, session_id, receiver, since and until (RFC 3339),
                                               // acknowledged (true/false); unknown ones: invalid_input
};
struct StoredEvent {
  model::EntryKind kind = model::EntryKind::access;
  std::string session_id;
  model::AccessEvent event;
  model::ActivityKinds kinds = 0;
  std::string high_risk;
  std::set<std::string> feeds;  // that carried it: that of `event.origin`, and others
  Time received_at;             // of the commit that stored it
};
struct AlertView {
  model::Alert alert;
  std::vector<model::Notification> notifications;
};
struct Totals {
  RecordBooks records;
  std::map<std::string, DeliveryBooks> deliveries;  // by feed
  // By receiver: how many notifications are in each state. due = the sum.
  std::map<std::string, std::array<std::uint64_t, model::kSendStates>> alerts;
  std::uint64_t open_sessions = 0;
  std::uint64_t sessions = 0;
  std::uint64_t quarantine_open = 0;
  std::uint64_t ledger_leaves = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Page<model::Session>> sessions(const ListQuery& query) = 0;
  // By id or alias; not_found.
  virtual Result<model::Session> session(const std::string& id) = 0;
  // Newest first. `kind` filters: access, failure, change, half, activity. `only_feed`: those that only this feed has carried.
  virtual Result<Page<StoredEvent>> events(const ListQuery& query) = 0;
  virtual Result<Page<AlertView>> alerts(const ListQuery& query) = 0;
  virtual Result<Totals> totals() = 0;
  // Sessions and folds whose next_due has come, oldest first: ids and keys.
  struct Due {
    std::vector<std::string> sessions;
    std::vector<std::string> folds;
    std::optional<Time> next;  // when to ask again, as far as known
  };
  virtual Result<Due> due(Time now, std::size_t limit) = 0;
};

// What an operator looks at and decides. Rare.
class Admin {
 public:
  virtual ~Admin() = default;
  virtual Result<std::vector<model::Mute>> mutes(bool with_ended) = 0;
  virtual Result<Page<QuarantineItem>> quarantine(const ListQuery& query) = 0;
  // Payload and all. `settle` as replayed or dismissed; not_found.
  virtual Result<QuarantineItem> quarantined(const std::string& id) = 0;
  virtual Status settle_quarantined(const std::string& id, const std::string& as, Time now) = 0;
  // Parked or trying notifications of an alert are due at once, with a generation of their own when they were parked.
  virtual Status retry(const std::string& alert_id, Time now) = 0;
  // Erases what is older than its time, leaving a trace: one ledger leaf per run with what was erased. Answers how many rows.
  struct Retention {
    Time sessions_before;
    Time activity_before;
    Time event_keys_before;  // at least 35 days ago
  };
  virtual Result<std::uint64_t> retain(const Retention& retention, Time now) = 0;
};

// What a restart needs.
class Recovery {
 public:
  virtual ~Recovery() = default;
  virtual Result<std::map<std::string, std::string>> cursors(const std::string& prefix) = 0;
  // The chain horizon, oldest first.
  virtual Result<std::vector<ChainRow>> chain(Time since) = 0;
  virtual Result<std::vector<CoverageSighting>> coverage() = 0;
};

// A store is all of them.
class Store : public Committer, public Outbox, public Reader, public Admin, public Recovery {};

}  // namespace gw::ports
