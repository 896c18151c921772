// Header and structured data come first and are bounded: values are cut before they are escaped, and cut shorter until both fit. What
// room is left belongs to the text, which is cut between characters.
#include "edge/receivers/syslog.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/json/doc.h"
#include "edge/net/address.h"
#include "edge/receivers/body.h"
#include "edge/receivers/slack_text.h"
#include "edge/receivers/summary.h"

namespace gw::receivers {
namespace {

using ports::Claim;
using ports::Message;
using ports::SendResult;
using std::chrono::milliseconds;

constexpr std::string_view kBom = "\xEF\xBB\xBF";  // RFC 5424: the text is UTF-8
// An enterprise number is part of the name; this one is reserved for those who have none (RFC 5612).
constexpr std::string_view kElement = "glasswatch@32473";

int severity_of(model::Severity severity) {
  switch (severity) {
    case model::Severity::critical: return 2;
    case model::Severity::high: return 3;
    case model::Severity::medium: return 4;
    case model::Severity::low: return 5;
    case model::Severity::info: return 6;
  }
  return 6;
}

// 2026-08-01T02:14:51.250Z
std::string timestamp(Time at) {
  std::string out = format_time(Time{at.micros - at.micros % 1'000'000});
  if (!out.ends_with('Z')) return "-";
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(at.micros % 1'000'000 / 1000));
  out.pop_back();
  return out + fraction.data();
}

// A field of the header: printable ASCII without blanks.
std::string header_field(std::string_view text, std::size_t limit) {
  const bool is_clean = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  return is_clean && !text.empty() && text.size() <= limit ? std::string(text) : "-";
}

class Element {
 public:
  Element(std::string& out, std::string_view id, std::size_t most) : out_(out), most_(most) {
    out_ += "[" + std::string(id);
  }
  ~Element() { out_.push_back(']'); }
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;

  void add(std::string_view name, std::string_view value) { write(name, value, most_); }
  // Ids and times of our own making, which are useless when cut.
  void add_own(std::string_view name, std::string_view value) { write(name, value, std::max(most_, std::size_t{36})); }

 private:
  // `name` is ours. RFC 5424, 6.3.3: `"`, `\` and `]` are escaped, nothing else.
  void write(std::string_view name, std::string_view value, std::size_t most) {
    if (value.empty()) return;
    out_.push_back(' ');
    out_ += name;
    out_ += "=\"";
    for (const char c : cut_bytes(piece(value, most), most)) {
      if (c == '"' || c == '\\' || c == ']') out_.push_back('\\');
      out_.push_back(c);
    }
    out_.push_back('"');
  }

  std::string& out_;
  std::size_t most_;
};

void add_session(Element& e, const model::Session& s) {
  e.add("state", to_string(s.state));
  e.add("account", s.account_id);
  e.add("accountName", s.account_name);
  e.add("role", s.role);
  e.add("who", s.principal.name);
  e.add("principalId", s.principal.id.empty() ? s.principal.arn : s.principal.id);
  e.add("ip", s.source_ip);
  e.add("region", s.region);
  e.add_own("startedAt", format_time(s.started_at));
  if (s.expires_at) e.add_own("expiresAt", format_time(*s.expires_at));
  e.add("calls", std::to_string(s.calls));
  if (s.acknowledged) {
    e.add("acknowledgedBy", s.acknowledged->by);
    e.add("independent", s.acknowledged->independent ? "yes" : "no");
  }
  e.add("eventId", s.first_event_id);
}

void add_access(Element& e, json::Value access) {
  const json::Value principal = access["principal"];
  e.add("mechanism", access["mechanism"].text());
  e.add("outcome", access["outcome"].text());
  e.add("account", access["account_id"].text());
  e.add("accountName", access["account_name"].text());
  e.add("role", access["role"].text());
  e.add("who", principal["name"].text());
  e.add("principalId", principal["id"].text().empty() ? principal["arn"].text() : principal["id"].text());
  e.add("ip", access["source_ip"].text());
  e.add("region", access["region"].text());
  e.add("event", access["event_name"].text());
  e.add("eventId", access["event_id"].text());
}

std::string structured(const Message& message, std::size_t most) {
  const Claim& claim = message.facts.front();
  const model::Alert& alert = claim.alert;
  std::string out;
  {
    Element origin(out, "origin", 48);
    origin.add("software", "glasswatch");
    origin.add("swVersion", message.telling.version);
  }
  Element e(out, kElement, most);
  e.add_own("id", claim.notification.id);
  e.add_own("alert", alert.id);
  e.add("severity", to_string(alert.severity));
  e.add_own("session", claim.session ? claim.session->id : alert.session_id);
  e.add("watch", alert.watch);
  e.add("fact", alert.fact);
  e.add("planned", alert.planned);
  if (claim.session) {
    add_session(e, *claim.session);
    return out;
  }
  json::Doc doc;
  if (!doc.parse(alert.data)) return out;
  const json::Value access = doc.root()["access"];
  if (access.is_object()) {
    add_access(e, access);
  } else {
    e.add("account", doc.root()["account_id"].text());
  }
  return out;
}

// Whoever wrote a record makes no field of its own.
std::string within_field(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos;) text.replace(at, 1, "\u00A6");
  return text;
}

