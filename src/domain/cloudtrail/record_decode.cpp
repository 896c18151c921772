// One walk over the members of the record and one over userIdentity: the key chooses a field, each field checks for the
// JSON type that CloudTrail gives it. A field of another type counts as missing and is named, because an access whose
// account or role is unreadable must be shown and reported, not lost.
//
// Duplicate keys: a later member overwrites an earlier one, so the last wins. Asked for occurrence n, the overwriting
// stops after the n-th.
#include "domain/cloudtrail/record_decode.h"

#include <array>
#include <cstdint>

namespace gw::cloudtrail {
namespace {

using json::Value;
using model::Identity;
using model::Record;

enum class Field : std::uint8_t {
  event_name,
  event_source,
  event_time,
  event_id,
  event_type,
  event_version,
  event_category,
  error_code,
  error_message,
  user_identity,
  user_agent,
  source_ip,
  service,
  shared_event_id,
  from_console,
  request,
  response,
  recipient,
  read_only,
  resources,
  region,
  additional,
  addendum,
  none
};
enum class IdentityField : std::uint8_t {
  type,
  principal_id,
  arn,
  account_id,
  access_key_id,
  user_name,
  invoked_by,
  identity_provider,
  credential_id,
  on_behalf_of,
  session_context,
  none
};

Field field_of(std::string_view key) {
  const auto is = [key](std::string_view name, Field field) { return key == name ? field : Field::none; };
  if (key.size() < 7) return Field::none;  // eventID is the shortest: the characters looked at below exist
  switch (key[0]) {
    case 'e':
      switch (key[5]) {
        case 'N': return is("eventName", Field::event_name);
        case 'S': return is("eventSource", Field::event_source);
        case 'I': return is("eventID", Field::event_id);
        case 'V': return is("eventVersion", Field::event_version);
        case 'C':
          return key[1] == 'v' ? is("eventCategory", Field::event_category) : is("errorCode", Field::error_code);
        case 'M': return is("errorMessage", Field::error_message);
        case 'T': return key[6] == 'i' ? is("eventTime", Field::event_time) : is("eventType", Field::event_type);
        default: return Field::none;
      }
    case 'u': return key[4] == 'I' ? is("userIdentity", Field::user_identity) : is("userAgent", Field::user_agent);
    case 's':
      switch (key[1]) {
        case 'o': return is("sourceIPAddress", Field::source_ip);
        case 'h': return is("sharedEventID", Field::shared_event_id);
        default:
          return key[2] == 'r' ? is("serviceEventDetails", Field::service)
                               : is("sessionCredentialFromConsole", Field::from_console);
      }
    case 'r':
      switch (key[2]) {
        case 'q': return is("requestParameters", Field::request);
        case 's': return key[3] == 'p' ? is("responseElements", Field::response) : is("resources", Field::resources);
        case 'c': return is("recipientAccountId", Field::recipient);
        case 'a': return is("readOnly", Field::read_only);
        default: return Field::none;
      }
    case 'a':
      switch (key[1]) {
        case 'w': return is("awsRegion", Field::region);
        default: return key[3] == 'i' ? is("additionalEventData", Field::additional) : is("addendum", Field::addendum);
      }
    default: return Field::none;
  }
}

IdentityField identity_field_of(std::string_view key) {
  constexpr std::array<std::string_view, 11> kNames = {
      "type",      "principalId",      "arn",          "accountId",  "accessKeyId",   "userName",
      "invokedBy", "identityProvider", "credentialId", "onBehalfOf", "sessionContext"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (key == kNames[i]) return static_cast<IdentityField>(i);
  }
  return IdentityField::none;
}

class Decoder {
 public:
  Decoder(Record& record, unsigned occurrence) : record_(record), occurrence_(occurrence) {}

  void record(Value value);

 private:
  void text(Value v, std::string_view& out, std::string_view name) {
    out = v.text();
    if (!v.is_nothing() && !v.is_string()) wrong(name);
  }
  // A string in every published record; the boolean that it means is tolerated.
  void text_or_boolean(Value v, std::string_view& out, std::string_view name) {
    if (v.boolean()) {
      out = v.raw();
    } else {
      text(v, out, name);
    }
  }
  void object(Value v, Value& out, std::string_view name) {
    out = v.is_object() ? v : Value();
    if (!v.is_nothing() && !v.is_object()) wrong(name);
  }
  void wrong(std::string_view name) {
    if (record_.wrong_type.empty()) record_.wrong_type = name;
  }
  // Whether this member is to be taken, having been preceded by `count` of the same name.
  bool take(std::uint8_t& count) {
    if (count > 0) record_.duplicate_keys = true;
    const bool wanted = count <= occurrence_;
    if (count < 0xFF) ++count;
    return wanted;
  }

