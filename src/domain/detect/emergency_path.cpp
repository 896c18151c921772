// Changes to the way in: who may break the glass, as what, for how long, and with which proof of identity.
//
// Identity Center's assignments and permission sets, its identity source and MFA, users and groups of the identity store,
// IAM's providers, trusts and sign-in means. Identity Center and provider changes always count; IAM changes count for roles
// and users whose name says that they open accounts in an emergency, because every deployment edits others all day.
#include <array>

#include "domain/detect/facts.h"
#include "domain/detect/families.h"
#include "domain/detect/targets.h"

namespace gw::detect {
namespace {

using model::Mechanism;
using model::Record;

bool powerful_role(const Record&, std::string_view target) { return names_powerful_role(target); }
bool emergency_name(const Record&, std::string_view target) { return names_emergency(target); }
// Without a userName the call is about whoever signed it: the root user, or the IAM user.
bool own_or_emergency(const Record& record, std::string_view target) {
  if (!target.empty()) return names_emergency(target);
  return record.identity.type == "Root" || (record.identity.type == "IAMUser" && names_emergency(record.identity.arn));
}
// Every EKS cluster brings a provider of its own; it lets pods in, not people.
bool not_a_cluster(const Record&, std::string_view target) {
  return target.find("oidc.eks.") == std::string_view::npos;
}
// Trusted access for the services that hand out access to accounts.
bool opens_accounts(const Record&, std::string_view target) {
  return target == "iam.amazonaws.com" || target.starts_with("sso.") || target.starts_with("account-access.");
}

constexpr EventRow row(std::string_view source, std::string_view name, std::string_view keys, Guard guard = nullptr) {
  EventRow r;
  r.event_source = source;
  r.event_name = name;
  r.handle = detect_change;
  r.mechanism = Mechanism::other;
  r.mechanisms = change_mechanisms(Mechanism::other);
  r.path_change = true;
  r.target_keys = keys;
  r.guard = guard;
  return r;
}
constexpr EventRow center(
    std::string_view name,
    std::string_view keys = "permissionSetArn|targetId|principalType|principalId|applicationArn|instanceArn") {
  return row("sso.amazonaws.com", name, keys);
}
constexpr EventRow directory(std::string_view name,
                             std::string_view keys = "groupId|userId|member|directoryId|identityStoreId") {
  return row("sso-directory.amazonaws.com", name, keys);
}
constexpr EventRow store(std::string_view name) {
  return row("identitystore.amazonaws.com", name, "groupId|userId|memberId|membershipId|identityStoreId");
}
// Adding a person to a group shows as PatchGroup on a group id only ("Logging SCIM API calls").
constexpr EventRow scim(std::string_view name) { return row("identitystore-scim.amazonaws.com", name, "id|tenantId"); }
constexpr EventRow role(std::string_view name) { return row("iam.amazonaws.com", name, "roleName", powerful_role); }
constexpr EventRow policy(std::string_view name) { return row("iam.amazonaws.com", name, "policyArn", emergency_name); }
constexpr EventRow user(std::string_view name, Guard guard = emergency_name) {
  return row("iam.amazonaws.com", name, "userName|groupName", guard);
}
constexpr EventRow iam(std::string_view name, std::string_view keys = "", Guard guard = nullptr) {
  return row("iam.amazonaws.com", name, keys, guard);
}
constexpr EventRow root_task(EventRow r) {
  r.root_task = true;
  return r;
}
constexpr EventRow account_access(std::string_view name) {
  return row("account-access.amazonaws.com", name, "applicationArn|entitlementId|roleArn|principalId");
}

constexpr std::array kRows = {
    center("CreateAccountAssignment"),
    center("DeleteAccountAssignment"),
    center("CreatePermissionSet", "name|permissionSetArn"),
    center("UpdatePermissionSet"),
    center("DeletePermissionSet"),
    center("ProvisionPermissionSet"),
    center("AttachManagedPolicyToPermissionSet", "permissionSetArn|managedPolicyArn"),
    center("DetachManagedPolicyFromPermissionSet", "permissionSetArn|managedPolicyArn"),
    center("AttachCustomerManagedPolicyReferenceToPermissionSet"),
    center("DetachCustomerManagedPolicyReferenceFromPermissionSet"),
    center("PutInlinePolicyToPermissionSet", "permissionSetArn"),
    center("DeleteInlinePolicyFromPermissionSet", "permissionSetArn"),
    center("PutPermissionsBoundaryToPermissionSet", "permissionSetArn"),
    center("DeletePermissionsBoundaryFromPermissionSet", "permissionSetArn"),
    center("CreateInstance"),
    center("DeleteInstance"),
    center("UpdateInstance"),
    center("AddRegion"),
    center("RemoveRegion"),
    center("CreateInstanceAccessControlAttributeConfiguration"),
    center("UpdateInstanceAccessControlAttributeConfiguration"),
    center("DeleteInstanceAccessControlAttributeConfiguration"),
    center("UpdateSsoConfiguration", "ssoConfiguration|configurationType"),
    center("PutMfaDeviceManagementForDirectory", "directoryId"),
    center("AssociateDirectory", "directoryId|directoryType"),
    center("DisassociateDirectory", "directoryId|directoryType"),
    center("AssociateProfile", "profileId|accessorId|accessorType"),
    center("DisassociateProfile", "profileId|accessorId|accessorType"),
    center("CreateProfile", "profileName|applicationInstanceId"),
    center("UpdateProfile", "profileId|applicationInstanceId"),
    center("CreateApplication", "name|applicationProviderArn"),
    center("PutApplicationAccessScope", "applicationArn|scope"),
    center("PutApplicationGrant", "applicationArn|grantType"),
    center("PutApplicationAuthenticationMethod", "applicationArn|authenticationMethodType"),
    center("PutApplicationAssignmentConfiguration", "applicationArn|assignmentRequired"),
    center("CreateTrustedTokenIssuer", "name|trustedTokenIssuerType"),
    center("UpdateTrustedTokenIssuer", "name|trustedTokenIssuerArn"),
    center("StartSSO", ""),

    directory("AddMemberToGroup"),
    directory("RemoveMemberFromGroup"),
    directory("CreateUser"),
    directory("EnableUser"),
    directory("DisableUser"),
    directory("UpdatePassword"),
    directory("DeleteMfaDeviceForUser"),
    directory("CreateExternalIdPConfigurationForDirectory"),
    directory("EnableExternalIdPConfigurationForDirectory"),
    directory("UpdateExternalIdPConfigurationForDirectory"),
    directory("DisableExternalIdPConfigurationForDirectory"),
    directory("DeleteExternalIdPConfigurationForDirectory"),

    store("CreateUser"),
    store("UpdateUser"),
    store("DeleteUser"),
    store("CreateGroup"),
    store("CreateGroupMembership"),
    store("DeleteGroupMembership"),

    scim("CreateUser"),
    scim("PatchUser"),
    scim("PutUser"),
    scim("DeleteUser"),
    scim("CreateGroup"),
    scim("PatchGroup"),
    scim("DeleteGroup"),

    role("UpdateAssumeRolePolicy"),
    role("CreateRole"),
    role("DeleteRole"),
    role("UpdateRole"),
    role("TagRole"),
    role("AttachRolePolicy"),
    role("DetachRolePolicy"),
    role("PutRolePolicy"),
    role("DeleteRolePolicy"),
    role("PutRolePermissionsBoundary"),
    role("DeleteRolePermissionsBoundary"),
    policy("CreatePolicyVersion"),
    policy("SetDefaultPolicyVersion"),
    user("CreateUser"),
    user("DeleteUser"),
    user("AddUserToGroup"),
    user("RemoveUserFromGroup"),
    user("AttachUserPolicy"),
    user("PutUserPolicy"),
    user("AttachGroupPolicy"),
    user("PutGroupPolicy"),
    root_task(user("DeleteLoginProfile")),
    root_task(user("DeleteAccessKey")),
    root_task(user("DeleteSigningCertificate")),
    user("CreateAccessKey", own_or_emergency),
    user("UpdateAccessKey", own_or_emergency),
    user("EnableMFADevice"),
    user("ResyncMFADevice"),
    root_task(user("CreateLoginProfile", nullptr)),
    user("UpdateLoginProfile", nullptr),
    root_task(user("DeactivateMFADevice", nullptr)),
    root_task(iam("DeleteVirtualMFADevice", "serialNumber")),
    iam("CreateVirtualMFADevice", "virtualMFADeviceName|path", emergency_name),
    iam("UpdateAccountPasswordPolicy"),
    iam("DeleteAccountPasswordPolicy"),
    iam("CreateSAMLProvider", "name|sAMLProviderArn"),
    iam("UpdateSAMLProvider", "sAMLProviderArn"),
    iam("DeleteSAMLProvider", "sAMLProviderArn"),
    iam("CreateOpenIDConnectProvider", "url", not_a_cluster),
    iam("UpdateOpenIDConnectProviderThumbprint", "openIDConnectProviderArn", not_a_cluster),
    iam("AddClientIDToOpenIDConnectProvider", "openIDConnectProviderArn", not_a_cluster),
    iam("EnableOrganizationsRootCredentialsManagement"),
    iam("EnableOrganizationsRootSessions"),
    iam("DisableOrganizationsRootCredentialsManagement"),
    iam("DisableOrganizationsRootSessions"),
    row("organizations.amazonaws.com", "EnableAWSServiceAccess", "servicePrincipal", opens_accounts),
    row("account.amazonaws.com", "StartPrimaryEmailUpdate", "accountId"),
    row("account.amazonaws.com", "AcceptPrimaryEmailUpdate", "accountId"),

    account_access("CreateApplication"),
    account_access("CreateEntitlement"),
    account_access("DeleteEntitlement"),
    account_access("DeleteApplication"),
};

}  // namespace

std::span<const EventRow> emergency_path_rows() { return kRows; }

}  // namespace gw::detect
