// One object that somebody says holds log records → a delivery: which objects are fetched at all, how, and whose records may
// stand in them. Used by whatever is told names of objects: the queue of `serve`, the Lambda.
//
// A name comes from whoever may write to a queue or topic, so it proves nothing. What an object's records may say follows
// from its key, where only CloudTrail writes ("Finding your CloudTrail log files"): the key's account and region.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "domain/cloudtrail/object_name.h"
#include "edge/aws/client.h"
#include "engine/ports/source.h"

namespace gw::sources {

struct ObjectRules {
  std::vector<std::string> buckets;                // that may be fetched; empty: any
  std::string bucket_owner;                        // account that must own the bucket; empty: any
  std::uint64_t limit = std::uint64_t{512} << 20;  // bytes; more is refused
  std::size_t in_memory = std::size_t{8} << 20;    // bytes; a larger object lies in a file
  std::string spool_folder = "/tmp";               // where; its files are the owner's alone
};

enum class Fetch : std::uint8_t {
  ready,
  non_record,  // nothing to read, and rightly so: a digest, a folder marker, another service's log
  refused,
  missing,  // not there, or not yet
  failed,   // throttled, unavailable, out of time: try again
};

struct Fetched {
  Fetch what = Fetch::failed;
  ports::Delivery delivery;
  std::string reason;  // else: a word out of a short list, fit for a metric's label
  std::string detail;  // else: a sentence, safe to show
  // refused: by our own rules, so that trying again is of no use. Else S3 refused, and somebody may mend that.
  bool is_final = false;
};

// What the rules say of a name, without asking S3. nullopt: it may be fetched.
[[nodiscard]] std::optional<Fetched> judge_name(const ObjectRules& rules, const cloudtrail::ObjectName& object);

// The client of S3 in a region; empty: the usual one. It lives as long as the fetcher. Called from any thread.
using ClientFor = std::function<Result<aws::Client*>(const std::string& region)>;

class ObjectFetcher {
 public:
  ObjectFetcher(ObjectRules rules, ClientFor client_for)
      : rules_(std::move(rules)), client_for_(std::move(client_for)) {}

  // Blocks, at the latest until `give_up_at`. Safe from any thread. The `settle` of a ready delivery removes its file, and is
  // empty when there is none: call it whatever becomes of the delivery, or put it into one that does more.
  [[nodiscard]] Fetched fetch(const cloudtrail::ObjectName& object, Time now, std::optional<Time> give_up_at,
                              const std::stop_token& stop = {});
  [[nodiscard]] const ObjectRules& rules() const { return rules_; }

 private:
  struct Body;
  [[nodiscard]] Status get(const cloudtrail::ObjectName& object, std::optional<Time> give_up_at,
                           const std::stop_token& stop, Body& body);
  [[nodiscard]] std::string region_of(const std::string& bucket) const;
  [[nodiscard]] bool asks_versions(const std::string& bucket) const;
  void note_newest_only(const std::string& bucket);
  void note_region(const std::string& bucket, const std::string& region);

  const ObjectRules rules_;
  const ClientFor client_for_;
  mutable std::mutex mutex_;
  std::set<std::string> newest_only_;           // buckets whose versions are withheld
  std::map<std::string, std::string> regions_;  // of buckets that are not where they were looked for
};

// Removes what a process that ended suddenly has left there. No other one may be using the folder.
void clean_spool(const std::string& folder);

}  // namespace gw::sources
