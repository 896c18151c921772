// sessions list, sessions show, ack.
#include <map>
#include "app/operate.h"

#include "base/neutralise.h"
#include "base/time.h"

namespace gw::app {
namespace {

// Who, as short as it gets: the name, else the ARN or id.
std::string who_of(json::Value principal) {
  for (const char* key : {"name", "arn", "id"}) {
    if (!principal[key].is_nothing()) return cell(principal[key]);
  }
  return "-";
}

std::string account_of(json::Value session) {
  const std::string id = cell(session["account_id"]);
  return session["account_name"].is_nothing() ? id : cell(session["account_name"]) + " (" + id + ")";
}

std::string list_of(json::Value list) {
  std::string out;
  for (json::Value v = list.first_child(); !v.is_missing(); v = v.next_sibling()) {
    out += (out.empty() ? "" : ", ") + cell(v);
  }
  return out.empty() ? "-" : out;
}

std::string counts_of(json::Value counts) {
  std::string out;
  for (json::Value v = counts.first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (v.raw() == "0" && v.key() != "calls") continue;
    out += (out.empty() ? "" : ", ") + cell(v) + " " + visible(v.key());
  }
  return out;
}

void append_session(std::string& out, json::Value s) {
  const json::Value acknowledged = s["acknowledged"];
  std::string until = cell(s["expires_at"]);
  if (!s["expires_at"].is_nothing()) until += " (" + cell(s["expiry_grade"]) + ")";
  std::string seen =
      acknowledged.is_nothing() ? "no" : "by " + cell(acknowledged["by"]) + " at " + cell(acknowledged["at"]);
  if (!acknowledged["ticket"].is_nothing()) seen += ", ticket " + cell(acknowledged["ticket"]);
  if (acknowledged["independent"].boolean() == false) seen += " (perhaps the actor)";
  if (!acknowledged["note"].is_nothing()) seen += ": " + cell(acknowledged["note"]);
  std::vector<Cells> rows = {{"session", cell(s["id"])},
                             {"state", cell(s["state"])},
                             {"severity", cell(s["severity"]) + ", by " + list_of(s["watches"])},
                             {"who", who_of(s["principal"])},
                             {"account", account_of(s)},
                             {"role", cell(s["role"].is_nothing() ? s["task_policy"] : s["role"])},
                             {"how", list_of(s["mechanisms"])},
                             {"from", cell(s["source_ip"])},
                             {"started", cell(s["started_at"])},
                             {"last seen", cell(s["last_seen_at"])},
                             {"credentials until", until},
                             {"calls", counts_of(s["counts"])},
                             {"confirmed by", cell(s["confirmed_by"])},
                             {"acknowledged", seen}};
  if (s["aliases"].size() > 0) rows.push_back({"merged from", list_of(s["aliases"])});
  if (!s["parent"].is_nothing()) rows.push_back({"credentials of", cell(s["parent"])});
  if (s["backfilled"].boolean().value_or(false)) rows.push_back({"imported", "from an archive; nobody was alerted"});
  append_table(out, rows);
}

}  // namespace

int run_sessions_list(const OperatorArguments& a, const Io& io) {
  const std::string target = "/api/v1/sessions" + query({{"state", a.open ? "open" : a.state},
                                                         {"acknowledged", a.unacknowledged ? "false" : ""},
                                                         {"since", a.since},
                                                         {"account_id", a.account},
                                                         {"watch", a.watch}});
  return show_list(a, io, target,
                   {"STARTED", "STATE", "SEVERITY", "ACCOUNT", "ROLE", "WHO", "CALLS", "ACKNOWLEDGED", "SESSION"},
                   [](json::Value s) -> Cells {
                     return {cell(s["started_at"]),
                             cell(s["state"]),
                             cell(s["severity"]),
                             account_of(s),
                             cell(s["role"].is_nothing() ? s["task_policy"] : s["role"]),
                             who_of(s["principal"]),
                             cell(s["counts"]["calls"]),
                             s["acknowledged"].is_nothing() ? "no" : cell(s["acknowledged"]["by"]),
                             cell(s["id"])};
                   });
}

int run_sessions_show(const OperatorArguments& a, const Io& io) {
  if (!a.format.empty() && a.format != "table" && a.format != "json" && a.format != "jsonl") {
    complain(io, "--format: `" + a.format + "` is none of table, json, jsonl");
    return kUsage;
  }
  auto api = open_to_read(a.api, io);
  if (!api) return failed(io, api.error());
  ApiAnswer answer;
  const std::string target = "/api/v1/sessions/" + encoded(a.id);
  if (const int code = ask(*api, io, "GET", target, "", answer); code != kDone) return code;
  if (!as_table(a, io)) return print(io, answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
  json::Doc doc;
  if (const int code = parse_answer(answer, io, doc); code != kDone) return code;
  std::string out;
  append_session(out, doc.root());

  ApiAnswer activity;
  if (const int code =
          ask(*api, io, "GET", "/api/v1/events?limit=100&session_id=" + encoded(doc.root()["id"].text()), "", activity);
      code != kDone)
    return code;
  json::Doc list;
  if (const int code = parse_answer(activity, io, list); code != kDone) return code;
  std::vector<Cells> rows = {{"TIME", "KIND", "WHAT", "FROM", "OUTCOME", "FEEDS", "EVENT"}};
  std::map<std::string, int> by_one;  // feed → records that no other one carried
  for (json::Value e = list.root()["items"].first_child(); !e.is_missing(); e = e.next_sibling()) {
    rows.push_back({cell(e["event_time"]), cell(e["kind"]), cell(e["event_source"]) + ":" + cell(e["event_name"]),
                    cell(e["source_ip"]), cell(e["error_code"].is_nothing() ? e["outcome"] : e["error_code"]),
                    list_of(e["feeds"]), cell(e["event_id"])});
    if (e["feeds"].size() == 1) ++by_one[list_of(e["feeds"])];
  }
  if (doc.root()["feeds"].size() > 1) {
    std::string alone;
    for (const auto& [feed, n] : by_one) alone += (alone.empty() ? "" : ", ") + std::to_string(n) + " by " + feed;
    out += "\nCarried by one feed only: " + (alone.empty() ? "none" : alone) + "\n";
  }
  out += "\nThe latest 100 records of it, newest first:\n";
  append_table(out, rows);
  return print(io, out);
}

int run_ack(const OperatorArguments& a, const Io& io) {
  return act(a, io, "POST", "/api/v1/sessions/" + encoded(a.id) + "/ack",
             body_of({{"note", a.note}, {"ticket", a.ticket}, {"kind", a.response}}),
             (a.response == "reason" ? "noted for " : "acknowledged ") + visible(a.id));
}

}  // namespace gw::app
