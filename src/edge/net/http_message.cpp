#include "edge/net/http_message.h"

#include <algorithm>
#include <ctime>

#include "base/json/write.h"

namespace gw::net {
namespace {

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= ' ' && c != 127) out.push_back(c);
  }
}

}  // namespace

std::string_view ServerRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::size_t ServerRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; }));
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

ServerResponse problem(unsigned status, std::string_view detail) {
  ServerResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.body = R"({"type":"about:blank","title":)";
  json::append_string(response.body, reason_phrase(status));
  response.body += ",\"status\":" + std::to_string(status);
  if (!detail.empty()) {
    response.body += ",\"detail\":";
    json::append_string(response.body, detail);
  }
  response.body += "}\n";
  return response;
}

bool may_have_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

std::string response_head(const ServerResponse& response, const Framing& framing) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head += reason_phrase(response.status);
  head += "\r\n";
  const auto seconds = static_cast<std::time_t>(framing.unix_seconds);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char date[64];
  head.append(date, std::strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc));
  for (const auto& [name, value] : response.headers) {
    append_clean(head, name);
    head += ": ";
    append_clean(head, value);
    head += "\r\n";
  }
  if (may_have_body(response.status)) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  if (!framing.keep_alive) {
    head += "Connection: close\r\n";
  } else if (framing.is_http_10) {
    head += "Connection: keep-alive\r\n";
  }
  return head += "\r\n";
}

Responder::Responder(Deliver deliver) : deliver_(std::move(deliver)) {}
Responder::Responder(Responder&& other) noexcept : deliver_(std::exchange(other.deliver_, nullptr)) {}
Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    if (deliver_) send(problem(500, "no answer was made"));
    deliver_ = std::exchange(other.deliver_, nullptr);
  }
  return *this;
}
Responder::~Responder() {
  if (deliver_) send(problem(500, "no answer was made"));
}

void Responder::send(ServerResponse response) {
  if (const Deliver deliver = std::exchange(deliver_, nullptr)) deliver(std::move(response));
}

}  // namespace gw::net
