// The durable counters. They are spread over a few items, of which a write takes one, so that writers seldom meet; a total is
// the sum. Names: records.OUTCOME, deliveries.WHAT.FEED, alerts.STATE.RECEIVER, sessions, sessions.open, quarantine.open,
// ledger (leaves).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/model/alert.h"
#include "edge/store/dynamodb/table.h"
#include "engine/ports/store.h"

namespace gw::dynamodb {

class Books {
 public:
  void add(const std::string& name, std::int64_t delta) { deltas_[name] += delta; }
  void add(const ports::RecordBooks& records);
  void add(const std::string& feed, const ports::DeliveryBooks& deliveries);
  void alerts(const std::string& receiver, model::SendState state, std::int64_t count);
  void moved(const std::string& receiver, model::SendState from, model::SendState to);
  void leaf() { add("ledger", 1); }
  Books& operator+=(const Books& other);
  // Adds an update of the shard to `ops` unless nothing was counted.
  void append_to(std::vector<Op>& ops, unsigned shard) const;

 private:
  std::map<std::string, std::int64_t> deltas_;
};

[[nodiscard]] ports::Totals read_totals(Table& table);

// What the ledger will be made of: SHA-256(salt, kind, '\n', ref, '\n', body) beside what it is of, in the same write.
void set_leaf(Item& item, std::string_view kind, std::string_view ref, std::string_view body);

}  // namespace gw::dynamodb
