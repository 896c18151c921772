#include "edge/aws/failure.h"

#include <algorithm>
#include <array>

#include "base/json/doc.h"
#include "base/neutralise.h"
#include "edge/aws/xml.h"

namespace gw::aws {
namespace {

struct Known {
  std::string_view name;  // without `Exception` at its end
  Errc code;
  Reaction reaction;
};

constexpr Known kKnown[] = {
    {"BandwidthLimitExceeded", Errc::throttled, Reaction::slow_down},
    {"EC2Throttled", Errc::throttled, Reaction::slow_down},
    {"KMSThrottling", Errc::throttled, Reaction::slow_down},
    {"KmsThrottled", Errc::throttled, Reaction::slow_down},
    {"LimitExceeded", Errc::throttled, Reaction::slow_down},
    {"OverLimit", Errc::throttled, Reaction::slow_down},
    {"PriorRequestNotComplete", Errc::throttled, Reaction::slow_down},
    {"ProvisionedThroughputExceeded", Errc::throttled, Reaction::slow_down},
    {"RequestLimitExceeded", Errc::throttled, Reaction::slow_down},
    {"RequestThrottled", Errc::throttled, Reaction::slow_down},
    {"SlowDown", Errc::throttled, Reaction::slow_down},
    {"Throttled", Errc::throttled, Reaction::slow_down},
    {"Throttling", Errc::throttled, Reaction::slow_down},
    {"TooManyRequests", Errc::throttled, Reaction::slow_down},
    {"TransactionInProgress", Errc::throttled, Reaction::slow_down},

    {"ConditionalRequestConflict", Errc::unavailable, Reaction::try_again},  // S3: another write is under way
    {"IDPCommunicationError", Errc::unavailable, Reaction::try_again},
    {"InternalError", Errc::unavailable, Reaction::try_again},
    {"InternalFailure", Errc::unavailable, Reaction::try_again},
    {"InternalServerError", Errc::unavailable, Reaction::try_again},
    {"InternalServiceError", Errc::unavailable, Reaction::try_again},
    {"OperationAborted", Errc::unavailable, Reaction::try_again},
    {"RequestTimeout", Errc::unavailable, Reaction::try_again},
    {"ServiceUnavailable", Errc::unavailable, Reaction::try_again},

    {"ExpiredToken", Errc::denied, Reaction::new_identity},
    {"TokenRefreshRequired", Errc::denied, Reaction::new_identity},

    {"AuthFailure", Errc::denied, Reaction::fix_clock},
    {"InvalidSignature", Errc::denied, Reaction::fix_clock},
    {"RequestExpired", Errc::denied, Reaction::fix_clock},
    {"RequestInTheFuture", Errc::denied, Reaction::fix_clock},
    {"RequestTimeTooSkewed", Errc::denied, Reaction::fix_clock},
    {"SignatureDoesNotMatch", Errc::denied, Reaction::fix_clock},

    {"AccessDenied", Errc::denied, Reaction::give_up},
    {"IncompleteSignature", Errc::denied, Reaction::give_up},
    {"InvalidAccessKeyId", Errc::denied, Reaction::give_up},
    {"InvalidClientTokenId", Errc::denied, Reaction::give_up},
    {"MissingAuthenticationToken", Errc::denied, Reaction::give_up},
    {"UnrecognizedClient", Errc::denied, Reaction::give_up},
    {"KMSAccessDenied", Errc::denied, Reaction::give_up},

    {"KMSNotFound", Errc::not_found, Reaction::give_up},
    {"NoSuchBucket", Errc::not_found, Reaction::give_up},
    {"NoSuchKey", Errc::not_found, Reaction::give_up},
    {"NoSuchVersion", Errc::not_found, Reaction::give_up},
    {"NonExistentQueue", Errc::not_found, Reaction::give_up},
    {"NotFound", Errc::not_found, Reaction::give_up},
    {"ParameterNotFound", Errc::not_found, Reaction::give_up},
    {"ParameterVersionNotFound", Errc::not_found, Reaction::give_up},
    {"QueueDoesNotExist", Errc::not_found, Reaction::give_up},
    {"ResourceNotFound", Errc::not_found, Reaction::give_up},

    {"ConditionalCheckFailed", Errc::conflict, Reaction::give_up},
    {"PreconditionFailed", Errc::conflict, Reaction::give_up},
    {"TransactionCanceled", Errc::conflict, Reaction::give_up},
    {"TransactionConflict", Errc::conflict, Reaction::give_up},
};

void classify(Failure& failure) {
  std::string_view name = failure.name;
  if (name.ends_with("Exception")) name.remove_suffix(9);
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  for (const Known& known : kKnown) {
    if (name != known.name) continue;
    failure.code = known.code;
    failure.reaction = known.reaction;
    return;
  }
  const bool is_not_spoken = failure.status == 501 || failure.status == 505;
  if (failure.status == 429) {
    failure.code = Errc::throttled;
    failure.reaction = Reaction::slow_down;
  } else if ((failure.status >= 500 && !is_not_spoken) || failure.status == 408) {
    failure.code = Errc::unavailable;
    failure.reaction = Reaction::try_again;
  } else if (failure.status == 401 || failure.status == 403) {
    failure.code = Errc::denied;
  } else if (failure.status == 404) {
    failure.code = Errc::not_found;
  } else if (failure.status == 409 || failure.status == 412) {
    failure.code = Errc::conflict;
  } else {
    failure.code = Errc::invalid_input;
  }
}

// `com.amazonaws.sqs#QueueDoesNotExist`, `ParameterNotFound:http://…`, `AWS.SimpleQueueService.NonExistentQueue;Sender`
std::string_view bare_name(std::string_view text) {
  text = text.substr(0, text.find_first_of(":;"));
  if (const std::size_t hash = text.rfind('#'); hash != std::string_view::npos) text.remove_prefix(hash + 1);
  return text;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

void set_message(Failure& failure, std::string_view text) {
  // These quote the request as it was signed, with its session token.
  const bool quotes_request =
      failure.reaction == Reaction::fix_clock || failure.name.starts_with("IncompleteSignature");
  if (!quotes_request) failure.message = visible(text.substr(0, 400));
}

}  // namespace

Error Failure::error(std::string_view context) const {
  std::string text(context);
  text += ": ";
  text += name;
  if (!message.empty()) text += ": " + message;
  return Error{code, std::move(text)};
}

Failure read_failure(const HttpResponse& response) {
  Failure failure;
  failure.status = response.status;
  std::string_view name = bare_name(response.header("x-amzn-errortype"));
  std::string_view message;
  const std::size_t first = response.body.find_first_not_of(" \t\r\n");
  json::Doc doc;
  std::optional<XmlDoc> xml;
  if (first != std::string::npos && response.body[first] == '{') {
    if (doc.parse(response.body)) {
      const json::Value root = doc.root();
      if (name.empty()) name = bare_name(root["__type"].text());
      if (name.empty()) name = bare_name(root["code"].text());
      message = root["message"].is_string() ? root["message"].text() : root["Message"].text();
    }
  } else if (first != std::string::npos && response.body[first] == '<') {
    xml = XmlDoc::parse(response.body);
    if (xml) {
      // S3: <Error><Code/>; query protocol: <ErrorResponse><Error><Code/>
      const XmlElement error = xml->root().name() == "Error" ? xml->root() : xml->root()["Error"];
      if (name.empty()) name = error["Code"].text();
      message = error["Message"].text();
    }
  }
  failure.name = is_name(name) ? std::string(name) : "HTTP " + std::to_string(response.status);
  classify(failure);
  set_message(failure, message);
  if (failure.name == "PermanentRedirect" || failure.name == "TemporaryRedirect" ||
      failure.name == "AuthorizationHeaderMalformed") {
    const std::string_view region = response.header("x-amz-bucket-region");
    failure.message = region.empty() ? "the bucket is in another region" : "the bucket is in " + visible(region);
  }
  return failure;
}

}  // namespace gw::aws
