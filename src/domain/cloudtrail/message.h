// What one message (SQS body, SNS Message, S3 notification, what a Lambda is invoked with) holds: objects to fetch, records,
// or nothing. All shapes that Unpacker takes off; sources as there.
//
// Pure. One thread at a time; keeps its buffers between messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/cloudtrail/object_name.h"
#include "domain/cloudtrail/unpack.h"

namespace gw::cloudtrail {

struct MessageContent {
  std::vector<ObjectName> objects;  // created objects to be fetched
  // The text itself is, or holds, CloudTrail records: hand the whole text to the pipeline, which tells its problems again.
  bool has_records = false;
  std::vector<std::string> problems;  // parts that cannot be read, why (constants)
  // Nothing to read, and rightly so: why. Empty when there is anything else. No URL in a message is ever visited.
  std::string ignored;
};

class MessageReader {
 public:
  // Compressed text and payloads of `awslogs` are judged by their head: the pipeline reads them, and tells what is wrong.
  [[nodiscard]] MessageContent read(std::string_view body);

 private:
  Unpacker unpacker_;
};

// The text is a JSON object whose first member is `awslogs`: a CloudWatch Logs subscription's invocation. Looks at the first
// characters only.
[[nodiscard]] bool begins_as_awslogs(std::string_view text);

}  // namespace gw::cloudtrail
