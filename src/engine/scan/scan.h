// Files → findings at disk speed; no store.
//
// run() walks the inputs in a fixed order (arguments as given, folders sorted by name, lazily), reads files on
// `threads` workers and tells the Sink everything in the order of that walk, whatever the number of threads. Findings
// equal those of a full parse of every record; how records are skipped is in prefilter.h. Damage inside records that
// cannot match is told only when `strict` (or when everything is parsed anyway).
//
// Memory: at most 32 MiB + 4 MiB a thread for any input, with default dedupe; a record above 2 MiB is quarantined.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "domain/model/access_event.h"
#include "domain/watch/watch_set.h"
#include "engine/ports/archive.h"
#include "engine/scan/record_test.h"

namespace gw::scan {

enum class Dedupe : std::uint8_t { exact, window, off };
inline constexpr std::size_t kDedupeWindow = 1'000'000;

struct Options {
  std::vector<std::string> paths;  // files, folders, "-" for standard input
  bool all = false;                // every access event, not only break-glass ones
  std::optional<Time> from;        // inclusive, on the event's time; events without a time are always told
  std::optional<Time> to;          // exclusive
  std::set<std::string> accounts;  // entered or recipient account; empty: all
  std::set<std::string> regions;
  model::MechanismSet mechanisms = model::MechanismSet::all();  // looked up in `mechanism` only
  bool strict = false;
  bool prefilter = true;  // false: parse every record (tests compare both)
  bool coverage = false;  // count families, accounts and hours of every record (doctor); implies a full parse
  Dedupe dedupe = Dedupe::window;
  unsigned threads = 1;
  bool as_wire = false;  // findings are told in their wire form, which the workers write: Sink::wire(), not finding()
  std::string explain_event_id;       // not empty: only tell about this event, see Sink::explained
  Time now;                           // for ignore rules and for events from the future
  ports::Archive* archive = nullptr;  // where paths that are no files lie; outlives the scan
  const RecordQuestion* question =
      nullptr;  // asked instead of all the above but paths, strict and threads; told by Sink::wire()
};

// Whether the question needs every record parsed: strict, doctor, and --all about every mechanism. About some of them,
// `--all` stays a question that bytes can answer for most records.
[[nodiscard]] inline bool parses_everything(const Options& o) {
  // An event id too short to search for does not occur in CloudTrail.
  const bool short_id = !o.explain_event_id.empty() && o.explain_event_id.size() < 8;
  if (o.question != nullptr) return o.strict || !o.prefilter || o.question->literals.empty();
  return o.strict || o.coverage || !o.prefilter || short_id || (o.all && o.mechanisms == model::MechanismSet::all());
}

// An input, or a part of one, that could not be read. Everything else was processed.
struct Quarantine {
  std::string path;
  std::optional<std::uint64_t> offset;  // bytes into the (inflated) input
  std::optional<std::uint64_t> record;  // counted from 1
  std::string reason;                   // for people; holds no text of the record
  bool whole_file = false;              // nothing more of this input could be read
  std::string event_id;                 // where it could still be read
};

// The families whose presence decides what an empty result excludes.
enum class Family : std::uint8_t {
  identity_center,          // sso.amazonaws.com portal events
  sign_in,                  // signin.amazonaws.com
  identity_center_sign_in,  // CredentialVerification, UserAuthentication
  read_only_sts,            // AssumeRole and friends (readOnly: true)
  read_only_other,
  global_services,  // IAM and other us-east-1 records
  iam_writes,
  data_events,
  insights,
  digests,
};
inline constexpr std::size_t kFamilyCount = 10;
[[nodiscard]] std::string_view to_string(Family family);

struct AccountRegion {
  std::string account;
  std::string region;
  friend auto operator<=>(const AccountRegion&, const AccountRegion&) = default;
};

// A set of hours since 1970, one bit each.
class Hours {
 public:
  void insert(std::int64_t hour);
  void insert(const Hours& other);
  [[nodiscard]] bool contains(std::int64_t hour) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return days_.empty(); }
  [[nodiscard]] std::vector<std::int64_t> list() const;  // ascending

 private:
  std::vector<std::pair<std::int32_t, std::uint32_t>> days_;  // day since 1970, bit set of its hours; ascending
};

struct Seen {
  std::uint64_t files = 0;    // from the S3 key layout
  std::uint64_t records = 0;  // all of them where records_counted, else those that were decoded
  std::optional<Time> first;
  std::optional<Time> last;
  Hours hours;  // that hold a file or record
};

inline constexpr std::size_t kMaxAccountRegions = 20'000;

struct Coverage {
  bool records_counted = false;        // every record was (Options::coverage), not only candidates
  std::map<AccountRegion, Seen> seen;  // at most kMaxAccountRegions; what is beyond stands under an empty account
  std::array<std::uint64_t, kFamilyCount> families{};  // records of each; meaningful when records_counted
  std::map<std::string, std::uint64_t> feeds;          // records_file, jsonl, eventbridge, cloudwatch_logs, …: inputs
};

// Counters of the books; nullopt: this mode did not count it.
struct Stats {
  std::string mode;  // prefilter or full
  std::uint64_t files = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::optional<std::uint64_t> decoded;
  std::uint64_t matched = 0;  // told
  std::optional<std::uint64_t> attached;
  std::optional<std::uint64_t> ignored;      // by an ignore rule
  std::optional<std::uint64_t> not_watched;  // no access, or one that nobody watches or asked for
  std::uint64_t duplicate = 0;
  std::uint64_t quarantined = 0;   // records and whole inputs
  std::uint64_t failed_files = 0;  // inputs that could not be opened or read to their end
};

struct Summary {
  bool stopped = false;  // the Sink wanted no more: the rest was not read, and the counts are those until then
  Stats stats;
  Coverage coverage;
  std::optional<model::Severity> highest;  // of the findings told that are break-glass
};

// Called by one thread at a time, in walk order.
class Sink {
 public:
  virtual ~Sink() = default;
  // A finding. Returns false to stop the scan (standard output closed).
  virtual bool finding(const model::AccessEvent& event) = 0;
  // The same in its wire form (domain/model/access_json.h), where Options::as_wire asks for it.
  virtual bool wire(std::string_view access_json) { return access_json.empty(); }
  virtual void quarantined(const Quarantine& what) = 0;
  // Only with explain_event_id: the record was found; `event` is nullopt when it is no access.
  virtual void explained(const std::string& event_name, const std::optional<model::AccessEvent>& event,
                         const std::vector<watch::WatchSet::Reason>& reasons) = 0;
  // After every input; cheap. `bytes_in` are those of the inputs done so far.
  virtual void progress(std::uint64_t files, std::uint64_t bytes_in, std::uint64_t bytes_out) = 0;
};

// Does not fail: what cannot be read, a path that does not exist included, is told to the Sink and counted in failed_files.
[[nodiscard]] Summary run(const Options& options, const watch::WatchSet& watches, Sink& sink);

}  // namespace gw::scan
