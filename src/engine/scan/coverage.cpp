#include "engine/scan/coverage.h"

#include <algorithm>

#include "domain/cloudtrail/object_key.h"

namespace gw::scan {
namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;

// What a hostile feed can make grow is bounded: account ids come from records.
Seen& entry(Coverage& coverage, AccountRegion where) {
  const auto found = coverage.seen.find(where);
  if (found != coverage.seen.end()) return found->second;
  if (coverage.seen.size() >= kMaxAccountRegions || where.account.size() > 64 || where.region.size() > 64) where = {};
  return coverage.seen[std::move(where)];
}

void widen(Seen& seen, Time time) {
  if (!seen.first || time < *seen.first) seen.first = time;
  if (!seen.last || *seen.last < time) seen.last = time;
}

}  // namespace

std::string_view to_string(Family family) {
  constexpr std::array<std::string_view, kFamilyCount> kNames = {
      "identity_center", "sign_in",         "identity_center_sign_in",
      "read_only_sts",   "read_only_other", "global_services",
      "iam_writes",      "data_events",     "insights",
      "digests"};
  return kNames[static_cast<std::size_t>(family)];
}

void Hours::insert(std::int64_t hour) {
  if (hour < 0 || hour / 24 > INT32_MAX) return;
  const auto day = static_cast<std::int32_t>(hour / 24);
  auto at = days_.empty() || days_.back().first < day
                ? days_.end()
                : std::lower_bound(days_.begin(), days_.end(), day,
                                   [](const auto& d, std::int32_t key) { return d.first < key; });
  if (at == days_.end() || at->first != day) {
    constexpr std::size_t kMaxDays = 4000;  // eleven years; times in records are hostile too
    if (days_.size() >= kMaxDays) return;
    at = days_.insert(at, {day, 0});
  }
  at->second |= 1u << (hour % 24);
}

void Hours::insert(const Hours& other) {
  for (const std::int64_t hour : other.list()) insert(hour);
}

bool Hours::contains(std::int64_t hour) const {
  return std::any_of(days_.begin(), days_.end(),
                     [&](const auto& d) { return d.first == hour / 24 && (d.second >> (hour % 24) & 1) != 0; });
}

std::size_t Hours::size() const {
  std::size_t n = 0;
  for (const auto& [day, bits] : days_) n += static_cast<std::size_t>(__builtin_popcount(bits));
  return n;
}

std::vector<std::int64_t> Hours::list() const {
  std::vector<std::int64_t> out;
  for (const auto& [day, bits] : days_) {
    for (std::int64_t h = 0; h < 24; ++h) {
      if ((bits >> h & 1) != 0) out.push_back(std::int64_t{day} * 24 + h);
    }
  }
  return out;
}

void CoverageCounter::hour(Seen& seen, Time time) {
  widen(seen, time);
  seen.hours.insert(time.micros / kHour);
}

void CoverageCounter::object(std::string_view path) {
  const auto key = cloudtrail::parse_object_key(path);
  if (!key) return;
  if (key->kind == cloudtrail::ObjectKind::digest) {
    ++coverage_.families[static_cast<std::size_t>(Family::digests)];
    return;
  }
  if (key->kind != cloudtrail::ObjectKind::log) return;
  Seen& seen = entry(coverage_, {std::string(key->account), std::string(key->region)});
  last_seen_ = nullptr;
  ++seen.files;
  if (key->delivered) hour(seen, *key->delivered);
}

void CoverageCounter::record(const model::Record& r) {
  if (last_seen_ == nullptr || last_.account != r.recipient_account_id || last_.region != r.region) {
    last_ = {std::string(r.recipient_account_id), std::string(r.region)};
    last_seen_ = &entry(coverage_, last_);
  }
  ++last_seen_->records;
  if (r.event_time) hour(*last_seen_, *r.event_time);
  if (!coverage_.records_counted) return;
  const auto count = [&](Family family) { ++coverage_.families[static_cast<std::size_t>(family)]; };
  const bool read_only = r.read_only.value_or(false);
  if (r.event_category == "Data") count(Family::data_events);
  if (r.event_source == "sso.amazonaws.com") {
    count(Family::identity_center);
  } else if (r.event_source == "signin.amazonaws.com") {
    const bool identity_center = r.event_name == "CredentialChallenge" || r.event_name == "CredentialVerification" ||
                                 r.event_name == "UserAuthentication";
    count(identity_center ? Family::identity_center_sign_in : Family::sign_in);
  } else if (r.event_source == "sts.amazonaws.com") {
    if (read_only) count(Family::read_only_sts);
  } else if (r.event_source == "iam.amazonaws.com") {
    count(Family::global_services);
    if (!read_only) count(Family::iam_writes);
  } else if (r.event_source == "organizations.amazonaws.com" || r.event_source == "cloudfront.amazonaws.com" ||
             r.event_source == "route53.amazonaws.com") {
    count(Family::global_services);
  }
  if (read_only && r.event_source != "sts.amazonaws.com") count(Family::read_only_other);
}

void CoverageCounter::merge_into(Coverage& total) const {
  total.records_counted = coverage_.records_counted;
  for (const auto& [where, seen] : coverage_.seen) {
    Seen& sum = entry(total, where);
    sum.files += seen.files;
    sum.records += seen.records;
    if (seen.first) widen(sum, *seen.first);
    if (seen.last) widen(sum, *seen.last);
    sum.hours.insert(seen.hours);
  }
  for (std::size_t i = 0; i < kFamilyCount; ++i) total.families[i] += coverage_.families[i];
  for (const auto& [name, n] : coverage_.feeds) total.feeds[name] += n;
}

}  // namespace gw::scan
