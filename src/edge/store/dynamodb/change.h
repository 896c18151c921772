// One commit's answer → writes, in groups that must each be made in one step: a session with its entries, edges and alerts;
// and what is about no session.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "edge/store/dynamodb/books.h"
#include "edge/store/dynamodb/load.h"
#include "edge/store/dynamodb/store.h"

namespace gw::dynamodb {

// Something is stored in another version than the one that was decided about.
struct Stale {};

struct Group {
  std::vector<Op> ops;
  std::vector<Op> links;   // edges that it is found by; may be written ahead
  std::vector<Op> events;  // may be written ahead, under an attempt
  Books books;
  // By edge: the stretches that a session has from now on, by session; empty: none any more.
  std::map<std::string, std::map<std::string, std::vector<Stretch>>> edges;
};

class Change {
 public:
  Change(Table& table, Snapshot& snapshot, const ports::Ask& ask, const ports::Loaded& loaded, ports::Commit& commit,
         const Config& config, bool is_first);
  // Throws Stale, or Failure.
  void make();
  // By session id; the last one, under "\x7f", is about none.
  std::map<std::string, Group> groups;
  bool is_new = false;                                 // something waits to be sent
  std::vector<std::pair<Key, std::uint64_t>> waiting;  // alerts with something to send, and their versions
  // Ends of edges that lead nowhere any more: of absorbed sessions; and of others, unless they were written again meanwhile.
  std::vector<Op> later;
  std::vector<Op> later_if;
  std::vector<Key> garbage;  // parts that nothing names once it is written

 private:
  // change_sessions.cpp
  void absorb(const model::Session& into, const std::string& id, Group& group);
  void take_threads(const std::string& from, const std::string& into, Group& group);
  void supersede(const std::string& absorbed, const std::string& into, Group& group);
  void write_session(model::Session& session, Group& group);
  void write_body(Item& item, const std::string& body);
  void write_edges(Group& group);
  void guard_edges();
  [[nodiscard]] std::vector<AlertItem> alerts_of(const std::string& session_id);
  [[nodiscard]] std::vector<std::string> merged_into(const std::string& session_id);
  // change.cpp
  Group& group_of(const std::string& session_id);
  void write_entry(const std::string& session_id, const model::Entry& entry);
  void write_feeds();
  void write_fold(model::Fold& fold);
  void write_alert(const model::Alert& alert, const std::vector<const model::Notification*>& notifications);
  void write_quarantine(const ports::QuarantineItem& item);
  void write_mute(const model::Mute& mute);
  void write_rest();
  [[nodiscard]] std::string resolved(const std::string& session_id);
  [[nodiscard]] const Item* known(const Key& key);

  Table& table_;
  Snapshot& snapshot_;
  const ports::Ask& ask_;
  const ports::Loaded& loaded_;
  ports::Commit& commit_;
  const Config& config_;
  const Keep keep_;
  const bool is_first_;
  std::set<Key> made_;  // of what may stand in the answer twice
  std::set<std::string> written_edges_;
  std::map<std::string, std::string> absorbed_;             // → the group it is written in
  std::map<std::string, std::vector<std::string>> merged_;  // by this commit, into the session
  std::map<std::string, std::set<std::string>> feeds_;      // event key → feeds that carried it, too
};

// The write that brings an edge's item to what its sessions say.
[[nodiscard]] Op edge_op(const std::string& edge_key, const std::map<std::string, std::vector<Stretch>>& sessions,
                         const Value* ttl = nullptr);

}  // namespace gw::dynamodb
