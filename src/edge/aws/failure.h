// What an AWS service says when it says no, and what follows from it. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "edge/aws/transport.h"

namespace gw::aws {

// What the client does about it.
enum class Reaction : std::uint8_t {
  give_up,
  try_again,     // the service is at fault
  slow_down,     // throttled
  fix_clock,     // our clock is said, or suspected, to be wrong
  new_identity,  // the credentials have expired
};

struct Failure {
  int status = 0;
  std::string name;     // `NoSuchKey`, `ConditionalCheckFailedException`; `HTTP 502` when the service named nothing
  std::string message;  // for people: one line, without controls, and nothing that was signed
  Errc code = Errc::internal;
  Reaction reaction = Reaction::give_up;

  [[nodiscard]] Error error(std::string_view context) const;
};

// For a status of 300 and above. Reads JSON bodies (`__type`, header x-amzn-errortype), XML bodies (S3; query protocol) and
// answers without any.
[[nodiscard]] Failure read_failure(const HttpResponse& response);

}  // namespace gw::aws
