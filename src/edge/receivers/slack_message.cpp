// The first message of a session is its face: edited as the state changes, so everything in it follows from the session. What
// the thread adds are the facts as they come.
#include "edge/receivers/slack_message.h"

#include <algorithm>
#include <vector>

#include "base/json/doc.h"
#include "base/sha256.h"
#include "edge/receivers/local_time.h"
#include "edge/receivers/slack_parts.h"
#include "edge/receivers/slack_text.h"

namespace gw::receivers {
namespace {

using model::AlertKind;
using model::Session;
using ports::Claim;
using ports::Message;

bool is_slack_id(std::string_view id) {
  return !id.empty() && id.size() <= 40 &&
         std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

const Claim* with_session(const Message& message) {
  for (const Claim& claim : message.facts) {
    if (claim.session) return &claim;
  }
  return nullptr;
}

std::string_view mode_note(const Message& m) { return m.telling.mode == "shadow" ? " · shadow mode" : ""; }

model::Severity severity_of(const Message& message, const Session* s) {
  return s != nullptr && s->severity ? *s->severity : message.facts.front().alert.severity;
}

// [ OPEN · 00:07 · unacknowledged ] severity: critical
std::string state_line(const Session& s, const Message& message, bool with_age) {
  const bool is_open = s.state == model::SessionState::open;
  std::string out = is_open ? "[ OPEN" : "[ OVER";
  const Time end = is_open ? message.now : s.lapsed_at.value_or(message.now);
  if (with_age || !is_open) out += " · " + hours_minutes(end.micros - s.started_at.micros);
  if (s.acknowledged) {
    const model::ResponseKind kind = s.acknowledged->kind;
    out += kind == model::ResponseKind::handling      ? " · handled by "
           : kind == model::ResponseKind::false_alarm ? " · false alarm, says "
                                                      : " · acknowledged by ";
    out += piece(s.acknowledged->by, 60) + " at " + utc_clock(s.acknowledged->at);
    if (!s.acknowledged->independent) out += " (perhaps the actor)";
  } else {
    out += " · unacknowledged";
  }
  out += " ]   severity: " + std::string(to_string(severity_of(message, &s)));
  if (!s.planned.empty()) out += s.all_planned ? " · planned " : " · partly planned ";
  if (!s.planned.empty()) out += piece(s.planned.front(), 60);
  return out + std::string(mode_note(message));
}

// Only while it is posted: an edit shows the session.
std::string rerouted_note(const Message& message) {
  const std::string why = rerouted(message);
  return why.empty() ? why : " · told here " + why;
}

std::string worst_join(const Session& s) {
  model::JoinGrade worst = model::JoinGrade::exact;
  for (const model::Join& join : s.joins) worst = std::max(worst, join.grade);
  return std::string(to_string(worst));
}

std::string reference(const Session& s, const Picture& p) {
  std::string out = "ref " + short_id(s.id);
  if (!p.event_id.empty()) out += " · event " + p.event_id;
  out += " · join: " + worst_join(s);
  if (!s.config_hash.empty()) out += " · config " + piece(s.config_hash.substr(0, 8), 8);
  if (!s.parent.empty()) out += " · from session " + short_id(s.parent);
  if (!s.aliases.empty()) out += " · with " + std::to_string(s.aliases.size()) + " merged";
  return out + " · acknowledge: glasswatch ack " + piece(s.id, 40);
}

std::string sentence(const Session& s, const Picture& p, const Message& message) {
  const bool is_planned = !s.planned.empty() && s.all_planned;
  std::string severity(to_string(severity_of(message, &s)));
  severity.front() = static_cast<char>(severity.front() - 'a' + 'A');
  return severity + (is_planned ? " planned" : "") + " break-glass access: " + mrkdwn_piece(p.who, 80) + " entered " +
         mrkdwn_piece(p.account, 100) + (p.role.empty() ? std::string() : " as " + mrkdwn_piece(p.role, 80)) + " by " +
         mrkdwn_piece(p.how, 160) + " at " + utc_clock(s.started_at) + ".";
}

// Whoever is independent has the last word; a reason may still come.
void add_buttons(Blocks& blocks, const Session& s) {
  std::vector<Blocks::Button> buttons;
  if (!s.acknowledged || !s.acknowledged->independent) {
    buttons = {{"gw_acknowledge", "Acknowledge", "primary"},
               {"gw_handling", "I am handling it", ""},
               {"gw_false_alarm", "False alarm…", "danger"}};
  }
  buttons.push_back({"gw_reason", "Add reason…", ""});
  blocks.actions("gw_actions:" + s.id, s.id, buttons);
}

SlackText face(const Message& message, const SlackLook& look, bool with_age) {
  const Claim* const claim = with_session(message);
  if (claim == nullptr) return alert_message(message, look);
  const Session& s = *claim->session;
  const Picture p = picture_of(s, message.telling, message.now);
  const auto opens = [](const Claim& c) { return c.alert.kind == AlertKind::session_opened; };
  const bool is_opening = !message.is_first || std::any_of(message.facts.begin(), message.facts.end(), opens);
  Blocks blocks(block_id(is_opening ? AlertKind::session_opened : message.facts.front().alert.kind, s.id));
  const bool is_planned = !s.planned.empty() && s.all_planned;
  blocks.header(std::string(severity_sign(severity_of(message, &s))) +
                (is_planned ? " PLANNED BREAK-GLASS · " : " BREAK-GLASS · ") + piece(p.who, 50) + " → " +
                piece(p.account, 50) + (p.role.empty() ? std::string() : " · " + piece(p.role, 36)));
  blocks.section(state_line(s, message, with_age));
  blocks.fields({"How\n" + p.how, "From\n" + p.from, "When\n" + p.when, "Token\n" + p.token, "MFA\n" + p.mfa,
                 "Reason\n" + p.reason, "So far\n" + p.so_far});
  std::string facts;
  for (const Claim& c : message.facts) {
    const bool is_in_state = c.alert.kind != AlertKind::tamper && c.alert.kind != AlertKind::emergency_path;
    if (!message.is_first || is_in_state) continue;
    facts += (facts.empty() ? "" : "\n") + fact_line(c, message.telling, message.now);
  }
  blocks.section(facts);
  if (look.buttons) add_buttons(blocks, s);
  blocks.markup(links_markup(p, message, look));
  if (!message.quiet) blocks.markup(mention_markup(look.mention));
  blocks.context(reference(s, p) + (message.is_first ? rerouted_note(message) : std::string()) +
                 (message.telling.watch_owner.empty() ? "" : " · owner " + piece(message.telling.watch_owner, 60)));
  return {sentence(s, p, message), blocks.json()};
}

// --- facts about no session ----------------------------------------------------------------------------------------

void append_members(std::string& out, json::Value object, std::size_t most) {
  std::size_t n = 0;
  for (json::Value v = object.first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (n++ == most) {
      out += ", …";
      return;
    }
    if (n > 1) out += ", ";
    if (!v.key().empty()) out += piece(v.key(), 60);
    if (object.is_object()) out += " ×" + piece(v.raw(), 20);
    if (object.is_array()) out += piece(v.text(), 60);
  }
}

std::vector<std::string> denied_fields(json::Value data, const ports::Telling& telling) {
  const auto clock = [&](std::string_view name) {
    const std::optional<Time> at = parse_time(data[name].text());
    return at ? clock_in_words(*at, telling.local_zone) : std::string("?");
  };
  const std::optional<model::Mechanism> mechanism = model::parse_mechanism(data["mechanism"].text());
  std::vector<std::string> fields;
  fields.push_back("How\n" + std::string(mechanism ? in_words(*mechanism) : "unknown"));
  fields.push_back("When\n" + clock("first") + " to " + clock("last"));
  for (const auto& [name, label] : {std::pair("principals", "Who"), {"addresses", "From"}, {"errors", "Errors"}}) {
    std::string text = std::string(label) + "\n";
    append_members(text, data[name], 8);
    fields.push_back(std::move(text));
  }
  return fields;
}

// Scalars of any object, a line each: what no other form is made for.
std::string listing(json::Value data) {
  std::string out;
  for (json::Value v = data.first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (v.is_object() || v.is_nothing()) continue;
    if (!out.empty()) out.push_back('\n');
    out += piece(v.key(), 40) + ": ";
    if (v.is_array()) {
      append_members(out, v, 50);
    } else {
      out += v.is_string() ? piece(v.text(), 200) : piece(v.raw(), 40);
    }
    if (out.size() > 2500) break;
  }
  return out;
}

std::string storm_sessions(const Message& message) {
  std::string out;
  std::size_t count = 0;
  for (const Claim& claim : message.facts) {
    json::Doc doc;
    if (!doc.parse(claim.alert.data)) continue;
    const json::Value sessions = doc.root()["sessions"];
    for (json::Value v = sessions.first_child(); !v.is_missing(); v = v.next_sibling()) {
      ++count;
      if (out.size() < 9000) out += (out.empty() ? "" : "\n") + piece(v.text(), 40);
    }
  }
  return std::to_string(count) + (count == 1 ? " session:\n" : " sessions:\n") + out;
}

// In sections of at most 2,900, cut between lines.
void add_lines(Blocks& blocks, std::string_view text) {
  constexpr std::size_t kMost = 2800;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > kMost) {
      end = text.rfind('\n', kMost);
      if (end == std::string_view::npos || end == 0) end = kMost;
    }
    blocks.section(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with('\n')) text.remove_prefix(1);
  }
}

}  // namespace

