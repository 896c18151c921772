// A transaction carries a token, so that the client's own tries after a lost answer are one. A put that was tried again may be
// refused because of its first try: conditions are on versions that the caller looks at again, so that shows as a conflict.
#include "edge/store/dynamodb/table.h"

#include <algorithm>

#include "base/json/write.h"
#include "base/uuid.h"
#include "edge/aws/dynamodb.h"

namespace gw::dynamodb {
namespace {

constexpr std::size_t kBatch = 100;
constexpr unsigned kRounds = 8;  // of keys that were left over, and of transactions that met another one
constexpr json::Limits kLimits{64, 1u << 22};

void append_names(std::string& out, const std::map<std::string, std::string>& names) {
  if (names.empty()) return;
  out += ",\"ExpressionAttributeNames\":{";
  bool first = true;
  for (const auto& [name, attribute] : names) {
    if (!first) out.push_back(',');
    first = false;
    json::append_string(out, name);
    out.push_back(':');
    json::append_string(out, attribute);
  }
  out.push_back('}');
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"" + std::string(name) + "\":";
  json::append_string(out, value);
}

// What stands in a request of its own, and in one of a transaction.
void append_op(std::string& out, const Op& op, std::string_view table) {
  out += "{\"TableName\":";
  json::append_string(out, table);
  if (op.kind == Op::Kind::put) {
    out += ",\"Item\":";
    append_values(out, op.item.values);
  } else {
    out += ",\"Key\":";
    append_key(out, op.key());
  }
  if (!op.update.empty()) append_member(out, "UpdateExpression", op.update);
  if (!op.condition.empty()) append_member(out, "ConditionExpression", op.condition);
  append_names(out, op.names);
  if (!op.values.empty()) {
    out += ",\"ExpressionAttributeValues\":";
    append_values(out, op.values);
  }
  out.push_back('}');
}

std::string_view name_of(Op::Kind kind, bool alone) {
  switch (kind) {
    case Op::Kind::put: return alone ? "PutItem" : "Put";
    case Op::Kind::update: return alone ? "UpdateItem" : "Update";
    case Op::Kind::erase: return alone ? "DeleteItem" : "Delete";
    case Op::Kind::check: break;
  }
  return "ConditionCheck";
}

void parse(json::Doc& doc, const std::string& body) {
  if (!doc.parse(body, kLimits)) fail(Errc::unavailable, "dynamodb: an answer that cannot be read");
}

Item item_of(json::Value object) {
  Item item;
  if (!read_item(object, item)) fail(Errc::corrupt, "dynamodb: an item that is none of ours");
  return item;
}

}  // namespace

void require_version(Op& op, std::uint64_t version) {
  if (version == 0) {
    op.condition = "attribute_not_exists(pk)";
  } else {
    op.condition = "v = :v";
    op.values[":v"] = number(version);
  }
}

Table::Table(std::string name, aws::Client& client, aws::Tools tools)
    : name_(std::move(name)), client_(client), tools_(std::move(tools)) {}

aws::Reply Table::call(std::string_view operation, const std::string& body) {
  auto reply = aws::call_dynamodb(client_, operation, body);
  if (!reply) throw Failure(std::move(reply).error());
  return std::move(*reply);
}

std::map<Key, Item> Table::get(std::vector<Key> keys) {
  std::map<Key, Item> found;
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  unsigned stalled = 0;
  while (!keys.empty()) {
    const std::size_t count = std::min(kBatch, keys.size());
    std::string body = "{\"RequestItems\":{";
    json::append_string(body, name_);
    body += ":{\"ConsistentRead\":true,\"Keys\":[";
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) body.push_back(',');
      append_key(body, keys[keys.size() - 1 - i]);
    }
    body += "]}}}";
    keys.resize(keys.size() - count);
    const aws::Reply reply = call("BatchGetItem", body);
    if (reply.failure) throw Failure(reply.failure->error("dynamodb BatchGetItem"));
    json::Doc doc;
    parse(doc, reply.response.body);
    for (json::Value v = doc.root()["Responses"][name_].first_child(); !v.is_missing(); v = v.next_sibling()) {
      Item item = item_of(v);
      Key key = item.key();
      found.insert_or_assign(std::move(key), std::move(item));
    }
    std::size_t left = 0;
    for (json::Value v = doc.root()["UnprocessedKeys"][name_]["Keys"].first_child(); !v.is_missing();
         v = v.next_sibling(), ++left) {
      keys.push_back(item_of(v).key());
    }
    if (left < count) continue;
    if (++stalled == kRounds) fail(Errc::throttled, "dynamodb BatchGetItem: nothing is answered");
    tools_.wait(aws::backoff({}, stalled, true, tools_.random()));
  }
  return found;
}

std::optional<Item> Table::get(const Key& key) {
  std::map<Key, Item> found = get(std::vector<Key>{key});
  if (found.empty()) return std::nullopt;
  return std::move(found.begin()->second);
}

