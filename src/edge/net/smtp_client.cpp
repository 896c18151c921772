#include "edge/net/smtp_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "base/no_sigpipe.h"
#include "edge/curl/ca_bundle.h"
#include "edge/net/curl_parts.h"

namespace gw::net {
namespace {

struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool is_host(const std::string& host) {
  return !host.empty() && host.size() < 256 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == ':' || c == '[' || c == ']';
  });
}

struct Exchange {
  AddressGuard guard;
  bool is_recipient = false;  // the next reply is to one
  std::size_t refused = 0;    // recipients
  int later = 0;              // a reply by which one of them was refused for now
  const char* next = nullptr;
  std::size_t left = 0;
  curl_socket_t socket = CURL_SOCKET_BAD;  // while it is open

  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto* exchange = static_cast<Exchange*>(self);
    exchange->socket = exchange->guard.open(*address);
    return exchange->socket;
  }
  static int close_socket(void* self, curl_socket_t socket) {
    auto* exchange = static_cast<Exchange*>(self);
    if (exchange->socket == socket) exchange->socket = CURL_SOCKET_BAD;
    return ::close(socket);
  }
  // libcurl ends with QUIT and waits for the answer, for two minutes if need be and whatever our deadline. So it may say it, but
  // hears nothing any more; after a failure it does not even say it.
  void hang_up(bool is_good) const {
    if (socket != CURL_SOCKET_BAD) (void)::shutdown(socket, is_good ? SHUT_RD : SHUT_RDWR);
  }
  static std::size_t give(char* buffer, std::size_t size, std::size_t count, void* self) {
    auto* exchange = static_cast<Exchange*>(self);
    const std::size_t n = std::min(size * count, exchange->left);
    std::memcpy(buffer, exchange->next, n);
    exchange->next += n;
    exchange->left -= n;
    return n;
  }
  // What we say (passwords among it): only whether a recipient was named is looked at.
  static int hear_command(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
    if (type == CURLINFO_HEADER_OUT)
      static_cast<Exchange*>(self)->is_recipient = std::string_view(data, size).starts_with("RCPT TO:");
    return 0;
  }
  // Each line of a reply; the last of one has no hyphen behind its code.
  static std::size_t take_line(char* data, std::size_t, std::size_t size, void* self) {
    auto* exchange = static_cast<Exchange*>(self);
    if (!exchange->is_recipient || size < 3 || (size > 3 && data[3] == '-')) return size;
    exchange->is_recipient = false;
    int code = 0;
    std::from_chars(data, data + 3, code);
    if (code >= 400) ++exchange->refused;
    if (code >= 400 && code < 500) exchange->later = code;
    return size;
  }
  static std::size_t ignore(char*, std::size_t, std::size_t size, void*) { return size; }
};

