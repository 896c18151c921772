#include "edge/store/dynamodb/store.h"

#include <algorithm>

#include "edge/store/dynamodb/change.h"
#include "edge/store/dynamodb/dynamo_store.h"
#include "edge/store/dynamodb/keys.h"

namespace gw::dynamodb {
namespace {

constexpr unsigned kEdits = 16;

bool is_table_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-' || c == ':' || c == '/';  // or its ARN
  };
  return name.size() >= 3 && name.size() <= 1024 && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

DynamoStore::DynamoStore(Config config, aws::Client& client, aws::Tools tools)
    : config_(std::move(config)),
      keep_{config_.keep_seconds},
      tools_(tools),
      table_(config_.table, client, std::move(tools)) {}

void DynamoStore::on_new(std::function<void()> callback) {
  const std::lock_guard lock(callbacks_mutex_);
  callbacks_.push_back(std::move(callback));
}

void DynamoStore::announce() {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(callbacks_mutex_);
    callbacks = callbacks_;
  }
  for (const auto& callback : callbacks) callback();
}

void DynamoStore::pause(unsigned round) { tools_.wait(aws::backoff({}, round, false, tools_.random())); }

unsigned DynamoStore::any_shard() const {
  return static_cast<unsigned>(tools_.random() * keys::kBookShards) % keys::kBookShards;
}

void DynamoStore::edit(const Edit& make) {
  for (unsigned round = 1;; ++round) {
    std::vector<Op> ops;
    Books books;
    if (!make(ops, books)) return;
    books.append_to(ops, any_shard());
    if (table_.transact(ops)) return;
    if (round == kEdits) fail(Errc::conflict, "others change the same again and again");
    pause(round);
  }
}

Result<std::unique_ptr<ports::Store>> open(Config config, aws::Client& client, aws::Tools tools) {
  if (!is_table_name(config.table)) return Error{Errc::invalid_input, "not the name of a DynamoDB table"};
  return std::unique_ptr<ports::Store>(std::make_unique<DynamoStore>(std::move(config), client, std::move(tools)));
}

}  // namespace gw::dynamodb
