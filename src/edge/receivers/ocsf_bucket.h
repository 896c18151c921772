// OCSF findings as objects in S3, one a fact, under keys by which Athena and the like can leave out what they do not need.
#pragma once

#include <string>
#include <string_view>

#include "edge/receivers/receivers.h"

namespace gw::receivers {

class OcsfBucket : public ports::Receiver {
 public:
  explicit OcsfBucket(Config config) : config_(std::move(config)) {}
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // nothing is written

 private:
  Config config_;
};

// s3://bucket/prefix taken apart; the prefix is empty or ends in a slash. `invalid_input` without a bucket.
struct BucketPlace {
  std::string bucket;
  std::string prefix;
};
[[nodiscard]] Result<BucketPlace> parse_bucket_place(std::string_view path);

// region=eu-west-2/accountId=111122223333/eventDay=20260801/ALERT.json, as Security Lake lays out its sources; `unknown` where a
// record says nothing of the kind. By the alert, and the session's account and region where the alert has none of its own: the same
// alert has the same key whenever it is told. Pure.
[[nodiscard]] std::string ocsf_object_key(const ports::Message& message);

}  // namespace gw::receivers
