#include "edge/aws/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <map>

namespace gw::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Without white space around it, and with one space for several. A value that goes on in the next line is two values.
std::string folded(std::string_view value) {
  std::string out;
  bool is_open = false;  // white space is owed before the next character
  bool is_next_line = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      is_open = !out.empty();
      is_next_line = is_next_line || c == '\n';
      continue;
    }
    if (is_open) out += is_next_line ? ',' : ' ';
    is_open = is_next_line = false;
    out += c;
  }
  return out;
}

// Sorted by name; values of one name stay in order.
std::map<std::string, std::string> canonical_headers(const Headers& headers) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : headers) {
    const auto [at, is_new] = out.emplace(lower(name), folded(value));
    if (!is_new) at->second += ',' + folded(value);
  }
  return out;
}

std::string scope_text(const Scope& scope) {
  return amz_date(scope.at).substr(0, 8) + '/' + scope.region + '/' + scope.service + "/aws4_request";
}

}  // namespace

std::string amz_date(Time at) {
  std::string out;
  for (const char c : format_time(Time{at.micros - at.micros % 1'000'000})) {
    if (c != '-' && c != ':') out += c;
  }
  return out;
}

std::string hex_sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
  return hex({reinterpret_cast<const char*>(out.data()), out.size()});
}

std::string signed_header_names(const Headers& headers) {
  std::string out;
  for (const auto& [name, value] : canonical_headers(headers)) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string canonical_request(const SignedRequest& request, const Headers& headers, std::string_view content_sha256,
                              PathRule rule) {
  std::string out = request.method;
  out += '\n';
  out += rule == PathRule::s3 ? request.path : encode_uri(normalise_path(request.path), true);
  out += '\n';
  out += canonical_query(request.query);
  out += '\n';
  for (const auto& [name, value] : canonical_headers(headers)) {
    out += name;
    out += ':';
    out += value;
    out += '\n';
  }
  out += '\n';
  out += signed_header_names(headers);
  out += '\n';
  out += content_sha256;
  return out;
}

std::string string_to_sign(std::string_view canonical, const Scope& scope) {
  std::string out(kAlgorithm);
  out += '\n';
  out += amz_date(scope.at);
  out += '\n';
  out += scope_text(scope);
  out += '\n';
  out += hex_sha256(canonical);
  return out;
}

std::string signature(std::string_view to_sign, std::string_view secret_access_key, const Scope& scope) {
  std::string key = hmac("AWS4" + std::string(secret_access_key), amz_date(scope.at).substr(0, 8));
  key = hmac(key, scope.region);
  key = hmac(key, scope.service);
  key = hmac(key, "aws4_request");
  return hex(hmac(key, to_sign));
}

Headers sign(const SignedRequest& request, const Credentials& credentials, const Scope& scope,
             std::string_view content_sha256) {
  return sign(request, credentials, scope, content_sha256, scope.service == "s3" ? PathRule::s3 : PathRule::others);
}

Headers sign(const SignedRequest& request, const Credentials& credentials, const Scope& scope,
             std::string_view content_sha256, PathRule rule) {
  const std::string hash = content_sha256.empty() ? hex_sha256(request.body) : std::string(content_sha256);
  Headers added = {{"x-amz-date", amz_date(scope.at)}};
  if (!credentials.session_token.empty()) {
    added.emplace_back("x-amz-security-token", credentials.session_token.reveal());
  }
  if (scope.service == "s3") added.emplace_back("x-amz-content-sha256", hash);
  Headers all = request.headers;
  all.emplace_back("host", request.host);
  all.insert(all.end(), added.begin(), added.end());
  const std::string to_sign = string_to_sign(canonical_request(request, all, hash, rule), scope);
  added.emplace_back("authorization",
                     std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + '/' + scope_text(scope) +
                         ", SignedHeaders=" + signed_header_names(all) +
                         ", Signature=" + signature(to_sign, credentials.secret_access_key.reveal(), scope));
  return added;
}

}  // namespace gw::aws
