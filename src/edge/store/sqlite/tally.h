// What every write adds to: the durable counters, and the ledger's leaves. Both belong to one transaction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "domain/model/alert.h"
#include "edge/store/sqlite/db.h"
#include "engine/ports/store.h"

namespace gw::sqlite {

// Counters by name: records.OUTCOME, deliveries.WHAT.FEED, alerts.STATE.RECEIVER, sessions, sessions.open, quarantine.open.
class Books {
 public:
  explicit Books(Db& db) : db_(db) {}
  void add(std::string name, std::int64_t delta) { deltas_[std::move(name)] += delta; }
  void add(const ports::RecordBooks& records);
  void add(const std::string& feed, const ports::DeliveryBooks& deliveries);
  // `count` notifications of the receiver are in this state from now on (or no longer, when negative).
  void alerts(const std::string& receiver, model::SendState state, std::int64_t count);
  void moved(const std::string& receiver, model::SendState from, model::SendState to, std::int64_t count = 1);
  void write();

 private:
  Db& db_;
  std::map<std::string, std::int64_t> deltas_;
};

[[nodiscard]] ports::Totals read_totals(Db& db);

// body_hash = SHA-256(salt, kind, '\n', ref, '\n', body): with the salt gone, an erased body cannot be guessed from it.
class Ledger {
 public:
  explicit Ledger(Db& db, Time at) : db_(db), at_(at) {}
  // `keep`: the body stands nowhere else.
  void append(std::string_view kind, std::string_view ref, std::string_view body, bool keep = false);

 private:
  Db& db_;
  Time at_;
  std::int64_t next_ = 0;
};

}  // namespace gw::sqlite
