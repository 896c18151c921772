// The literals are searched in one pass (base/literals.h). A few event names are searched for themselves, and seen to stand
// behind their key; for many the key is, which occurs once a record or so, and its value is looked up in a table. A nested or quoted occurrence only
// makes a candidate more: the record itself is parsed before anything is said about it.
#include "engine/scan/prefilter.h"

#include <algorithm>
#include <utility>

#include "base/glob.h"
#include "base/word_hash.h"

namespace gw::scan {
namespace {

constexpr std::string_view kEventName = "\"eventName\"";
constexpr std::string_view kEscape = "\\u00";
// What passes_ordinary() looks at.
constexpr std::string_view kName = "eventName";
constexpr std::string_view kSource = "eventSource";
constexpr std::string_view kIdentity = "userIdentity";
constexpr std::string_view kAddress = "sourceIPAddress";
constexpr std::string_view kType = "type";
constexpr std::string_view kInvokedBy = "invokedBy";

// What a log file is made of, in small: fingerprints are chosen that are rare in it.
constexpr std::string_view kTypical =
    R"({"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE3QWERTY7ZX:deploy-session",)"
    R"("arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_ViewOnly_0a1b2c3d4e5f6789/jane.doe@example.com",)"
    R"("accountId":"111122223333","accessKeyId":"ASIAEXAMPLE8KJHGFD2MN","sessionContext":{"sessionIssuer":{"type":"Role",)"
    R"("arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_ViewOnly_0a1b2c3d",)"
    R"("userName":"AWSServiceRoleForConfig"},"webIdFederationData":{},"attributes":{"creationDate":"2025-09-14T08:26:53Z",)"
    R"("mfaAuthenticated":"false"}},"invokedBy":"cloudformation.amazonaws.com"},"eventTime":"2025-09-14T09:31:47Z",)"
    R"("eventSource":"ec2.amazonaws.com","eventName":"DescribeNetworkInterfaces","awsRegion":"us-east-1",)"
    R"("sourceIPAddress":"203.0.113.57","userAgent":"aws-sdk-go/1.55.5 (go1.22.6; linux; amd64) exec-env/AWS_Lambda",)"
    R"("errorCode":"AccessDenied","errorMessage":"User is not authorized to perform: s3:ListBucket on resource",)"
    R"("requestParameters":{"instanceId":"i-0f9e8d7c6b5a43210","filterSet":{"items":[{"name":"tag:Name"}]},"maxResults":100,)"
    R"("roleArn":"arn:aws:iam::444455556666:role/OrgCheckRole","roleSessionName":"terraform","durationSeconds":3600,)"
    R"("bucketName":"central-logs-123","Host":"s3.eu-central-1.amazonaws.com","key":"AWSLogs/o-abc/data/part-00017.parquet",)"
    R"("groupName":"/aws/lambda/ingest","logStreamName":"2025/09/14/[$LATEST]b7","encryptionContext":{}},)"
    R"("responseElements":{"credentials":{"accessKeyId":"ASIAEXAMPLE","sessionToken":"IQoJb3JpZ2luX2VjEJr","expiration":)"
    R"("Sep 14, 2025, 10:31:47 AM"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE:terraform"}},"additionalEventData":)"
    R"({"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0},"requestID":)"
    R"("8f2e4c1a-7b6d-4d0f-9e3a-5c1b2a3d4e6f","eventID":"d4c3b2a1-0f9e-4b8d-a7c6-5e4f3a2b1c0d","readOnly":true,"resources":)"
    R"([{"accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d"}],)"
    R"("eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","sharedEventID":"0a9b8c7d",)"
    R"("eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",)"
    R"("clientProvidedHostHeader":"sts.us-west-2.amazonaws.com"},"sessionCredentialFromConsole":"true"},)";

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::vector<detect::EventNameInterest> wanted_names(const Options& options, const watch::Needs& needs) {
  std::vector<detect::EventNameInterest> names;
  if (!options.explain_event_id.empty()) return names;
  for (const detect::EventNameInterest& name : detect::event_names_of_interest()) {
    const bool asked = name.mechanisms.intersects(options.mechanisms);
    const bool watched =
        options.all || name.mechanisms.intersects(needs.any) || (name.path_change && needs.path_changes);
    if ((asked && watched) || name.names_people) names.push_back(name);
  }
  return names;
}

// Of a longer text its beginning is looked for: a part of it stands wherever it stands.
constexpr std::size_t kMaxLiteral = 256;
static_assert(kMaxLiteral + 512 <= Prefilter::kLookAhead);  // and the name behind `"eventName"`

