// Where things lie in the table. Partitions are named by a letter; those that are listed as a whole are one partition, those
// that are only looked up have one for each item.
#pragma once

#include <string>
#include <string_view>

#include "domain/model/alert.h"
#include "edge/store/dynamodb/item.h"

namespace gw::dynamodb::keys {

// Texts of records may be longer than a key can be: then their hash stands for them.
[[nodiscard]] std::string bounded(std::string_view text);

inline constexpr std::size_t kEventShards = 16;
inline constexpr unsigned kBookShards = 32;

[[nodiscard]] inline Key session(std::string_view id) { return {"S", bounded(id)}; }
[[nodiscard]] inline Key part(std::string_view upload, std::size_t n) {
  return {"SB|" + std::string(upload), std::to_string(n)};
}
[[nodiscard]] inline Key edge(std::string_view key) { return {"E|" + bounded(key), "E"}; }
[[nodiscard]] inline Key fold(std::string_view key) { return {"F", bounded(key)}; }
// Alerts lie with what they are about, which their key (kind|subject|fact) names: a session's are found together.
[[nodiscard]] inline std::string alerts_of(std::string_view subject) { return "A|" + bounded(subject); }
[[nodiscard]] Key alert(std::string_view key);
// The list of all alerts by time; its entries say where they are.
inline constexpr std::string_view kAlertList = "AL";
[[nodiscard]] Key alert_entry(const model::Alert& alert);
[[nodiscard]] inline Key attempt(std::string_view id) { return {"T|" + std::string(id), "T"}; }
[[nodiscard]] inline Key mute(std::string_view id) { return {"M", bounded(id)}; }
[[nodiscard]] inline Key quarantine(std::string_view key) { return {"Q", bounded(key)}; }
[[nodiscard]] inline Key payload(std::string_view id) { return {"P|" + bounded(id), "P"}; }
[[nodiscard]] inline Key cursor(std::string_view name) { return {"C", bounded(name)}; }
[[nodiscard]] inline Key thread(std::string_view session, std::string_view receiver) {
  return {"D|" + bounded(session), bounded(receiver)};
}
[[nodiscard]] inline Key book(unsigned shard) { return {"B", std::to_string(shard)}; }
[[nodiscard]] inline std::string openings(std::string_view watch) { return "O|" + bounded(watch); }
[[nodiscard]] std::string event_shard(std::size_t shard);
[[nodiscard]] Key event(std::string_view event_key);

// Partitions of the index `due`.
inline constexpr std::string_view kUnsent = "unsent";  // alerts, by when one of their notifications may be claimed
inline constexpr std::string_view kClock =
    "clock";  // sessions and folds, by next_due; open sessions that have none behind them

}  // namespace gw::dynamodb::keys
