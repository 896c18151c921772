// What comes is kept in memory up to a size and goes to a file from there on, so that memory does not depend on the object.
#include "edge/sources/s3_object.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/neutralise.h"
#include "domain/cloudtrail/object_key.h"
#include "edge/aws/s3.h"

namespace gw::sources {
namespace {

using cloudtrail::ObjectKey;
using cloudtrail::ObjectKind;

constexpr std::size_t kMaxKey = 1024;
constexpr std::size_t kMaxRegions = 1000;  // buckets whose region is remembered
constexpr std::string_view kSpoolName = "glasswatch-s3-";

// Before this day records of global services (IAM, STS, CloudFront) stood in the log files of other regions, too ("CloudTrail
// concepts": since 22 November 2021 they are recorded in us-east-1 alone).
constexpr std::int64_t kOneRegionSince = std::int64_t{1'637'625'600} * 1'000'000;  // 2021-11-23T00:00:00Z

std::string name_of(const cloudtrail::ObjectName& object) { return "s3://" + object.bucket + '/' + object.key; }

Fetched answer(Fetch what, std::string reason, std::string detail, bool is_final = false) {
  Fetched out;
  out.what = what;
  out.reason = std::move(reason);
  out.detail = std::move(detail);
  out.is_final = is_final;
  return out;
}

Fetched refuse(std::string reason, const cloudtrail::ObjectName& object, std::string_view why) {
  return answer(Fetch::refused, std::move(reason), visible(name_of(object)) + ": " + std::string(why), true);
}

Fetched non_record(std::string reason, const cloudtrail::ObjectName& object) {
  return answer(Fetch::non_record, std::move(reason), visible(name_of(object)), true);
}

bool is_configured(const ObjectRules& rules, const std::string& bucket) {
  return std::find(rules.buckets.begin(), rules.buckets.end(), bucket) != rules.buckets.end();
}

// `AWSLogs/[o-…/]ACCOUNT/Config/…`: logs of other services lie in the same buckets, by the same layout.
bool is_of_other_service(std::string_view key) {
  constexpr std::string_view kRoot = "AWSLogs/";
  const std::size_t at = key.rfind(kRoot);
  if (at == std::string_view::npos || (at > 0 && key[at - 1] != '/')) return false;
  std::string_view rest = key.substr(at + kRoot.size());
  const auto next = [&rest] {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return std::string_view();
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    return part;
  };
  std::string_view part = next();
  if (part.starts_with("o-")) part = next();
  const bool is_account =
      part.size() == 12 && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_account) return false;
  part = next();
  return !part.empty() && !part.starts_with("CloudTrail");
}

Fetched of_error(const Error& error, bool has_spooled_badly) {
  if (has_spooled_badly) return answer(Fetch::failed, "spool", error.message);
  switch (error.code) {
    case Errc::denied: return answer(Fetch::refused, "denied", error.message);
    case Errc::not_found: return answer(Fetch::missing, "object_missing", error.message);
    case Errc::corrupt: return answer(Fetch::refused, "too_large", error.message, true);
    case Errc::invalid_input: return answer(Fetch::refused, "invalid_request", error.message);
    case Errc::throttled: return answer(Fetch::failed, "throttled", error.message);
    case Errc::cancelled: return answer(Fetch::failed, "cancelled", error.message);
    default: return answer(Fetch::failed, "unavailable", error.message);
  }
}

}  // namespace

std::optional<Fetched> judge_name(const ObjectRules& rules, const cloudtrail::ObjectName& object) {
  const std::string_view key = object.key;
  const bool configured = is_configured(rules, object.bucket);
  if (!rules.buckets.empty() && !configured)
    return refuse("bucket_not_configured", object, "its bucket is not one of those that may be read");
  if (key.empty() || key.size() > kMaxKey || object.bucket.empty())
    return refuse("invalid_name", object, "this names no object");
  if (key.ends_with('/')) return non_record("folder_marker", object);
  if (key.ends_with("/ConfigWritabilityCheckFile")) return non_record("writability_check", object);
  const auto parsed = cloudtrail::parse_object_key(key);
  const bool is_digest = parsed ? parsed->kind == ObjectKind::digest : key.find("/CloudTrail-Digest/") != key.npos;
  if (is_digest) return non_record("digest", object);
  if (!parsed) {
    if (is_of_other_service(key)) return non_record("other_service", object);
    if (!configured)
      return refuse("key_without_account", object,
                    "its key names no account, which is accepted from configured buckets only");
  }
  if (object.size > rules.limit)
    return refuse("too_large", object, "it is larger than " + std::to_string(rules.limit) + " bytes");
  return std::nullopt;
}

// Where the bytes of an object go.
struct ObjectFetcher::Body {
  explicit Body(const ObjectRules& given) : rules(given) {}
  ~Body() { discard(); }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  bool take(std::string_view piece) {
    if (fd < 0 && bytes.size() + piece.size() <= rules.in_memory) {
      bytes += piece;
      return true;
    }
    if (fd < 0 && !open()) return false;
    return write(piece);
  }

