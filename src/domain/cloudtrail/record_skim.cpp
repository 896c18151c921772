// Members come in the order of the text, with their depth: 0 the record's, 1 userIdentity's, 2 sessionContext's, 3 those of its
// sessionIssuer or attributes. No other member is entered.
#include "domain/cloudtrail/record_skim.h"

#include <cstdint>
#include <string_view>

namespace gw::cloudtrail {
namespace {

using json::Doc;
using model::Record;
using Seen = Doc::Seen;
using Member = Doc::Member;

class Skimmer {
 public:
  explicit Skimmer(Record& record) : record_(record) {}

  Seen see(const Member& m) {
    switch (m.depth()) {
      case 0: return of_record(m);
      case 1: return of_identity(m);
      case 2: return of_context(m);
      default: return inner_ == Inner::issuer ? of_issuer(m) : of_attributes(m);
    }
  }
  // Whether it is a record at all, as kind_of() says.
  [[nodiscard]] bool is_record() const {
    const Record& r = record_;
    return !r.event_name.empty() && !r.event_source.starts_with("aws:") && r.event_category != "Insight" &&
           r.event_category != "Aggregated" && r.event_type != "AwsCloudTrailInsight" &&
           r.event_type != "AwsAggregatedEvent";
  }

 private:
  enum class Inner : std::uint8_t { issuer, attributes };

  // Each known key once.
  bool is_first(unsigned key) {
    const std::uint64_t bit = std::uint64_t{1} << key;
    if ((keys_ & bit) != 0) return false;
    keys_ |= bit;
    return true;
  }
  Seen text(const Member& m, unsigned key, std::string_view& out) {
    if (!is_first(key)) return Seen::refuse;
    if (m.is_string()) {
      out = m.text();
      return Seen::pass;
    }
    return m.first() == 'n' ? Seen::pass : Seen::refuse;
  }
  // A container of that type, or null: of no interest here.
  Seen skip(const Member& m, unsigned key, char type) {
    return is_first(key) && (m.first() == type || m.first() == 'n') ? Seen::pass : Seen::refuse;
  }
  Seen enter(const Member& m, unsigned key) {
    if (!is_first(key)) return Seen::refuse;
    if (m.is_object()) return Seen::enter;
    return m.first() == 'n' ? Seen::pass : Seen::refuse;
  }

  Seen of_record(const Member& m) {
    const std::string_view key = m.key();
    Record& r = record_;
    switch (key.size()) {
      case 7: return key == "eventID" ? text(m, 0, r.event_id) : Seen::pass;
      case 8:
        if (key == "readOnly") return read_only(m);
        return key == "addendum" ? skip(m, 2, '{') : Seen::pass;
      case 9:
        if (key == "eventName") return text(m, 3, r.event_name);
        if (key == "eventTime") return text(m, 4, r.event_time_text);
        if (key == "eventType") return text(m, 5, r.event_type);
        if (key == "awsRegion") return text(m, 6, r.region);
        if (key == "errorCode") return text(m, 7, r.error_code);
        if (key == "userAgent") return text(m, 8, r.user_agent);
        return key == "resources" ? skip(m, 9, '[') : Seen::pass;
      case 11: return key == "eventSource" ? text(m, 10, r.event_source) : Seen::pass;
      case 12:
        if (key == "userIdentity") return enter(m, 11);
        if (key == "eventVersion") return text(m, 12, r.event_version);
        return key == "errorMessage" ? text(m, 13, r.error_message) : Seen::pass;
      case 13:
        if (key == "eventCategory") return text(m, 14, r.event_category);
        return key == "sharedEventID" ? text(m, 15, r.shared_event_id) : Seen::pass;
      case 14: return key == "insightDetails" ? Seen::refuse : Seen::pass;
      case 15: return key == "sourceIPAddress" ? text(m, 16, r.source_ip) : Seen::pass;
      case 16: return key == "responseElements" ? skip(m, 17, '{') : Seen::pass;
      case 17: return key == "requestParameters" ? skip(m, 18, '{') : Seen::pass;
      case 18: return key == "recipientAccountId" ? text(m, 19, r.recipient_account_id) : Seen::pass;
      case 19:
        if (key == "serviceEventDetails") return skip(m, 20, 'n');
        return key == "additionalEventData" ? skip(m, 21, '{') : Seen::pass;
      case 28:
        return key == "sessionCredentialFromConsole" ? text(m, 22, r.session_credential_from_console) : Seen::pass;
      default: return Seen::pass;
    }
  }
  Seen read_only(const Member& m) {
    if (!is_first(1)) return Seen::refuse;
    switch (m.first()) {
      case 't': record_.read_only = true; return Seen::pass;
      case 'f': record_.read_only = false; return Seen::pass;
      case 'n': return Seen::pass;
      default: return Seen::refuse;
    }
  }

