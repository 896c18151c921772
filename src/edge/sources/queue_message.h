// What one message of a queue asks for. Pure; one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/cloudtrail/unpack.h"
#include "edge/sources/s3_object.h"

namespace gw::sources {

struct MessageContent {
  std::vector<S3Name> objects;        // created objects that are to be fetched
  bool has_records = false;           // the message itself holds records: all of it is for the pipeline
  std::vector<std::string> problems;  // parts that cannot be read: why
  std::string ignored;                // nothing to read, and rightly so: why
};

class MessageReader {
 public:
  [[nodiscard]] MessageContent read(std::string_view body);

 private:
  cloudtrail::Unpacker unpacker_;
};

}  // namespace gw::sources