std::string text_of(const Message& message) {
  const Summary s = summary_of(message);
  std::string out = within_field(one_line(s));
  for (const SummaryRow& row : s.rows) out += " | " + within_field(row.label + ": " + row.text);
  for (const std::string& line : s.lines) out += " | " + within_field(line);
  if (!s.acknowledge.empty()) out += " | Acknowledge: " + within_field(s.acknowledge);
  for (const SummaryRow& one : s.links) out += " | " + one.label + ": " + one.text;
  return out;
}

std::string own_hostname() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

SendResult judge(const Status& sent, std::string reason) {
  if (!sent) return retryable(sent.error().code) ? retry(sent.error().message) : refused(sent.error().message);
  SendResult result;
  result.verdict = ports::SendVerdict::accepted;
  result.reason = std::move(reason);
  return result;
}

}  // namespace

std::string syslog_message(const Message& message, const SyslogSender& sender) {
  const model::Alert& alert = message.facts.front().alert;
  const std::size_t limit = std::max(sender.limit, kSyslogLeast);
  const std::string header = "<" + std::to_string(sender.facility * 8 + severity_of(alert.severity)) + ">1 " +
                             timestamp(alert.created_at) + " " + header_field(sender.hostname, 255) + " glasswatch - " +
                             header_field(to_string(alert.kind), 32) + " ";
  std::string out;
  for (const std::size_t most : {std::size_t{256}, std::size_t{96}, std::size_t{36}, std::size_t{18}}) {
    out = header + structured(message, most) + " " + std::string(kBom);
    if (out.size() + 256 <= limit) break;  // some text beside it
  }
  return out + cut_bytes(text_of(message), limit - out.size());
}

std::optional<int> syslog_facility(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, int>, 6> kNames = {
      {{"user", 1}, {"daemon", 3}, {"auth", 4}, {"authpriv", 10}, {"audit", 13}, {"alert", 14}}};
  for (const auto& [known, number] : kNames) {
    if (name == known) return number;
  }
  if (name.size() == 6 && name.starts_with("local") && name[5] >= '0' && name[5] <= '7') return 16 + (name[5] - '0');
  return std::nullopt;
}

Result<net::StreamServer> parse_syslog_address(std::string_view text) {
  const Error bad{Errc::invalid_input, "address is host:port, tls://host:port or tcp://host:port"};
  net::StreamServer server;
  if (text.starts_with("tls://")) {
    text.remove_prefix(6);
  } else if (text.starts_with("tcp://")) {
    text.remove_prefix(6);
    server.tls = false;
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad;
    server.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return bad;
  } else {
    const std::size_t colon = text.find(':');
    server.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (!net::is_host_text(server.host)) return bad;
  server.port = server.tls ? 6514 : 601;
  if (port.empty()) return server;
  port.remove_prefix(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
  const bool is_port =
      error == std::errc() && end == port.data() + port.size() && server.port > 0 && server.port < 65'536;
  if (!is_port) return bad;
  return server;
}

Syslog::Syslog(Config config, net::StreamServer server, int facility)
    : config_(std::move(config)), client_(std::move(server)), facility_(facility) {
  if (config_.hostname.empty()) config_.hostname = own_hostname();
}

SendResult Syslog::send(const Message& message, milliseconds deadline) {
  const std::string text = syslog_message(message, {facility_, config_.hostname, config_.max_bytes});
  // RFC 5425: how many octets, a blank, the octets.
  SendResult result = judge(client_.send(std::to_string(text.size()) + " " + text, deadline), "written");
  if (result.verdict == ports::SendVerdict::accepted) result.reference = message.facts.front().notification.id;
  return result;
}

SendResult Syslog::check(milliseconds deadline) {
  return judge(client_.connect(deadline), "connected; syslog has no answer to wait for");
}

}  // namespace gw::receivers
