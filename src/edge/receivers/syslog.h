// Syslog: one message of RFC 5424 a fact, octet-counted, over TLS (RFC 5425).
//
// The protocol has no answer. Accepted means that the other machine has every byte, not that its program kept them; a part of a
// message is never followed by another one, because the connection is closed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "edge/net/stream_client.h"
#include "edge/receivers/receivers.h"

namespace gw::receivers {

class Syslog : public ports::Receiver {
 public:
  Syslog(Config config, net::StreamServer server, int facility);
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // connects; nothing is written

 private:
  Config config_;
  net::StreamClient client_;
  int facility_;
};

struct SyslogSender {
  int facility = 4;
  std::string hostname;      // what is no name of a host becomes the RFC's "-"
  std::size_t limit = 8192;  // bytes of a message, at least kSyslogLeast
};
// RFC 5425: what every receiver takes, and what it should take.
inline constexpr std::size_t kSyslogLeast = 2048;
inline constexpr std::size_t kSyslogLimit = 8192;

// <PRI>1 TIMESTAMP HOSTNAME glasswatch - KIND [origin …][glasswatch@32473 …] BOM text. One line; everything that would be obeyed
// is made visible. Too long: values are cut first to less, then the text; never the structure. The same message, the same bytes.
// Pure.
[[nodiscard]] std::string syslog_message(const ports::Message& message, const SyslogSender& sender);

// `host:port`, `tls://host:port` or `tcp://host:port`; an IPv6 address in brackets; port 6514 when there is none (601 for tcp).
[[nodiscard]] Result<net::StreamServer> parse_syslog_address(std::string_view text);
// auth, authpriv, audit, alert, user, daemon, local0 to local7.
[[nodiscard]] std::optional<int> syslog_facility(std::string_view name);

}  // namespace gw::receivers
