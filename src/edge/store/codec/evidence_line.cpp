#include "edge/store/codec/evidence_line.h"

#include <algorithm>
#include <charconv>

#include "base/json/doc.h"
#include "edge/store/codec/codec.h"

namespace gw::store {
namespace {

using json::Value;

constexpr std::string_view kFamily = "glasswatch.evidence.";
constexpr std::string_view kSchema = "glasswatch.evidence.v1";
constexpr std::size_t kMaxId = 256;
constexpr std::size_t kMaxKey = 4096;
constexpr std::size_t kMaxNamed = 60;

Error refused(std::string reason) { return {Errc::invalid_input, std::move(reason)}; }

std::string named(std::string_view text) {
  return "`" + std::string(text.substr(0, kMaxNamed)) + (text.size() > kMaxNamed ? "…`" : "`");
}

bool is_id(std::string_view text) { return !text.empty() && text.size() <= kMaxId; }

template <class N>
bool read_number(std::string_view text, N& n) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc{} && end == text.data() + text.size();
}

Status read_entry(Value line, model::EntryKind kind, EvidenceFact& fact) {
  fact.kind = EvidenceFact::Kind::entry;
  fact.session_id = line["session_id"].text();
  if (fact.session_id.size() > kMaxId) return refused("its session_id is too long");
  model::Entry& entry = fact.entry;
  entry.kind = kind;
  entry.event_key = line["event_key"].text();
  if (entry.event_key.empty() || entry.event_key.size() > kMaxKey) return refused("it has no event_key");
  if (!read_number(line["content"].text(), entry.content)) return refused("its content is no number");
  if (const Value kinds = line["kinds"]; !kinds.is_nothing() && !read_number(kinds.raw(), entry.kinds))
    return refused("its kinds are no number");
  entry.high_risk = line["high_risk"].text();
  entry.from_trail = line["from_trail"].boolean().value_or(false);
  if (!line["stored"].is_object() || !from_body(line["stored"].raw(), entry.event))
    return refused("what was stored of the event cannot be read");
  entry.has_time = entry.event.event_time.has_value();
  return ok();
}

Status read_session(Value line, EvidenceFact& fact) {
  fact.kind = EvidenceFact::Kind::session;
  auto session = line["stored"].is_object() ? model::parse_state_json(line["stored"].raw()) : std::nullopt;
  if (!session || !is_id(session->id)) return refused("the session's state cannot be read");
  if (session->id != line["session_id"].text()) return refused("the session's state is another session's");
  fact.session_id = session->id;
  fact.session = std::move(*session);
  if (const Value absorbed = line["absorbed"]; !absorbed.is_nothing()) {
    auto ids = from_list(absorbed.raw());
    if (!ids) return refused("`absorbed` is no list");
    fact.absorbed = std::move(*ids);
  }
  return ok();
}

Status read_delivery(Value line, EvidenceFact& fact) {
  fact.kind = EvidenceFact::Kind::delivery;
  if (!line["notification"].is_object() || !from_body(line["notification"].raw(), fact.notification) ||
      !is_id(fact.notification.id) || fact.notification.receiver.empty())
    return refused("its notification cannot be read");
  if (!line["alert"].is_object() || !from_body(line["alert"].raw(), fact.alert) || !is_id(fact.alert.id) ||
      fact.alert.key.empty())
    return refused("its alert cannot be read");
  if (fact.notification.alert_id != fact.alert.id) return refused("its notification is of another alert");
  json::Doc data;  // it is shown as it is
  if (!data.parse(fact.alert.data) || !data.root().is_object()) return refused("its alert's data is no JSON object");
  const auto state = model::parse_send_state(line["state"].text());
  if (!state || *state == model::SendState::trying) return refused("it does not say what became of it");
  fact.session_id = fact.alert.session_id;
  fact.notification.state = *state;
  fact.notification.reason = line["reason"].text();
  fact.notification.reference = line["reference"].text();
  fact.notification.settled_at = fact.at;
  if (*state == model::SendState::delivered && fact.notification.attempts == 0) fact.notification.attempts = 1;
  return ok();
}

Status read_mute(Value line, EvidenceFact& fact) {
  fact.kind = EvidenceFact::Kind::mute;
  if (!line["mute"].is_object() || !from_body(line["mute"].raw(), fact.mute) || !is_id(fact.mute.id))
    return refused("its mute cannot be read");
  return ok();
}

Status read_fact(Value line, EvidenceFact& fact) {
  const std::string_view name = line["fact"].text();
  if (const auto kind = model::parse_entry_kind(name)) return read_entry(line, *kind, fact);
  if (name == "session") return read_session(line, fact);
  if (name == "delivery") return read_delivery(line, fact);
  if (name == "mute") return read_mute(line, fact);
  return Error{Errc::invalid_input, "this program does not know the fact " + named(name)};
}

}  // namespace

bool looks_like_evidence(std::string_view text) {
  static constexpr std::string_view kBlank = " \t\r";
  const auto skip = [&text](std::string_view word) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  };
  for (;;) {
    if (skip("{") && skip("\"schema\"") && skip(":") && skip("\"" + std::string(kFamily))) return true;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
}

Result<EvidenceFact> parse_evidence(std::string_view text) {
  json::Doc doc;
  if (!doc.parse(text)) return refused("it is no JSON: " + std::string(doc.damage().reason));
  const Value line = doc.root();
  const std::string_view schema = line["schema"].text();
  if (!schema.starts_with(kFamily)) return refused("it is no line of evidence");
  if (schema != kSchema)
    return Error{Errc::invalid_input,
                 "its schema is " + named(schema) + ", this program reads " + std::string(kSchema)};
  EvidenceFact fact;
  const auto at = parse_time(line["at"].text());
  if (!at) return refused("`at` is no time");
  fact.at = *at;
  if (const Status read = read_fact(line, fact); !read) return read.error();
  return fact;
}

}  // namespace gw::store
