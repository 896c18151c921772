// doctor --live: is a running glasswatch ready, what does it hear, and what can it not tell?
#include <map>
#include <optional>
#include <set>

#include "app/cli.h"
#include "app/operate.h"
#include "app/scan_stats.h"
#include "base/json/write.h"
#include "base/neutralise.h"

namespace gw::app {
namespace {

struct Feed {
  std::set<std::string> accounts;
  std::size_t places = 0;  // accounts and regions
  std::size_t silent = 0;
  std::string newest;  // RFC 3339 sorts by time as long as there are no fractions
  std::string heard;
  std::optional<std::uint64_t> lag;  // seconds that 95 % of its slowest place's records do not exceed
};

struct Live {
  bool ready = false;
  std::vector<std::string> problems;
  std::vector<std::string> doubts;  // what does not keep it from being ready
  std::map<std::string, Feed> feeds;
  std::vector<std::string> silent;
  std::vector<std::string> never_heard;  // accounts that are expected
  bool is_told = false;                  // of one of these, that it was never heard
  std::size_t waiting = 0;
  std::size_t parked = 0;
  std::size_t quarantined = 0;
  std::vector<std::string> directories;  // that could not be read, and why; names are missing then, and nothing else
  [[nodiscard]] bool is_well() const { return ready && doubts.empty() && silent.empty() && !is_told && parked == 0; }
};

// Whole seconds: what is compared and shown.
std::string seconds_of(json::Value time) {
  std::string text(time.text());
  if (const std::size_t dot = text.find('.'); dot != std::string::npos) text = text.substr(0, dot) + "Z";
  return text;
}

// Every item of a list; kDone, or the exit code of what was complained about.
template <class Use>
int each_item(const Api& api, const Io& io, const std::string& target, Use&& use) {
  std::string cursor;
  do {
    std::string page = target;
    if (!cursor.empty()) page += (page.find('?') == std::string::npos ? "?cursor=" : "&cursor=") + encoded(cursor);
    ApiAnswer answer;
    if (const int code = ask(api, io, "GET", page, {}, answer); code != kDone) return code;
    json::Doc doc;
    if (const int code = parse_answer(answer, io, doc); code != kDone) return code;
    const json::Value items = doc.root()["items"];
    for (json::Value item = items.first_child(); !item.is_missing(); item = item.next_sibling()) use(item);
    cursor = doc.root()["next_cursor"].text();
  } while (!cursor.empty());
  return kDone;
}

int collect(const Api& api, const Io& io, Live& live) {
  const auto answer = api("GET", "/readyz", {});
  if (!answer) return failed(io, answer.error());
  json::Doc doc;
  if (const int code = parse_answer(*answer, io, doc); code != kDone) return code;
  live.ready = answer->status == 200;
  const auto sentences = [&doc](std::string_view name, std::vector<std::string>& out) {
    const json::Value list = doc.root()[name];
    for (json::Value one = list.first_child(); !one.is_missing(); one = one.next_sibling())
      out.emplace_back(one.text());
  };
  sentences("problems", live.problems);
  sentences("doubts", live.doubts);
  if (!live.ready && live.problems.empty()) live.problems.push_back("HTTP " + std::to_string(answer->status));

  const auto place = [&](json::Value c) {
    if (!c["never_heard_since"].is_nothing()) {
      live.never_heard.push_back(std::string(c["account_id"].text()) + " since " + seconds_of(c["never_heard_since"]));
      live.is_told = live.is_told || !c["silent_since"].is_nothing();
      return;
    }
    Feed& feed = live.feeds[std::string(c["feed"].text())];
    feed.accounts.emplace(c["account_id"].text());
    ++feed.places;
    feed.newest = std::max(feed.newest, seconds_of(c["newest"]));
    feed.heard = std::max(feed.heard, seconds_of(c["received_at"]));
    if (const auto lag = parse_count(std::string(c["lag_seconds"]["p95"].raw())))
      feed.lag = std::max(feed.lag.value_or(0), *lag);
    if (c["silent_since"].is_nothing()) return;
    ++feed.silent;
    live.silent.push_back(std::string(c["feed"].text()) + " " + std::string(c["account_id"].text()) + " " +
                          std::string(c["region"].text()) + " since " + seconds_of(c["silent_since"]));
  };
  if (const int code = each_item(api, io, "/api/v1/coverage", place); code != kDone) return code;
  const auto part = [&](json::Value p) {
    if (p["problem"].is_nothing()) return;
    std::string line(p["part"].text());
    if (!p["missing_permission"].is_nothing()) line += ", missing " + std::string(p["missing_permission"].text());
    live.directories.push_back(line + ": " + std::string(p["problem"].text()));
  };
  if (const int code = each_item(api, io, "/api/v1/directory", part); code != kDone) return code;
  const auto alert = [&](json::Value n) { ++(n["state"].text() == "parked" ? live.parked : live.waiting); };
  if (const int code = each_item(api, io, "/api/v1/outbox?limit=1000", alert); code != kDone) return code;
  const auto item = [&](json::Value) { ++live.quarantined; };
  return each_item(api, io, "/api/v1/quarantine?state=open&limit=1000", item);
}

std::string json_of(const Live& live) {
  std::string out = std::string("{\"ready\":") + (live.ready ? "true" : "false");
  const auto list = [&out](std::string_view name, const std::vector<std::string>& texts) {
    out += ",\"" + std::string(name) + "\":[";
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i > 0) out.push_back(',');
      json::append_string(out, texts[i]);
    }
    out.push_back(']');
  };
  list("problems", live.problems);
  list("doubts", live.doubts);
  out += ",\"feeds\":[";
  for (const auto& [name, feed] : live.feeds) {
    if (out.back() != '[') out.push_back(',');
    out += "{\"feed\":";
    json::append_string(out, name);
    out += ",\"accounts\":" + std::to_string(feed.accounts.size()) + ",\"places\":" + std::to_string(feed.places) +
           ",\"silent\":" + std::to_string(feed.silent) + ",\"newest\":";
    json::append_string_or_null(out, feed.newest);
    out += ",\"received_at\":";
    json::append_string_or_null(out, feed.heard);
    out += ",\"lag_p95_seconds\":" + (feed.lag ? std::to_string(*feed.lag) : "null") + "}";
  }
  out.push_back(']');
  list("silent", live.silent);
  list("never_heard", live.never_heard);
  list("directories", live.directories);
  out += ",\"alerts_waiting\":" + std::to_string(live.waiting) + ",\"alerts_parked\":" + std::to_string(live.parked) +
         ",\"quarantined\":" + std::to_string(live.quarantined) + "}\n";
  return out;
}

