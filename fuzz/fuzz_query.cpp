// Any bytes as what a client of the HTTP interface may write: a request's target, a Host header, a list's parameters, a small
// JSON body, the head of a Firehose delivery, an address. No crash; what is let through is bounded, fit to be shown, and means
// the same when it is written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/utf8.h"
#include "edge/net/address.h"
#include "edge/net/http_message.h"
#include "edge/web/call.h"
#include "edge/web/firehose.h"
#include "edge/web/lists.h"
#include "edge/web/metrics.h"
#include "edge/web/target.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_plain(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const gw::Utf8Char c = gw::next_utf8(text, i);
    if (!c.valid || c.code_point < 0x20) return false;
    i += c.length;
  }
  return true;
}

void check_target(std::string_view text) {
  const auto target = gw::web::parse_target(text);
  if (!target) return require(target.error().message.size() < 2 * text.size() + 100);
  require(target->path.size() <= 8 && target->query.size() <= 32);
  for (const std::string& segment : target->path) require(!segment.empty() && is_plain(segment));
  for (const auto& [name, value] : target->query) require(!name.empty() && is_plain(name) && is_plain(value));
  const auto again = gw::web::parse_target(gw::web::to_string(*target));
  require(again && again->path == target->path && again->query == target->query);

  const gw::Time now{1'767'323'045'000'000};
  for (const auto filters : {gw::web::session_filters(), gw::web::event_filters(), gw::web::activity_filters(),
                             gw::web::alert_filters(), gw::web::quarantine_filters()}) {
    const auto query = gw::web::list_query(target->query, filters, now);
    if (!query) continue;
    require(query->limit >= 1 && query->limit <= 1000 && query->cursor.size() <= 1024);
    for (const auto& [name, value] : query->filters) {
      require(!value.empty() && target->query.contains(name));
      if (name == "since" || name == "until") require(gw::parse_time(value).has_value());
    }
  }
}

void check_host(std::string_view text) {
  const auto host = gw::web::host_of(text);
  if (!host) return;
  require(!host->empty() && host->size() <= text.size());
  const std::string bracketed = host->find(':') == std::string::npos ? *host : '[' + *host + ']';
  require(gw::web::host_of(bracketed) == host);
  // What is taken for this machine is written as nothing else could be.
  if (gw::web::is_loopback_host(*host)) require(*host == "localhost" || gw::net::parse_address(*host).has_value());
}

void check_address(std::string_view text) {
  const auto address = gw::net::parse_address(text);
  if (!address) return;
  require(gw::net::parse_address(gw::net::to_string(*address)) == address);
  require(!(gw::net::is_loopback(*address) && gw::net::is_public(*address)));
  require(gw::net::is_in_network(*address, gw::net::to_string(*address)));
}

void check_body(std::string_view text) {
  static constexpr std::string_view kMembers[] = {"note", "reason"};
  if (const auto texts = gw::web::json_texts(text, kMembers)) {
    for (const auto& [name, value] : *texts) {
      require((name == "note" || name == "reason") && !value.empty() && value.size() <= 4096);
    }
  }
  if (const auto id = gw::web::request_id_in(text)) require(id->find('"') == std::string::npos && id->size() < 4096);

  gw::net::ServerRequest request;
  request.headers = {{"x-amz-firehose-request-id", std::string(text)}};
  gw::json::Doc doc;
  const std::string answer = gw::web::firehose_answer(request, 400, gw::Time{1}, text).body;
  require(doc.parse(answer));
  const std::string problem = gw::net::problem(400, text).body;
  require(doc.parse(problem) && is_plain(std::string_view(problem).substr(0, problem.size() - 1)));
}

// One header and one sample stay one line each.
void check_lines(std::string_view text) {
  const std::string head = gw::net::response_head({200, {{"X", std::string(text)}}, "", false}, {});
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = head.find('\n', at)) != std::string::npos; ++at) ++lines;
  require(lines == 5);  // status, date, X, length, the empty one
  gw::ports::Totals totals;
  totals.alerts[std::string(text)] = {};
  lines = 0;
  const std::string with = gw::web::metrics_text(totals, {}, {});
  totals.alerts.clear();
  const std::string without = gw::web::metrics_text(totals, {}, {});
  for (const char c : with) lines += c == '\n' ? 1 : 0;
  for (const char c : without) lines -= c == '\n' ? 1 : 0;
  require(lines == gw::model::kSendStates);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_target(input);
  check_host(input);
  check_address(input);
  check_body(input);
  check_lines(input.substr(0, 512));
  return 0;
}
