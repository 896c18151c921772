// What every family asks of a record: who acts, whether it worked, what a denied call was aimed at. Internal to this
// folder. Views live as long as the record. Pure; safe from any thread.
#pragma once

#include <string_view>

#include "domain/detect/arn.h"
#include "domain/model/access_event.h"
#include "domain/model/record.h"

namespace gw::detect {

// An access event with everything that does not depend on the family: ids, outcome, principal, caller, source, and as
// account the one that recorded it (else the caller's own). `role` and `mfa` are left empty.
void begin(const model::Record& record, model::Mechanism mechanism, model::AccessEvent& event);

// Adds root_api or iam_user_api to `also` when such credentials signed this call and the mechanism is another one.
void add_identity(model::AccessEvent& event, const model::Record& record);
// mfaAuthenticated, for the two kinds of identity for which CloudTrail records it; false for federated sessions even
// when the identity provider asked for a second factor ("CloudTrail userIdentity element").
void add_api_mfa(model::AccessEvent& event, const model::Record& record);

// Every form of failure: errorCode; `Failure` under the event's own name in responseElements or serviceEventDetails;
// errorMessage alone ("AWS Management Console sign-in events", "Understanding IAM Identity Center sign-in events").
[[nodiscard]] model::Outcome outcome_of(const model::Record& record);

// The root user's own doing: not a session made by AssumeRoot, not a service's work in its name. Old console calls carry
// `invokedBy: signin.amazonaws.com` and are still a person.
[[nodiscard]] bool acts_as_root(const model::Record& record);
[[nodiscard]] bool acts_as_iam_user(const model::Record& record);
// A session made by AssumeRoot: userIdentity says Root, but it is somebody's task-limited session ("Track privileged tasks").
[[nodiscard]] bool in_assumed_root_session(const model::Record& record);
// An AWS service acting for itself (AWSService, or the bare {accountId, invokedBy} of service events).
[[nodiscard]] bool is_service_principal(const model::Identity& identity);
// "AWS Internal" or a service's DNS name, where an address or a caller is told.
[[nodiscard]] bool is_service_host(std::string_view text);

// The role that acts, from userIdentity.arn, else from sessionIssuer.arn (which keeps the path). Not from
// sessionIssuer.userName: sample records in circulation disagree with their ARNs there.
[[nodiscard]] RoleRef acting_role(const model::Identity& identity);
// The account in which the record was made: recipientAccountId, else the caller's.
[[nodiscard]] std::string_view home_account(const model::Record& record);

// `… on resource: <this> because …` in errorMessage: a call denied by IAM has requestParameters null. Empty when not told.
[[nodiscard]] std::string_view denied_resource(const model::Record& record);
// The same for looking at names: IAM's denials say `on resource: role BreakGlass because …`, so all words of it count.
[[nodiscard]] std::string_view denied_target(const model::Record& record);

// The person behind an Identity Center record, in all three shapes of userIdentity (before October 2024, in between, and
// since July 2025; "Important changes to CloudTrail events for AWS IAM Identity Center").
[[nodiscard]] model::Principal identity_center_person(const model::Identity& identity);
// identityStoreArn#userId; empty unless both are known, because a userId alone is not unique.
[[nodiscard]] std::string store_user_key(std::string_view store_arn, std::string_view user_id);

// Control Tower, StackSets, Identity Center and other service roles at their ordinary work. Judged by what a caller cannot
// choose: the issuer role's ARN with its path, invokedBy, and the address that AWS itself writes.
[[nodiscard]] bool is_service_automation(const model::Record& record, std::string_view entered_role = {});

// True when a requestParameters too large to record was replaced ("CloudTrail record contents").
[[nodiscard]] bool is_omitted(const model::Record& record);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
// A member's text, where it is a string that is not empty.
[[nodiscard]] std::string_view text_at(json::Value object, std::string_view key);

}  // namespace gw::detect
