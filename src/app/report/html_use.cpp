#include "app/report/html_parts.h"
#include "base/neutralise.h"

namespace gw::report {

void cell(std::string& out, std::string_view text, std::string_view css) {
  out += css.empty()   ? "<td>"
         : css == "n"  ? "<td class=\"n\">"
         : css == "no" ? "<td class=\"no\">"
                       : "<td class=\"high\">";
  append_html(out, text.empty() ? std::string_view("\u2013") : text);
  out += "</td>";
}

void cell(std::string& out, std::uint64_t number) { cell(out, std::to_string(number), "n"); }

void cell(std::string& out, const std::optional<Time>& time) { cell(out, time ? format_time(*time) : std::string()); }

void head(std::string& out, std::initializer_list<std::string_view> titles) {
  out += "<table><thead><tr>";
  for (const std::string_view title : titles) out.append("<th>").append(title).append("</th>");
  out += "</tr></thead><tbody>\n";
}

void pair(std::string& out, std::string_view label, std::string_view value) {
  out.append("<tr><th>").append(label).append("</th>");
  cell(out, value);
  out += "</tr>\n";
}

std::string place_of(const model::Session& s) {
  return s.account_name.empty() ? s.account_id : s.account_name + " (" + s.account_id + ")";
}

std::string severity_of(const model::Session& s) {
  return s.severity ? std::string(to_string(*s.severity)) : std::string();
}

std::string deliveries_of(const ports::AlertView& view) {
  std::string out;
  for (const model::Notification& n : view.notifications) {
    if (!out.empty()) out += "; ";
    out += n.receiver + (n.generation > 1 ? " (" + std::to_string(n.generation) + ")" : "") + ": " +
           std::string(to_string(n.state));
    if (n.settled_at) out += " " + format_time(*n.settled_at);
    if (!n.reason.empty()) out += ", " + n.reason;
    if (!n.rerouted_from.empty()) out += ", instead of " + n.rerouted_from;
  }
  return out.empty() ? "nobody is told" : out;
}

namespace {

void append_alerts(std::string& out, const std::vector<ports::AlertView>& alerts) {
  head(out, {"Created", "Alert", "Severity", "Watch", "Why", "Receivers: state, since when, reason"});
  for (const ports::AlertView& view : alerts) {
    const model::Alert& a = view.alert;
    out += "<tr>";
    cell(out, a.created_at);
    cell(out, std::string(to_string(a.kind)) + (a.fact.empty() ? "" : " " + a.fact));
    cell(out, to_string(a.severity));
    cell(out, a.watch);
    cell(out, a.reason);
    cell(out, deliveries_of(view));
    out += "</tr>\n";
  }
  out += kEnd;
}

void append_facts(std::string& out, const Use& use) {
  const model::Session& s = use.session;
  out += "<table><tbody>\n";
  pair(out, "Who", who(s.principal));
  if (!s.session_name.empty()) pair(out, "Session name", s.session_name);
  pair(out, "Account", place_of(s));
  pair(out, "Role", s.role.empty() ? s.task_policy : s.role);
  pair(out, "Ways in", joined(mechanism_names(s.mechanisms)));
  pair(out, "From", s.source_ip + (s.user_agent.empty() ? "" : ", " + s.user_agent));
  pair(out, "Multi-factor authentication", !s.mfa ? "not recorded" : *s.mfa ? "yes" : "no");
  pair(out, "Severity", severity_of(s) + ", by " + joined(s.watches));
  if (!s.planned.empty()) pair(out, s.all_planned ? "Planned" : "Partly planned", joined(s.planned));
  pair(out, "Began", format_time(s.started_at) + ", stored " + format_time(s.opened_at));
  pair(out, "Last seen", format_time(s.last_seen_at));
  pair(out, "Credentials until",
       s.expires_at ? format_time(*s.expires_at) + " (" + std::string(to_string(s.expiry_grade)) + ")"
                    : "no end is known");
  pair(out, "End", s.lapsed_at ? "lapsed " + format_time(*s.lapsed_at) : "open");
  pair(out, "Told",
       use.first_told
           ? "first " + format_time(*use.first_told) + ", to " + joined(use.told)
           : std::string(s.backfilled ? "nobody: imported from an archive" : "no receiver accepted a message"));
  pair(out, "Acknowledged", s.acknowledged ? labelled(acknowledgement(s), "; ") : "no");
  for (const model::Note& note : s.notes) pair(out, "Note", format_time(note.at) + " by " + note.by + ": " + note.text);
  pair(out, "Feeds", joined(s.feeds));
  pair(out, "Confirmed by", s.confirmed_by.empty() ? "no trail's log object" : s.confirmed_by);
  pair(out, "Joins",
       std::to_string(use.joins[0]) + " exact, " + std::to_string(use.joins[1]) + " inferred, " +
           std::to_string(use.joins[2]) + " unknown");
  if (!s.aliases.empty()) pair(out, "Merged from", joined(s.aliases));
  if (!s.parent.empty()) pair(out, "Credentials of", s.parent);
  std::string limits;
  if (s.chain_incomplete) limits += "calls by role chains may be missing; ";
  if (s.truncated) limits += "a list reached its bound; ";
  if (use.is_incomplete) limits += "retention has erased calls; ";
  if (use.moments_left_out > 0) limits += std::to_string(use.moments_left_out) + " moments are not listed below; ";
  if (!limits.empty()) pair(out, "Limits", limits.substr(0, limits.size() - 2));
  pair(out, "Configuration", s.config_hash);
  out += kEnd;
}

void append_kinds(std::string& out, const Use& use) {
  const model::Session& s = use.session;
  out += "<p>" + std::to_string(s.calls) + " calls, " + std::to_string(use.ways_in) + " ways in, " +
         std::to_string(use.halves) + " second halves.</p>\n";
  if (s.calls == 0) return;
  head(out, {"Calls of kind", "Count", "First", "", "Last", ""});
  for (std::size_t i = 0; i < model::kActivityKinds; ++i) {
    const model::KindTotals& kind = s.kinds[i];
    if (kind.count == 0) continue;
    out += "<tr>";
    cell(out, model::kActivityKindNames[i]);
    cell(out, kind.count);
    cell(out, kind.first);
    cell(out, kind.first_event);
    cell(out, kind.last);
    cell(out, kind.last_event);
    out += "</tr>\n";
  }
  out += kEnd;
}

void append_timeline(std::string& out, const Use& use) {
  head(out, {"Time", "What", "", "From", "Outcome", "By", "Join", "Feeds", "Id"});
  for (const Moment& m : use.timeline) {
    out += "<tr>";
    cell(out, m.at);
    cell(out, m.what);
    for (const std::string* text : {&m.text, &m.from, &m.outcome, &m.by, &m.grade, &m.feeds, &m.id}) cell(out, *text);
    out += "</tr>\n";
  }
  out += kEnd;
}

}  // namespace

void append_use(std::string& out, const Use& use) {
  out += "<section class=\"use\" id=\"s-";
  append_html(out, use.session.id);
  out += "\"><h3>Session ";
  append_html(out, use.session.id);
  out += "</h3>\n";
  append_facts(out, use);
  append_kinds(out, use);
  append_timeline(out, use);
  append_alerts(out, use.alerts);
  out += "</section>\n";
}

}  // namespace gw::report