Result<SmtpReply> talk(const SmtpServer& server, const SmtpMail* mail, std::chrono::milliseconds deadline) {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  Exchange exchange;  // outlives the handle, which closes its socket by it
  const Easy easy(started ? curl_easy_init() : nullptr);
  if (!easy) return Error{Errc::internal, "libcurl did not start"};
  if (!is_host(server.host)) return Error{Errc::invalid_input, "smtp: host is no host name"};
  const bool is_tls = server.security == SmtpSecurity::tls;
  if (server.security == SmtpSecurity::none && !server.allow_private)
    return Error{Errc::denied, "smtp: no mail is sent without TLS (allow_private permits it)"};
  const int port = server.port > 0 ? server.port : is_tls ? 465 : 587;
  const std::string shown = server.host + ":" + std::to_string(port);
  exchange.guard.is_checked = !server.allow_private;
  CURL* const e = easy.get();
  curl_easy_setopt(e, CURLOPT_URL, ((is_tls ? "smtps://" : "smtp://") + shown).c_str());
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(
      e, CURLOPT_USE_SSL,
      server.security == SmtpSecurity::none ? static_cast<long>(CURLUSESSL_NONE) : static_cast<long>(CURLUSESSL_ALL));
  const auto milliseconds = static_cast<long>(std::clamp<std::int64_t>(deadline.count(), 1, 86'400'000));
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, milliseconds);
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(e, CURLOPT_PROXY, "");
  static const std::string system_bundle = curl::system_ca_bundle();
  const std::string& bundle = server.ca_file.empty() ? system_bundle : server.ca_file;
  if (!bundle.empty()) curl_easy_setopt(e, CURLOPT_CAINFO, bundle.c_str());
  curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_socket);
  curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, &Exchange::close_socket);
  curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, &exchange);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, &Exchange::ignore);
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, &Exchange::take_line);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, &Exchange::hear_command);
  curl_easy_setopt(e, CURLOPT_DEBUGDATA, &exchange);
  curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
  if (!server.username.empty()) {
    curl_easy_setopt(e, CURLOPT_USERNAME, server.username.c_str());
    curl_easy_setopt(e, CURLOPT_PASSWORD, server.password.c_str());
  }
  std::unique_ptr<curl_slist, ListFree> recipients;
  const std::string from = mail == nullptr ? "" : "<" + mail->from + ">";
  if (mail != nullptr) {
    for (const std::string& address : mail->to) {
      curl_slist* const longer = curl_slist_append(recipients.get(), ("<" + address + ">").c_str());
      if (longer == nullptr) return Error{Errc::unavailable, "out of memory"};
      (void)recipients.release();
      recipients.reset(longer);
    }
    exchange.next = mail->data.data();
    exchange.left = mail->data.size();
    curl_easy_setopt(e, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(e, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(e, CURLOPT_MAIL_RCPT_ALLLOWFAILS,
                     1L);  // the name of old; one bad address does not keep the others out
    curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, &Exchange::give);
    curl_easy_setopt(e, CURLOPT_READDATA, &exchange);
  } else {
    curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, "NOOP");
  }
  CURLcode code = CURLE_OK;
  {
    const NoSigpipe guard;
    code = curl_easy_perform(e);
  }
  exchange.hang_up(code == CURLE_OK);
  long reply = 0;
  curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &reply);
  if (code == CURLE_OK) return SmtpReply{static_cast<int>(reply), exchange.refused};
  if (exchange.guard.is_refused) return Error{Errc::denied, shown + ": a private address (allow_private permits it)"};
  if (code == CURLE_USE_SSL_FAILED) return Error{Errc::denied, shown + ": the server offers no TLS"};
  // A refusal in words of SMTP; what ended for another reason may have a good reply as its last.
  // When nobody was taken, the last reply is that to the last of them: one who may be taken later counts for more.
  const bool is_nobody = mail != nullptr && exchange.refused == mail->to.size();
  if (is_nobody && exchange.later != 0) return SmtpReply{exchange.later, exchange.refused};
  if (reply >= 400 && reply < 600) return SmtpReply{static_cast<int>(reply), exchange.refused};
  if (code == CURLE_LOGIN_DENIED) return Error{Errc::denied, shown + ": no way to log in that both sides know"};
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_URL_MALFORMAT)
    return Error{Errc::invalid_input, shown + ": " + curl_easy_strerror(code)};
  return Error{Errc::unavailable, shown + ": " + curl_easy_strerror(code)};
}

}  // namespace

bool is_mail_address(const std::string& text) {
  const bool is_clean = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 127 && std::string_view("<>()[]\\,;:\"").find(c) == std::string_view::npos;
  });
  const std::size_t at = text.find('@');
  return is_clean && text.size() <= 254 && at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string::npos;
}

Result<SmtpReply> smtp_send(const SmtpServer& server, const SmtpMail& mail, std::chrono::milliseconds deadline) {
  if (!is_mail_address(mail.from)) return Error{Errc::invalid_input, "from is no address"};
  if (mail.to.empty() || !std::all_of(mail.to.begin(), mail.to.end(), is_mail_address))
    return Error{Errc::invalid_input, "to: an address is none"};
  return talk(server, &mail, deadline);
}

Result<SmtpReply> smtp_check(const SmtpServer& server, std::chrono::milliseconds deadline) {
  return talk(server, nullptr, deadline);
}

}  // namespace gw::net
