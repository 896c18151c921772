// One commit's answer → rows, inside a transaction that the caller holds.
#pragma once

#include <map>
#include <string>

#include "edge/store/sqlite/tally.h"
#include "engine/ports/store.h"

namespace gw::sqlite {

// A session or fold is stored in another version than the one that was decided about.
struct Stale {};

class Change {
 public:
  // `loaded` is what was decided on: it spares reading the old sessions again.
  Change(Db& db, const ports::Loaded& loaded, ports::Commit& commit, const std::string& organization_id);
  // Throws Stale, or Failure. Answers whether there is something new to send.
  bool write();

 private:
  // change_sessions.cpp
  void absorb(const model::Session& into, const std::string& id);
  void write_session(model::Session& session);
  [[nodiscard]] const model::Session* old_session(const std::string& id, std::uint64_t version);
  void supersede(const std::string& absorbed, const std::string& into);
  // change.cpp
  void write_entry(const std::string& session_id, const model::Entry& entry);
  void write_feed(const ports::FeedSighting& sighting);
  void write_fold(model::Fold& fold);
  void write_alert(const model::Alert& alert);
  bool write_notification(const model::Notification& notification);
  void write_quarantine(const ports::QuarantineItem& item);
  void write_coverage(const ports::CoverageSighting& sighting);
  void write_chain();
  void write_mute(const model::Mute& mute);
  void write_cursor(const std::string& name, const std::string& value);
  [[nodiscard]] const std::string& resolved(const std::string& session_id);

  Db& db_;
  const ports::Loaded& loaded_;
  ports::Commit& commit_;
  const std::string& organization_id_;
  Books books_;
  Ledger ledger_;
  std::map<std::string, std::string> resolved_;
  std::optional<model::Session> read_again_;
};

// The rows of edges and tags by which a session is found: those of `before` become those of `after`; null: none.
void index_session(Db& db, const std::string& id, const model::Session* before, const model::Session* after);

// A notification of an alert that is stored; nothing happens when there is none, or when it exists.
bool insert_notification(Db& db, Books& books, const model::Notification& notification,
                         const std::string& organization_id);

}  // namespace gw::sqlite
