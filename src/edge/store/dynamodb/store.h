// A store in one DynamoDB table, for any number of processes at a time (the Lambda's).
//
// The table: partition key `pk` (S), sort key `sk` (S), global secondary index `due` (`gsi1pk`, `gsi1sk`, both S, projecting
// all) for what is unsent or waits for its time, TTL attribute `ttl`. Calls BatchGetItem, Query, PutItem, UpdateItem, DeleteItem
// and TransactWriteItems (IAM: those but the last, and ConditionCheckItem).
//
// A commit is one transaction, conditional on everything it was decided on; one that does not fit (100 items) writes its
// sessions one after the other, each whole. A commit whose answer was lost may have been made: the next try finds its event
// keys known. Its records are counted again then, as duplicates.
// Reading lists costs the size of what is listed, not of the page: this store is for watching; evidence goes elsewhere.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "edge/aws/client.h"
#include "engine/ports/store.h"

namespace gw::dynamodb {

struct Config {
  std::string table;
  std::string organization_id;
  // What is settled (told alerts, lapsed sessions, events) may go so long after it was written, by the table's TTL; at least
  // the 35 days for which event keys are kept. 0: nothing goes by itself.
  std::int64_t keep_seconds = 0;
  std::int64_t keep_activity_seconds = 0;  // of them: calls by a session's credentials
};

// Asks for nothing yet: that the table is missing shows at the first call. `client` is one for Service::dynamodb and outlives
// the store; `tools` serve the pauses between tries. `invalid_input`: a name that no table can have.
[[nodiscard]] Result<std::unique_ptr<ports::Store>> open(Config config, aws::Client& client,
                                                         aws::Tools tools = aws::system_tools());

}  // namespace gw::dynamodb
