// The judgement: a mechanism is visible when records of the family that carries it were seen. Where each is recorded, and
// which routes drop which records, is in docs/detections.md ("Receiving read-only management events from AWS services",
// "Quotas in AWS CloudTrail", "Global service events").
#include "app/coverage_report.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json/write.h"
#include "base/neutralise.h"

namespace gw::app {
namespace {

using model::Mechanism;
using scan::Family;

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;
constexpr std::size_t kMaxGaps = 1000;

std::uint64_t count(const scan::Coverage& c, Family family) { return c.families[static_cast<std::size_t>(family)]; }

// How busy an account and region is on one side of an hour. Times in records are hostile: a lone hour far away from all
// others is idle, so it neither makes a gap nor hides one.
enum class Rate : unsigned char { idle, busy, full };
constexpr std::int64_t kDay = 24;

Rate rate(std::size_t hours_seen, std::int64_t hours_in_all) {
  const auto all = static_cast<std::size_t>(hours_in_all);
  if (hours_seen < 5 || hours_seen * 10 < all * 8) return Rate::idle;
  return hours_seen == all && all >= 12 ? Rate::full : Rate::busy;
}

// The day that ends with hours[i] (ascending), or the part of it since the first hour.
Rate rate_up_to(const std::vector<std::int64_t>& hours, std::size_t i) {
  std::size_t seen = 0;
  while (seen <= i && hours[i - seen] > hours[i] - kDay) ++seen;
  return rate(seen, std::min(kDay, hours[i] - hours.front() + 1));
}
// The day that begins with hours[i].
Rate rate_from(const std::vector<std::int64_t>& hours, std::size_t i) {
  std::size_t seen = 0;
  while (i + seen < hours.size() && hours[i + seen] < hours[i] + kDay) ++seen;
  return rate(seen, std::min(kDay, hours.back() - hours[i] + 1));
}

// Whether so many hours without anything tell. One or two do only where there is something in every other hour.
bool tells(std::int64_t silent, Rate before, Rate after) {
  if (before == Rate::idle || after == Rate::idle) return false;
  return silent >= 3 || (silent >= 1 && before == Rate::full && after == Rate::full);
}

// The busy part of one account and region.
struct Busy {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
std::optional<Busy> busy_part(const std::vector<std::int64_t>& hours) {
  std::size_t first = 0;
  while (first < hours.size() && rate_from(hours, first) == Rate::idle) ++first;
  if (first == hours.size()) return std::nullopt;
  std::size_t last = hours.size() - 1;
  while (last > first && rate_up_to(hours, last) == Rate::idle) --last;
  return Busy{hours[first], hours[last]};
}

std::vector<Gap> find_gaps(const scan::Coverage& coverage) {
  std::optional<Busy> all;
  for (const auto& [where, seen] : coverage.seen) {
    const auto busy = busy_part(seen.hours.list());
    if (!busy) continue;
    if (!all) all = busy;
    all = Busy{std::min(all->first, busy->first), std::max(all->last, busy->last)};
  }
  std::vector<Gap> gaps;
  if (!all) return gaps;
  // At its ends a copy is ragged.
  constexpr std::int64_t kEnd = 3;
  for (const auto& [where, seen] : coverage.seen) {
    const std::vector<std::int64_t> hours = seen.hours.list();
    const auto busy = busy_part(hours);
    if (!busy) continue;
    const auto add = [&, &at = where](std::int64_t from, std::int64_t until) {
      if (gaps.size() < kMaxGaps) gaps.push_back({at, Time{from * kHour}, Time{until * kHour}});
    };
    // Its first and last hour within the time in which any were busy.
    const auto begin =
        static_cast<std::size_t>(std::lower_bound(hours.begin(), hours.end(), all->first) - hours.begin());
    const auto end = static_cast<std::size_t>(std::upper_bound(hours.begin(), hours.end(), all->last) - hours.begin());
    if (hours[begin] - all->first >= kEnd && rate_from(hours, begin) != Rate::idle) add(all->first, hours[begin]);
    for (std::size_t i = 1; i < hours.size() && gaps.size() < kMaxGaps; ++i) {
      const std::int64_t silent = hours[i] - hours[i - 1] - 1;
      if (silent > 0 && tells(silent, rate_up_to(hours, i - 1), rate_from(hours, i))) add(hours[i - 1] + 1, hours[i]);
    }
    if (all->last - hours[end - 1] >= kEnd && rate_up_to(hours, end - 1) != Rate::idle)
      add(hours[end - 1] + 1, all->last + 1);
  }
  return gaps;
}

// Where IAM, root sign-ins and other global services are recorded, in each partition ("Global service events").
bool is_global_region(std::string_view region) {
  return region == "us-east-1" || region == "us-gov-west-1" || region == "cn-north-1";
}

bool saw_global_region(const scan::Coverage& c) {
  return std::any_of(c.seen.begin(), c.seen.end(),
                     [](const auto& entry) { return is_global_region(entry.first.region); });
}

std::vector<MechanismView> judge_mechanisms(const scan::Coverage& c) {
  const auto has = [&](Family family) { return count(c, family) > 0; };
  std::uint64_t records = 0;
  for (const auto& [where, seen] : c.seen) records += seen.records;
  const bool management = records > count(c, Family::data_events);
  const bool global = saw_global_region(c);
  const bool portal = has(Family::identity_center);
  const bool sign_in = has(Family::sign_in);
  const bool reads = has(Family::read_only_other);
  const bool sts = has(Family::read_only_sts);

  std::vector<MechanismView> views;
  // Visible when nothing is missing; `missing` is the first thing that is.
  const auto add = [&](Mechanism m, std::string_view missing) {
    views.push_back({m, missing.empty(), std::string(missing)});
  };
  const auto unless = [](bool there, std::string_view missing) { return there ? std::string_view() : missing; };
  const auto first_of = [](std::string_view a, std::string_view b) { return a.empty() ? b : a; };

  const std::string_view no_portal =
      unless(portal, "no Identity Center records (sso.amazonaws.com): they stand in the instance's account and Region");
  const std::string_view no_half = unless(
      portal, sign_in || sts ? "no Identity Center records (sso.amazonaws.com): only what worked is seen, in the "
                               "accounts that were entered"
                             : no_portal);
  const std::string_view no_sts =
      unless(sts, "no read-only STS records: the trail or the rule leaves out read-only management events");
  const std::string_view no_sign_in = unless(sign_in, "no sign-in records (signin.amazonaws.com)");
  const std::string_view no_reads = unless(reads, "no read-only records: calls that only read are not seen");
  const std::string_view no_global = unless(global, "no records of us-east-1, where root signs in and IAM is recorded");

  add(Mechanism::identity_center_signin, unless(portal || has(Family::identity_center_sign_in), no_portal));
  add(Mechanism::identity_center_console, no_half);
  add(Mechanism::identity_center_cli,
      first_of(no_half, unless(reads, "no read-only records, and GetRoleCredentials is one")));
  add(Mechanism::identity_center_app, no_portal);
  add(Mechanism::saml_federation, no_sts);
  add(Mechanism::web_identity, no_sts);
  add(Mechanism::assume_role, no_sts);
  add(Mechanism::switch_role, no_sign_in);
  add(Mechanism::iam_user_console, first_of(no_global, no_sign_in));
  add(Mechanism::iam_user_api, first_of(no_global, no_reads));
  add(Mechanism::root_console, first_of(no_global, no_sign_in));
  add(Mechanism::root_api, first_of(no_global, no_reads));
  add(Mechanism::assume_root, first_of(unless(management, "no management events"),
                                       unless(global, "no records of us-east-1, where AssumeRoot is recorded")));
  add(Mechanism::session_token, no_sts);
  add(Mechanism::aws_login, first_of(no_sign_in, unless(reads, "no read-only records, and those of aws login are")));
  add(Mechanism::password_recovery, first_of(no_global, no_sign_in));
  add(Mechanism::tamper, first_of(unless(management, "no management events"), no_global));
  return views;
}

std::vector<std::string> judge_limits(const scan::Coverage& c) {
  std::vector<std::string> limits;
  const auto fed_by = [&](const char* feed) { return c.feeds.contains(feed); };
  if (fed_by("cloudwatch_logs"))
    limits.emplace_back("CloudWatch Logs never holds records over 256 KB; the S3 objects of the trail do");
  if (fed_by("eventbridge")) {
    limits.emplace_back(
        "EventBridge delivers CloudTrail events on a best-effort basis, per Region, and nothing over 256 KB");
  }
  if (!c.records_counted) {
    const bool regions_known =
        std::any_of(c.seen.begin(), c.seen.end(), [](const auto& entry) { return !entry.first.region.empty(); });
    if (regions_known && !saw_global_region(c)) {
      limits.emplace_back(
          "nothing of us-east-1 was read: root sign-ins, password recovery, AssumeRoot and IAM are recorded there");
    }
    return limits;
  }
  if (fed_by("eventbridge") && count(c, Family::read_only_sts) + count(c, Family::read_only_other) == 0) {
    limits.emplace_back(
        "no read-only events: an EventBridge rule shows them only in the state "
        "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
  }
  if (count(c, Family::data_events) == 0)
    limits.emplace_back("no data events: deleting or reading objects of the log bucket is not seen");
  if (count(c, Family::digests) == 0 && !fed_by("digest"))
    limits.emplace_back("no digest files: that no log file is missing cannot be shown");
  return limits;
}

void line(std::string& out, std::string_view label, std::string_view text) {
  out += "  ";
  out += label;
  out.append(label.size() < 16 ? 16 - label.size() : 1, ' ');
  out += text;
  out.push_back('\n');
}

constexpr std::size_t kNameColumn = 24;

void mechanisms_text(std::string& out, const CoverageReport& report, bool whole) {
  if (report.mechanisms.empty()) {
    out +=
        "\nWhich mechanisms this feed can show was not judged: most records were skipped unread (glasswatch doctor "
        "reads them all)\n";
    return;
  }
  bool excluded_all = true;
  out += "\nWhat an empty result does not exclude\n";
  for (const MechanismView& view : report.mechanisms) {
    excluded_all = excluded_all && view.visible;
    if (view.visible && !whole) continue;
    std::string name(to_string(view.mechanism));
    name.resize(std::max(name.size(), kNameColumn), ' ');
    out += "  " + name + " " + (view.visible ? "visible" : "not excluded: " + view.why) + "\n";
  }
  if (excluded_all) out += "  records of every family were seen\n";
}

}  // namespace

CoverageReport judge_coverage(const scan::Coverage& coverage) {
  CoverageReport report;
  std::set<std::string> accounts;
  std::set<std::string> regions;
  for (const auto& [where, seen] : coverage.seen) {
    if (!where.account.empty()) accounts.insert(where.account);
    if (!where.region.empty()) regions.insert(where.region);
    if (seen.first && (!report.first || *seen.first < *report.first)) report.first = seen.first;
    if (seen.last && (!report.last || *report.last < *seen.last)) report.last = seen.last;
  }
  report.gaps = find_gaps(coverage);
  report.accounts = accounts.size();
  report.regions = regions.size();
  if (coverage.records_counted) report.mechanisms = judge_mechanisms(coverage);
  report.limits = judge_limits(coverage);
  return report;
}

std::string coverage_text(const scan::Coverage& coverage, const scan::Stats& stats, bool whole) {
  const CoverageReport report = judge_coverage(coverage);
  std::string out = "What was read\n";
  line(out, "inputs",
       std::to_string(stats.files) + " (" + std::to_string(stats.failed_files) + " could not be read to their end)");
  if (stats.decoded) line(out, "records", std::to_string(*stats.decoded));
  line(out, "quarantined", std::to_string(stats.quarantined));
  line(out, "accounts", std::to_string(report.accounts));
  line(out, "regions", std::to_string(report.regions));
  if (report.first) line(out, "period", format_time(*report.first) + " to " + format_time(*report.last));
  std::string feeds;
  for (const auto& [name, n] : coverage.feeds)
    feeds += (feeds.empty() ? "" : ", ") + visible(name) + " " + std::to_string(n);
  if (!feeds.empty()) line(out, "inputs by form", feeds);
  if (whole && coverage.records_counted) {
    out += "\nKinds of records\n";
    for (std::size_t i = 0; i < scan::kFamilyCount; ++i) {
      std::string name(scan::to_string(static_cast<Family>(i)));
      name.resize(std::max(name.size(), kNameColumn), ' ');
      out += "  " + name + " " + std::to_string(coverage.families[i]) + "\n";
    }
  }
  if (whole) {
    out += "\nAccounts and regions\n";
    for (const auto& [where, seen] : coverage.seen) {
      std::string name = visible(where.account.empty() ? "(others)" : where.account) + " " + visible(where.region);
      name.resize(std::max<std::size_t>(name.size(), 32), ' ');
      out += "  " + name + " " + std::to_string(seen.files) + " files, " + std::to_string(seen.records) + " records";
      if (seen.first) out += ", " + format_time(*seen.first) + " to " + format_time(*seen.last);
      out.push_back('\n');
    }
  }
  const std::size_t shown = whole ? report.gaps.size() : std::min<std::size_t>(report.gaps.size(), 5);
  if (!report.gaps.empty()) out += "\nGaps (hours without anything in accounts and Regions that are busy otherwise)\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const Gap& gap = report.gaps[i];
    out += "  " + visible(gap.where.account) + " " + visible(gap.where.region) + "  " + format_time(gap.from) + " to " +
           format_time(gap.until) + "\n";
  }
  if (shown < report.gaps.size())
    out += "  and " + std::to_string(report.gaps.size() - shown) + " more (glasswatch doctor lists them)\n";
  mechanisms_text(out, report, whole);
  if (!report.limits.empty()) {
    out += "\nLimits of this feed\n";
    for (const std::string& limit : report.limits) out += "  " + limit + "\n";
  }
  return out;
}

std::string coverage_json(const scan::Coverage& coverage, const scan::Stats& stats) {
  const CoverageReport report = judge_coverage(coverage);
  std::string out = R"({"schema":"glasswatch.coverage.v1","inputs":)" + std::to_string(stats.files) +
                    ",\"failed_inputs\":" + std::to_string(stats.failed_files) +
                    ",\"records\":" + (stats.decoded ? std::to_string(*stats.decoded) : "null") +
                    ",\"quarantined\":" + std::to_string(stats.quarantined) + ",\"from\":";
  const auto time = [&](const std::optional<Time>& t) {
    json::append_string_or_null(out, t ? format_time(*t) : std::string());
  };
  time(report.first);
  out += ",\"to\":";
  time(report.last);
  out += ",\"feeds\":{";
  bool first = true;
  for (const auto& [name, n] : coverage.feeds) {
    if (!std::exchange(first, false)) out.push_back(',');
    json::append_string(out, name);
    out += ":" + std::to_string(n);
  }
  out += "},\"families\":{";
  for (std::size_t i = 0; i < scan::kFamilyCount; ++i) {
    if (i > 0) out.push_back(',');
    json::append_string(out, scan::to_string(static_cast<Family>(i)));
    out += ":" + std::to_string(coverage.families[i]);
  }
  out += "},\"seen\":[";
  first = true;
  for (const auto& [where, seen] : coverage.seen) {
    if (!std::exchange(first, false)) out.push_back(',');
    out += "{\"account_id\":";
    json::append_string_or_null(out, where.account);
    out += ",\"region\":";
    json::append_string_or_null(out, where.region);
    out += ",\"files\":" + std::to_string(seen.files) + ",\"records\":" + std::to_string(seen.records) + ",\"from\":";
    time(seen.first);
    out += ",\"to\":";
    time(seen.last);
    out += "}";
  }
  out += "],\"gaps\":[";
  first = true;
  for (const Gap& gap : report.gaps) {
    if (!std::exchange(first, false)) out.push_back(',');
    out += "{\"account_id\":";
    json::append_string(out, gap.where.account);
    out += ",\"region\":";
    json::append_string(out, gap.where.region);
    out += ",\"from\":\"" + format_time(gap.from) + "\",\"to\":\"" + format_time(gap.until) + "\"}";
  }
  out += "],\"mechanisms\":[";
  first = true;
  for (const MechanismView& view : report.mechanisms) {
    if (!std::exchange(first, false)) out.push_back(',');
    out += "{\"mechanism\":\"" + std::string(to_string(view.mechanism)) +
           "\",\"visible\":" + (view.visible ? "true" : "false") + ",\"why\":";
    json::append_string_or_null(out, view.why);
    out += "}";
  }
  out += "],\"limits\":[";
  first = true;
  for (const std::string& limit : report.limits) {
    if (!std::exchange(first, false)) out.push_back(',');
    json::append_string(out, limit);
  }
  return out + "]}\n";
}

}  // namespace gw::app
