#include "edge/store/sqlite/rows.h"

#include "edge/store/codec/codec.h"

namespace gw::sqlite {
namespace {

template <class E>
E word(const Query& q, int column, std::size_t count) {
  const std::uint64_t n = q.count(column);
  if (n >= count) fail(Errc::corrupt, "a stored word is unknown: run `glasswatch store check`");
  return static_cast<E>(n);
}

}  // namespace

model::Alert read_alert(const Query& q, int at) {
  model::Alert a;
  a.id = q.text(at);
  a.key = q.text(at + 1);
  a.kind = word<model::AlertKind>(q, at + 2, model::kAlertKinds);
  a.session_id = q.text(at + 3);
  a.severity = word<model::Severity>(q, at + 4, model::kSeverityNames.size());
  a.watch = q.text(at + 5);
  a.receivers = store::from_list(q.view(at + 6)).value_or(std::vector<std::string>());
  a.fact = q.text(at + 7);
  a.reason = q.text(at + 8);
  a.data = q.text(at + 9);
  a.created_at = q.time(at + 10);
  a.event_time = q.maybe_time(at + 11);
  a.planned = q.text(at + 12);
  a.config_hash = q.text(at + 13);
  return a;
}

model::Notification read_notification(const Query& q, int at) {
  model::Notification n;
  n.id = q.text(at);
  n.alert_id = q.text(at + 1);
  n.receiver = q.text(at + 2);
  n.generation = static_cast<std::uint32_t>(q.integer(at + 3));
  n.state = word<model::SendState>(q, at + 4, model::kSendStates);
  n.attempts = static_cast<std::uint32_t>(q.integer(at + 5));
  n.due_at = q.time(at + 6);
  n.created_at = q.time(at + 7);
  n.settled_at = q.maybe_time(at + 8);
  n.reason = q.text(at + 9);
  n.reference = q.text(at + 10);
  n.rerouted_from = q.text(at + 11);
  return n;
}

}  // namespace gw::sqlite
