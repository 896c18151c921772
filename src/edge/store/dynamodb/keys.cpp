#include "edge/store/dynamodb/keys.h"

#include <functional>

#include "base/sha256.h"

namespace gw::dynamodb::keys {

std::string bounded(std::string_view text) {
  constexpr std::size_t kLongest = 900;  // bytes; a sort key may have 1024
  if (text.empty()) return "-";          // a key must not be empty
  if (text.size() <= kLongest && text != "-") return std::string(text);
  return "sha256|" + sha256_hex(text);
}

std::string event_shard(std::size_t shard) { return "V" + std::to_string(shard); }

Key event(std::string_view event_key) {
  std::uint32_t hash = 2166136261u;  // FNV-1a: the same on every machine
  for (const char c : event_key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return {event_shard(hash % kEventShards), bounded(event_key)};
}

}  // namespace gw::dynamodb::keys
