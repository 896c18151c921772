// `s3://bucket/prefix` as inputs of a scan: listed in order, fetched one by one, and what cannot hold an answer left out.
//
// Left out by name alone, and only what is safe ("Finding your CloudTrail log files", "CloudTrail log file examples"):
//   - digests, folder markers, logs of other services in CloudTrail's layout;
//   - regions that are not asked for, but for files of before 23 November 2021, which held records of global services, too;
//   - files that were delivered before `from`, or more than kDeliveryLag after `to`: CloudTrail delivers within minutes as a rule;
//   - accounts are left out by the prefix that is given, never by name: records about an account stand in the files of
//     others (Identity Center's in the organization's, AssumeRole's in the caller's).
// What does not follow the layout is read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "edge/sources/s3_object.h"
#include "engine/ports/archive.h"

namespace gw::sources {

inline constexpr std::int64_t kDeliveryLag = std::int64_t{48} * 3600 * 1'000'000;  // microseconds

struct S3Question {
  std::optional<Time> from;
  std::optional<Time> to;
  std::set<std::string> regions;  // empty: all
};

// Whether the object may hold an answer.
[[nodiscard]] bool may_answer(const S3Question& question, std::string_view key);
// Whether anything below the prefix may; it ends with a slash.
[[nodiscard]] bool may_hold_answer(const S3Question& question, std::string_view prefix);

class S3Archive final : public ports::Archive {
 public:
  // `rules.buckets` is not looked at: the bucket is the one that was asked for.
  S3Archive(S3Question question, ObjectRules rules, ClientFor client_for);
  ~S3Archive() override;

  [[nodiscard]] bool owns(const std::string& path) const override { return path.starts_with("s3://"); }
  [[nodiscard]] std::unique_ptr<Listing> list(const std::string& path) override;
  [[nodiscard]] Result<Content> fetch(const std::string& path) override;

 private:
  class Level;
  class Tree;
  const S3Question question_;
  const ObjectRules rules_;
  const ClientFor client_for_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<ObjectFetcher>> fetchers_;  // by bucket
};

}  // namespace gw::sources
