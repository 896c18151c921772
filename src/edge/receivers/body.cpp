#include "edge/receivers/body.h"

#include "base/json/doc.h"
#include "base/json/write.h"
#include "base/sha256.h"
#include "domain/ocsf/ocsf.h"
#include "edge/receivers/summary.h"

namespace gw::receivers {
namespace {

using model::Session;
using ports::Claim;
using ports::Message;

void text(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  json::append_string_or_null(out, value);
}

void append_alert(std::string& out, const Claim& claim, std::size_t most) {
  const model::Alert& a = claim.alert;
  out += "{\"id\":";
  json::append_string(out, a.id);
  text(out, "key", cut_bytes(a.key, most));
  text(out, "kind", to_string(a.kind));
  text(out, "fact", cut_bytes(a.fact, most));
  text(out, "reason", cut_bytes(a.reason, most));
  text(out, "severity", to_string(a.severity));
  text(out, "watch", cut_bytes(a.watch, most));
  text(out, "planned", cut_bytes(a.planned, most));
  text(out, "created_at", format_time(a.created_at));
  text(out, "event_time", a.event_time ? format_time(*a.event_time) : std::string());
  text(out, "rerouted_from", claim.notification.rerouted_from);
  text(out, "config_hash", a.config_hash);
  out.push_back('}');
}

// Of several summaries of one storm: the sessions of all.
std::string storm_details(const Message& message) {
  std::string out = "{\"sessions\":[";
  std::size_t count = 0;
  for (const Claim& claim : message.facts) {
    json::Doc doc;
    if (!doc.parse(claim.alert.data)) continue;
    const json::Value sessions = doc.root()["sessions"];
    for (json::Value v = sessions.first_child(); !v.is_missing(); v = v.next_sibling()) {
      if (count++ > 0) out.push_back(',');
      json::append_string(out, v.text());
    }
  }
  return out + "],\"count\":" + std::to_string(count) + "}";
}

// What may go, from what is missed least.
enum class Cut : std::uint8_t { nothing, lists, most, session, details };

template <class Map>
void keep(Map& map, std::size_t most) {
  while (map.size() > most) map.erase(std::prev(map.end()));
}

Session shortened(Session s, std::size_t most) {
  s.truncated = true;
  if (s.joins.size() > most) s.joins.resize(most);
  if (s.aliases.size() > most) s.aliases.resize(most);
  if (s.notes.size() > most) s.notes.erase(s.notes.begin(), s.notes.end() - static_cast<std::ptrdiff_t>(most));
  if (s.responses.size() > most)
    s.responses.erase(s.responses.begin(), s.responses.end() - static_cast<std::ptrdiff_t>(most));
  if (s.escalation.size() > most) s.escalation.resize(most);
  if (s.planned.size() > most) s.planned.resize(most);
  keep(s.addresses, most);
  keep(s.agents, most);
  keep(s.high_risk, most);
  keep(s.regions, most);
  return s;
}

std::string build(const Message& message, Cut cut) {
  const Claim& claim = message.facts.front();
  std::string out = "{\"type\":";
  json::append_string(out, to_string(claim.alert.kind));
  text(out, "timestamp", format_time(claim.alert.created_at));
  out += ",\"data\":{\"session_id\":";
  json::append_string_or_null(out, claim.session ? claim.session->id : claim.alert.session_id);
  out += ",\"alert\":";
  append_alert(out, claim, cut == Cut::details ? 500 : kBodyLimit);
  out += ",\"session\":";
  if (!claim.session || cut >= Cut::session) {
    out += "null";
  } else {
    model::append_session_json(out, cut == Cut::nothing ? *claim.session
                                    : cut == Cut::lists ? shortened(*claim.session, 10)
                                                        : shortened(*claim.session, 0));
  }
  json::Doc doc;
  std::string access = "null";
  std::string details = "null";
  if (cut < Cut::details && doc.parse(claim.alert.data) && doc.root().is_object()) {
    const json::Value found = doc.root()["access"];
    if (found.is_object()) {
      access = found.raw();
    } else if (message.facts.size() > 1) {
      details = storm_details(message);
    } else {
      details = doc.root().raw();
    }
  }
  out += ",\"access\":" + access + ",\"details\":" + details + "}}";
  return out;
}

}  // namespace

std::string message_id(const Message& message) {
  std::string out = message.facts.front().notification.id;
  if (message.facts.size() == 1) return out;
  std::string all;
  for (const Claim& claim : message.facts) all += claim.notification.id + "\n";
  return out + "-" + sha256_hex(all).substr(0, 16);
}

std::string fact_json(const Message& message) {
  std::string out;
  for (const Cut cut : {Cut::nothing, Cut::lists, Cut::most, Cut::session, Cut::details}) {
    out = build(message, cut);
    if (out.size() < kBodyLimit) break;
  }
  return out;
}

std::string fact_ocsf(const Message& message) {
  const Claim& claim = message.facts.front();
  std::string out;
  ocsf::append_alert(out, claim.alert, claim.session ? &*claim.session : nullptr, fact_json(message));
  return out;
}

}  // namespace gw::receivers
