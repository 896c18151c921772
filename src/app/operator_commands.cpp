// Each command is a request or two, and how its answer is shown: as JSON as it came, or as a table in which everything is
// neutralised.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <thread>

#include "app/operator.h"
#include "base/json/doc.h"
#include "base/json/write.h"
#include "base/neutralise.h"
#include "base/time.h"

namespace gw::app {
namespace {

using Cells = std::vector<std::string>;

std::string text_of(json::Value v) {
  if (v.is_nothing()) return "-";
  return visible(v.is_string() ? v.text() : v.raw());
}

void append_table(std::string& out, const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (const Cells& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    out.push_back('\n');
  }
}

// What a problem document says, for people.
std::string problem_of(const ApiAnswer& answer) {
  json::Doc doc;
  if (doc.parse(answer.body)) {
    const std::string_view detail = doc.root()["detail"].text();
    const std::string_view title = doc.root()["title"].text();
    if (!title.empty()) return std::string(title) + (detail.empty() ? "" : ": " + std::string(detail));
  }
  return "HTTP " + std::to_string(answer.status);
}

int failed(const Io& io, const Error& error) {
  complain(io, error.message);
  return error.code == Errc::invalid_input ? kUsage : kOutside;
}

// Asks, and complains about any answer but 2xx.
int ask(const Api& api, const Io& io, std::string_view method, const std::string& target, const std::string& body,
        ApiAnswer& answer) {
  auto got = api(method, target, body);
  if (!got) return failed(io, got.error());
  answer = std::move(*got);
  if (answer.status >= 200 && answer.status < 300) return kDone;
  complain(io, problem_of(answer));
  return answer.status == 400 || answer.status == 404 || answer.status == 422 ? kUsage : kOutside;
}

bool as_table(const OperatorArguments& a, const Io& io) {
  return a.format == "table" || (a.format.empty() && io.out_is_terminal);
}

bool bad_format(const OperatorArguments& a, const Io& io) {
  for (const char* known : {"", "table", "json", "jsonl"}) {
    if (a.format == known) return false;
  }
  complain(io, "--format is none of: table, json, jsonl");
  return true;
}

using Row = std::function<Cells(json::Value)>;

// A list that is paged, up to --limit items.
int show_list(const OperatorArguments& a, const Io& io, const std::string& target, const Cells& head, const Row& row) {
  if (bad_format(a, io)) return kUsage;
  std::size_t left = 0;
  for (const char c : a.limit) {
    if (c < '0' || c > '9' || left > 1'000'000) {
      complain(io, "--limit is not a number");
      return kUsage;
    }
    left = left * 10 + static_cast<std::size_t>(c - '0');
  }
  auto api = open_api(a.api, io, true);
  if (!api) return failed(io, api.error());
  std::string out = a.format == "json" ? "[" : "";
  std::vector<Cells> rows = {head};
  std::string cursor;
  bool first = true;
  while (left > 0) {
    std::string page = target + (target.find('?') == std::string::npos ? "?" : "&") +
                       "limit=" + std::to_string(std::min<std::size_t>(left, 1000));
    if (!cursor.empty()) page += "&cursor=" + encoded(cursor);
    ApiAnswer answer;
    if (const int code = ask(*api, io, "GET", page, "", answer); code != kDone) return code;
    json::Doc doc;
    if (!doc.parse(answer.body)) return failed(io, {Errc::corrupt, "the answer is not JSON"});
    for (json::Value v = doc.root()["items"].first_child(); !v.is_missing() && left > 0; v = v.next_sibling(), --left) {
      if (as_table(a, io)) {
        rows.push_back(row(v));
      } else if (a.format == "json") {
        out += (first ? "" : ",\n ") + std::string(v.raw());
      } else {
        out += std::string(v.raw()) + "\n";
      }
      first = false;
    }
    cursor = doc.root()["next_cursor"].text();
    if (cursor.empty()) break;
  }
  if (a.format == "json") out += "]\n";
  if (as_table(a, io)) append_table(out, rows);
  return print(io, out);
}

std::string query(std::initializer_list<std::pair<std::string_view, std::string>> parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    out += (out.empty() ? "?" : "&") + std::string(name) + "=" + encoded(value);
  }
  return out;
}

// RFC 3339, or 12h ago.
bool read_since(const std::string& text, const Io& io, std::string& out) {
  if (text.empty()) return true;
  if (parse_time(text)) {
    out = text;
  } else if (const auto micros = parse_duration_micros(text)) {
    out = format_time(Time{(io.now().micros - *micros) / 1'000'000 * 1'000'000});
  } else {
    complain(io, "`" + text + "` is neither a time (RFC 3339) nor 12h, 7d ago");
    return false;
  }
  return true;
}

std::string body_of(std::initializer_list<std::pair<std::string_view, std::string>> members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    if (out.size() > 1) out.push_back(',');
    json::append_string(out, name);
    out.push_back(':');
    json::append_string(out, value);
  }
  return out + "}";
}

