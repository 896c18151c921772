// What an on-call person needs to know of an access, in words: taken from a session, or from one access as JSON. All texts
// are pieces (slack_text.h): visible and short, not yet escaped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/time.h"
#include "domain/model/session.h"
#include "domain/model/severity.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

struct Picture {
  std::string who;      // a person by name, else the most telling id
  std::string account;  // prod-payments (444455556666)
  std::string account_id;
  std::string role;  // empty where there is none
  std::string how;
  std::string from;
  std::string when;
  std::string token;
  std::string mfa;
  std::string reason;  // why they went in, as told by people
  std::string so_far;
  std::string event_id;
  std::string region;
};

[[nodiscard]] Picture picture_of(const model::Session& session, const ports::Telling& telling, Time now);
// `access`: glasswatch.access.v1.
[[nodiscard]] Picture picture_of(json::Value access, const ports::Telling& telling, Time now);

// The ways in, for people: "Identity Center portal → console".
[[nodiscard]] std::string_view in_words(model::Mechanism mechanism);
[[nodiscard]] std::string_view severity_sign(model::Severity severity);
// 214 calls · 9 writes · 1 IAM change · 3 denied
[[nodiscard]] std::string counts_of(const model::Session& session);
[[nodiscard]] std::string clock_in_words(Time time, const std::string& zone);  // 01 Aug 02:14:51 UTC (03:14:51 BST)

}  // namespace gw::receivers