std::vector<Item> Table::query(const Listing& listing) {
  std::vector<Item> found;
  walk(listing, [&](Item item) {
    found.push_back(std::move(item));
    return true;
  });
  return found;
}

void Table::erase(const Key& key) {
  Op op;
  op.kind = Op::Kind::erase;
  op.item = Item(key);
  static_cast<void>(write(op));
}

void Table::walk(const Listing& listing, const std::function<bool(Item)>& take) {
  std::size_t count = 0;
  std::string start;
  const std::string pk = listing.index.empty() ? "pk" : "gsi1pk";
  const std::string sk = listing.index.empty() ? "sk" : "gsi1sk";
  for (;;) {
    std::string body = "{\"TableName\":";
    json::append_string(body, name_);
    std::string condition = pk + " = :pk";
    std::map<std::string, Value> values = {{":pk", text(listing.pk)}};
    if (!listing.from.empty()) values[":from"] = text(listing.from);
    if (!listing.to.empty()) values[":to"] = text(listing.to);
    if (!listing.from.empty() && !listing.to.empty()) condition += " AND " + sk + " BETWEEN :from AND :to";
    if (!listing.from.empty() && listing.to.empty()) condition += " AND " + sk + " >= :from";
    if (listing.from.empty() && !listing.to.empty()) condition += " AND " + sk + " <= :to";
    if (listing.index.empty()) {
      body += ",\"ConsistentRead\":true";
    } else {
      append_member(body, "IndexName", listing.index);
    }
    if (listing.limit > 0) body += ",\"Limit\":" + std::to_string(listing.limit - count);
    if (listing.newest_first) body += ",\"ScanIndexForward\":false";
    append_member(body, "KeyConditionExpression", condition);
    body += ",\"ExpressionAttributeValues\":";
    append_values(body, values);
    if (!start.empty()) body += ",\"ExclusiveStartKey\":" + start;
    body.push_back('}');
    const aws::Reply reply = call("Query", body);
    if (reply.failure) throw Failure(reply.failure->error("dynamodb Query"));
    json::Doc doc;
    parse(doc, reply.response.body);
    for (json::Value v = doc.root()["Items"].first_child(); !v.is_missing(); v = v.next_sibling()) {
      if (!take(item_of(v)) || ++count == listing.limit) return;
    }
    start = doc.root()["LastEvaluatedKey"].raw();
    if (start.empty() || start == "null") return;
  }
}

bool Table::write(const Op& op) {
  std::string body;
  append_op(body, op, name_);
  const std::string_view name = name_of(op.kind, true);
  for (unsigned round = 1;; ++round) {
    const aws::Reply reply = call(name, body);
    if (!reply.failure) return true;
    if (reply.failure->name.starts_with("ConditionalCheckFailed")) return false;
    const bool met_another = reply.failure->name.starts_with("TransactionConflict");
    if (!met_another) throw Failure(reply.failure->error("dynamodb " + std::string(name)));
    if (round == kRounds) fail(Errc::throttled, "dynamodb " + std::string(name) + ": met transactions again and again");
    tools_.wait(aws::backoff({}, round, false, tools_.random()));
  }
}

bool Table::transact(std::span<const Op> ops) {
  if (ops.empty()) return true;
  for (unsigned round = 1;; ++round) {
    std::string body = "{\"ClientRequestToken\":";
    json::append_string(body, random_uuid7(tools_.now()));
    body += ",\"TransactItems\":[";
    for (std::size_t i = 0; i < ops.size(); ++i) {
      if (i > 0) body.push_back(',');
      body += "{\"" + std::string(name_of(ops[i].kind, false)) + "\":";
      append_op(body, ops[i], name_);
      body.push_back('}');
    }
    body += "]}";
    const aws::Reply reply = call("TransactWriteItems", body);
    if (!reply.failure) return true;
    if (!reply.failure->name.starts_with("TransactionCanceled"))
      throw Failure(reply.failure->error("dynamodb TransactWriteItems"));
    json::Doc doc;
    parse(doc, reply.response.body);
    std::string other;
    for (json::Value v = doc.root()["CancellationReasons"].first_child(); !v.is_missing(); v = v.next_sibling()) {
      const std::string_view code = v["Code"].text();
      if (code == "ConditionalCheckFailed") return false;
      if (code != "None" && !code.empty()) other = code;
    }
    if (other == "ValidationError" || other == "ItemCollectionSizeLimitExceeded")
      fail(Errc::internal, "dynamodb TransactWriteItems: " + other);
    if (round == kRounds) fail(Errc::throttled, "dynamodb TransactWriteItems: " + other + ", again and again");
    tools_.wait(aws::backoff({}, round, other != "TransactionConflict", tools_.random()));  // it met another one
  }
}

}  // namespace gw::dynamodb
