// Mail by SMTP: text and HTML, one mail a message, all of a session in one thread of the reader.
//
// Nothing from a record reaches a header but the subject, which is an encoded word; both parts are base64, so that no line of
// theirs means anything to a server. After the opening digests, ends and what is critical, as for everything that cannot edit.
#pragma once

#include <string>

#include "edge/receivers/receivers.h"

namespace gw::receivers {

class Email : public ports::Receiver {
 public:
  explicit Email(Config config) : config_(std::move(config)) {}
  [[nodiscard]] Traits traits() const override;
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // up to the login

 private:
  [[nodiscard]] Result<net::SmtpServer> server() const;
  Config config_;
};

// The whole mail, RFC 5322 with CRLF, less than 100 KB. The same message, the same mail: the Message-ID is message_id(), of body.h. Pure.
[[nodiscard]] std::string mail_of(const ports::Message& message, const std::string& from,
                                  const std::vector<std::string>& to);

}  // namespace gw::receivers
