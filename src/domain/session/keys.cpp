// Keys begin with their kind and hold account and role: no edge leads out of the one account and role that a session is about,
// whatever a record claims. Sources:
// "Correlating events" of the AWS Security Blog on Identity Center's CloudTrail changes, "CloudTrail userIdentity element",
// "Logging IAM and AWS STS API calls with AWS CloudTrail".
#include "domain/session/keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/glob.h"
#include "domain/detect/arn.h"

namespace gw::session {
namespace {

using model::Entry;
using model::JoinGrade;
using model::Mechanism;
using model::Record;

constexpr std::string_view kChain = "chain|";
constexpr Time kAlways{std::numeric_limits<std::int64_t>::min() / 4};
constexpr Time kForever{std::numeric_limits<std::int64_t>::max() / 4};

std::string key(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) {
    if (!out.empty()) out.push_back('|');
    out += part;
  }
  return out;
}

void add(Entry& entry, std::string text, Time from, Time to, JoinGrade grade, std::string_view by,
         model::EdgeUse use = model::EdgeUse::both) {
  for (const model::Edge& edge : entry.edges) {
    if (edge.key == text) return;
  }
  entry.edges.push_back({std::move(text), from, to, grade, std::string(by), 1, use});
}

// creationDate, where it is before the call and not longer ago than credentials live.
std::optional<Time> created(const Record& record, Time at) {
  const auto time = parse_time(record.identity.creation_date);
  if (!time || time->micros > at.micros + kSameMoment || at.micros - time->micros > kLongestLife) return std::nullopt;
  return time;
}

std::string_view session_in(std::string_view principal_id) {
  const std::size_t colon = principal_id.find(':');
  return colon == std::string_view::npos ? std::string_view{} : principal_id.substr(colon + 1);
}

std::optional<std::int64_t> seconds_in(json::Value value) {
  const std::string_view text = value.is_string() ? value.text() : value.raw();
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds <= 0) return std::nullopt;
  if (seconds * kSecond > kLongestLife) return std::nullopt;
  return seconds * kSecond;
}

bool is_sts(const Record& record) { return record.event_source == "sts.amazonaws.com"; }

// What STS uses when a request names no duration ("AssumeRole", "AssumeRoot", "GetSessionToken" in the API reference).
std::optional<std::int64_t> sts_default(std::string_view name) {
  if (name == "AssumeRoot") return std::int64_t{900} * kSecond;
  if (name == "GetSessionToken" || name == "GetFederationToken") return std::int64_t{43200} * kSecond;
  return std::nullopt;
}

bool is_of_identity_center(const model::AccessEvent& e) {
  return e.mechanism == Mechanism::identity_center_console || e.mechanism == Mechanism::identity_center_cli ||
         e.caller_issuer_arn.find(":role/aws-reserved/sso.amazonaws.com/") != std::string::npos;
}

}  // namespace

std::optional<Time> parse_expiration(std::string_view text) {
  if (const auto time = parse_time(text)) return time;
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(0, 3));
  if (month == kMonths.end()) return std::nullopt;
  std::array<int, 5> n{};  // day, year, hour, minute, second
  std::size_t count = 0;
  std::size_t i = 3;
  for (; i < text.size() && count < n.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') continue;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), n[count]);
    if (error != std::errc{}) return std::nullopt;
    i = static_cast<std::size_t>(end - text.data()) - 1;
    ++count;
  }
  if (count != n.size()) return std::nullopt;
  const std::string_view rest = text.substr(i);
  int hour = n[2];
  if (rest.ends_with("PM")) hour = hour % 12 + 12;
  if (rest.ends_with("AM")) hour = hour % 12;
  const auto two = [](int number) {
    std::string out = std::to_string(number);
    return out.size() < 2 ? "0" + out : out;
  };
  return parse_time(std::to_string(n[1]) + "-" + two(static_cast<int>(month - kMonths.begin()) + 1) + "-" + two(n[0]) +
                    "T" + two(hour) + ":" + two(n[3]) + ":" + two(n[4]) + "Z");
}

