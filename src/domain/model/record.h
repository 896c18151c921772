// One CloudTrail record, as read ("CloudTrail record contents", "CloudTrail userIdentity element").
//
// All views live as long as the text and the json::Doc that the record was read from. A field that the record lacks,
// or holds as null, is an empty view or a missing Value: CloudTrail promises almost none of them. A field of the wrong
// JSON type is treated as missing and named in `wrong_type`. Plain data; no thread rules of its own.
#pragma once

#include <optional>
#include <string_view>

#include "base/json/doc.h"
#include "base/time.h"

namespace gw::model {

// `userIdentity`. Two generations exist for Identity Center: before July 2025 `userName`/`principalId`, since then
// `onBehalfOf` + `credentialId` ("Important changes to CloudTrail events for AWS IAM Identity Center").
struct Identity {
  std::string_view type;  // Root, IAMUser, AssumedRole, AWSAccount, AWSService, IdentityCenterUser, Unknown, …
  std::string_view principal_id;
  std::string_view arn;
  std::string_view account_id;
  std::string_view access_key_id;
  std::string_view user_name;
  std::string_view invoked_by;
  std::string_view identity_provider;
  std::string_view credential_id;
  std::string_view on_behalf_user_id;
  std::string_view on_behalf_store_arn;
  // sessionContext
  std::string_view issuer_type;
  std::string_view issuer_arn;  // keeps the role's path, unlike `arn`
  std::string_view issuer_account_id;
  std::string_view issuer_user_name;  // the role's name
  std::string_view issuer_principal_id;
  std::string_view creation_date;
  std::string_view mfa_authenticated;  // the strings "true" and "false"
  std::string_view source_identity;
  std::string_view assumed_root;  // "true" in sessions made by AssumeRoot
  std::string_view sign_in_session_arn;
  json::Value on_behalf_of;
  json::Value session_context;
};

struct Record {
  std::string_view event_version;
  std::string_view event_id;
  std::string_view event_source;
  std::string_view event_name;
  std::string_view event_type;
  std::string_view event_category;
  std::string_view event_time_text;
  std::optional<Time> event_time;  // nullopt: missing or not a time
  std::string_view region;
  std::string_view source_ip;
  std::string_view user_agent;
  std::string_view error_code;
  std::string_view error_message;
  std::string_view recipient_account_id;
  std::string_view shared_event_id;
  std::string_view session_credential_from_console;
  std::optional<bool> read_only;
  Identity identity;
  json::Value request;     // requestParameters
  json::Value response;    // responseElements
  json::Value additional;  // additionalEventData
  json::Value service;     // serviceEventDetails: object, or string in some services
  json::Value resources;
  json::Value addendum;
  json::Value root;  // the whole record

  // The first field that this record holds with a JSON type that CloudTrail never uses for it; empty when none.
  std::string_view wrong_type;
  // Some key that decides about detection occurs twice (the last one is what stands above).
  bool duplicate_keys = false;
};

}  // namespace gw::model
