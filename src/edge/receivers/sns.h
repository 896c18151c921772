// A topic of SNS: the fact as webhooks get it (body.h), with a subject for those who read it as mail. What subscribes decides what
// becomes of it.
#pragma once

#include <string>
#include <string_view>

#include "edge/receivers/receivers.h"

namespace gw::receivers {

class Sns : public ports::Receiver {
 public:
  explicit Sns(Config config) : config_(std::move(config)) {}
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // nothing is published

 private:
  Config config_;
};

// ASCII without controls, at most 100 characters: all that a subject of SNS may hold.
[[nodiscard]] std::string sns_subject(std::string_view text);
// The region in arn:aws:sns:REGION:ACCOUNT:NAME; empty when it is no such ARN.
[[nodiscard]] std::string region_of_topic(std::string_view arn);

}  // namespace gw::receivers
