#include "edge/receivers/summary.h"

#include <algorithm>
#include <utility>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/receivers/links.h"
#include "edge/receivers/local_time.h"
#include "edge/receivers/picture.h"
#include "edge/receivers/slack_parts.h"
#include "edge/receivers/slack_text.h"

namespace gw::receivers {
namespace {

using model::AlertKind;
using model::Session;
using ports::Claim;
using ports::Message;

// No list in a session is so long that this is met; a bound all the same.
constexpr std::size_t kRowLimit = 1000;

void add(Summary& out, std::string_view label, const std::string& text) {
  if (!text.empty()) out.rows.push_back({std::string(label), cut_bytes(text, kRowLimit)});
}

// What could mean something to a reader of text or markup is percent-encoded; empty when it is no web address, or too long for one.
std::string plain_url(std::string_view url) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (!url.starts_with("https://") && !url.starts_with("http://")) return {};
  const std::size_t path = url.find('/', url.find("//") + 2);  // before it, encoding would make another host
  std::string out;
  for (std::size_t i = 0; i < url.size(); ++i) {
    const auto byte = static_cast<unsigned char>(url[i]);
    const bool is_plain =
        byte > 0x20 && byte < 0x7F && std::string_view("<>\"'\\`|()[]{}").find(url[i]) == std::string_view::npos;
    if (!is_plain && (i < path || byte <= 0x20 || byte == 0x7F)) return {};
    if (is_plain) {
      out.push_back(url[i]);
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out.size() <= 700 ? out : std::string();
}

void add_links(Summary& out, const Picture& p, const Message& message) {
  const model::Alert& alert = message.facts.front().alert;
  LinkValues values;
  values.base = message.telling.api_base;
  if (values.base.ends_with('/')) values.base.pop_back();
  values.session = alert.session_id.empty() ? std::string() : subject_id(message.facts.front());
  values.alert = alert.id;
  values.event = p.event_id;
  values.region = p.region;
  values.account = p.account_id;
  const LinkTemplates templates;
  const auto add_link = [&](std::string_view label, const std::string& url) {
    if (std::string plain = plain_url(url); !plain.empty()) out.links.push_back({std::string(label), std::move(plain)});
  };
  add_link("Session", link(templates.session, values));
  add_link("CloudTrail event", link(templates.event, values));
  add_link("Switch to the account", link(templates.account, values));
  add_link("Runbook", message.telling.runbook);
}

std::string state_of(const Session& s) {
  std::string out = s.state == model::SessionState::open ? "open" : "over";
  if (!s.acknowledged) return out + ", unacknowledged";
  out += ", acknowledged by " + piece(s.acknowledged->by, 60) + " at " + utc_clock(s.acknowledged->at);
  if (!s.acknowledged->independent) out += " (perhaps the actor)";
  return out;
}

void session_summary(Summary& out, const Message& message, const Session& s) {
  const Picture p = picture_of(s, message.telling, message.now);
  const bool is_planned = !s.planned.empty() && s.all_planned;
  out.title = std::string(is_planned ? "PLANNED BREAK-GLASS" : "BREAK-GLASS") + " · " + p.who + " → " + place(p);
  add(out, "State", state_of(s));
  add(out, "Who", p.who);
  add(out, "Account", p.account);
  add(out, "Role", p.role);
  add(out, "How", p.how);
  add(out, "From", p.from);
  add(out, "When", p.when);
  add(out, "Token", p.token);
  add(out, "MFA", p.mfa);
  add(out, "Reason", p.reason);
  add(out, "So far", p.so_far);
  add(out, "Event", p.event_id);
  out.acknowledge = "glasswatch ack " + piece(s.id, 40);
  add_links(out, p, message);
}

// Scalars, and the names in lists and counted maps.
std::string value_of(json::Value v) {
  if (v.is_string()) return piece(v.text(), 200);
  if (!v.is_object() && !v.is_array()) return v.is_nothing() ? std::string() : piece(v.raw(), 40);
  std::string out;
  std::size_t n = 0;
  for (json::Value m = v.first_child(); !m.is_missing(); m = m.next_sibling()) {
    if (n++ == 8) return out + ", …";
    if (n > 1) out += ", ";
    out += v.is_object() ? piece(m.key(), 60) + " ×" + piece(m.raw(), 20) : piece(m.text(), 60);
  }
  return out;
}

// The sessions of all summaries in the message.
void storm_lines(Summary& out, const Message& message) {
  std::size_t count = 0;
  for (const Claim& claim : message.facts) {
    json::Doc doc;
    if (!doc.parse(claim.alert.data)) continue;
    const json::Value sessions = doc.root()["sessions"];
    for (json::Value v = sessions.first_child(); !v.is_missing(); v = v.next_sibling()) {
      ++count;
      if (out.lines.size() < kSummaryLines) out.lines.push_back(piece(v.text(), 40));
    }
  }
  add(out, "Sessions", std::to_string(count));
}

std::string label_of(std::string_view key) {
  std::string out = piece(key, 30);
  for (char& c : out) {
    if (c == '_') c = ' ';
  }
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

void alert_summary(Summary& out, const Message& message) {
  const model::Alert& alert = message.facts.front().alert;
  json::Doc doc;
  const json::Value data = doc.parse(alert.data) && doc.root().is_object() ? doc.root() : json::Value();
  const json::Value access = data["access"];
  Picture p;
  out.title = upper(title_of(alert.kind));
  add(out, "Why", piece(alert.reason, 200));
  if (access.is_object()) {
    p = picture_of(access, message.telling, message.now);
    out.title += " · " + piece(access["event_name"].text(), 60) + " · " + p.who + " → " + p.account;
    add(out, "What", p.how);
    add(out, "Who", p.who);
    add(out, "Account", p.account);
    add(out, "Role", p.role);
    add(out, "From", p.from);
    add(out, "When", p.when);
    add(out, "MFA", p.mfa);
    add(out, "Outcome", p.so_far);
    add(out, "Event", p.event_id);
  } else if (alert.kind == AlertKind::storm) {
    out.title += " · " + piece(alert.watch.empty() ? alert.fact : alert.watch, 60);
    storm_lines(out, message);
  } else {
    const std::string about = piece(alert.watch.empty() ? alert.fact : alert.watch, 60);
    if (!about.empty()) out.title += " · " + about;
    for (json::Value v = data.first_child(); !v.is_missing() && out.rows.size() < 18; v = v.next_sibling())
      add(out, label_of(v.key()), value_of(v));
    p.account_id = piece(data["account_id"].text(), 20);
  }
  add_links(out, p, message);
}

}  // namespace

Summary summary_of(const Message& message) {
  Summary out;
  out.severity = model::Severity::info;
  const Claim& first = message.facts.front();
  for (const Claim& claim : message.facts) out.severity = std::max(out.severity, claim.alert.severity);
  out.subject = subject_id(first);
  if (first.session) {
    session_summary(out, message, *first.session);
  } else {
    alert_summary(out, message);
  }
  const Claim& lead = leading_fact(message);
  out.headline = lead.alert.kind == AlertKind::session_opened ? "Break-glass access"
                                                              : fact_line(lead, message.telling, message.now);
  if (first.alert.kind != AlertKind::storm) {
    for (const Claim& claim : message.facts) {
      if (&claim != &lead && out.lines.size() < kSummaryLines)
        out.lines.push_back(fact_line(claim, message.telling, message.now));
    }
  }
  add(out, "Planned", piece(first.alert.planned, 60));
  add(out, "Owner", piece(message.telling.watch_owner, 60));
  add(out, "Told here", rerouted(message));
  if (message.telling.mode == "shadow") add(out, "Mode", "shadow");
  return out;
}

std::string one_line(const Summary& s) {
  if (s.headline == "Break-glass access") return s.title;
  return s.title + " · " + s.headline;
}

Unlinked unlinked_at(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) == "://") return {1, "\u2236"};
  const auto is_w = [&](std::size_t i) { return i < text.size() && (text[i] == 'w' || text[i] == 'W'); };
  if (is_w(at) && is_w(at + 1) && is_w(at + 2) && text.substr(at + 3, 1) == ".") return {4, "www\u2024"};
  return {};
}

std::string cut_bytes(std::string_view text, std::size_t limit) {
  constexpr std::string_view kEllipsis = "\u2026";
  if (text.size() <= limit) return std::string(text);
  if (limit < kEllipsis.size()) return {};
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = next_utf8(text, at).length;
    if (at + size > limit - kEllipsis.size()) break;
    at += size;
  }
  return std::string(text.substr(0, at)) + std::string(kEllipsis);
}

}  // namespace gw::receivers
