// S3: objects and lists of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edge/aws/client.h"

namespace gw::aws {

// In all calls `s3` is a Client for Service::s3. Errors as of Client::succeed(); `invalid_input` for a bucket or key that is
// none. Messages name the bucket, and the key made visible.

struct ObjectName {
  std::string bucket;
  std::string key;             // as it is, not encoded
  std::string version_id;      // empty: the newest
  std::string expected_owner;  // account that must own the bucket; empty: any
};

struct GetOptions {
  std::uint64_t limit = std::uint64_t{1} << 30;    // bytes
  std::chrono::milliseconds timeout{10 * 60'000};  // of one attempt
  std::optional<Time> give_up_at;
  // Set when the call is refused because the bucket is in another region: which, where S3 says so.
  std::string* bucket_region = nullptr;
  std::stop_token stop{};  // ends the transfer: `cancelled`
};

struct ObjectInfo {
  std::uint64_t size = 0;  // bytes that came
  std::string etag;
  std::string version_id;
};

// Hands the object over piece by piece, as it is stored. What has begun is not tried again: when an error follows, what came
// is a part and to be thrown away. `take` ends the transfer by answering false (`cancelled`); beyond `limit` it is `corrupt`.
[[nodiscard]] Result<ObjectInfo> get_object(Client& s3, const ObjectName& object, const GetOptions& options,
                                            const std::function<bool(std::string_view)>& take);

struct PutOptions {
  bool only_if_absent = false;  // else `conflict`, which may also come from an earlier attempt of the same call
  std::string content_type = "application/octet-stream";
  std::optional<Time> give_up_at;
  std::string* bucket_region = nullptr;  // as in GetOptions
};

// With a SHA-256 that S3 checks and keeps, so that buckets with Object Lock take it.
[[nodiscard]] Result<ObjectInfo> put_object(Client& s3, const ObjectName& object, std::string_view body,
                                            const PutOptions& options = {});

struct ListRequest {
  std::string bucket;
  std::string prefix;
  std::string delimiter;    // empty: everything below the prefix
  std::string start_after;  // a key
  std::string token;        // ListPage::next_token of the page before
  unsigned max_keys = 1000;
  std::string expected_owner;
  std::optional<Time> give_up_at;
  std::string* bucket_region = nullptr;  // as in GetOptions
};

struct ListedObject {
  std::string key;
  std::uint64_t size = 0;
  std::string etag;
  std::optional<Time> last_modified;
  std::string storage_class;
};

struct ListPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> prefixes;
  std::string next_token;  // empty: this was the last page
};

// One page; `corrupt` for an answer that cannot be read.
[[nodiscard]] Result<ListPage> list_objects(Client& s3, const ListRequest& request);

}  // namespace gw::aws