  void apply(Field field, Value v);
  void apply(IdentityField field, Value v);
  void identity(Value value);
  void session_context(Value context);
  void service_details();

  Record& record_;
  unsigned occurrence_;
};

void Decoder::session_context(Value context) {
  Identity& id = record_.identity;
  Value issuer;
  object(context["sessionIssuer"], issuer, "userIdentity.sessionContext.sessionIssuer");
  text(issuer["type"], id.issuer_type, "userIdentity.sessionContext.sessionIssuer.type");
  text(issuer["arn"], id.issuer_arn, "userIdentity.sessionContext.sessionIssuer.arn");
  text(issuer["accountId"], id.issuer_account_id, "userIdentity.sessionContext.sessionIssuer.accountId");
  text(issuer["userName"], id.issuer_user_name, "userIdentity.sessionContext.sessionIssuer.userName");
  text(issuer["principalId"], id.issuer_principal_id, "userIdentity.sessionContext.sessionIssuer.principalId");
  Value attributes;
  object(context["attributes"], attributes, "userIdentity.sessionContext.attributes");
  text(attributes["creationDate"], id.creation_date, "userIdentity.sessionContext.attributes.creationDate");
  text_or_boolean(attributes["mfaAuthenticated"], id.mfa_authenticated,
                  "userIdentity.sessionContext.attributes.mfaAuthenticated");
  text(context["sourceIdentity"], id.source_identity, "userIdentity.sessionContext.sourceIdentity");
  text_or_boolean(context["assumedRoot"], id.assumed_root, "userIdentity.sessionContext.assumedRoot");
  text(context["signInSessionArn"], id.sign_in_session_arn, "userIdentity.sessionContext.signInSessionArn");
}

void Decoder::apply(IdentityField field, Value v) {
  Identity& id = record_.identity;
  switch (field) {
    case IdentityField::type: return text(v, id.type, "userIdentity.type");
    case IdentityField::principal_id: return text(v, id.principal_id, "userIdentity.principalId");
    case IdentityField::arn: return text(v, id.arn, "userIdentity.arn");
    case IdentityField::account_id: return text(v, id.account_id, "userIdentity.accountId");
    case IdentityField::access_key_id: return text(v, id.access_key_id, "userIdentity.accessKeyId");
    case IdentityField::user_name: return text(v, id.user_name, "userIdentity.userName");
    case IdentityField::invoked_by: return text(v, id.invoked_by, "userIdentity.invokedBy");
    case IdentityField::identity_provider: return text(v, id.identity_provider, "userIdentity.identityProvider");
    case IdentityField::credential_id: return text(v, id.credential_id, "userIdentity.credentialId");
    case IdentityField::on_behalf_of: {
      Value on_behalf;
      object(v, on_behalf, "userIdentity.onBehalfOf");
      id.on_behalf_of = on_behalf;
      text(on_behalf["userId"], id.on_behalf_user_id, "userIdentity.onBehalfOf.userId");
      return text(on_behalf["identityStoreArn"], id.on_behalf_store_arn, "userIdentity.onBehalfOf.identityStoreArn");
    }
    case IdentityField::session_context: {
      Value context;
      object(v, context, "userIdentity.sessionContext");
      id.session_context = context;
      return session_context(context);
    }
    case IdentityField::none: return;
  }
}

void Decoder::identity(Value value) {
  record_.identity = Identity{};
  if (!value.is_nothing() && !value.is_object()) return wrong("userIdentity");
  std::array<std::uint8_t, static_cast<std::size_t>(IdentityField::none)> counts{};
  for (Value v = value.first_child(); !v.is_missing(); v = v.next_sibling()) {
    const IdentityField field = identity_field_of(v.key());
    if (field != IdentityField::none && take(counts[static_cast<std::size_t>(field)])) apply(field, v);
  }
}

void Decoder::apply(Field field, Value v) {
  switch (field) {
    case Field::event_name: return text(v, record_.event_name, "eventName");
    case Field::event_source: return text(v, record_.event_source, "eventSource");
    case Field::event_time: return text(v, record_.event_time_text, "eventTime");
    case Field::event_id: return text(v, record_.event_id, "eventID");
    case Field::event_type: return text(v, record_.event_type, "eventType");
    case Field::event_version: return text(v, record_.event_version, "eventVersion");
    case Field::event_category: return text(v, record_.event_category, "eventCategory");
    case Field::error_code: return text(v, record_.error_code, "errorCode");
    case Field::error_message: return text(v, record_.error_message, "errorMessage");
    case Field::user_identity: return identity(v);
    case Field::user_agent: return text(v, record_.user_agent, "userAgent");
    case Field::source_ip: return text(v, record_.source_ip, "sourceIPAddress");
    case Field::service:
      record_.service = v;
      if (!v.is_nothing() && !v.is_object() && !v.is_string()) wrong("serviceEventDetails");
      return;
    case Field::shared_event_id: return text(v, record_.shared_event_id, "sharedEventID");
    case Field::from_console:
      return text_or_boolean(v, record_.session_credential_from_console, "sessionCredentialFromConsole");
    case Field::request: return object(v, record_.request, "requestParameters");
    case Field::response: return object(v, record_.response, "responseElements");
    case Field::recipient: return text(v, record_.recipient_account_id, "recipientAccountId");
    case Field::read_only:
      // Some exports that passed through other tools hold the boolean as text.
      record_.read_only = v.boolean();
      if (v.text() == "true" || v.text() == "false") record_.read_only = v.text() == "true";
      return;
    case Field::resources:
      record_.resources = v.is_array() ? v : Value();
      if (!v.is_nothing() && !v.is_array()) wrong("resources");
      return;
    case Field::region: return text(v, record_.region, "awsRegion");
    case Field::additional: return object(v, record_.additional, "additionalEventData");
    case Field::addendum: return object(v, record_.addendum, "addendum");
    case Field::none: return;
  }
}

// Account and role of an Identity Center access decide everything; a number there is damage, not a value.
void Decoder::service_details() {
  if (!record_.service.is_object()) return;
  const auto check = [&](std::string_view key, std::string_view name) {
    const Value v = record_.service[key];
    if (!v.is_nothing() && !v.is_string()) wrong(name);
  };
  check("account_id", "serviceEventDetails.account_id");
  check("role_name", "serviceEventDetails.role_name");
}

void Decoder::record(Value value) {
  record_.root = value;
  std::array<std::uint8_t, static_cast<std::size_t>(Field::none)> counts{};
  for (Value v = value.first_child(); !v.is_missing(); v = v.next_sibling()) {
    const Field field = field_of(v.key());
    if (field != Field::none && take(counts[static_cast<std::size_t>(field)])) apply(field, v);
  }
  if (!record_.event_time_text.empty()) record_.event_time = parse_time(record_.event_time_text);
  service_details();
}

}  // namespace

model::Record decode_record(json::Value value, unsigned occurrence) {
  Record record;
  Decoder decoder(record, occurrence);
  if (!value.is_object()) {
    record.wrong_type = "record";
    return record;
  }
  decoder.record(value);
  return record;
}

RecordKind kind_of(json::Value value) {
  if (!value.is_object()) return RecordKind::not_a_record;
  bool named = false;
  std::string_view category;
  std::string_view type;
  bool insight = false;
  for (Value v = value.first_child(); !v.is_missing(); v = v.next_sibling()) {
    const std::string_view key = v.key();
    if (key.size() < 9) continue;
    if (key == "eventName" || key == "eventSource") {
      named = true;
    } else if (key == "eventCategory") {
      category = v.text();
    } else if (key == "eventType") {
      type = v.text();
    } else if (key == "insightDetails") {
      insight = v.is_object();
    }
  }
  if (insight || category == "Insight" || type == "AwsCloudTrailInsight") return RecordKind::insight;
  if (category == "Aggregated" || type == "AwsAggregatedEvent") return RecordKind::aggregated;
  return named ? RecordKind::record : RecordKind::not_a_record;
}

}  // namespace gw::cloudtrail