Life life_of(const Record& record, const model::AccessEvent& access, Time at, const Rules& rules) {
  if (is_sts(record)) {
    if (const auto micros = seconds_in(record.request["durationSeconds"]))
      return {plus(at, *micros), model::ExpiryGrade::exact};
    const json::Value credentials = record.response["credentials"];
    if (const auto time = parse_expiration(credentials["expiration"].text());
        time && *time > at && time->micros - at.micros <= kLongestLife) {
      return {*time, model::ExpiryGrade::exact};
    }
    if (const auto micros = sts_default(record.event_name)) return {plus(at, *micros), model::ExpiryGrade::exact};
  }
  for (const auto& [glob, micros] : rules.durations) {
    if (!access.role.empty() && glob_match(glob, access.role))
      return {plus(at, micros), model::ExpiryGrade::configured};
  }
  // A role of that name which is no permission set's has a duration of its own.
  if (const auto set = rules.permission_sets.find(access.role);
      set != rules.permission_sets.end() && is_of_identity_center(access)) {
    return {plus(at, set->second), model::ExpiryGrade::configured};
  }
  return {plus(at, rules.default_duration), model::ExpiryGrade::default_duration};
}

std::string_view granted_key(const Record& record) { return record.response["credentials"]["accessKeyId"].text(); }

std::string credential_of(const Record& record) {
  const model::Identity& id = record.identity;
  // The console mints a key for each service, tab and request; its session is principal and creation date.
  const bool console = record.session_credential_from_console == "true" || id.access_key_id.empty();
  if (console && !id.creation_date.empty()) return key({"console", id.principal_id, id.creation_date});
  if (!id.access_key_id.empty()) return std::string(id.access_key_id);
  return key({"principal", id.principal_id.empty() ? id.arn : id.principal_id});
}

std::optional<std::uint64_t> chain_credential_of(const model::Edge& edge) {
  if (!edge.key.starts_with(kChain)) return std::nullopt;
  std::uint64_t hash = 0;
  const char* const last = edge.key.data() + edge.key.size();
  const auto [end, error] = std::from_chars(edge.key.data() + kChain.size(), last, hash);
  if (error != std::errc{} || end != last) return std::nullopt;
  return hash;
}

model::Edge chain_edge(std::uint64_t credential) {
  return {std::string(kChain) + std::to_string(credential), kAlways, kForever, JoinGrade::exact, "access_key", 1};
}

void add_access_edges(Entry& entry, const Record& record, Time at) {
  const model::AccessEvent& e = entry.event;
  const Time until = plus(entry.expires_at.value_or(plus(at, std::int64_t{3600} * kSecond)), kGraceForJoins);
  const std::string_view account = e.account_id;
  const std::string_view role = e.role;
  const bool by_identity_center =
      e.mechanism == Mechanism::identity_center_console || e.mechanism == Mechanism::identity_center_cli ||
      e.mechanism == Mechanism::identity_center_app || e.mechanism == Mechanism::identity_center_signin;
  if (by_identity_center && !e.identity_store_user.empty()) {
    add(entry, key({"user", account, role, e.identity_store_user}), plus(at, -kSameMoment), until, JoinGrade::exact,
        "identity_store_user");
  }
  // The second half, and the first: they share no field, but the moment.
  const bool saml = record.event_name == "AssumeRoleWithSAML";
  if (by_identity_center && !role.empty() && (saml || record.event_source == "sso.amazonaws.com")) {
    // Two first halves, or two second ones, that name who they are about are tied by that or by nothing. So each looks for the
    // other half only, and a hundred people who enter one role in one moment do not all have to be looked at.
    const bool is_named = saml ? !entry.session_name.empty() : !e.identity_store_user.empty();
    for (const bool second : {false, true}) {
      const model::EdgeUse use = !is_named        ? model::EdgeUse::both
                                 : second == saml ? model::EdgeUse::shown
                                                  : model::EdgeUse::sought;
      add(entry, key({second ? "second_half" : "first_half", account, role}), plus(at, -kSameMoment),
          plus(at, kSameMoment), JoinGrade::inferred, kSameMomentTie, use);
    }
  }
  if (!entry.session_name.empty() && !role.empty()) {
    add(entry, key({"role", account, role, entry.session_name}), plus(at, -kSameMoment), until, JoinGrade::inferred,
        "role_session");
  }
  if (const std::string_view assumed = record.response["assumedRoleUser"]["assumedRoleId"].text(); !assumed.empty()) {
    add(entry, key({"created", account, role, assumed}), plus(at, -kSameMoment), plus(at, kSameMoment),
        JoinGrade::exact, "principal_created");
  }
  if (e.mechanism == Mechanism::assume_root) {
    add(entry, key({"assume_root", account, e.principal.arn.empty() ? e.principal.id : e.principal.arn}), at, until,
        JoinGrade::inferred, "same_caller");
    if (const std::string_view granted = granted_key(record); !granted.empty())
      add(entry, key({"key", account, granted}), kAlways, kForever, JoinGrade::exact, "access_key");
  }
  if (!e.shared_event_id.empty() && is_sts(record))
    add(entry, key({"shared", account, role, e.shared_event_id}), kAlways, kForever, JoinGrade::exact, "shared_event");
  if (entry.edges.empty() && !by_identity_center) {  // nothing better is known of who came in
    add(entry, key({"who", account, role, e.principal.arn.empty() ? e.principal.id : e.principal.arn}), at, until,
        JoinGrade::inferred, "same_principal");
  }
  if (entry.edges.empty())
    add(entry, key({"who", account, role, e.principal.id}), at, until, JoinGrade::inferred, "same_principal");
}