// One request whose answer is shown as it came, or as one line.
int act(const OperatorArguments& a, const Io& io, std::string_view method, const std::string& target,
        const std::string& body, const std::string& done) {
  auto api = open_api(a.api, io, false);
  if (!api) return failed(io, api.error());
  ApiAnswer answer;
  if (const int code = ask(*api, io, method, target, body, answer); code != kDone) return code;
  if (as_table(a, io) || answer.body.empty()) return print(io, done + "\n");
  return print(io, answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
}

}  // namespace

int run_sessions_list(const OperatorArguments& a, const Io& io) {
  std::string since;
  if (!read_since(a.since, io, since)) return kUsage;
  const std::string target = "/api/v1/sessions" + query({{"state", a.open ? "open" : a.state},
                                                         {"acknowledged", a.unacknowledged ? "false" : ""},
                                                         {"since", since},
                                                         {"account_id", a.account},
                                                         {"watch", a.watch}});
  return show_list(a, io, target,
                   {"STARTED", "STATE", "SEVERITY", "ACCOUNT", "ROLE", "WHO", "CALLS", "ACKNOWLEDGED", "SESSION"},
                   [](json::Value s) -> Cells {
                     const std::string name = s["account_name"].is_nothing() ? "" : " " + text_of(s["account_name"]);
                     const json::Value who = s["principal"];
                     return {text_of(s["started_at"]),
                             text_of(s["state"]),
                             text_of(s["severity"]),
                             text_of(s["account_id"]) + name,
                             text_of(s["role"]),
                             text_of(who["name"].is_nothing() ? who["arn"] : who["name"]),
                             text_of(s["counts"]["calls"]),
                             s["acknowledged"].is_nothing() ? "no" : text_of(s["acknowledged"]["by"]),
                             text_of(s["id"])};
                   });
}

