// Standard Webhooks 1.0: one signed POST a fact.
#pragma once

#include <string>

#include "edge/receivers/body.h"
#include "edge/receivers/receivers.h"

namespace gw::receivers {

class Webhook : public ports::Receiver {
 public:
  // `type` is the body's content type.
  Webhook(Config config, HttpPost post, FactText text = fact_json, std::string type = "application/json")
      : config_(std::move(config)), post_(std::move(post)), text_(text), type_(std::move(type)) {}
  [[nodiscard]] Traits traits() const override { return {}; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // address and secret; nothing is posted

 private:
  Config config_;
  HttpPost post_;
  FactText text_;
  std::string type_;
};

// `v1,<base64>` over `<id>.<timestamp>.<body>`. `secret` is whsec_<base64>; invalid_input when it is not.
[[nodiscard]] Result<std::string> webhook_signature(const std::string& secret, const std::string& id,
                                                    const std::string& timestamp, const std::string& body);

}  // namespace gw::receivers
