// Folders are listed level by level as far as the region, so that whole accounts' other logs, digests and regions are never
// listed; below a region all keys follow in order of their days, so one list is begun at the first day and ended behind the last.
// Memory: the names of one level at a time, of each level above; at most kMaxLevel of them, and a page of a region's keys.
#include "edge/sources/s3_archive.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/neutralise.h"
#include "domain/cloudtrail/object_key.h"
#include "edge/aws/s3.h"

namespace gw::sources {
namespace {

constexpr std::size_t kMaxLevel = 1'000'000;
constexpr std::int64_t kSkew = std::int64_t{15} * 60 * 1'000'000;  // names tell minutes, and clocks differ
constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
constexpr std::int64_t kOneRegionSince = std::int64_t{1'637'625'600} * 1'000'000;  // 2021-11-23T00:00:00Z
constexpr unsigned kAttempts = 3;  // at an object or a page, each of which the client tries again itself

// How far a prefix follows the layout.
struct Place {
  bool is_layout = false;  // there is `AWSLogs/` and an account
  std::string_view kind;   // CloudTrail, CloudTrail-Digest, Config, …; empty: not that deep
  std::string_view region;
};

bool is_account(std::string_view part) {
  return part.size() == 12 && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Place place_of(std::string_view prefix) {
  constexpr std::string_view kRoot = "AWSLogs/";
  std::size_t at = prefix.rfind(kRoot);
  while (at != std::string_view::npos && at > 0 && prefix[at - 1] != '/') at = prefix.substr(0, at).rfind(kRoot);
  if (at == std::string_view::npos) return {};
  std::string_view rest = prefix.substr(at + kRoot.size());
  const auto next = [&rest]() -> std::string_view {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    return part;
  };
  std::string_view part = next();
  if (part.starts_with("o-")) part = next();
  if (!is_account(part)) return {};
  Place place;
  place.is_layout = true;
  place.kind = next();
  place.region = next();
  return place;
}

bool is_wanted_region(const S3Question& question, std::string_view region) {
  return question.regions.empty() || question.regions.contains(std::string(region));
}

// The days whose files are wanted of a region, as the part of the key that tells them; empty: open.
std::pair<std::string, std::string> days_of(const S3Question& question, std::string_view region) {
  const auto day = [](std::int64_t micros) {
    std::string text = format_time(Time{micros}).substr(0, 10);
    std::replace(text.begin(), text.end(), '-', '/');
    return text;
  };
  std::string first = question.from ? day(std::max<std::int64_t>(question.from->micros - kSkew, 0)) : std::string();
  std::optional<std::int64_t> last;
  if (question.to) last = question.to->micros + kDeliveryLag;
  if (!is_wanted_region(question, region)) last = std::min(last.value_or(kOneRegionSince), kOneRegionSince);
  return {std::move(first), last ? day(*last + kDay) : std::string()};
}

}  // namespace

bool may_hold_answer(const S3Question& question, std::string_view prefix) {
  const Place place = place_of(prefix);
  if (!place.is_layout || place.kind.empty()) return true;
  if (!place.kind.starts_with("CloudTrail") || place.kind == "CloudTrail-Digest") return false;
  if (place.region.empty() || is_wanted_region(question, place.region)) return true;
  return !question.from || question.from->micros < kOneRegionSince;
}

bool may_answer(const S3Question& question, std::string_view key) {
  if (key.empty() || key.ends_with('/')) return false;
  const std::size_t slash = key.rfind('/');
  if (!may_hold_answer(question, key.substr(0, slash == std::string_view::npos ? 0 : slash + 1))) return false;
  const auto parsed = cloudtrail::parse_object_key(key);
  if (!parsed || !parsed->delivered) return true;
  const std::int64_t delivered = parsed->delivered->micros;
  if (!is_wanted_region(question, parsed->region) && delivered >= kOneRegionSince) return false;
  // A name without a time of its own tells the day alone.
  if (question.from && delivered + (delivered % kDay == 0 ? kDay : 0) < question.from->micros - kSkew) return false;
  return !question.to || delivered <= question.to->micros + kDeliveryLag;
}

// What lies directly below a prefix, or, below a region, all keys.
class S3Archive::Level {
 public:
  struct Name {
    std::string text;  // a key, or a prefix with its slash
    std::uint64_t size = 0;
    [[nodiscard]] bool is_folder() const { return text.ends_with('/'); }
    [[nodiscard]] std::string_view bare() const {
      return std::string_view(text).substr(0, text.size() - (is_folder() ? 1 : 0));
    }
  };

  Level(S3Archive& archive, std::string bucket, std::string prefix, bool is_root)
      : archive_(archive), prefix_(std::move(prefix)) {
    request_.bucket = std::move(bucket);
    request_.prefix = prefix_;
    request_.expected_owner = archive.rules_.bucket_owner;
    const Place place = place_of(prefix_);
    is_flat_ = !is_root && !place.region.empty();
    if (!is_flat_) {
      request_.delimiter = "/";
      return;
    }
    const std::size_t at = prefix_.find(place.region, static_cast<std::size_t>(place.kind.data() - prefix_.data()));
    const std::string base = prefix_.substr(0, at + place.region.size() + 1);
    const auto [first, behind] = days_of(archive.question_, place.region);
    if (!first.empty()) request_.start_after = base + first;
    if (!behind.empty()) behind_ = base + behind;
  }

  // nullopt: the end, or `problem`.
  std::optional<Name> next(std::string& problem) {
    while (at_ == names_.size()) {
      if (is_at_end_ || !refill(problem)) return std::nullopt;
    }
    return std::move(names_[at_++]);
  }
  [[nodiscard]] const std::string& prefix() const { return prefix_; }

 private:
  bool refill(std::string& problem) {
    names_.clear();
    at_ = 0;
    do {
      if (!page(problem)) return false;
    } while (!is_at_end_ && !is_flat_ && names_.size() < kMaxLevel);
    // As names in a folder sort, where `a` stands before `a-b`.
    if (!is_flat_)
      std::sort(names_.begin(), names_.end(), [](const Name& a, const Name& b) { return a.bare() < b.bare(); });
    return true;
  }

  bool page(std::string& problem) {
    for (unsigned attempt = 1;; ++attempt) {
      const auto client = archive_.client_for_(region_);
      if (!client) {
        problem = client.error().message;
        break;
      }
      std::string elsewhere;
      request_.bucket_region = &elsewhere;
      auto page = aws::list_objects(**client, request_);
      request_.bucket_region = nullptr;
      if (page) {
        take(*page);
        return true;
      }
      problem = page.error().message;
      if (!elsewhere.empty() && elsewhere != region_) {
        region_ = elsewhere;
      } else if (!retryable(page.error().code)) {
        break;
      }
      if (attempt >= kAttempts) break;
    }
    is_at_end_ = true;
    return false;
  }

  void take(aws::ListPage& page) {
    for (aws::ListedObject& object : page.objects) {
      if (!behind_.empty() && object.key >= behind_) page.next_token.clear();
      if (!object.key.ends_with('/')) names_.push_back({std::move(object.key), object.size});  // no folder markers
    }
    for (std::string& prefix : page.prefixes) names_.push_back({std::move(prefix), 0});
    request_.token = std::move(page.next_token);
    is_at_end_ = request_.token.empty();
  }

  S3Archive& archive_;
  const std::string prefix_;
  bool is_flat_ = false;
  std::string behind_;  // from this key on nothing is wanted
  aws::ListRequest request_;
  std::string region_;
  std::vector<Name> names_;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
};

class S3Archive::Tree final : public ports::Archive::Listing {
 public:
  Tree(S3Archive& archive, const std::string& path) : archive_(archive) {
    constexpr std::size_t kScheme = 5;  // s3://
    const std::size_t slash = path.find('/', kScheme);
    bucket_ = path.substr(kScheme, slash == std::string::npos ? slash : slash - kScheme);
    named_ = slash == std::string::npos ? std::string() : path.substr(slash + 1);
    levels_.push_back(std::make_unique<Level>(archive_, bucket_, named_, !named_.ends_with('/')));
  }

  std::optional<Entry> next() override {
    while (!levels_.empty()) {
      std::string problem;
      auto name = levels_.back()->next(problem);
      if (!name) {
        const std::string prefix = levels_.back()->prefix();
        levels_.pop_back();
        any_ = any_ || !problem.empty();
        if (!problem.empty()) return Entry{path_of(prefix), "it cannot be listed: " + problem};
        continue;
      }
      // One object, whatever it is called.
      const bool is_it = name->text == named_ && !name->is_folder();
      if (is_it) levels_.clear();
      any_ = any_ || is_it;
      if (!is_it && !is_wanted(*name)) continue;
      if (name->is_folder()) {
        levels_.push_back(std::make_unique<Level>(archive_, bucket_, name->text, false));
        continue;
      }
      return Entry{path_of(name->text), {}};
    }
    if (any_) return std::nullopt;
    any_ = true;
    return Entry{path_of(named_), "there is no such object or prefix"};
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& key) const { return "s3://" + bucket_ + '/' + key; }
  bool is_wanted(const Level::Name& name) {
    any_ = true;
    const std::string_view bare = name.bare();
    if (bare.substr(bare.rfind('/') + 1).starts_with('.')) return false;  // as a walk on disk
    if (name.is_folder()) return may_hold_answer(archive_.question_, name.text);
    return name.size > 0 && may_answer(archive_.question_, name.text);
  }

  S3Archive& archive_;
  std::string bucket_;
  std::string named_;
  std::vector<std::unique_ptr<Level>> levels_;
  bool any_ = false;  // something was listed
};

S3Archive::S3Archive(S3Question question, ObjectRules rules, ClientFor client_for)
    : question_(std::move(question)), rules_(std::move(rules)), client_for_(std::move(client_for)) {}
S3Archive::~S3Archive() = default;

std::unique_ptr<ports::Archive::Listing> S3Archive::list(const std::string& path) {
  return std::make_unique<Tree>(*this, path);
}

Result<ports::Archive::Content> S3Archive::fetch(const std::string& path) {
  const std::size_t slash = path.find('/', 5);
  const cloudtrail::ObjectName object{path.substr(5, slash - 5), path.substr(slash + 1), {}, 0};
  ObjectFetcher* fetcher = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& made = fetchers_[object.bucket];
    if (made == nullptr) {
      ObjectRules rules = rules_;
      rules.buckets = {object.bucket};
      made = std::make_unique<ObjectFetcher>(std::move(rules), client_for_);
    }
    fetcher = made.get();
  }
  for (unsigned attempt = 1;; ++attempt) {
    Fetched fetched = fetcher->fetch(object, Time{}, std::nullopt);
    if (fetched.what == Fetch::ready)
      return Content{std::move(fetched.delivery.bytes), std::move(fetched.delivery.file)};
    if (fetched.what == Fetch::non_record) return Content{};
    if (fetched.what != Fetch::failed || attempt >= kAttempts) return Error{Errc::unavailable, fetched.detail};
  }
}

}  // namespace gw::sources
