// AWS Signature Version 4 in headers ("Create a signed AWS API request", IAM User Guide), with its S3 rules. Pure; safe from
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "edge/aws/credentials.h"
#include "edge/aws/uri.h"

namespace gw::aws {

struct SignedRequest {
  std::string method;
  std::string host;  // as in the Host header: with its port unless that is the scheme's own
  std::string path;  // as it goes over the wire, encoded
  Query query;       // goes over the wire as canonical_query()
  Headers headers;   // all of them are signed; without host
  std::string_view body;
};

struct Scope {
  std::string region;
  std::string service;
  Time at;
};

// S3 signs the path as it is sent; every other service normalises it and encodes it a second time.
enum class PathRule : std::uint8_t { s3, others };

// `20150830T123600Z`
[[nodiscard]] std::string amz_date(Time at);
[[nodiscard]] std::string hex_sha256(std::string_view bytes);

// What to send with the request, besides what it holds: x-amz-date, authorization, with temporary credentials
// x-amz-security-token, and with the service `s3` x-amz-content-sha256. `content_sha256`, when not empty, is what the body's
// hash is said to be (`UNSIGNED-PAYLOAD`).
[[nodiscard]] Headers sign(const SignedRequest& request, const Credentials& credentials, const Scope& scope,
                           std::string_view content_sha256 = {});
// The same with the rule given, for what is called neither.
[[nodiscard]] Headers sign(const SignedRequest& request, const Credentials& credentials, const Scope& scope,
                           std::string_view content_sha256, PathRule rule);

// The parts, for tests and for whoever verifies signatures. `headers` with host, in any case and order.
[[nodiscard]] std::string canonical_request(const SignedRequest& request, const Headers& headers,
                                            std::string_view content_sha256, PathRule rule);
[[nodiscard]] std::string signed_header_names(const Headers& headers);
[[nodiscard]] std::string string_to_sign(std::string_view canonical, const Scope& scope);
[[nodiscard]] std::string signature(std::string_view to_sign, std::string_view secret_access_key, const Scope& scope);

}  // namespace gw::aws
