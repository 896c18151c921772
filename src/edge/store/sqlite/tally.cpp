#include "edge/store/sqlite/tally.h"

#include <sys/random.h>

#include <array>
#include <utility>

#include "base/sha256.h"

namespace gw::sqlite {
namespace {

using ports::RecordBooks;
constexpr std::array<std::pair<std::string_view, std::uint64_t RecordBooks::*>, 7> kRecords = {{
    {"records.decoded", &RecordBooks::decoded},
    {"records.matched", &RecordBooks::matched},
    {"records.attached", &RecordBooks::attached},
    {"records.ignored", &RecordBooks::ignored},
    {"records.not_watched", &RecordBooks::not_watched},
    {"records.duplicate", &RecordBooks::duplicate},
    {"records.quarantined", &RecordBooks::quarantined},
}};
using ports::DeliveryBooks;
constexpr std::array<std::pair<std::string_view, std::uint64_t DeliveryBooks::*>, 3> kDeliveries = {{
    {"deliveries.settled.", &DeliveryBooks::settled},
    {"deliveries.non_record.", &DeliveryBooks::non_record},
    {"deliveries.quarantined.", &DeliveryBooks::quarantined},
}};

bool take_prefix(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

void read_counter(ports::Totals& totals, std::string_view name, std::uint64_t value) {
  for (const auto& [key, member] : kRecords) {
    if (name == key) totals.records.*member = value;
  }
  for (const auto& [key, member] : kDeliveries) {
    std::string_view feed = name;
    if (take_prefix(feed, key)) totals.deliveries[std::string(feed)].*member = value;
  }
  if (name == "sessions") totals.sessions = value;
  if (name == "sessions.open") totals.open_sessions = value;
  if (name == "quarantine.open") totals.quarantine_open = value;
  if (!take_prefix(name, "alerts.")) return;
  const std::size_t dot = name.find('.');
  const auto state = model::parse_send_state(name.substr(0, dot));
  if (dot == std::string_view::npos || !state) return;
  totals.alerts[std::string(name.substr(dot + 1))][static_cast<std::size_t>(*state)] = value;
}

}  // namespace

void Books::add(const ports::RecordBooks& records) {
  for (const auto& [key, member] : kRecords) add(std::string(key), static_cast<std::int64_t>(records.*member));
}

void Books::add(const std::string& feed, const ports::DeliveryBooks& deliveries) {
  for (const auto& [key, member] : kDeliveries)
    add(std::string(key) + feed, static_cast<std::int64_t>(deliveries.*member));
}

void Books::alerts(const std::string& receiver, model::SendState state, std::int64_t count) {
  add("alerts." + std::string(model::to_string(state)) + "." + receiver, count);
}

void Books::moved(const std::string& receiver, model::SendState from, model::SendState to, std::int64_t count) {
  alerts(receiver, from, -count);
  alerts(receiver, to, count);
}

void Books::write() {
  Query add = db_.query(
      "INSERT INTO books(name, value) VALUES(?, ?)"
      " ON CONFLICT(name) DO UPDATE SET value = value + excluded.value");
  for (const auto& [name, delta] : deltas_) {
    if (delta == 0) continue;
    add.bind(name, delta).run();
    add.again();
  }
  deltas_.clear();
}

ports::Totals read_totals(Db& db) {
  ports::Totals totals;
  Query q = db.query("SELECT name, value FROM books");
  while (q.step()) read_counter(totals, q.view(0), q.count(1));
  totals.ledger_leaves = static_cast<std::uint64_t>(db.number("SELECT max(seq) FROM ledger_leaf"));
  return totals;
}

void Ledger::append(std::string_view kind, std::string_view ref, std::string_view body, bool keep) {
  if (next_ == 0) next_ = db_.number("SELECT max(seq) FROM ledger_leaf") + 1;
  std::array<char, 16> salt{};
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
    fail(Errc::internal, "no random bytes");
  std::string text(salt.data(), salt.size());
  text.append(kind).append("\n").append(ref).append("\n").append(body);
  Query q = db_.query("INSERT INTO ledger_leaf(seq, kind, ref, body_hash, salt, at, body) VALUES(?, ?, ?, ?, ?, ?, ?)");
  q.bind(next_++, kind, ref, Blob{sha256(text)}, Blob{{salt.data(), salt.size()}}, at_);
  if (keep) {
    q.bind(body).run();
  } else {
    q.bind(nullptr).run();
  }
}

}  // namespace gw::sqlite