void add_actor_edges(Entry& entry, const Record& record, Time at, const Rules& rules) {
  const model::AccessEvent& e = entry.event;
  const model::Identity& id = record.identity;
  const std::string_view account = e.account_id;
  if (e.also.has(Mechanism::assume_root)) {
    if (!id.access_key_id.empty())
      add(entry, key({"key", account, id.access_key_id}), kAlways, kForever, JoinGrade::exact, "access_key");
    const Time from = created(record, at).value_or(at);
    add(entry, key({"assumed_root", account, id.creation_date}), from, at, JoinGrade::exact, "principal_created");
    return;
  }
  const Time idle = plus(at, kIdleForJoins);
  if (e.also.has(Mechanism::root_api) || id.type == "Root" || e.mechanism == Mechanism::root_console ||
      e.mechanism == Mechanism::root_api || e.mechanism == Mechanism::password_recovery) {
    entry.by_identity = true;
    add(entry, key({"root", account}), at, idle, JoinGrade::exact, "root");
    return;
  }
  if (!e.caller_user_arn.empty()) {  // an IAM user, or a federated user of its keys
    entry.by_identity = true;
    add(entry, key({"iam", account, e.caller_user_arn}), at, idle, JoinGrade::exact, "iam_user");
    return;
  }
  const auto since = created(record, at);
  const Time from = since.value_or(at);
  const Time seen = since ? std::max(at, *since) : at;
  if (since) {
    const Life life = life_of(Record{}, e, *since, rules);
    entry.expires_at = life.expires_at;
    entry.expiry_grade = life.grade;
  }
  if (!e.identity_store_user.empty()) {
    add(entry, key({"user", account, e.role, e.identity_store_user}), from, seen, JoinGrade::exact,
        "identity_store_user");
  }
  if (!entry.session_name.empty() && !e.role.empty()) {
    add(entry, key({"role", account, e.role, entry.session_name}), from, seen, JoinGrade::inferred, "role_session");
  }
  if (since && !session_in(id.principal_id).empty()) {
    add(entry, key({"created", account, e.role, id.principal_id}), from, from, JoinGrade::exact, "principal_created");
  }
  if (!id.sign_in_session_arn.empty()) {
    add(entry, key({"sign_in", account, e.role, id.sign_in_session_arn}), kAlways, kForever, JoinGrade::exact,
        "sign_in_session");
  }
  if (entry.edges.empty()) {
    const std::string_view who = !id.principal_id.empty() ? id.principal_id : id.arn;
    add(entry, key({"who", account, e.role, who}), from, plus(seen, kIdleForJoins), JoinGrade::inferred,
        "same_principal");
  }
}

}  // namespace gw::session
