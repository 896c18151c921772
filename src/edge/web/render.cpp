#include "edge/web/render.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/json/object.h"
#include "base/utf8.h"
#include "domain/model/access_json.h"

namespace gw::web {

using json::append_list;
using json::Object;
namespace {

void write_notification(Object& o, const model::Notification& n) {
  o.text("id", n.id);
  o.text("receiver", n.receiver);
  o.number("generation", n.generation);
  o.text("state", to_string(n.state));
  o.number("attempts", n.attempts);
  o.time("due_at", n.state == model::SendState::trying ? std::optional(n.due_at) : std::nullopt);
  o.time("created_at", n.created_at);
  o.time("settled_at", n.settled_at);
  o.text("reason", n.reason);
  o.text("reference", n.reference);
  o.text("rerouted_from", n.rerouted_from);
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid) return false;
    i += c.length;
  }
  return true;
}

}  // namespace

void append_event_json(std::string& out, const ports::StoredEvent& event) {
  model::append_access_json(out, event.event, event.session_id);
  out.pop_back();  // the closing brace
  out += ",\"kind\":";
  json::append_string(out, to_string(event.kind));
  out += ",\"kinds\":[";
  bool is_first = true;
  for (std::size_t i = 0; i < model::kActivityKinds; ++i) {
    if ((event.kinds & bit(static_cast<model::ActivityKind>(i))) == 0) continue;
    if (!is_first) out.push_back(',');
    is_first = false;
    json::append_string(out, model::kActivityKindNames[i]);
  }
  out += "],\"high_risk\":";
  json::append_string_or_null(out, event.high_risk);
  out += ",\"feeds\":";
  append_list(out, event.feeds, [](std::string& to, const std::string& feed) { json::append_string(to, feed); });
  out.push_back('}');
}

void append_alert_json(std::string& out, const ports::AlertView& view) {
  const model::Alert& alert = view.alert;
  Object o(out);
  o.text("schema", "glasswatch.alert.v1");
  o.text("id", alert.id);
  o.text("kind", to_string(alert.kind));
  o.text("session_id", alert.session_id);
  o.text("severity", to_string(alert.severity));
  o.text("watch", alert.watch);
  o.text("fact", alert.fact);
  o.text("reason", alert.reason);
  o.time("created_at", alert.created_at);
  o.time("event_time", alert.event_time);
  o.text("planned", alert.planned);
  o.key("data") += alert.data.empty() ? "{}" : alert.data;
  append_list(o.key("notifications"), view.notifications, [](std::string& to, const model::Notification& n) {
    Object one(to);
    write_notification(one, n);
  });
}

void append_outbox_json(std::string& out, const model::Alert& alert, const model::Notification& notification) {
  Object o(out);
  write_notification(o, notification);
  o.text("alert_id", alert.id);
  o.text("kind", to_string(alert.kind));
  o.text("session_id", alert.session_id);
  o.text("severity", to_string(alert.severity));
  o.text("watch", alert.watch);
}

void append_mute_json(std::string& out, const model::Mute& mute) {
  Object o(out);
  o.text("id", mute.id);
  o.text("watch", mute.watch);
  o.text("account_id", mute.account_id);
  o.text("session_id", mute.session_id);
  o.text("author", mute.author);
  o.text("reason", mute.reason);
  o.time("created_at", mute.created_at);
  o.time("until", mute.until);
  o.time("ended_at", mute.ended_at);
  o.text("ended_by", mute.ended_by);
}

void append_coverage_json(std::string& out, const ports::CoverageSighting& sighting, const pipeline::QuietView& quiet) {
  Object o(out);
  o.text("account_id", sighting.account_id);
  o.text("region", sighting.region);
  o.text("feed", sighting.feed);
  o.number("records", sighting.records);
  o.time("newest", sighting.newest);
  o.time("received_at", sighting.received_at);
  const auto usual = quiet.usual_micros(sighting);
  o.key("usual_quiet_seconds") += usual ? std::to_string(*usual / 1'000'000) : "null";
  o.time("silent_since", quiet.silent_since(sighting));
}

void append_quarantine_json(std::string& out, const ports::QuarantineItem& item, bool with_payload) {
  Object o(out);
  o.text("id", item.id);
  o.text("feed", item.feed);
  o.text("source", item.source);
  o.text("reason", item.reason);
  o.text("event_id", item.event_id);
  o.number("size", item.size);
  o.time("at", item.at);
  o.time("settled_at", item.settled_at);
  o.text("settled_as", item.settled_as);
  if (!with_payload) return;
  const bool is_text = is_utf8(item.payload);
  o.text("payload", is_text ? std::string_view(item.payload) : std::string_view{});
  o.text("payload_base64", is_text ? std::string() : encode_base64(item.payload));
}

}  // namespace gw::web
