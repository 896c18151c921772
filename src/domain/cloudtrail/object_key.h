// What the name of a log object tells: account, region, delivery time ("Finding your CloudTrail log files").
//
// `AWSLogs/` is looked for anywhere in the name, because prefixes differ: `[prefix/]AWSLogs/[o-org/]ACCOUNT/CloudTrail/REGION/
// YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_16chars.json.gz`. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace gw::cloudtrail {

enum class ObjectKind : std::uint8_t { log, digest, insight, network_activity, aggregated };

struct ObjectKey {
  ObjectKind kind = ObjectKind::log;
  std::string_view organization;  // o-…, empty for a single-account trail
  std::string_view account;
  std::string_view region;
  std::optional<Time> delivered;  // to the minute where the file name tells, else the day
};

// nullopt when the name does not follow the layout.
[[nodiscard]] std::optional<ObjectKey> parse_object_key(std::string_view name);

}  // namespace gw::cloudtrail