int run_sessions_show(const OperatorArguments& a, const Io& io) {
  if (bad_format(a, io)) return kUsage;
  auto api = open_api(a.api, io, true);
  if (!api) return failed(io, api.error());
  ApiAnswer answer;
  const std::string target = "/api/v1/sessions/" + encoded(a.id);
  if (const int code = ask(*api, io, "GET", target, "", answer); code != kDone) return code;
  if (!as_table(a, io)) return print(io, answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
  json::Doc doc;
  if (!doc.parse(answer.body)) return failed(io, {Errc::corrupt, "the answer is not JSON"});
  std::vector<Cells> rows;
  for (json::Value v = doc.root().first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (v.is_nothing() || v.key() == "schema" || v.key() == "joins") continue;
    rows.push_back({visible(v.key()), text_of(v)});
  }
  std::string out;
  append_table(out, rows);
  ApiAnswer activity;
  if (const int code = ask(*api, io, "GET", target + "/activity?limit=100", "", activity); code != kDone) return code;
  json::Doc list;
  if (!list.parse(activity.body)) return failed(io, {Errc::corrupt, "the answer is not JSON"});
  rows = {{"TIME", "KIND", "WHAT", "FROM", "OUTCOME"}};
  for (json::Value v = list.root()["items"].first_child(); !v.is_missing(); v = v.next_sibling()) {
    const json::Value event = v["access"].is_missing() ? v : v["access"];
    rows.push_back({text_of(event["event_time"]), text_of(v["kind"]),
                    text_of(event["event_source"]) + ":" + text_of(event["event_name"]), text_of(event["source_ip"]),
                    text_of(event["error_code"].is_nothing() ? event["outcome"] : event["error_code"])});
  }
  out.push_back('\n');
  append_table(out, rows);
  return print(io, out);
}

int run_ack(const OperatorArguments& a, const Io& io) {
  return act(a, io, "POST", "/api/v1/sessions/" + encoded(a.id) + "/ack", body_of({{"note", a.note}}),
             "acknowledged " + visible(a.id));
}

int run_mute_add(const OperatorArguments& a, const Io& io) {
  std::string until = a.until;
  if (!parse_time(until)) {
    const auto micros = parse_duration_micros(until);
    if (!micros) {
      complain(io, "--until is neither a time (RFC 3339) nor a duration (2h)");
      return kUsage;
    }
    until = format_time(Time{(io.now().micros + *micros) / 1'000'000 * 1'000'000});
  }
  return act(a, io, "POST", "/api/v1/mutes",
             body_of({{"watch", a.watch},
                      {"account_id", a.account},
                      {"session_id", a.session},
                      {"reason", a.reason},
                      {"until", until}}),
             "muted until " + until + "; what is critical is told all the same");
}

int run_mute_list(const OperatorArguments& a, const Io& io) {
  return show_list(a, io, std::string("/api/v1/mutes") + (a.all ? "?ended=true" : ""),
                   {"MUTE", "WATCH", "ACCOUNT", "SESSION", "UNTIL", "AUTHOR", "REASON"}, [](json::Value m) -> Cells {
                     return {text_of(m["id"]),         text_of(m["watch"]), text_of(m["account_id"]),
                             text_of(m["session_id"]), text_of(m["until"]), text_of(m["author"]),
                             text_of(m["reason"])};
                   });
}

int run_mute_remove(const OperatorArguments& a, const Io& io) {
  return act(a, io, "DELETE", "/api/v1/mutes/" + encoded(a.id), "", "ended " + visible(a.id));
}

int run_outbox_list(const OperatorArguments& a, const Io& io) {
  return show_list(a, io, "/api/v1/outbox" + query({{"receiver", a.receiver}, {"state", a.state}}),
                   {"DUE", "STATE", "RECEIVER", "ATTEMPTS", "ALERT", "REASON"}, [](json::Value n) -> Cells {
                     return {text_of(n["due_at"]),   text_of(n["state"]),    text_of(n["receiver"]),
                             text_of(n["attempts"]), text_of(n["alert_id"]), text_of(n["reason"])};
                   });
}

int run_outbox_retry(const OperatorArguments& a, const Io& io) {
  return act(a, io, "POST", "/api/v1/alerts/" + encoded(a.id) + "/retry", "{}", "due at once: " + visible(a.id));
}

int run_quarantine_list(const OperatorArguments& a, const Io& io) {
  return show_list(a, io, "/api/v1/quarantine", {"AT", "FEED", "SOURCE", "REASON", "EVENT", "SETTLED", "ID"},
                   [](json::Value q) -> Cells {
                     return {text_of(q["at"]),     text_of(q["feed"]),     text_of(q["source"]),
                             text_of(q["reason"]), text_of(q["event_id"]), text_of(q["settled_as"]),
                             text_of(q["id"])};
                   });
}

int run_quarantine_show(const OperatorArguments& a, const Io& io) {
  auto api = open_api(a.api, io, true);
  if (!api) return failed(io, api.error());
  ApiAnswer answer;
  if (const int code = ask(*api, io, "GET", "/api/v1/quarantine/" + encoded(a.id), "", answer); code != kDone)
    return code;
  return print(io, answer.body + (answer.body.ends_with('\n') ? "" : "\n"));
}

int run_quarantine_replay(const OperatorArguments& a, const Io& io) {
  return act(a, io, "POST", "/api/v1/quarantine/" + encoded(a.id) + "/replay", "{}", "replayed " + visible(a.id));
}

// Sends the alert, then watches what becomes of it.
int run_alert_test(const OperatorArguments& a, const Io& io) {
  auto api = open_api(a.api, io, false);
  if (!api) return failed(io, api.error());
  const auto begin = std::chrono::steady_clock::now();
  ApiAnswer answer;
  if (const int code = ask(*api, io, "POST", "/api/v1/alert-test", body_of({{"receiver", a.receiver}}), answer);
      code != kDone) {
    return code;
  }
  json::Doc doc;
  if (!doc.parse(answer.body)) return failed(io, {Errc::corrupt, "the answer is not JSON"});
  std::string id(doc.root()["alert_id"].text());
  if (id.empty()) id = doc.root()["id"].text();
  constexpr std::chrono::seconds kPatience{30};
  while (std::chrono::steady_clock::now() - begin < kPatience) {
    if (const int code = ask(*api, io, "GET", "/api/v1/alerts?kind=alert_test&limit=20", "", answer); code != kDone)
      return code;
    json::Doc list;
    if (!list.parse(answer.body)) return failed(io, {Errc::corrupt, "the answer is not JSON"});
    for (json::Value v = list.root()["items"].first_child(); !v.is_missing(); v = v.next_sibling()) {
      const json::Value alert = v["alert"].is_missing() ? v : v["alert"];
      if (alert["id"].text() != id) continue;
      for (json::Value n = v["notifications"].first_child(); !n.is_missing(); n = n.next_sibling()) {
        const std::string_view state = n["state"].text();
        if (n["receiver"].text() != a.receiver || state == "trying") continue;
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
        std::string line = visible(a.receiver) + ": " + (state == "delivered" ? "accepted" : visible(state)) +
                           " after " + std::to_string(took) + " ms";
        if (!n["reason"].is_nothing()) line += " (" + text_of(n["reason"]) + ")";
        const int written = print(io, line + ", alert " + visible(id) + "\n");
        return written != kDone ? written : state == "delivered" ? kDone : kOutside;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  complain(io, a.receiver + " has not answered within 30 s; glasswatch outbox list shows what it is waiting for");
  return kOutside;
}

}  // namespace gw::app
