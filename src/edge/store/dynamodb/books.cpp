// A counter is an attribute that is added to, so two writers of one shard need not see each other's numbers.
#include "edge/store/dynamodb/books.h"

#include <sys/random.h>

#include <array>
#include <charconv>

#include "base/sha256.h"
#include "edge/store/dynamodb/keys.h"

namespace gw::dynamodb {
namespace {

using ports::DeliveryBooks;
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
constexpr std::array<std::pair<std::string_view, std::uint64_t DeliveryBooks::*>, 3> kDeliveries = {{
    {"deliveries.settled.", &DeliveryBooks::settled},
    {"deliveries.non_record.", &DeliveryBooks::non_record},
    {"deliveries.quarantined.", &DeliveryBooks::quarantined},
}};

// An attribute's name in an expression is short; those of receivers and feeds may not be.
std::string attribute(const std::string& name) { return name.size() <= 200 ? name : name.substr(0, 200); }

void read_counter(ports::Totals& totals, std::string_view name, std::uint64_t value) {
  for (const auto& [key, member] : kRecords) {
    if (name == key) totals.records.*member = value;
  }
  for (const auto& [key, member] : kDeliveries) {
    if (name.starts_with(key)) totals.deliveries[std::string(name.substr(key.size()))].*member = value;
  }
  if (name == "sessions") totals.sessions = value;
  if (name == "sessions.open") totals.open_sessions = value;
  if (name == "quarantine.open") totals.quarantine_open = value;
  if (name == "ledger") totals.ledger_leaves = value;
  if (!name.starts_with("alerts.")) return;
  name.remove_prefix(7);
  const std::size_t dot = name.find('.');
  const auto state = model::parse_send_state(name.substr(0, dot));
  if (dot == std::string_view::npos || !state) return;
  totals.alerts[std::string(name.substr(dot + 1))][static_cast<std::size_t>(*state)] = value;
}

}  // namespace

void Books::add(const RecordBooks& records) {
  for (const auto& [key, member] : kRecords) add(std::string(key), static_cast<std::int64_t>(records.*member));
}

void Books::add(const std::string& feed, const DeliveryBooks& deliveries) {
  for (const auto& [key, member] : kDeliveries)
    add(std::string(key) + feed, static_cast<std::int64_t>(deliveries.*member));
}

void Books::alerts(const std::string& receiver, model::SendState state, std::int64_t count) {
  add("alerts." + std::string(model::to_string(state)) + "." + receiver, count);
}

void Books::moved(const std::string& receiver, model::SendState from, model::SendState to) {
  alerts(receiver, from, -1);
  alerts(receiver, to, 1);
}

Books& Books::operator+=(const Books& other) {
  for (const auto& [name, delta] : other.deltas_) deltas_[name] += delta;
  return *this;
}

void Books::append_to(std::vector<Op>& ops, unsigned shard) const {
  Op op;
  op.kind = Op::Kind::update;
  op.item = Item(keys::book(shard));
  for (const auto& [name, delta] : deltas_) {
    if (delta == 0) continue;
    const std::string n = std::to_string(op.names.size());
    op.update += (op.update.empty() ? "ADD #" : ", #") + n + " :" + n;
    op.names["#" + n] = attribute(name);
    op.values[":" + n] = signed_number(delta);
  }
  if (!op.update.empty()) ops.push_back(std::move(op));
}

ports::Totals read_totals(Table& table) {
  std::map<std::string, std::int64_t> sums;
  for (const Item& shard : table.query({{}, "B", {}, {}, 0})) {
    for (const auto& [name, value] : shard.values) {
      if (value.type != 'N') continue;
      std::int64_t n = 0;
      std::from_chars(value.text.data(), value.text.data() + value.text.size(), n);
      sums[name] += n;
    }
  }
  ports::Totals totals;
  for (const auto& [name, sum] : sums) read_counter(totals, name, sum < 0 ? 0 : static_cast<std::uint64_t>(sum));
  return totals;
}

void set_leaf(Item& item, std::string_view kind, std::string_view ref, std::string_view body) {
  std::array<char, 16> salt{};
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
    fail(Errc::internal, "no random bytes");
  std::string whole(salt.data(), salt.size());
  item.set("salt", bytes(whole));
  whole.append(kind).append("\n").append(ref).append("\n").append(body);
  item.set("leaf", bytes(sha256(whole)));
}

}  // namespace gw::dynamodb
