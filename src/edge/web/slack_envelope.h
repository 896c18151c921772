// Inside of edge/web: what Slack says over a Socket Mode connection, and what is said back ("Using Socket Mode"). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "base/result.h"

namespace gw::web {

struct Envelope {
  enum class Kind : std::uint8_t {
    hello,        // the connection is open
    disconnect,   // it will not be for long
    interactive,  // a press
    other,        // of no use here; one with an id wants to be acknowledged all the same
  };
  Kind kind = Kind::other;
  std::string id;
  std::string app;            // of a hello: whose connection it is (A…)
  std::string reason;         // of a disconnect: warning, refresh_requested, link_disabled, …
  json::Value payload;        // of a press; lives as long as the document
  bool takes_answer = false;  // the acknowledgement may hold a payload
};

// `invalid_input` for what is no object with a type, or whose id is none. `doc` keeps what the payload refers to.
[[nodiscard]] Result<Envelope> read_envelope(std::string_view text, json::Doc& doc);

// `answer`: a JSON object, or empty.
[[nodiscard]] std::string acknowledgement(std::string_view id, std::string_view answer);

}  // namespace gw::web
