// The operations on the table that are used. Every one throws Failure; safe from any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edge/aws/client.h"
#include "edge/store/dynamodb/item.h"

namespace gw::dynamodb {

// One step of a transaction, or a write of its own.
struct Op {
  enum class Kind : std::uint8_t { put, update, erase, check };
  Kind kind = Kind::put;
  Item item;              // put: all of it; else only its key
  std::string update;     // update: the expression
  std::string condition;  // empty: none
  std::map<std::string, std::string> names;
  std::map<std::string, Value> values;
  [[nodiscard]] Key key() const { return item.key(); }
};

// What a write requires of the item as it was: that it is not there (0), or stands at a version.
void require_version(Op& op, std::uint64_t version);

struct Listing {
  std::string index;  // empty: the table itself
  std::string pk;
  std::string from;  // sort keys from here on, and up to
  std::string to;    // (inclusive); empty: no bound
  std::size_t limit = 0;
  bool newest_first = false;
};

class Table {
 public:
  Table(std::string name, aws::Client& client, aws::Tools tools);

  // Consistent. Keys that are not there are left out. Any number; a request for each hundred.
  [[nodiscard]] std::map<Key, Item> get(std::vector<Key> keys);
  [[nodiscard]] std::optional<Item> get(const Key& key);
  // What is listed, in order, read page by page until `take` answers false; consistent but for an index.
  void walk(const Listing& listing, const std::function<bool(Item)>& take);
  // All of it.
  [[nodiscard]] std::vector<Item> query(const Listing& listing);
  // False: the condition does not hold.
  [[nodiscard]] bool write(const Op& op);
  void erase(const Key& key);
  // All or nothing. False: a condition does not hold. At most kTransaction steps, each of an item of its own.
  [[nodiscard]] bool transact(std::span<const Op> ops);

  static constexpr std::size_t kTransaction = 100;

 private:
  [[nodiscard]] aws::Reply call(std::string_view operation, const std::string& body);
  std::string name_;
  aws::Client& client_;
  aws::Tools tools_;
};

}  // namespace gw::dynamodb
