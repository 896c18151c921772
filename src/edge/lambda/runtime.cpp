// What each status means stands in post() and next(). A refused answer (400, 403) belongs to an invocation that is over: it has timed out,
// or was answered by an earlier attempt whose own answer got lost. The loop goes on then.
#include "edge/lambda/runtime.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>
#include <thread>

#include "base/json/object.h"

namespace gw::lambda {
namespace {

constexpr std::string_view kBase = "/2018-06-01/runtime/";
constexpr int kMaxFailures = 8;  // in a row, to get work; with pauses that is about three seconds
constexpr std::size_t kMaxMessage = 4096;

// What _X_AMZN_TRACE_ID holds lies in memory of ours: setenv() keeps every value for ever, and may move the list of variables while
// other threads read it.
class TraceVariable {
 public:
  static void set(std::string_view trace_id) {
    static std::array<char, 1024> text = begin();
    static const bool installed = ::putenv(text.data()) == 0;
    if (!installed) return;
    const std::size_t n = std::min(trace_id.size(), text.size() - kName.size() - 1);
    std::memcpy(text.data() + kName.size(), trace_id.data(), n);
    text[kName.size() + n] = '\0';
  }

 private:
  static constexpr std::string_view kName = "_X_AMZN_TRACE_ID=";
  static std::array<char, 1024> begin() {
    std::array<char, 1024> out{};
    std::memcpy(out.data(), kName.data(), kName.size());
    return out;
  }
};

// It becomes a part of a path.
bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Time read_deadline(std::string_view text) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t millis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
  if (error != std::errc{} || end != text.data() + text.size() || millis <= 0 || millis > kMax / 1000)
    return Time{kMax};
  return Time{millis * 1000};
}

std::string error_body(std::string_view type, std::string_view message) {
  std::string out;
  {
    json::Object object(out);
    json::append_string(object.key("errorMessage"), message.substr(0, kMaxMessage));
    json::append_string(object.key("errorType"), type);
    object.key("stackTrace") += "[]";
  }
  return out;
}

class Runtime {
 public:
  Runtime(ApiTransport& transport, const Handler& handler, const RuntimeOptions& options)
      : transport_(transport), handler_(handler), options_(options) {}

  Status run() {
    for (int failures = 0;;) {
      auto invocation = next();
      if (!invocation && invocation.error().code == Errc::cancelled) return ok();
      if (!invocation) {
        if (is_over_ || ++failures >= kMaxFailures) return invocation.error();
        report(invocation.error().message);
        pause(std::chrono::milliseconds(std::min(1000, 10 << failures)));
        continue;
      }
      failures = 0;
      if (auto served = serve(*invocation); !served) return served;
    }
  }

 private:
  void report(std::string_view what) const {
    if (options_.report) options_.report(what);
  }
  void pause(std::chrono::milliseconds time) const {
    if (options_.pause) {
      options_.pause(time);
    } else {
      std::this_thread::sleep_for(time);
    }
  }

  Result<InvocationContext> next() {
    ApiRequest request;
    request.path = std::string(kBase) + "invocation/next";
    auto response = transport_.send(request, options_.stop);
    if (!response) return response.error();
    if (response->status >= 500) {
      is_over_ = true;
      return Error{Errc::unavailable,
                   "the Runtime API failed while waiting for work: status " + std::to_string(response->status)};
    }
    InvocationContext out;
    out.request_id = response->header("lambda-runtime-aws-request-id");
    if (response->status != 200 || !is_request_id(out.request_id)) {
      return Error{Errc::internal, "the Runtime API gave no work: status " + std::to_string(response->status)};
    }
    out.deadline = read_deadline(response->header("lambda-runtime-deadline-ms"));
    out.function_arn = response->header("lambda-runtime-invoked-function-arn");
    out.trace_id = response->header("lambda-runtime-trace-id");
    out.invocation_id = response->header("lambda-runtime-invocation-id");
    out.client_context = response->header("lambda-runtime-client-context");
    out.cognito_identity = response->header("lambda-runtime-cognito-identity");
    out.body = std::move(response->body);
    is_too_long_ = response->too_long;
    return out;
  }