std::vector<detect::EventNameInterest> names_not_by_services() {
  std::vector<detect::EventNameInterest> names;
  for (const detect::EventNameInterest& name : detect::event_names_of_interest()) {
    if (name.not_by_services && !name.is_prefix) names.push_back(name);
  }
  return names;
}

// Above this, more would be stopped at than the key `"eventName"` occurs.
constexpr std::size_t kFewNames = 16;

using Kind = PrefilterLiteral::Kind;

std::vector<PrefilterLiteral> search_literals(const Options& options, const watch::Needs& needs) {
  std::vector<PrefilterLiteral> literals = {{std::string(kEscape), Kind::escape}};
  const auto plain = [&](std::string_view text) {
    literals.push_back({std::string(text.substr(0, kMaxLiteral)), Kind::plain});
  };
  if (options.question != nullptr) {
    for (const std::string& text : options.question->literals) plain(text);
    return literals;
  }
  if (!options.explain_event_id.empty()) {
    // Only its longest run of characters that no writer escapes.
    const std::string stem = glob_stem(options.explain_event_id);
    if (stem.size() >= 3) plain(stem);
    return literals;
  }
  const std::vector<detect::EventNameInterest> names = wanted_names(options, needs);
  if (names.size() > kFewNames) {
    literals.push_back({std::string(kEventName), Kind::event_name});
  } else {
    for (const detect::EventNameInterest& name : names)
      literals.push_back({"\"" + std::string(name.event_name) + (name.is_prefix ? "" : "\""), Kind::name});
  }
  // Mechanisms that go by identity. A watch may match them in `also` of an access that has another mechanism.
  const auto by_identity = [&](model::Mechanism m) {
    return options.all ? options.mechanisms.has(m) : needs.any.has(m);
  };
  if (by_identity(model::Mechanism::root_api)) plain("\"Root\"");
  if (by_identity(model::Mechanism::iam_user_api)) plain("\"IAMUser\"");
  if (!options.all) {
    for (const std::string& stem : needs.stems) plain(stem);
  }
  return literals;
}

std::vector<std::string> texts_of(const std::vector<PrefilterLiteral>& literals) {
  std::vector<std::string> texts;
  texts.reserve(literals.size());
  for (const PrefilterLiteral& literal : literals) texts.push_back(literal.text);
  return texts;
}

// Whether the value that begins at `at` is that of a key `"eventName"`.
bool is_behind_event_name(std::string_view text, std::size_t at) {
  const auto back_over_space = [&] {
    while (at > 0 && is_space(text[at - 1])) --at;
  };
  back_over_space();
  if (at == 0 || text[--at] != ':') return false;
  back_over_space();
  return text.substr(0, at).ends_with(kEventName);
}

}  // namespace

EventNames::EventNames(const std::vector<detect::EventNameInterest>& names) {
  std::size_t size = 16;
  while (size < names.size() * 4) size *= 2;
  table_.resize(size);
  for (const detect::EventNameInterest& name : names) {
    if (name.event_name.empty()) continue;
    if (name.is_prefix) {
      prefixes_.push_back(name.event_name);
      continue;
    }
    const std::uint64_t hash = word_hash(name.event_name);
    table_[slot(name.event_name, hash)] = name.event_name;
    sketch_[hash >> 60 & 15] |= std::uint64_t{1} << (hash >> 54 & 63);
  }
}

// The slot that holds `name`, or the free one where it would go.
std::size_t EventNames::slot(std::string_view name, std::uint64_t hash) const {
  std::size_t i = static_cast<std::size_t>(hash) & (table_.size() - 1);
  while (!table_[i].empty() && table_[i] != name) i = (i + 1) & (table_.size() - 1);
  return i;
}

bool EventNames::contains(std::string_view name) const {
  if (name.empty()) return false;
  const std::uint64_t hash = word_hash(name);
  if ((sketch_[hash >> 60 & 15] >> (hash >> 54 & 63) & 1) != 0 && !table_[slot(name, hash)].empty()) return true;
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](std::string_view prefix) { return prefix[0] == name[0] && name.starts_with(prefix); });
}

Prefilter::Prefilter(const Options& options, const watch::Needs& needs)
    : wanted_(wanted_names(options, needs)),
      known_({detect::event_names_of_interest().begin(), detect::event_names_of_interest().end()}),
      not_by_services_(names_not_by_services()),
      kinds_(search_literals(options, needs)),
      literals_(texts_of(kinds_), kTypical) {}

bool Prefilter::may_tell(const model::Record& record) const {
  return known_.contains(record.event_name) || record.identity.type == "Root" || record.identity.type == "IAMUser";
}

