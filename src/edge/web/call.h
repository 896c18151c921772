// Inside of edge/web: one request that was let in, and the routes that answer it.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/object.h"
#include "edge/net/http_server.h"
#include "edge/web/access.h"
#include "edge/web/slack_press.h"
#include "edge/web/web.h"

namespace gw::web {

using json::append_list;
using json::Object;

// What became of presses in Slack since the start.
enum class PressOutcome : std::uint8_t { accepted, own, asked, stale, forged, used, elsewhere, unusable, failed };
inline constexpr std::array<std::string_view, 9> kPressOutcomes = {
    "accepted", "own", "asked", "stale", "forged", "used", "elsewhere", "unusable", "failed"};
struct Presses {
  UsedPresses used;
  std::array<std::atomic<std::uint64_t>, kPressOutcomes.size()> counts{};
  void count(PressOutcome outcome) { ++counts[static_cast<std::size_t>(outcome)]; }
};

class PressDesk;
class SlackSockets;

struct Services {
  ports::Store& store;
  Ingest& ingest;
  const Hooks& hooks;
  FailureLimit& failures;
  Presses& presses;
  PressDesk& desk;
  const SlackSockets& sockets;
};

struct Call {
  std::shared_ptr<const Config> config;
  Caller caller;
  std::vector<std::string> arguments;  // what stands for each * of the route's path
  std::map<std::string, std::string> query;
  net::ServerRequest request;  // without its body while it is judged
  Time now;
};

enum class Body : std::uint8_t { none, json, form, delivery, event, firehose };

struct Route {
  std::string_view method;
  std::string_view path;  // segments; * is any
  Permission permission = Permission::read;
  Body body = Body::none;
  bool has_query = false;  // its parameters are its own business; otherwise there may be none
  // One of the two.
  net::ServerResponse (*answer)(const Services&, const Call&) = nullptr;
  void (*take)(const Services&, Call, net::Responder) = nullptr;
};

[[nodiscard]] std::span<const Route> health_routes();
[[nodiscard]] std::span<const Route> read_routes();
[[nodiscard]] std::span<const Route> act_routes();
[[nodiscard]] std::span<const Route> quarantine_routes();
[[nodiscard]] std::span<const Route> slack_routes();
[[nodiscard]] std::span<const Route> ingest_routes();
[[nodiscard]] std::span<const Route> page_routes();

// Answers with the headers that all of them have.
[[nodiscard]] net::ServerResponse respond(unsigned status, std::string_view content_type, std::string body);
[[nodiscard]] net::ServerResponse respond_json(unsigned status, std::string body);
// Errc → status. What went wrong inside is not told to those who ask.
[[nodiscard]] net::ServerResponse problem_of(const Error& error);
[[nodiscard]] net::ServerResponse come_back_later(std::string_view detail);
// The same answer as Firehose wants it: {"requestId","timestamp"} and, unless it is 200, {"errorMessage"}.
[[nodiscard]] net::ServerResponse firehose_answer(const net::ServerRequest& request, unsigned status, Time now,
                                                  std::string_view message);

// The members of a JSON object whose values are texts (null is like absent; no member may be there that is not `allowed`).
// A body that is empty is an empty object.
[[nodiscard]] Result<std::map<std::string, std::string>> json_texts(std::string_view body,
                                                                    std::span<const std::string_view> allowed);

// {"items":[…],"next_cursor":…}
template <class T, class Append>
std::string page_json(const ports::Page<T>& page, Append append) {
  std::string out = "{\"items\":";
  append_list(out, page.items, append);
  out += ",\"next_cursor\":";
  json::append_string_or_null(out, page.next_cursor);
  return out += "}\n";
}

}  // namespace gw::web