std::string text_of(const Live& live) {
  constexpr std::size_t kShown = 20;
  std::string out = live.ready ? "ready\n" : "NOT READY\n";
  for (const std::string& problem : live.problems) out += "  " + visible(problem) + "\n";
  for (const std::string& doubt : live.doubts) out += "  but: " + visible(doubt) + "\n";
  std::vector<Cells> rows = {{"FEED", "ACCOUNTS", "PLACES", "SILENT", "NEWEST EVENT", "LAST HEARD", "LAG P95"}};
  for (const auto& [name, feed] : live.feeds) {
    rows.push_back({visible(name), std::to_string(feed.accounts.size()), std::to_string(feed.places),
                    std::to_string(feed.silent), visible(feed.newest), visible(feed.heard),
                    feed.lag ? std::to_string(*feed.lag) + " s" : "-"});
  }
  if (live.feeds.empty()) {
    out += "nothing was ever heard\n";
  } else {
    append_table(out, rows);
  }
  const auto some = [&out](const std::string& what, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size() && i < kShown; ++i) out += what + visible(texts[i]) + "\n";
    if (texts.size() > kShown) out += what + std::to_string(texts.size() - kShown) + " more\n";
  };
  some("silent: ", live.silent);
  some("expected and never heard: ", live.never_heard);
  for (const std::string& directory : live.directories) out += "directory: " + visible(directory) + "\n";
  return out + "alerts waiting " + std::to_string(live.waiting) + ", parked " + std::to_string(live.parked) +
         "; quarantined " + std::to_string(live.quarantined) + "\n";
}

}  // namespace

int run_doctor_live(const ApiArguments& arguments, const std::string& format, const Io& io) {
  if (!format.empty() && format != "text" && format != "json") {
    complain(io, "--format: `" + format + "` is none of text, json");
    return kUsage;
  }
  const auto api = open_server(arguments, io);
  if (!api) return failed(io, api.error());
  Live live;
  if (const int code = collect(*api, io, live); code != kDone) return code;
  if (const int code = print(io, format == "json" ? json_of(live) : text_of(live)); code != kDone) return code;
  return live.is_well() ? kDone : kNo;
}

}  // namespace gw::app