  Seen of_identity(const Member& m) {
    const std::string_view key = m.key();
    model::Identity& id = record_.identity;
    switch (key.size()) {
      case 3: return key == "arn" ? text(m, 23, id.arn) : Seen::pass;
      case 4: return key == "type" ? text(m, 24, id.type) : Seen::pass;
      case 8: return key == "userName" ? text(m, 25, id.user_name) : Seen::pass;
      case 9:
        if (key == "accountId") return text(m, 26, id.account_id);
        return key == "invokedBy" ? text(m, 27, id.invoked_by) : Seen::pass;
      case 10: return key == "onBehalfOf" ? skip(m, 28, 'n') : Seen::pass;
      case 11:
        if (key == "principalId") return text(m, 29, id.principal_id);
        return key == "accessKeyId" ? text(m, 30, id.access_key_id) : Seen::pass;
      case 12: return key == "credentialId" ? text(m, 31, id.credential_id) : Seen::pass;
      case 14: return key == "sessionContext" ? enter(m, 32) : Seen::pass;
      case 16: return key == "identityProvider" ? text(m, 33, id.identity_provider) : Seen::pass;
      default: return Seen::pass;
    }
  }
  // Any key that occurs twice in it counts, so that only known ones can be passed.
  Seen of_context(const Member& m) {
    const std::string_view key = m.key();
    model::Identity& id = record_.identity;
    if (key == "sessionIssuer" || key == "attributes") {
      inner_ = key == "attributes" ? Inner::attributes : Inner::issuer;
      return enter(m, key == "attributes" ? 34 : 35);
    }
    if (key == "webIdFederationData") return is_first(36) ? Seen::pass : Seen::refuse;
    if (key == "ec2RoleDelivery") return is_first(37) ? Seen::pass : Seen::refuse;
    if (key == "sourceIdentity") return text(m, 38, id.source_identity);
    if (key == "assumedRoot") return text(m, 39, id.assumed_root);
    if (key == "signInSessionArn") return text(m, 40, id.sign_in_session_arn);
    return Seen::refuse;
  }
  Seen of_issuer(const Member& m) {
    const std::string_view key = m.key();
    model::Identity& id = record_.identity;
    if (key == "type") return text(m, 41, id.issuer_type);
    if (key == "arn") return text(m, 42, id.issuer_arn);
    if (key == "accountId") return text(m, 43, id.issuer_account_id);
    if (key == "userName") return text(m, 44, id.issuer_user_name);
    if (key == "principalId") return text(m, 45, id.issuer_principal_id);
    return Seen::pass;
  }
  Seen of_attributes(const Member& m) {
    const std::string_view key = m.key();
    if (key == "creationDate") return text(m, 46, record_.identity.creation_date);
    if (key == "mfaAuthenticated") return text(m, 47, record_.identity.mfa_authenticated);
    return Seen::pass;
  }

  Record& record_;
  std::uint64_t keys_ = 0;
  Inner inner_ = Inner::issuer;
};

}  // namespace

bool skim_record(json::Doc& doc, model::Record& record, const std::function<bool(const model::Record&)>& accept) {
  record = {};
  Skimmer skimmer(record);
  return doc.skim_next(
      Doc::kEveryKey, [&](const Member& m) { return skimmer.see(m); },
      [&] {
        if (!skimmer.is_record()) return false;
        if (!record.event_time_text.empty()) record.event_time = parse_time(record.event_time_text);
        return accept(record);
      });
}

}  // namespace gw::cloudtrail
