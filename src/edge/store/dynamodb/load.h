// Items of the table → what the engine speaks of.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edge/store/dynamodb/table.h"
#include "engine/ports/store.h"

namespace gw::dynamodb {

// What was read for one decision: each item once, those that are not there too.
class Snapshot {
 public:
  Snapshot(Table& table, aws::Tools& tools) : table_(table), tools_(tools) {}
  void need(std::vector<Key> keys);
  // Null when it is not there. What was not asked for is fetched.
  [[nodiscard]] const Item* at(const Key& key);
  [[nodiscard]] bool has_seen(const Key& key) const { return seen_.contains(key); }
  [[nodiscard]] ports::Loaded load(const ports::Ask& ask);
  // An event whose commit came to nothing: its item may be replaced.
  [[nodiscard]] bool is_void(const Item& event);

 private:
  Table& table_;
  aws::Tools& tools_;
  std::map<Key, std::optional<Item>> seen_;
};

// Makes the attempt's last write fail. False: it is done, or was called off.
bool call_off(Table& table, const std::string& attempt);

// A session's item may say that the session was merged into another: the id of the one that stands for it.
[[nodiscard]] std::string resolve(Snapshot& snapshot, const std::string& id);

[[nodiscard]] model::Session parse_session(Table& table, const Item& item);
[[nodiscard]] model::Fold parse_fold(const Item& item);

struct Note {
  model::Notification notification;
  std::uint64_t fence = 0;
  Time lease_until;
  [[nodiscard]] bool waits() const { return notification.state == model::SendState::trying; }
  [[nodiscard]] Time ready() const { return std::max(notification.due_at, lease_until); }
};
// An alert with all that is sent of it: one item.
struct AlertItem {
  Item item;
  model::Alert alert;
  std::vector<Note> notes;
};
[[nodiscard]] AlertItem parse_alert(const Item& item);
// The write that brings the item to what `notes` say, conditional on its version.
[[nodiscard]] Op put_alert(const AlertItem& alert, const Keep& keep);
// Of an event that has its body; its session may be an alias.
[[nodiscard]] ports::StoredEvent parse_event(const Item& item);
inline constexpr std::string_view kFeed = "f|";  // and a feed: it carried the event, too
// Sessions that were merged into this one.
[[nodiscard]] std::vector<std::string> merged_of(const Item& session);

struct Stretch {
  Time from;
  Time to;
};
[[nodiscard]] std::string to_text(const std::vector<Stretch>& stretches);
[[nodiscard]] std::vector<Stretch> parse_stretches(std::string_view text);
inline constexpr std::string_view kStretch = "s|";  // and the session's id: the attribute of an edge's item

}  // namespace gw::dynamodb