std::string mention_markup(const std::string& mention) {
  if (mention == "here" || mention == "channel") return "<!" + mention + ">";
  if (mention.starts_with("subteam:") && is_slack_id(std::string_view(mention).substr(8)))
    return "<!subteam^" + mention.substr(8) + ">";
  if (mention.starts_with("user:") && is_slack_id(std::string_view(mention).substr(5)))
    return "<@" + mention.substr(5) + ">";
  return {};
}

SlackText session_message(const Message& message, const SlackLook& look) { return face(message, look, true); }

std::uint64_t session_shown(const Message& message, const SlackLook& look) {
  const Claim* const claim = with_session(message);
  if (claim == nullptr) return 1;
  Message same = message;  // what depends on the occasion, not on the session, is left out
  same.is_first = false;
  same.quiet = true;
  same.facts = {*claim};
  same.facts[0].alert.kind = AlertKind::session_opened;
  const SlackText text = face(same, look, false);
  std::uint64_t hash = 0;
  for (const char c : sha256(text.text + text.blocks).substr(0, 8)) hash = hash << 8 | static_cast<unsigned char>(c);
  return hash == 0 ? 1 : hash;
}

SlackText merged_message(const Message& message, const std::string& merged, const SlackLook& look) {
  const Claim* const claim = with_session(message);
  if (claim == nullptr) return alert_message(message, look);
  const Picture p = picture_of(*claim->session, message.telling, message.now);
  Blocks blocks(block_id(AlertKind::session_merged, merged));
  blocks.header("⚪ MERGED · " + piece(p.who, 50) + " → " + piece(p.account, 50));
  blocks.section("A late record showed that session " + piece(merged, 40) + " is part of session " +
                 piece(claim->session->id, 40) + ". It is told there from now on.");
  blocks.markup(links_markup(p, message, look));
  blocks.context("ref " + short_id(merged) + " → " + short_id(claim->session->id));
  return {"This break-glass session was merged into session " + mrkdwn_piece(claim->session->id, 40) + ".",
          blocks.json()};
}

