#include "edge/aws/s3.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/neutralise.h"
#include "edge/aws/sigv4.h"
#include "edge/aws/xml.h"

namespace gw::aws {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// What can stand in a path; a bucket of before 2018 may have upper case and underscores.
bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && name != "..." && std::all_of(name.begin(), name.end(), [](char c) {
           return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
         });
}

// What can stand in a host under one certificate.
bool is_label(std::string_view name) {
  return name.size() <= 63 && is_lower_or_digit(name.front()) && is_lower_or_digit(name.back()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

Status address(Call& call, const Client& s3, const std::string& bucket, std::string_view key,
               const std::string& expected_owner) {
  if (!is_bucket(bucket)) return Error{Errc::invalid_input, "`" + visible(bucket.substr(0, 100)) + "` is no S3 bucket"};
  const bool in_path = s3.endpoint().is_custom || !is_label(bucket);
  if (!in_path) call.host_prefix = bucket + '.';
  call.path = (in_path ? "/" + bucket : std::string()) + '/' + encode_uri(key, true);
  if (!expected_owner.empty()) call.headers.emplace_back("x-amz-expected-bucket-owner", expected_owner);
  return ok();
}

Result<Call> object_call(const Client& s3, const std::string& what, const ObjectName& object) {
  if (object.key.empty() || object.key.size() > 1024) {
    return Error{Errc::invalid_input, "s3 " + what + ": a key has 1 to 1024 bytes"};
  }
  Call call;
  call.name = "s3 " + what + " s3://" + visible(object.bucket) + '/' + visible(object.key);
  auto addressed = address(call, s3, object.bucket, object.key, object.expected_owner);
  if (!addressed) return std::move(addressed).error();
  if (!object.version_id.empty()) call.query = {{"versionId", object.version_id}};
  return call;
}

ObjectInfo info_of(const HttpResponse& response, std::uint64_t size) {
  return {size, std::string(response.header("etag")), std::string(response.header("x-amz-version-id"))};
}

std::string base64_of_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    (void)std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return encode_base64(bytes);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// As Client::succeed().
Result<HttpResponse> succeed(Client& s3, const Call& call, std::string* bucket_region) {
  auto reply = s3.call(call);
  if (!reply) return std::move(reply).error();
  if (!reply->failure) return std::move(reply->response);
  const std::string_view region = reply->response.header("x-amz-bucket-region");
  const bool is_elsewhere = !region.empty() && region != s3.endpoint().region && is_region(region);
  if (bucket_region != nullptr && is_elsewhere) *bucket_region = region;
  return reply->failure->error(call.name);
}

std::optional<ListPage> read_page(std::string_view body) {
  const auto xml = XmlDoc::parse(body);
  if (!xml || xml->root().name() != "ListBucketResult") return std::nullopt;
  // Some stand-ins for S3 do not know the parameter that asks for it.
  const bool is_encoded = xml->root()["EncodingType"].text() == "url";
  const auto plain = [&](const std::string& text) { return is_encoded ? decode_form(text) : text; };
  ListPage page;
  for (XmlElement at = xml->root().first_child(); !at.is_missing(); at = at.next_sibling()) {
    if (at.name() == "CommonPrefixes") {
      page.prefixes.push_back(plain(at["Prefix"].text()));
    } else if (at.name() == "Contents") {
      const auto size = number(at["Size"].text());
      if (!size || at["Key"].text().empty()) return std::nullopt;
      page.objects.push_back({plain(at["Key"].text()), *size, at["ETag"].text(), parse_time(at["LastModified"].text()),
                              at["StorageClass"].text()});
    }
  }
  if (xml->root()["IsTruncated"].text() == "true") {
    page.next_token = xml->root()["NextContinuationToken"].text();
    if (page.next_token.empty()) return std::nullopt;  // else the rest would be missed without a word
  }
  return page;
}

}  // namespace

Result<ObjectInfo> get_object(Client& s3, const ObjectName& object, const GetOptions& options,
                              const std::function<bool(std::string_view)>& take) {
  auto call = object_call(s3, "GetObject", object);
  if (!call) return std::move(call).error();
  call->method = "GET";
  call->timeout = options.timeout;
  call->give_up_at = options.give_up_at;
  call->stop = options.stop;
  std::uint64_t size = 0;
  bool is_too_long = false;
  call->on_body = [&](std::string_view piece) {
    size += piece.size();
    is_too_long = size > options.limit;
    return !is_too_long && take(piece);
  };
  const auto answer = succeed(s3, *call, options.bucket_region);
  if (is_too_long) {
    return Error{Errc::corrupt, call->name + ": longer than " + std::to_string(options.limit) + " bytes"};
  }
  if (!answer) return answer.error();
  return info_of(*answer, size);
}

Result<ObjectInfo> put_object(Client& s3, const ObjectName& object, std::string_view body, const PutOptions& options) {
  auto call = object_call(s3, "PutObject", object);
  if (!call) return std::move(call).error();
  call->method = "PUT";
  call->body = body;
  call->give_up_at = options.give_up_at;
  call->headers.emplace_back("content-type", options.content_type);
  call->headers.emplace_back("x-amz-checksum-sha256", base64_of_hex(hex_sha256(body)));
  if (options.only_if_absent) call->headers.emplace_back("if-none-match", "*");
  const auto answer = succeed(s3, *call, options.bucket_region);
  if (!answer) return answer.error();
  return info_of(*answer, body.size());
}

Result<ListPage> list_objects(Client& s3, const ListRequest& request) {
  Call call;
  call.method = "GET";
  call.name = "s3 ListObjectsV2 s3://" + visible(request.bucket) + '/' + visible(request.prefix);
  auto addressed = address(call, s3, request.bucket, {}, request.expected_owner);
  if (!addressed) return std::move(addressed).error();
  call.query = {{"list-type", "2"},
                {"encoding-type", "url"},
                {"prefix", request.prefix},
                {"max-keys", std::to_string(request.max_keys)}};
  if (!request.delimiter.empty()) call.query.emplace_back("delimiter", request.delimiter);
  if (!request.token.empty()) call.query.emplace_back("continuation-token", request.token);
  if (!request.start_after.empty() && request.token.empty())
    call.query.emplace_back("start-after", request.start_after);
  call.give_up_at = request.give_up_at;
  const auto answer = succeed(s3, call, request.bucket_region);
  if (!answer) return answer.error();
  auto page = read_page(answer->body);
  if (!page) return Error{Errc::corrupt, call.name + ": the answer is no list of objects"};
  return std::move(*page);
}

}  // namespace gw::aws