  Status serve(InvocationContext& invocation) {
    // The handler may do with its argument what it likes.
    const std::string request_id = invocation.request_id;
    const std::string invocation_id = invocation.invocation_id;
    TraceVariable::set(invocation.trace_id);
    auto result =
        is_too_long_ ? Error{Errc::invalid_input, "the event is longer than Lambda's events can be"} : call(invocation);
    invocation = {};
    if (!result) return fail(request_id, invocation_id, error_type(result.error().code), result.error().message);
    if (result->empty()) *result = "null";
    int status = 0;
    auto posted = post(request_id, invocation_id, "/response", {}, *result, status);
    if (!posted || status != 413) return posted;
    return fail(request_id, invocation_id, "Glasswatch.ResponseTooLarge",
                "the response is longer than Lambda takes: " + std::to_string(result->size()) + " bytes");
  }

  Result<std::string> call(InvocationContext& invocation) const {
    try {
      return handler_(invocation);
    } catch (const std::exception& e) {
      return Error{Errc::internal, std::string("exception: ") + e.what()};
    } catch (...) {
      return Error{Errc::internal, "exception of an unknown type"};
    }
  }

  Status fail(const std::string& request_id, const std::string& invocation_id, std::string_view type,
              std::string_view message) {
    int status = 0;
    return post(request_id, invocation_id, "/error", type, error_body(type, message), status);
  }

  // An Error ends the process.
  Status post(const std::string& request_id, const std::string& invocation_id, std::string_view what,
              std::string_view type, std::string_view body, int& status) {
    ApiRequest request;
    request.method = "POST";
    request.path = std::string(kBase) + "invocation/" + request_id + std::string(what);
    request.headers.emplace_back("Content-Type", "application/json");
    if (!type.empty()) request.headers.emplace_back("Lambda-Runtime-Function-Error-Type", type);
    if (!invocation_id.empty()) request.headers.emplace_back("Lambda-Runtime-Invocation-Id", invocation_id);
    request.body = body;
    auto response = transport_.send(request, {});
    // Broken while it was sent or answered. Once more: an answer that had arrived makes the second one refused, not doubled.
    if (!response && response.error().code == Errc::unavailable) response = transport_.send(request, {});
    if (!response) return std::move(response.error()).in("answering an invocation");
    status = response->status;
    if (status >= 500) {
      return Error{Errc::unavailable,
                   "the Runtime API failed while an invocation was answered: status " + std::to_string(status)};
    }
    if (status >= 300) report("the Runtime API refused an answer: status " + std::to_string(status));
    return ok();
  }

  ApiTransport& transport_;
  const Handler& handler_;
  const RuntimeOptions& options_;
  bool is_over_ = false;      // no further attempt to get work
  bool is_too_long_ = false;  // of the invocation at hand
};

}  // namespace

std::string_view error_type(Errc code) {
  switch (code) {
    case Errc::invalid_input: return "Glasswatch.InvalidInput";
    case Errc::not_found: return "Glasswatch.NotFound";
    case Errc::conflict: return "Glasswatch.Conflict";
    case Errc::unavailable: return "Glasswatch.Unavailable";
    case Errc::throttled: return "Glasswatch.Throttled";
    case Errc::denied: return "Glasswatch.Denied";
    case Errc::corrupt: return "Glasswatch.Corrupt";
    case Errc::cancelled: return "Glasswatch.Cancelled";
    case Errc::internal: return "Glasswatch.Internal";
  }
  return "Glasswatch.Internal";
}

Status run_runtime(ApiTransport& transport, const Handler& handler, const RuntimeOptions& options) {
  return Runtime(transport, handler, options).run();
}

Status report_init_error(ApiTransport& transport, const Error& error) {
  const std::string_view type = error_type(error.code);
  const std::string body = error_body(type, error.message);
  ApiRequest request;
  request.method = "POST";
  request.path = std::string(kBase) + "init/error";
  request.headers = {{"Content-Type", "application/json"}, {"Lambda-Runtime-Function-Error-Type", std::string(type)}};
  request.body = body;
  auto response = transport.send(request, {});
  if (!response) return response.error();
  if (response->status >= 300) {
    return Error{Errc::unavailable,
                 "the Runtime API refused to hear of it: status " + std::to_string(response->status)};
  }
  return ok();
}

}  // namespace gw::lambda
