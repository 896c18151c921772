// One line of evidence, read back: what app/evidence.h writes (docs/aws/lambda.md has its form). Pure.
//
// Whoever may write to the bucket may have written the line: a line is taken whole or refused with a reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/ports/store.h"

namespace gw::store {

struct EvidenceFact {
  enum class Kind : std::uint8_t { entry, session, delivery, mute };
  Kind kind = Kind::entry;
  Time at;
  std::string session_id;  // of an entry; empty: none
  model::Entry entry;      // what a store keeps of it
  model::Session session;
  std::vector<std::string> absorbed;
  model::Notification notification;  // settled
  model::Alert alert;
  model::Mute mute;
};

// Whether a file that begins so holds evidence, of whatever version: some line begins with our schema.
[[nodiscard]] bool looks_like_evidence(std::string_view begin);

// `invalid_input`, with the reason. It names nothing that the
// line says but its schema and its fact, and these are not neutralised.
[[nodiscard]] Result<EvidenceFact> parse_evidence(std::string_view line);

}  // namespace gw::store