SlackText thread_message(const Message& message, const SlackLook& look, bool is_alone) {
  const Claim* const claim = with_session(message);
  Picture p;
  if (claim != nullptr) p = picture_of(*claim->session, message.telling, message.now);
  Blocks blocks(block_id(message.facts.front().alert.kind, subject_id(message.facts.front())));
  if (is_alone && claim != nullptr)
    blocks.header(std::string(severity_sign(severity_of(message, &*claim->session))) + " " + piece(p.who, 60) + " → " +
                  piece(place(p), 70));
  std::string lines;
  for (const Claim& c : message.facts)
    lines += (lines.empty() ? "" : "\n") + fact_line(c, message.telling, message.now);
  add_lines(blocks, lines);
  const bool calls_somebody = std::any_of(message.facts.begin(), message.facts.end(),
                                          [](const Claim& c) { return c.alert.kind == AlertKind::session_escalated; });
  if (calls_somebody && !message.quiet) blocks.markup(mention_markup(look.mention));
  if (claim != nullptr) {
    std::string so_far = "So far: " + p.so_far;
    if (message.facts.size() > 1) so_far += " · " + std::to_string(message.facts.size()) + " facts in this post";
    so_far += " · ref " + short_id(claim->session->id) + std::string(mode_note(message)) + rerouted_note(message);
    if (is_alone) so_far += " · acknowledge: glasswatch ack " + piece(claim->session->id, 40);
    blocks.context(so_far);
    if (is_alone) blocks.markup(links_markup(p, message, look));
  }
  const std::string first = fact_line(leading_fact(message), message.telling, message.now);
  std::string text = mrkdwn_piece(first, 300);
  if (claim != nullptr)
    text += ", in the break-glass session of " + mrkdwn_piece(p.who, 80) + " in " + mrkdwn_piece(p.account, 100);
  if (message.facts.size() > 1) text += ", and " + std::to_string(message.facts.size() - 1) + " more";
  return {text + ".", blocks.json()};
}

