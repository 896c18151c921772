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

// Hours without anything between the first and the last, where at least nine of ten hours hold something.
void find_gaps(const scan::AccountRegion& where, const scan::Seen& seen, std::vector<Gap>& gaps) {
  const std::vector<std::int64_t> hours = seen.hours.list();
  if (hours.size() < 5) return;
  const auto span = static_cast<std::size_t>(hours.back() - hours.front() + 1);
  if (hours.size() * 10 < span * 9) return;
  for (std::size_t i = 1; i < hours.size() && gaps.size() < kMaxGaps; ++i) {
    if (hours[i] == hours[i - 1] + 1) continue;
    gaps.push_back({where, Time{(hours[i - 1] + 1) * kHour}, Time{hours[i] * kHour}});
  }
}

std::vector<MechanismView> judge_mechanisms(const scan::Coverage& c) {
  const auto has = [&](Family family) { return count(c, family) > 0; };
  const bool us_east_1 =
      std::any_of(c.seen.begin(), c.seen.end(), [](const auto& entry) { return entry.first.region == "us-east-1"; });
  std::vector<MechanismView> views;
  const auto add = [&](Mechanism m, bool visible, const char* why) {
    views.push_back({m, visible, visible ? std::string() : std::string(why)});
  };
  const char* const no_portal =
      "no Identity Center records (sso.amazonaws.com): they are in the account and region of the instance";
  const char* const no_sts = "no read-only STS records: the trail or the rule leaves out read-only management events";
  const char* const no_sign_in = "no sign-in records (signin.amazonaws.com)";
  add(Mechanism::identity_center_signin, has(Family::identity_center_sign_in) || has(Family::identity_center),
      no_portal);
  add(Mechanism::identity_center_console, has(Family::identity_center), no_portal);
  add(Mechanism::identity_center_cli, has(Family::identity_center), no_portal);
  add(Mechanism::identity_center_app, has(Family::identity_center), no_portal);
  add(Mechanism::saml_federation, has(Family::read_only_sts), no_sts);
  add(Mechanism::web_identity, has(Family::read_only_sts), no_sts);
  add(Mechanism::assume_role, has(Family::read_only_sts), no_sts);
  add(Mechanism::switch_role, has(Family::sign_in), no_sign_in);
  add(Mechanism::iam_user_console, has(Family::sign_in), no_sign_in);
  add(Mechanism::iam_user_api, c.records_counted && has(Family::read_only_other),
      "no read-only records: calls that only read are invisible");
  add(Mechanism::root_console, has(Family::sign_in) && us_east_1,
      us_east_1 ? no_sign_in : "no records of us-east-1, where root signs in");
  add(Mechanism::root_api, c.records_counted && has(Family::read_only_other),
      "no read-only records: calls of root that only read are invisible");
  add(Mechanism::assume_root, has(Family::global_services) || has(Family::read_only_sts),
      "no STS or global records of the management account");
  add(Mechanism::session_token, has(Family::read_only_sts) || has(Family::iam_writes), "no STS records");
  add(Mechanism::aws_login, has(Family::sign_in) && has(Family::read_only_other),
      "no read-only sign-in records: aws login is read-only");
  add(Mechanism::password_recovery, has(Family::sign_in) && us_east_1,
      us_east_1 ? no_sign_in : "no records of us-east-1, where recovery is recorded");
  add(Mechanism::tamper, has(Family::global_services) || has(Family::read_only_other),
      "few management events were seen");
  return views;
}

std::vector<std::string> judge_limits(const scan::Coverage& c) {
  std::vector<std::string> limits;
  const auto fed_by = [&](const char* feed) { return c.feeds.contains(feed); };
  if (fed_by("cloudwatch_logs"))
    limits.emplace_back("CloudWatch Logs never holds records over 256 KB; the S3 objects of the trail do");
  if (fed_by("eventbridge")) {
    limits.emplace_back(
        "EventBridge delivers CloudTrail events on a best-effort basis, per region, and nothing over 256 KB");
  }
  if (c.records_counted && count(c, Family::data_events) == 0) {
    limits.emplace_back("no data events: deleting or reading objects of the log bucket is invisible");
  }
  if (c.records_counted && count(c, Family::digests) == 0)
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
    find_gaps(where, seen, report.gaps);
  }
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
  if (!report.gaps.empty()) out += "\nGaps (hours without anything in accounts and regions that are busy otherwise)\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const Gap& gap = report.gaps[i];
    out += "  " + visible(gap.where.account) + " " + visible(gap.where.region) + "  " + format_time(gap.from) + " to " +
           format_time(gap.until) + "\n";
  }
  if (shown < report.gaps.size())
    out += "  and " + std::to_string(report.gaps.size() - shown) + " more (glasswatch doctor lists them)\n";
  if (!report.mechanisms.empty()) {
    out += "\nWhat an empty result does not exclude\n";
    bool any = false;
    for (const MechanismView& view : report.mechanisms) {
      if (view.visible) continue;
      any = true;
      std::string name(to_string(view.mechanism));
      name.resize(std::max<std::size_t>(name.size(), 24), ' ');
      out += "  " + name + " " + view.why + "\n";
    }
    if (!any) out += "  records of every family were seen\n";
  } else {
    out +=
        "\nWhich mechanisms this feed can show was not judged: most records were skipped unread (glasswatch doctor "
        "reads them all)\n";
  }
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
