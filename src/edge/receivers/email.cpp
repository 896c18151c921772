#include "edge/receivers/email.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/encoding.h"
#include "base/utf8.h"
#include "edge/receivers/body.h"
#include "edge/receivers/summary.h"

namespace gw::receivers {
namespace {

using ports::Message;
using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;

constexpr std::string_view kEnd = "\r\n";
constexpr std::size_t kSubjectLimit = 200;  // bytes

// RFC 2047: words of at most 75 characters, each with whole characters.
std::string encoded_words(std::string_view text) {
  constexpr std::size_t kBytes = 39;  // 52 characters of base64: with the header's name within the 76 of a line
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size()) {
      const std::size_t size = next_utf8(text, end).length;
      if (end + size - at > kBytes) break;
      end += size;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + encode_base64(text.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

std::string base64_lines(std::string_view text) {
  const std::string all = encode_base64(text);
  std::string out;
  for (std::size_t i = 0; i < all.size(); i += 76) {
    out.append(all, i, 76);
    out += kEnd;
  }
  return out;
}

// Addresses from records are no links.
std::string unlinked(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const Unlinked other = unlinked_at(text, i); other.length > 0) {
      out += other.text;
      i += other.length;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : unlinked(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

std::string text_part(const Summary& s) {
  std::string out = unlinked(s.title) + "\r\n" + unlinked(s.headline) + "\r\n";
  for (const std::string& line : s.lines) out += unlinked(line) + "\r\n";
  out += "\r\nSeverity: " + std::string(to_string(s.severity)) + "\r\n";
  for (const SummaryRow& row : s.rows) out += unlinked(row.label) + ": " + unlinked(row.text) + "\r\n";
  if (!s.acknowledge.empty()) out += "\r\nAcknowledge: " + unlinked(s.acknowledge) + "\r\n";
  for (const SummaryRow& one : s.links) out += one.label + ": " + one.text + "\r\n";
  return out + "\r\nref " + unlinked(s.subject) + "\r\n";
}

// No image, no style sheet, no script: nothing is fetched when it is read.
std::string html_part(const Summary& s) {
  std::string out =
      "<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head>"
      "<body style=\"font-family:sans-serif\"><h2 style=\"color:";
  out += s.severity >= model::Severity::high ? "#a00" : "#333";
  out += "\">" + html(s.title) + "</h2><p>" + html(s.headline) + "</p>";
  if (!s.lines.empty()) {
    out += "<ul>";
    for (const std::string& line : s.lines) out += "<li>" + html(line) + "</li>";
    out += "</ul>";
  }
  const auto row = [&](std::string_view label, std::string_view text) {
    out += "<tr><th align=\"left\" valign=\"top\">" + html(label) + "</th><td>" + html(text) + "</td></tr>";
  };
  out += "<table cellpadding=\"4\">";
  row("Severity", to_string(s.severity));
  for (const SummaryRow& one : s.rows) row(one.label, one.text);
  if (!s.acknowledge.empty()) row("Acknowledge", s.acknowledge);
  row("Ref", s.subject);
  out += "</table><p>";
  for (const SummaryRow& one : s.links) {
    // Safe in an attribute: no quotes and no angle brackets, by Summary's promise.
    std::string target;
    for (const char c : one.text) target += c == '&' ? std::string("&amp;") : std::string(1, c);
    out += "<a href=\"" + target + "\">" + one.label + "</a> ";
  }
  return out + "</p></body></html>\r\n";
}

// For a Message-ID: what may stand there.
std::string id_part(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 60)) {
    const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    out.push_back(fits ? c : 'x');
  }
  return out;
}

std::string mail_date(Time now) {
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::microseconds> at{std::chrono::microseconds(now.micros)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(at - day));
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return out.data();
}

// RFC 4954, 6: what says no to the name and password, or that there was none.
bool is_about_login(int reply) { return reply == 530 || reply == 534 || reply == 535 || reply == 538; }

SendResult judge_reply(const Result<net::SmtpReply>& reply) {
  if (!reply) return retryable(reply.error().code) ? retry(reply.error().message) : refused(reply.error().message);
  const std::string reason = "SMTP " + std::to_string(reply->code);
  if (reply->code >= 500) {
    SendResult result = refused(reason);
    result.about_secret = is_about_login(reply->code);
    return result;
  }
  if (reply->code >= 400 || reply->code < 200) return retry(reason);
  SendResult result;
  result.verdict = SendVerdict::accepted;
  result.reason = reason;
  return result;
}

}  // namespace

std::string mail_of(const Message& message, const std::string& from, const std::vector<std::string>& to) {
  const Summary s = summary_of(message);
  const std::string domain = from.substr(from.find('@') + 1);
  const std::string id = id_part(message_id(message));
  const std::string thread = "<session-" + id_part(s.subject) + "@" + domain + ">";
  const std::string boundary = "=_glasswatch_" + id;
  std::string out;
  const auto header = [&](std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += kEnd;
  };
  header("From", from);
  std::string all;
  for (const std::string& address : to) all += (all.empty() ? "" : ",\r\n ") + address;
  header("To", all);
  // A reader threads by the subject too: the title alone, whatever the fact.
  header("Subject", encoded_words(cut_bytes("[" + std::string(to_string(s.severity)) + "] " + s.title, kSubjectLimit)));
  header("Date", mail_date(message.now));
  header("Message-ID", "<" + id + "@" + domain + ">");
  header("In-Reply-To", thread);
  header("References", thread);
  header("Auto-Submitted", "auto-generated");
  if (s.severity >= model::Severity::high && !message.quiet) header("Importance", "high");
  header("MIME-Version", "1.0");
  header("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
  const auto part = [&](std::string_view type, const std::string& text) {
    out += kEnd;
    out += "--" + boundary + "\r\nContent-Type: " + std::string(type) +
           "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64_lines(text);
  };
  part("text/plain", text_part(s));
  part("text/html", html_part(s));
  return out + "\r\n--" + boundary + "--\r\n";
}

ports::Receiver::Traits Email::traits() const {
  Traits t;
  t.threads = true;  // so that facts of a session come together
  t.digests_only = true;
  return t;
}

Result<net::SmtpServer> Email::server() const {
  net::SmtpServer server = config_.smtp;
  if (config_.smtp_password) {
    Result<std::string> password = config_.smtp_password();
    if (!password) return std::move(password).error();
    server.password = std::move(*password);
  }
  return server;
}

SendResult Email::send(const Message& message, milliseconds deadline) {
  const Result<net::SmtpServer> to = server();
  if (!to) return retry("smtp.password: " + to.error().message);
  const net::SmtpMail mail{config_.from, config_.to, mail_of(message, config_.from, config_.to)};
  const Result<net::SmtpReply> reply = net::smtp_send(*to, mail, deadline);
  SendResult result = judge_reply(reply);
  if (result.verdict != SendVerdict::accepted) return result;
  if (reply->refused > 0)
    result.note =
        std::to_string(reply->refused) + " of " + std::to_string(config_.to.size()) + " recipients were refused";
  result.reference = "<" + id_part(message_id(message)) + "@" + config_.from.substr(config_.from.find('@') + 1) + ">";
  for (const ports::Claim& claim : message.facts) {
    if (!claim.session) continue;
    result.thread = model::Thread{config_.name, claim.session->id, {}, {}, message.now, 0};
    break;
  }
  return result;
}

SendResult Email::check(milliseconds deadline) {
  const Result<net::SmtpServer> to = server();
  if (!to) return refused("smtp.password: " + to.error().message);
  return judge_reply(net::smtp_check(*to, deadline));
}

}  // namespace gw::receivers