SlackText alert_message(const Message& message, const SlackLook& look) {
  const Claim& claim = message.facts.front();
  const model::Alert& alert = claim.alert;
  json::Doc doc;
  const bool has_data = doc.parse(alert.data) && doc.root().is_object();
  const json::Value data = has_data ? doc.root() : json::Value();
  const json::Value access = data["access"];
  Picture p;
  std::string title = upper(title_of(alert.kind));
  std::string subject;
  if (access.is_object()) {
    p = picture_of(access, message.telling, message.now);
    subject = piece(access["event_name"].text(), 40) + " · " + piece(p.who, 40) + " → " + piece(p.account, 40);
  } else if (alert.kind == AlertKind::access_denied) {
    p.account =
        piece(data["account_name"].text().empty() ? data["account_id"].text() : data["account_name"].text(), 50);
    p.account_id = piece(data["account_id"].text(), 20);
    p.role = piece(data["role"].text(), 50);
    subject = piece(data["count"].raw(), 20) + " × " + place(p);
  } else {
    subject = piece(alert.watch.empty() ? alert.fact : alert.watch, 60);
  }
  Blocks blocks(block_id(alert.kind, subject_id(claim)));
  blocks.header(std::string(severity_sign(alert.severity)) + " " + title + (subject.empty() ? "" : " · ") + subject);
  blocks.section("Why: " + piece(alert.reason, 200) + "   severity: " + std::string(to_string(alert.severity)) +
                 (alert.planned.empty() ? "" : " · planned " + piece(alert.planned, 60)) +
                 std::string(mode_note(message)));
  if (access.is_object()) {
    std::vector<std::string> fields = {"What\n" + p.how,  "Who\n" + p.who,   "Where\n" + place(p),
                                       "From\n" + p.from, "When\n" + p.when, "MFA\n" + p.mfa};
    if (!p.so_far.empty()) fields.push_back("Outcome\n" + p.so_far);
    blocks.fields(fields);
  } else if (alert.kind == AlertKind::access_denied) {
    blocks.fields(denied_fields(data, message.telling));
  } else if (alert.kind == AlertKind::storm) {
    add_lines(blocks, storm_sessions(message));
  } else {
    add_lines(blocks, listing(data));
  }
  blocks.markup(links_markup(p, message, look));
  if (!message.quiet && alert.kind != AlertKind::alert_test) blocks.markup(mention_markup(look.mention));
  blocks.context("ref " + piece(alert.id, 40) + (p.event_id.empty() ? "" : " · event " + p.event_id) +
                 (alert.config_hash.empty() ? "" : " · config " + piece(alert.config_hash.substr(0, 8), 8)) +
                 rerouted_note(message));
  std::string text =
      std::string(title_of(alert.kind)) + ": " + mrkdwn_piece(subject.empty() ? alert.reason : subject, 200);
  if (!alert.reason.empty() && !subject.empty()) text += " (" + mrkdwn_piece(alert.reason, 160) + ")";
  return {text + ", severity " + std::string(to_string(alert.severity)) + ".", blocks.json()};
}

}  // namespace gw::receivers
