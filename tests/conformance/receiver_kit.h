// What the tests of single receivers share: receivers by configuration that may call loopback, and their secrets.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "edge/receivers/net_post.h"
#include "edge/receivers/receivers.h"
#include "edge/receivers/samples.h"
#include "tests/conformance/receiver_suite.h"

namespace gw::test {

inline constexpr std::chrono::milliseconds kLong{20'000};

inline receivers::HttpPost post_to_loopback() {
  net::ClientOptions options;
  options.allow_private = true;
  return receivers::make_http_post(options);
}

inline receivers::SecretText given(std::string text) {
  return [text = std::move(text)]() -> Result<std::string> { return text; };
}

inline std::shared_ptr<ports::Receiver> receiver_of(receivers::Config config) {
  config.name = "oncall";
  auto made = receivers::make_receiver(std::move(config), post_to_loopback());
  if (!made) std::abort();
  return *made;
}

inline std::string why_not(receivers::Config config) {
  config.name = "x";
  const auto made = receivers::make_receiver(std::move(config), post_to_loopback());
  return made ? std::string() : made.error().message;
}

inline ports::Message about(model::AlertKind kind, std::string fact = {}) {
  return receivers::sample_message({receivers::sample_claim(kind, std::move(fact))});
}

inline model::Acknowledgement acknowledged_by(std::string who, bool independent) {
  return {receivers::kStart, std::move(who), "api", "looking", independent};
}

}  // namespace gw::test
