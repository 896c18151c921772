// One invocation of the Lambda: its items → deliveries → commit → what is told of them → the answer. Internal to app.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/lambda_engine.h"
#include "app/lambda_round.h"
#include "base/log.h"
#include "base/result.h"
#include "domain/cloudtrail/message.h"
#include "edge/lambda/invocation.h"
#include "edge/lambda/runtime.h"
#include "edge/sources/s3_object.h"

namespace gw::app {

class LambdaHandler {
 public:
  // What it refers to outlives it.
  LambdaHandler(LambdaEngine& engine, sources::ObjectFetcher& fetcher, std::function<Time()> now, const Log& log)
      : engine_(engine), fetcher_(fetcher), now_(std::move(now)), log_(log) {}

  // The response, or the Error that makes Lambda try the invocation again.
  [[nodiscard]] Result<std::string> handle(lambda::InvocationContext& context);

  // Fetches that were refused since the last call, by reason.
  [[nodiscard]] std::map<std::string, std::uint64_t> take_refused() { return std::exchange(refused_, {}); }
  // Items of the last invocation that AWS will hand over again.
  [[nodiscard]] std::uint64_t retrying() const { return retrying_; }

 private:
  [[nodiscard]] Result<std::string> work(lambda::InvocationContext& context);
  [[nodiscard]] Result<std::string> batch(lambda::Invocation& invocation);
  [[nodiscard]] Result<std::string> alert_test(const lambda::Invocation& invocation);
  void take(LambdaRound& round, const lambda::Item& item);
  void take_object(LambdaRound& round, const lambda::Item& item, const cloudtrail::ObjectName& object);
  void submit(LambdaRound& round, const lambda::Item& item, ports::Delivery delivery);
  void set_aside(LambdaRound& round, const lambda::Item& item, std::string source, std::string problem, bool tell);
  [[nodiscard]] bool is_last_try(const lambda::Item& item);
  [[nodiscard]] bool is_last_try_of_object(const lambda::Item& item, const std::string& source);
  [[nodiscard]] std::chrono::milliseconds left() const;

  LambdaEngine& engine_;
  sources::ObjectFetcher& fetcher_;
  const std::function<Time()> now_;
  const Log& log_;
  cloudtrail::MessageReader reader_;
  std::uint64_t retrying_ = 0;
  Time deadline_;  // of the invocation that runs
  std::map<std::string, std::uint64_t> refused_;
};

}  // namespace gw::app
