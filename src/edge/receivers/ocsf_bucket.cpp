// A key is made of what records say, and records are written by anybody: what does not look like a region, an account or an id of
// ours is not taken into it.
#include "edge/receivers/ocsf_bucket.h"

#include <algorithm>

#include "base/json/doc.h"
#include "base/sha256.h"
#include "edge/receivers/body.h"

namespace gw::receivers {
namespace {

using ports::SendResult;

template <class Accept>
bool all(std::string_view text, Accept accept) {
  return !text.empty() && std::all_of(text.begin(), text.end(), accept);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::string region_of(std::string_view text) {
  const bool is_region = text.size() <= 32 && all(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  return is_region ? std::string(text) : "unknown";
}

std::string account_of(std::string_view text) {
  return text.size() == 12 && all(text, is_digit) ? std::string(text) : "unknown";
}

std::string id_of(const std::string& id) {
  const bool is_plain = id.size() <= 64 && all(id, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  return is_plain ? id : sha256_hex(id);
}

}  // namespace

Result<BucketPlace> parse_bucket_place(std::string_view path) {
  constexpr std::string_view kScheme = "s3://";
  BucketPlace place;
  if (path.starts_with(kScheme)) path.remove_prefix(kScheme.size());
  const std::size_t slash = std::min(path.find('/'), path.size());
  place.bucket = path.substr(0, slash);
  place.prefix = path.substr(std::min(slash + 1, path.size()));
  if (place.bucket.empty()) return Error{Errc::invalid_input, "path: s3://bucket/prefix was expected"};
  if (!place.prefix.empty() && !place.prefix.ends_with('/')) place.prefix.push_back('/');
  return place;
}

std::string ocsf_object_key(const ports::Message& message) {
  const ports::Claim& claim = message.facts.front();
  json::Doc doc;
  const json::Value data = doc.parse(claim.alert.data) ? doc.root() : json::Value();
  const json::Value said = data["access"].is_object() ? data["access"] : data;
  // The alert's own record first: a session's region may change as more of it becomes known, and the key with it.
  std::string region(said["region"].text());
  std::string account(said["account_id"].text());
  if (region.empty() && claim.session) region = claim.session->region;
  if (account.empty() && claim.session) account = claim.session->account_id;
  std::string day = format_time(claim.alert.event_time.value_or(claim.alert.created_at)).substr(0, 10);
  std::erase(day, '-');
  return "region=" + region_of(region) + "/accountId=" + account_of(account) + "/eventDay=" + day + "/" +
         id_of(claim.alert.id) + ".json";
}

SendResult OcsfBucket::send(const ports::Message& message, std::chrono::milliseconds deadline) {
  const auto place = parse_bucket_place(config_.path);
  if (!place) return refused(place.error().message);
  const StoredObject object{place->bucket, place->prefix + ocsf_object_key(message), fact_ocsf(message) + "\n",
                            "application/json"};
  const Status put = config_.put(object, deadline);
  if (!put) return retryable(put.error().code) ? retry(put.error().message) : refused(put.error().message);
  SendResult result;
  result.verdict = ports::SendVerdict::accepted;
  result.reason = "stored";
  result.reference = object.key;
  return result;
}

SendResult OcsfBucket::check(std::chrono::milliseconds) {
  SendResult result;
  result.verdict = ports::SendVerdict::accepted;
  result.reason = "a bucket cannot be tried without writing";
  return result;
}

}  // namespace gw::receivers
