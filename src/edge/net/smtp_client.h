// One mail to one server, on libcurl: STARTTLS or TLS from the start, never without unless the server may be private.
//
// Addresses are checked where the socket is opened, as HttpClient does. Messages name host and port, never user or password.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace gw::net {

enum class SmtpSecurity : std::uint8_t { starttls, tls, none };

struct SmtpServer {
  std::string host;
  int port = 0;  // 0: 587, or 465 with tls
  SmtpSecurity security = SmtpSecurity::starttls;
  std::string username;  // empty: no login
  std::string password;
  bool allow_private = false;  // private addresses, and SmtpSecurity::none
  std::string ca_file;         // PEM bundle; empty: the system's
};

struct SmtpMail {
  std::string from;             // bare addresses: printable ASCII without blanks and < >, with an @
  std::vector<std::string> to;  // at least one
  std::string data;             // RFC 5322 with CRLF
};

[[nodiscard]] bool is_mail_address(const std::string& text);

struct SmtpReply {
  int code = 0;
  std::size_t refused = 0;  // recipients
};

// The server's last reply, whatever it is: 250 when the mail was taken, by one recipient at least; a 4xx when none was and one of
// them had it. Errc: `invalid_input` for a
// server or mail that cannot be used, `denied` for an address that is refused or a server without TLS, `unavailable` for what
// may pass (no connection, a certificate that does not verify, no answer in time). Blocks until `deadline` at most.
[[nodiscard]] Result<SmtpReply> smtp_send(const SmtpServer& server, const SmtpMail& mail,
                                          std::chrono::milliseconds deadline);
// The same up to the login: no mail is begun.
[[nodiscard]] Result<SmtpReply> smtp_check(const SmtpServer& server, std::chrono::milliseconds deadline);

}  // namespace gw::net
