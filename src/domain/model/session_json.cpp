// The wire form of a session: every field of the contract always present, null where unknown.
#include "base/json/object.h"
#include "base/json/write.h"
#include "domain/model/access_json.h"
#include "domain/model/session.h"

namespace gw::model {
namespace {

using json::Object;

template <class List>
void append_texts(Object& object, std::string_view name, const List& list) {
  std::string& out = object.key(name);
  json::append_list(out, list, [](std::string& to, std::string_view text) { json::append_string(to, text); });
}

std::vector<std::string_view> names_of(MechanismSet set) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kMechanismCount; ++i) {
    if (set.has(static_cast<Mechanism>(i))) names.push_back(kMechanismNames[i]);
  }
  return names;
}

void append_sightings(Object& object, std::string& out, std::string_view name, std::string_view what,
                      const std::map<std::string, Sighting>& seen) {
  object.key(name).push_back('[');
  bool first = true;
  for (const auto& [text, sighting] : seen) {
    if (!first) out.push_back(',');
    first = false;
    Object one(out);
    one.text(what, text);
    one.number("count", sighting.count);
    one.time("first_at", sighting.first);
    one.time("last_at", sighting.last);
    one.text("first_event_id", sighting.first_event_id);
  }
  out.push_back(']');
}

}  // namespace

void append_session_json(std::string& out, const Session& s) {
  Object o(out);
  o.text("schema", "glasswatch.session.v1");
  o.text("id", s.id);
  append_texts(o, "aliases", s.aliases);
  o.text("state", to_string(s.state));
  o.text("account_id", s.account_id);
  o.text("account_name", s.account_name);
  o.text("role", s.role);
  o.text("task_policy", s.task_policy);
  {
    o.key("principal");
    Object p(out);
    p.text("type", s.principal.type);
    p.text("id", s.principal.id);
    p.text("name", s.principal.name);
    p.text("name_source", s.principal.name_source);
    p.text("arn", s.principal.arn);
  }
  o.text("session_name", s.session_name);
  append_texts(o, "mechanisms", names_of(s.mechanisms));
  append_texts(o, "also", names_of(s.also));
  o.time("started_at", s.started_at);
  o.time("last_seen_at", s.last_seen_at);
  o.time("expires_at", s.expires_at);
  o.text("expiry_grade", s.expires_at ? to_string(s.expiry_grade) : std::string_view{});
  o.text("severity", s.severity ? to_string(*s.severity) : std::string_view{});
  o.text("watch", s.watch);
  append_texts(o, "watches", s.watches);
  append_texts(o, "receivers", s.receivers);
  append_texts(o, "planned", s.planned);
  {
    o.key("counts");
    Object c(out);
    c.number("calls", s.calls);
    for (std::size_t i = 0; i < kActivityKinds; ++i) c.number(kActivityKindNames[i], s.kinds[i].count);
  }
  {
    o.key("kinds");
    Object k(out);
    for (std::size_t i = 0; i < kActivityKinds; ++i) {
      if (s.kinds[i].count == 0) continue;
      k.key(kActivityKindNames[i]);
      Object one(out);
      one.time("first_at", s.kinds[i].first);
      one.text("first_event", s.kinds[i].first_event);
      one.time("last_at", s.kinds[i].last);
      one.text("last_event", s.kinds[i].last_event);
    }
  }
  append_sightings(o, out, "high_risk", "call", s.high_risk);
  append_sightings(o, out, "addresses", "address", s.addresses);
  append_sightings(o, out, "agents", "agent", s.agents);
  append_sightings(o, out, "regions", "region", s.regions);
  o.number("ways_in", s.ways_in);
  o.text("source_ip", s.source_ip);
  o.text("user_agent", s.user_agent);
  o.key("mfa") += !s.mfa ? "null" : *s.mfa ? "true" : "false";
  o.key("joins").push_back('[');
  for (std::size_t i = 0; i < s.joins.size(); ++i) {
    if (i > 0) out.push_back(',');
    Object j(out);
    j.text("event_id", s.joins[i].event_id);
    j.text("grade", to_string(s.joins[i].grade));
    j.text("by", s.joins[i].by);
  }
  out.push_back(']');
  append_texts(o, "feeds", s.feeds);
  o.text("confirmed_by", s.confirmed_by);
  if (s.acknowledged) {
    o.key("acknowledged");
    Object a(out);
    a.time("at", s.acknowledged->at);
    a.text("by", s.acknowledged->by);
    a.text("via", s.acknowledged->via);
    a.text("note", s.acknowledged->note);
    a.truth("independent", s.acknowledged->independent);
    a.text("kind", to_string(s.acknowledged->kind));
    a.text("ticket", s.acknowledged->ticket);
  } else {
    o.text("acknowledged", {});
  }
  o.key("responses").push_back('[');
  for (std::size_t i = 0; i < s.responses.size(); ++i) {
    if (i > 0) out.push_back(',');
    Object r(out);
    r.time("at", s.responses[i].at);
    r.text("by", s.responses[i].by);
    r.text("via", s.responses[i].via);
    r.text("kind", to_string(s.responses[i].kind));
    r.text("independence", to_string(s.responses[i].independence));
    r.text("note", s.responses[i].note);
    r.text("ticket", s.responses[i].ticket);
  }
  out.push_back(']');
  o.key("escalation").push_back('[');
  for (std::size_t i = 0; i < s.escalation.size(); ++i) {
    if (i > 0) out.push_back(',');
    Object e(out);
    e.number("step", i + 1);
    e.time("due_at", s.escalation[i].due_at);
    append_texts(e, "to", s.escalation[i].to);
    e.text("severity", to_string(s.escalation[i].least));
    e.time("told_at", s.escalation[i].told_at);
  }
  out.push_back(']');
  o.key("notes").push_back('[');
  for (std::size_t i = 0; i < s.notes.size(); ++i) {
    if (i > 0) out.push_back(',');
    Object n(out);
    n.time("at", s.notes[i].at);
    n.text("by", s.notes[i].by);
    n.text("text", s.notes[i].text);
  }
  out.push_back(']');
  o.text("review", {});
  o.text("parent", s.parent);
  o.truth("chain_incomplete", s.chain_incomplete);
  o.truth("backfilled", s.backfilled);
  o.truth("truncated", s.truncated);
  o.time("opened_at", s.opened_at);
  o.time("lapsed_at", s.lapsed_at);
  o.text("config_hash", s.config_hash);
}

}  // namespace gw::model
