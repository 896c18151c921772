#include "engine/ports/store_json.h"

#include "base/encoding.h"
#include "base/json/object.h"
#include "base/utf8.h"
#include "domain/model/access_json.h"

namespace gw::ports {

using json::append_list;
using json::Object;
namespace {

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid) return false;
    i += c.length;
  }
  return true;
}

}  // namespace

void append_event_json(std::string& out, const StoredEvent& event) {
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

void append_coverage_json(std::string& out, const CoverageSighting& sighting) {
  Object o(out);
  o.text("account_id", sighting.account_id);
  o.text("region", sighting.region);
  o.text("feed", sighting.feed);
  o.number("records", sighting.records);
  o.time("newest", sighting.newest);
  o.time("received_at", sighting.received_at);
  o.time("never_heard_since", {});
}

void append_coverage_json(std::string& out, const NeverHeard& account) {
  Object o(out);
  o.text("account_id", account.account_id);
  o.text("region", {});
  o.text("feed", {});
  o.number("records", 0);
  o.time("newest", {});
  o.time("received_at", {});
  o.time("never_heard_since", account.since);
}

void append_quarantine_json(std::string& out, const QuarantineItem& item, bool with_payload) {
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

}  // namespace gw::ports
