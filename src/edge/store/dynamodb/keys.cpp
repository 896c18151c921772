#include "edge/store/dynamodb/keys.h"

#include <algorithm>

#include "base/sha256.h"
#include "edge/store/dynamodb/lists.h"

namespace gw::dynamodb::keys {

std::string bounded(std::string_view text) {
  constexpr std::size_t kLongest = 900;  // bytes; a sort key may have 1024
  if (text.empty()) return "-";          // a key must not be empty
  if (text.size() <= kLongest && text != "-") return std::string(text);
  return "sha256|" + sha256_hex(text);
}

Key alert(std::string_view key) {
  const std::size_t begin = std::min(key.find('|'), key.size() - 1) + 1;
  const std::string_view subject = key.empty() ? key : key.substr(begin, key.find('|', begin) - begin);
  return {alerts_of(subject), bounded(key)};
}

Key alert_entry(const model::Alert& alert) { return {std::string(kAlertList), place_of(alert.created_at, alert.id)}; }

std::string event_shard(std::size_t shard) { return "V" + std::to_string(shard); }

Key event(std::string_view event_key) {
  std::uint32_t hash = 2166136261u;  // FNV-1a: the same on every machine
  for (const char c : event_key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return {event_shard(hash % kEventShards), bounded(event_key)};
}

}  // namespace gw::dynamodb::keys
