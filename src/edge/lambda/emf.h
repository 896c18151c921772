// What one invocation did, as log lines that CloudWatch turns into metrics ("Specification: Embedded metric format"): a function has
// no port that could be asked, and an invocation no time for another call.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "domain/model/alert.h"
#include "engine/ports/store.h"

namespace gw::lambda {

// Of this invocation alone. No person, role, address or text of a record is in here.
struct InvocationMetrics {
  std::string function;  // AWS_LAMBDA_FUNCTION_NAME
  Time now;
  ports::RecordBooks records;
  ports::DeliveryBooks deliveries;
  std::uint64_t retrying = 0;  // deliveries that AWS will bring again: received = settled + retrying
  // By receiver: what became of notifications.
  std::map<std::string, std::array<std::uint64_t, model::kSendStates>> alerts;
  std::map<std::string, std::uint64_t> fetch_refused;  // by reason, a constant
  std::uint64_t duration_ms = 0;
  std::optional<std::uint64_t>
      cold_start_ms;  // of the first invocation: from the process's start to its first request for work
};

// A line, with its end, for the function as a whole, with all sums, and one for each receiver and each reason of a refused fetch (at most
// 20 each) that this invocation counted. To be written to standard output in one piece.
[[nodiscard]] std::string emf_lines(const InvocationMetrics& metrics);

}  // namespace gw::lambda