  // Nothing came: from here on another attempt may begin.
  void discard() {
    if (fd >= 0) ::close(fd);
    if (!path.empty()) ::unlink(path.c_str());
    fd = -1;
    path.clear();
    bytes = {};
  }
  // The file is somebody else's from now on. False: not all of it could be written.
  bool close(std::string& to) {
    const bool written = ::close(std::exchange(fd, -1)) == 0;
    if (!written) problem = std::strerror(errno);
    if (written) to = std::exchange(path, {});
    return written;
  }

  bool open() {
    std::string name = rules.spool_folder + '/' + std::string(kSpoolName) + "XXXXXX";
    fd = ::mkostemp(name.data(), O_CLOEXEC);  // for its owner alone
    if (fd < 0) {
      problem = std::strerror(errno);
      return false;
    }
    path = std::move(name);
    const std::string head = std::exchange(bytes, {});
    return write(head);
  }
  bool write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(fd, text.data(), text.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        problem = std::strerror(errno);
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  const ObjectRules& rules;
  std::string bytes;
  std::string path;
  int fd = -1;
  std::string problem;  // with the file
};

std::string ObjectFetcher::region_of(const std::string& bucket) const {
  const std::lock_guard lock(mutex_);
  const auto found = regions_.find(bucket);
  return found == regions_.end() ? std::string() : found->second;
}

void ObjectFetcher::note_region(const std::string& bucket, const std::string& region) {
  const std::lock_guard lock(mutex_);
  if (regions_.size() >= kMaxRegions) regions_.clear();
  regions_[bucket] = region;
}

bool ObjectFetcher::asks_versions(const std::string& bucket) const {
  const std::lock_guard lock(mutex_);
  return !newest_only_.contains(bucket);
}

void ObjectFetcher::note_newest_only(const std::string& bucket) {
  const std::lock_guard lock(mutex_);
  if (newest_only_.size() >= kMaxRegions) newest_only_.clear();
  newest_only_.insert(bucket);
}

Status ObjectFetcher::get(const cloudtrail::ObjectName& object, std::optional<Time> give_up_at,
                          const std::stop_token& stop, Body& body) {
  std::string region = region_of(object.bucket);
  // A version is what was meant even if somebody has overwritten the object since, but takes a permission of its own
  // (s3:GetObjectVersion): who has not got it reads the newest. That it is so is known when the newest is given: a key that is
  // not there is withheld, too.
  std::string version = asks_versions(object.bucket) ? object.version_id : std::string();
  bool was_withheld = false;
  for (bool again = false;; again = true) {
    const auto client = client_for_(region);
    if (!client) return client.error();
    std::string elsewhere;
    aws::GetOptions options;
    options.limit = rules_.limit;
    options.give_up_at = give_up_at;
    options.bucket_region = &elsewhere;
    options.stop = stop;
    const auto got = aws::get_object(**client, {object.bucket, object.key, version, rules_.bucket_owner}, options,
                                     [&](std::string_view piece) { return body.take(piece); });
    if (got) {
      if (was_withheld) note_newest_only(object.bucket);
      return ok();
    }
    if (!version.empty() && elsewhere.empty() && got.error().code == Errc::denied) {
      was_withheld = true;
      version.clear();
      body.discard();
      continue;
    }
    if (again || elsewhere.empty()) return got.error();
    region = elsewhere;
    note_region(object.bucket, region);
    body.discard();
  }
}

Fetched ObjectFetcher::fetch(const cloudtrail::ObjectName& object, Time now, std::optional<Time> give_up_at,
                             const std::stop_token& stop) {
  if (auto judged = judge_name(rules_, object)) return std::move(*judged);
  Body body(rules_);
  body.bytes.reserve(std::min<std::uint64_t>(object.size, rules_.in_memory));
  if (const Status got = get(object, give_up_at, stop, body); !got) {
    if (!body.problem.empty()) return of_error({Errc::unavailable, "a spool file: " + body.problem}, true);
    return of_error(got.error(), false);
  }
  if (body.bytes.empty() && body.fd < 0) return non_record("empty", object);

  Fetched out;
  out.what = Fetch::ready;
  ports::Delivery& delivery = out.delivery;
  if (body.fd >= 0) {
    if (!body.close(delivery.file)) return of_error({Errc::unavailable, "a spool file: " + body.problem}, true);
    delivery.settle = [file = delivery.file](ports::Settled) { ::unlink(file.c_str()); };
  }
  delivery.bytes = std::move(body.bytes);
  delivery.feed = "s3";
  delivery.source = name_of(object);
  delivery.received_at = now;
  if (const auto key = cloudtrail::parse_object_key(object.key)) {
    delivery.accounts = {std::string(key->account)};
    const bool is_old = key->delivered && key->delivered->micros < kOneRegionSince;
    if (!is_old) delivery.region = key->region;
    // In a bucket of anybody's choice, anybody may have written the file.
    delivery.from_trail = is_configured(rules_, object.bucket) || !rules_.bucket_owner.empty();
  }
  return out;
}

void clean_spool(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(kSpoolName)) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace gw::sources
