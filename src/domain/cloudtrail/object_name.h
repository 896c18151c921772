// An object in S3 that a notification names.
#pragma once

#include <cstdint>
#include <string>

namespace gw::cloudtrail {

struct ObjectName {
  std::string bucket;
  std::string key;  // decoded as its envelope demands
  std::string version_id;
  std::uint64_t size = 0;  // 0: not said
};

}  // namespace gw::cloudtrail
