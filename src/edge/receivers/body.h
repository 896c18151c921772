// A fact as JSON, for webhooks and for lines on stdout and in files:
//   {"type":"session.opened","timestamp":…,"data":{"session_id":…,"alert":{…},"session":{glasswatch.session.v1},
//    "access":{glasswatch.access.v1},"details":{…}}}
// One line, less than 20 KB: what is too long is left out, the longest lists of the session first.
#pragma once

#include <cstddef>
#include <string>

#include "engine/ports/receiver.h"

namespace gw::receivers {

// What one message is known by, to receivers that drop what they have seen: the notification's id; where further facts are folded in,
// with a hash of theirs, so that a try that holds more than one whose answer was lost is not taken for it. Letters, digits, hyphens.
[[nodiscard]] std::string message_id(const ports::Message& message);

inline constexpr std::size_t kBodyLimit = 20'000;
[[nodiscard]] std::string fact_json(const ports::Message& message);
// The same fact in a Detection Finding of OCSF (domain/ocsf): one line, less than 48 KB.
[[nodiscard]] std::string fact_ocsf(const ports::Message& message);
using FactText = std::string (*)(const ports::Message& message);

}  // namespace gw::receivers
