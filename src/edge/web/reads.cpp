// What can be asked of the store.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/json/doc.h"
#include "edge/web/call.h"
#include "edge/web/lists.h"
#include "edge/web/metrics.h"
#include "edge/web/render.h"
#include "edge/web/slack_socket.h"

namespace gw::web {
namespace {

net::ServerResponse healthz(const Services&, const Call&) { return respond_json(200, "{\"status\":\"ok\"}\n"); }

net::ServerResponse readyz(const Services& s, const Call&) {
  const std::vector<std::string> problems = s.hooks.problems ? s.hooks.problems() : std::vector<std::string>{};
  std::string body = problems.empty() ? R"({"status":"ready","problems":)" : R"({"status":"not ready","problems":)";
  const auto text = [](std::string& out, const std::string& one) { json::append_string(out, one); };
  append_list(body, problems, text);
  body += ",\"doubts\":";
  append_list(body, socket_doubts(s.sockets), text);
  return respond_json(problems.empty() ? 200 : 503, body + "}\n");
}

net::ServerResponse metrics(const Services& s, const Call& call) {
  const auto totals = s.store.totals();
  if (!totals) return problem_of(totals.error());
  std::vector<Metric> more = s.hooks.metrics ? s.hooks.metrics() : std::vector<Metric>{};
  more.push_back({"glasswatch_http_token_failures_total",
                  true,
                  "Requests with a token that is none.",
                  {},
                  static_cast<double>(s.failures.failures())});
  for (std::size_t i = 0; i < kPressOutcomes.size() && !call.config->slack.empty(); ++i) {
    more.push_back({"glasswatch_slack_presses_total",
                    true,
                    "Presses in Slack since the start, by what became of them.",
                    {{"outcome", std::string(kPressOutcomes[i])}},
                    static_cast<double>(s.presses.counts[i].load())});
  }
  for (const SocketState& state : s.sockets.states()) {
    for (const std::string& receiver : state.receivers) {
      more.push_back({"glasswatch_slack_socket_connected",
                      false,
                      "Whether presses in Slack can come by Socket Mode.",
                      {{"receiver", receiver}},
                      state.is_connected ? 1.0 : 0.0});
      more.push_back({"glasswatch_slack_socket_connections_total",
                      true,
                      "Connections of Socket Mode since the start.",
                      {{"receiver", receiver}},
                      static_cast<double>(state.connections)});
    }
  }
  const InFlight now = s.hooks.in_flight ? s.hooks.in_flight() : InFlight{};
  return respond(200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(*totals, now, more));
}

template <class T, class Append>
net::ServerResponse page(const Result<ports::Page<T>>& found, Append append) {
  return found ? respond_json(200, page_json(*found, append)) : problem_of(found.error());
}

net::ServerResponse sessions(const Services& s, const Call& call) {
  const auto query = list_query(call.query, session_filters(), call.now);
  if (!query) return problem_of(query.error());
  return page(s.store.sessions(*query), model::append_session_json);
}

net::ServerResponse session(const Services& s, const Call& call) {
  const auto found = s.store.session(call.arguments[0]);
  if (!found) return problem_of(found.error());
  std::string body;
  model::append_session_json(body, *found);
  return respond_json(200, body + "\n");
}

net::ServerResponse activity(const Services& s, const Call& call) {
  auto query = list_query(call.query, activity_filters(), call.now);
  if (!query) return problem_of(query.error());
  const auto found = s.store.session(call.arguments[0]);  // an alias stands for its survivor
  if (!found) return problem_of(found.error());
  query->filters["session_id"] = found->id;
  query->filters.try_emplace("kind", to_string(model::EntryKind::activity));
  return page(s.store.events(*query), ports::append_event_json);
}

net::ServerResponse events(const Services& s, const Call& call) {
  const auto query = list_query(call.query, event_filters(), call.now);
  if (!query) return problem_of(query.error());
  return page(s.store.events(*query), ports::append_event_json);
}

net::ServerResponse alerts(const Services& s, const Call& call) {
  const auto query = list_query(call.query, alert_filters(), call.now);
  if (!query) return problem_of(query.error());
  return page(s.store.alerts(*query), append_alert_json);
}

// What is not delivered: `trying` and then `parked`, or the state that is asked for. The cursor begins with the state's letter.
net::ServerResponse outbox(const Services& s, const Call& call) {
  auto query = list_query(call.query, alert_filters(), call.now);
  if (!query) return problem_of(query.error());
  const auto asked = query->filters.find("state");
  const bool both = asked == query->filters.end();
  std::string state = both ? "trying" : asked->second;
  if (both && !query->cursor.empty()) {
    if (query->cursor != "p" && !query->cursor.starts_with("p:") && !query->cursor.starts_with("t:")) {
      return net::problem(400, "the parameter cursor has no such value");
    }
    if (query->cursor.front() == 'p') state = "parked";
    query->cursor.erase(0, 2);
  }
  query->filters["state"] = state;
  auto found = s.store.alerts(*query);
  if (!found) return problem_of(found.error());
  if (both) {
    if (!found->next_cursor.empty()) {
      found->next_cursor.insert(0, state == "trying" ? "t:" : "p:");
    } else if (state == "trying") {
      found->next_cursor = "p";
    }
  }
  const auto receiver = query->filters.find("receiver");
  std::string body = "{\"items\":[";
  for (const ports::AlertView& view : found->items) {
    for (const model::Notification& notification : view.notifications) {
      const bool is_other = receiver != query->filters.end() && notification.receiver != receiver->second;
      if (is_other || to_string(notification.state) != state) continue;
      if (body.back() == '}') body.push_back(',');
      append_outbox_json(body, view.alert, notification);
    }
  }
  body += "],\"next_cursor\":";
  json::append_string_or_null(body, found->next_cursor);
  return respond_json(200, body + "}\n");
}

net::ServerResponse coverage(const Services& s, const Call& call) {
  auto places = s.store.coverage();
  if (!places) return problem_of(places.error());
  const auto quiet = pipeline::QuietView::read(s.store);
  if (!quiet) return problem_of(quiet.error());
  std::vector<ports::NeverHeard> never_heard = quiet->never_heard(*places);
  for (const auto& [name, value] : call.query) {
    const auto field = name == "account_id" ? &ports::CoverageSighting::account_id
                       : name == "region"   ? &ports::CoverageSighting::region
                       : name == "feed"     ? &ports::CoverageSighting::feed
                                            : nullptr;
    if (field == nullptr) return net::problem(400, "there is no parameter " + name.substr(0, 64));
    std::erase_if(*places, [field, &wanted = value](const ports::CoverageSighting& sighting) {
      return sighting.*field != wanted;
    });
    std::erase_if(never_heard, [&name = name, &wanted = value](const ports::NeverHeard& account) {
      return name != "account_id" || account.account_id != wanted;
    });
  }
  ports::Page<std::string> all;
  all.items.reserve(places->size() + never_heard.size());
  for (const ports::CoverageSighting& place : *places) {
    append_coverage_json(all.items.emplace_back(), place, *quiet,
                         s.hooks.lag ? s.hooks.lag(place) : coverage::LagCounts{});
  }
  for (const ports::NeverHeard& account : never_heard) append_never_heard_json(all.items.emplace_back(), account);
  return respond_json(200, page_json(all, [](std::string& out, const std::string& place) { out += place; }));
}

net::ServerResponse messages(const Services& s, const Call&) {
  if (!s.hooks.messages) return net::problem(404, "messages are not kept here");
  ports::Page<std::string> all{s.hooks.messages(), {}};
  json::Doc doc;
  std::erase_if(all.items, [&](const std::string& line) { return !doc.parse(line) || !doc.root().is_object(); });
  return respond_json(200, page_json(all, [](std::string& out, const std::string& line) { out += line; }));
}

net::ServerResponse directory(const Services& s, const Call&) {
  ports::Page<DirectoryPart> all;
  if (s.hooks.directory) all.items = s.hooks.directory();
  return respond_json(200, page_json(all, [](std::string& out, const DirectoryPart& part) {
                        Object object(out);
                        object.text("part", part.part);
                        object.time("read_at", part.read_at);
                        object.number("entries", part.entries);
                        object.text("problem", part.problem);
                        object.text("missing_permission", part.missing_permission);
                        object.number("failures", part.failures);
                      }));
}

constexpr std::array<Route, 3> kHealth{{
    {"GET", "/healthz", Permission::none, Body::none, false, healthz, nullptr},
    {"GET", "/readyz", Permission::none, Body::none, false, readyz, nullptr},
    {"GET", "/metrics", Permission::read, Body::none, false, metrics, nullptr},
}};
constexpr std::array<Route, 9> kReads{{
    {"GET", "/api/v1/sessions", Permission::read, Body::none, true, sessions, nullptr},
    {"GET", "/api/v1/sessions/*", Permission::read, Body::none, false, session, nullptr},
    {"GET", "/api/v1/sessions/*/activity", Permission::read, Body::none, true, activity, nullptr},
    {"GET", "/api/v1/events", Permission::read, Body::none, true, events, nullptr},
    {"GET", "/api/v1/alerts", Permission::read, Body::none, true, alerts, nullptr},
    {"GET", "/api/v1/outbox", Permission::read, Body::none, true, outbox, nullptr},
    {"GET", "/api/v1/coverage", Permission::read, Body::none, true, coverage, nullptr},
    {"GET", "/api/v1/directory", Permission::read, Body::none, false, directory, nullptr},
    {"GET", "/api/v1/messages", Permission::read, Body::none, false, messages, nullptr},
}};

}  // namespace

std::span<const Route> health_routes() { return kHealth; }
std::span<const Route> read_routes() { return kReads; }

}  // namespace gw::web