bool Prefilter::is_service_call(const model::Record& record) const {
  return record.identity.type == "AWSService" && not_by_services_.contains(record.event_name) &&
         !detect::may_be_account_access(record.identity.invoked_by) && !detect::may_be_account_access(record.source_ip);
}

bool Prefilter::passes_ordinary(json::Doc& doc) const {
  using Answer = json::Doc::Seen;
  using Member = json::Doc::Member;
  constexpr std::uint64_t kSizes = 1ull << kName.size() | 1ull << kSource.size() | 1ull << kIdentity.size() |
                                   1ull << kAddress.size() | 1ull << kType.size() | 1ull << kInvokedBy.size();
  bool named = false;
  bool sourced = false;
  bool service_name = false;  // a name that is an access unless a service called
  bool by_service = false;
  bool by_another = false;      // by duplicate keys both may hold
  bool account_access = false;  // the one service that enters for people

  const auto see_identity = [&](const Member& member) {
    if (member.key() == kType) {
      const std::string_view type = member.text();
      if (!member.is_string() || type == "Root" || type == "IAMUser") return Answer::refuse;
      (type == "AWSService" ? by_service : by_another) = true;
    } else if (member.key() == kInvokedBy) {
      account_access = account_access || !member.is_string() || detect::may_be_account_access(member.text());
    }
    return Answer::pass;
  };
  const auto see = [&](const Member& member) {
    if (member.is_nested()) return see_identity(member);
    const std::string_view key = member.key();
    if (key == kName) {
      named = true;
      if (!member.is_string()) return Answer::refuse;
      if (!known_.contains(member.text())) return Answer::pass;
      service_name = true;
      return not_by_services_.contains(member.text()) ? Answer::pass : Answer::refuse;
    }
    if (key == kSource) {
      sourced = true;
      return !member.is_string() || member.text().starts_with("aws:") ? Answer::refuse : Answer::pass;
    }
    if (key == kIdentity) return member.is_object() ? Answer::enter : Answer::refuse;
    if (key == kAddress)
      account_access = account_access || !member.is_string() || detect::may_be_account_access(member.text());
    return Answer::pass;
  };
  return doc.skim_next(kSizes, see, [&] {
    return named && sourced && (!service_name || (by_service && !by_another && !account_access));
  });
}

bool Prefilter::verify(std::string_view text, std::size_t index, std::size_t at) const {
  switch (kinds_[index].kind) {
    case Kind::plain: return true;
    case Kind::name: return is_behind_event_name(text, at);
    case Kind::escape: {
      // \u00XX of a letter, a digit or one of `_-.:@`: nothing that CloudTrail's writers escape.
      if (at + kEscape.size() + 2 > text.size()) return true;
      const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
      };
      const int high = digit(text[at + 4]);
      const int low = digit(text[at + 5]);
      if (high < 0 || low < 0) return true;
      const char c = static_cast<char>(high << 4 | low);
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             std::string_view("_-.:@").find(c) != std::string_view::npos;
    }
    case Kind::event_name: break;
  }
  std::size_t i = at + kEventName.size();
  while (i < text.size() && is_space(text[i])) ++i;
  if (i >= text.size() || text[i] != ':') return false;
  ++i;
  while (i < text.size() && is_space(text[i])) ++i;
  if (i >= text.size() || text[i] != '"') return false;
  ++i;
  const auto* end =
      static_cast<const char*>(std::memchr(text.data() + i, '"', std::min<std::size_t>(text.size() - i, 256)));
  if (end == nullptr) return false;  // no event name of interest is that long
  const std::string_view name = text.substr(i, static_cast<std::size_t>(end - text.data()) - i);
  return wanted_.contains(name) || name.find('\\') != std::string_view::npos;
}

void Prefilter::candidates(std::string_view text, std::size_t from, std::size_t to,
                           std::vector<Candidate>& found) const {
  literals_.find(text, from, to, [&](std::size_t index, std::size_t at) {
    if (!verify(text, index, at)) return;
    found.push_back(
        {static_cast<std::uint32_t>(at), kinds_[index].kind != Kind::plain && kinds_[index].kind != Kind::escape});
  });
}

void Prefilter::sort(std::vector<Candidate>& found) {
  const auto before = [](const Candidate& a, const Candidate& b) { return a.at < b.at; };
  if (!std::is_sorted(found.begin(), found.end(), before)) std::sort(found.begin(), found.end(), before);
}

bool Prefilter::is_candidate(std::string_view text) const {
  bool found = false;
  literals_.find(text, [&](std::size_t index, std::size_t at) { found = found || verify(text, index, at); });
  return found;
}

}  // namespace gw::scan
