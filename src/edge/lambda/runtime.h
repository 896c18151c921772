// The loop of a Lambda custom runtime ("Using the Lambda runtime API for custom runtimes"): ask for work, have it done, answer.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "edge/lambda/transport.h"

namespace gw::lambda {

// One invocation, as its headers tell it. Texts are empty where there was no such header.
struct InvocationContext {
  std::string request_id;
  Time
      deadline;  // when Lambda ends the function; by its clock, which a freeze does not stop. Not told: the end of time
  std::string body;
  std::string function_arn;  // with the alias that was called
  std::string trace_id;      // X-Ray's; also in _X_AMZN_TRACE_ID while the handler runs
  std::string invocation_id;
  std::string client_context;
  std::string cognito_identity;
};

// Answers with the response's body, which is JSON (empty: null). An Error is a function error: what AWS retries or shows to the
// caller, with the type that error_type() has for its code. Its message is shown there, so it holds neither secrets nor raw events.
// May take the body. Exceptions become function errors.
using Handler = std::function<Result<std::string>(InvocationContext& invocation)>;

struct RuntimeOptions {
  std::stop_token stop;                          // ends the wait for work, never an invocation
  std::function<void(std::string_view)> report;  // what went wrong beside invocations: a sentence of ours; may be empty
  std::function<void(std::chrono::milliseconds)> pause;  // between attempts to get work; empty: sleeps
};

// Returns ok() when it was stopped. Else the process should end with a failure, at once, which makes Lambda start another one: the
// API said 500, or cannot be reached any more, or answers what cannot be understood. Blocks; calls the handler on this thread, one
// invocation at a time.
[[nodiscard]] Status run_runtime(ApiTransport& transport, const Handler& handler, const RuntimeOptions& options);

// Tells that starting failed; then the process ends with a failure.
[[nodiscard]] Status report_init_error(ApiTransport& transport, const Error& error);

// `Glasswatch.InvalidInput`: both errorType and Lambda-Runtime-Function-Error-Type.
[[nodiscard]] std::string_view error_type(Errc code);

}  // namespace gw::lambda
