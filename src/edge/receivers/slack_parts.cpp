#include "edge/receivers/slack_parts.h"

#include <algorithm>
#include <vector>

#include "edge/receivers/local_time.h"
#include "edge/receivers/slack_text.h"

namespace gw::receivers {
namespace {

using model::AlertKind;

// The n-th address (from 1) in the order in which they were seen.
std::string nth_address(const model::Session& s, const std::string& fact) {
  std::vector<std::pair<Time, std::string>> seen;
  for (const auto& [address, sighting] : s.addresses) seen.emplace_back(sighting.first, address);
  std::sort(seen.begin(), seen.end());
  std::size_t n = 0;
  for (const char c : fact) n = c >= '0' && c <= '9' && n < 1000 ? n * 10 + static_cast<std::size_t>(c - '0') : 1000;
  if (n == 0 || n > seen.size()) return "another address";
  const auto& [at, address] = seen[n - 1];
  return piece(address, 60) + ", first at " + utc_clock(at);
}

std::string change_line(const ports::Claim& claim, const ports::Telling& telling, Time now) {
  json::Doc doc;
  if (!doc.parse(claim.alert.data) || !doc.root()["access"].is_object()) return std::string(title_of(claim.alert.kind));
  const json::Value access = doc.root()["access"];
  const Picture p = picture_of(access, telling, now);
  std::string out = std::string(title_of(claim.alert.kind)) + ": " + piece(access["event_name"].text(), 60);
  out += " in " + p.account + (p.region.empty() ? std::string() : " " + p.region) + " by " + p.who + " at " + p.when;
  if (!p.so_far.empty()) out += ", " + p.so_far;
  return out;
}

std::string high_risk_line(const ports::Claim& claim) {
  std::string out = "First high-risk call of its kind: " + piece(claim.alert.fact, 80);
  if (!claim.session) return out;
  const auto at = claim.session->high_risk.find(claim.alert.fact);
  if (at == claim.session->high_risk.end()) return out;
  if (at->second.count > 1) out += " ×" + std::to_string(at->second.count);
  return out + ", at " + utc_clock(at->second.first);
}

std::string acknowledged_line(const ports::Claim& claim) {
  if (!claim.session || !claim.session->acknowledged) return "Acknowledged";
  const model::Acknowledgement& a = *claim.session->acknowledged;
  std::string_view what = "Acknowledged";
  if (a.kind == model::ResponseKind::handling) what = "Being handled";
  if (a.kind == model::ResponseKind::false_alarm) what = "Called a false alarm";
  std::string out = std::string(what) + " by " + piece(a.by, 60) + " (" + piece(a.via, 20) + ") at " + utc_clock(a.at);
  if (!a.ticket.empty()) out += ", ticket " + piece(a.ticket, 60);
  if (!a.note.empty()) out += ": " + piece(a.note, 300);
  return out;
}

std::string merged_line(const ports::Claim& claim) {
  json::Doc doc;
  std::string other = claim.alert.fact;
  if (doc.parse(claim.alert.data) && !doc.root()["merged"].text().empty()) other = doc.root()["merged"].text();
  return "Session " + piece(other, 40) + " turned out to be this one (" + piece(claim.alert.session_id, 40) +
         "): what was told there belongs here";
}

}  // namespace

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string block_id(AlertKind kind, std::string_view id) {
  return "gw:" + std::string(to_string(kind)) + ":" + std::string(id);
}

const std::string& subject_id(const ports::Claim& claim) {
  if (claim.session) return claim.session->id;
  return claim.alert.session_id.empty() ? claim.alert.id : claim.alert.session_id;
}

std::string place(const Picture& p) {
  std::string out = p.account;
  if (!p.role.empty()) out += " · " + p.role;
  return out;
}

// The first 13 characters tell the millisecond: enough to find it by.
std::string short_id(std::string_view uuid) { return piece(uuid.substr(0, 13), 20); }

std::string links_markup(const Picture& p, const ports::Message& message, const SlackLook& look) {
  const model::Alert& alert = message.facts.front().alert;
  LinkValues values;
  values.base = message.telling.api_base;
  if (values.base.ends_with('/')) values.base.pop_back();
  values.session = alert.session_id.empty() ? std::string() : subject_id(message.facts.front());
  values.alert = alert.id;
  values.event = p.event_id;
  values.region = p.region;
  values.account = p.account_id;
  std::string out;
  const auto add = [&](const std::string& url, std::string_view label) {
    const std::string target = link_target(url);
    if (target.empty()) return;
    if (!out.empty()) out += " · ";
    out += "<" + target + "|" + std::string(label) + ">";
  };
  add(link(look.links.session, values), "Session");
  add(link(look.links.event, values), "CloudTrail event (signed in to that account)");
  add(link(look.links.account, values), "Switch to the account");
  add(message.telling.runbook, "Runbook");
  return out;
}

std::string_view title_of(AlertKind kind) {
  switch (kind) {
    case AlertKind::session_opened: return "Break-glass access";
    case AlertKind::session_high_risk: return "High-risk call";
    case AlertKind::session_new_address: return "Another address";
    case AlertKind::session_digest: return "Digest";
    case AlertKind::session_lapsed: return "Session over";
    case AlertKind::session_acknowledged: return "Acknowledged";
    case AlertKind::session_merged: return "Sessions merged";
    case AlertKind::access_denied: return "Failed attempts";
    case AlertKind::tamper: return "Tampering with the trail";
    case AlertKind::emergency_path: return "The emergency path was changed";
    case AlertKind::conflict: return "Two records with one event id";
    case AlertKind::undecodable: return "A record that could not be read";
    case AlertKind::storm: return "Many sessions at once";
    case AlertKind::alert_test: return "Test alert";
    case AlertKind::coverage_silent: return "Silence";
    case AlertKind::coverage_heard: return "Heard again";
    case AlertKind::handover: return "Hand-over";
    case AlertKind::session_escalated: return "Escalated";
    case AlertKind::session_response: return "Said about it";
  }
  return "Alert";
}

const ports::Claim& leading_fact(const ports::Message& message) {
  const auto rank = [](const ports::Claim& claim) {
    switch (claim.alert.kind) {
      case AlertKind::session_opened: return 0;
      case AlertKind::tamper:
      case AlertKind::emergency_path: return 1;
      case AlertKind::session_escalated: return 2;
      case AlertKind::session_digest: return 4;
      default: return 3;
    }
  };
  return *std::min_element(message.facts.begin(), message.facts.end(),
                           [&](const ports::Claim& a, const ports::Claim& b) { return rank(a) < rank(b); });
}

std::string rerouted(const ports::Message& message) {
  const std::string& from = message.facts.front().notification.rerouted_from;
  return from.empty() ? std::string() : "because " + piece(from, 60) + " did not take it";
}

std::string fact_line(const ports::Claim& claim, const ports::Telling& telling, Time now) {
  switch (claim.alert.kind) {
    case AlertKind::session_high_risk: return high_risk_line(claim);
    case AlertKind::session_new_address:
      return "Another address: " + (claim.session ? nth_address(*claim.session, claim.alert.fact) : "not known");
    case AlertKind::session_digest:
      return "Still active" + (claim.session ? ": " + counts_of(*claim.session) : std::string());
    case AlertKind::session_lapsed:
      return "Over, " + piece(claim.alert.reason, 120) +
             (claim.session ? ": " + counts_of(*claim.session) + " in all" : std::string());
    case AlertKind::session_acknowledged: return acknowledged_line(claim);
    case AlertKind::session_response: return "Said about it: " + piece(claim.alert.reason, 400);
    case AlertKind::session_merged: return merged_line(claim);
    case AlertKind::tamper:
    case AlertKind::emergency_path: return change_line(claim, telling, now);
    default: break;
  }
  std::string out(title_of(claim.alert.kind));
  if (!claim.alert.reason.empty()) out += ": " + piece(claim.alert.reason, 160);
  return out;
}

}  // namespace gw::receivers
