// CloudTrail records for sessions, as short as they may be. Shapes: facts of "Important changes to CloudTrail events for AWS
// IAM Identity Center", "CloudTrail userIdentity element", "Logging IAM and AWS STS API calls with AWS CloudTrail".
#pragma once

#include <string>

namespace gw::test {

inline std::string head(const std::string& id, const std::string& time, const std::string& source,
                        const std::string& name, const std::string& account) {
  return R"({"eventVersion":"1.11","eventID":")" + id + R"(","eventTime":")" + time + R"(","eventSource":")" + source +
         R"(","eventName":")" + name + R"(","awsRegion":"eu-west-1","eventType":"AwsApiCall","recipientAccountId":")" +
         account + R"(",)";
}

// The portal (Federate) or the command line (GetRoleCredentials).
inline std::string grant(const std::string& id, const std::string& time, const std::string& user,
                         const std::string& account, const std::string& role, const std::string& name = "Federate") {
  return head(id, time, "sso.amazonaws.com", name, "111111111111") +
         R"("sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","userIdentity":{"type":"IdentityCenterUser",)"
         R"("accountId":"111111111111","onBehalfOf":{"userId":")" +
         user +
         R"(","identityStoreArn":"arn:aws:identitystore::111111111111:identitystore/d-1"},"credentialId":"c"},)" +
         R"("serviceEventDetails":{"account_id":")" + account + R"(","role_name":")" + role + R"("}})";
}

inline std::string reserved(const std::string& role) { return "AWSReservedSSO_" + role + "_0123456789abcdef"; }

inline std::string saml(const std::string& id, const std::string& time, const std::string& name,
                        const std::string& account, const std::string& role, int seconds) {
  const std::string full = reserved(role);
  return head(id, time, "sts.amazonaws.com", "AssumeRoleWithSAML", account) +
         R"("sourceIPAddress":"AWS Internal","userAgent":"aws-sdk-java","userIdentity":{"type":"SAMLUser","principalId":"q:)" +
         name + R"(","userName":")" + name + R"("},"requestParameters":{"roleSessionName":")" + name +
         R"(","durationSeconds":)" + std::to_string(seconds) + R"(,"roleArn":"arn:aws:iam::)" + account +
         ":role/aws-reserved/sso.amazonaws.com/eu-west-1/" + full + R"(","principalArn":"arn:aws:iam::)" + account +
         R"(:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"},"responseElements":{"assumedRoleUser":{"assumedRoleId":)"
         R"("AROA)" +
         account + ":" + name + R"(","arn":"arn:aws:sts::)" + account + ":assumed-role/" + full + "/" + name +
         R"("}}})";
}

// A call by a role session; `user` empty: without onBehalfOf.
inline std::string call(const std::string& id, const std::string& time, const std::string& created,
                        const std::string& name, const std::string& user, const std::string& account,
                        const std::string& role_name, const std::string& source, const std::string& event,
                        const std::string& extra = "", const std::string& address = "198.51.100.7") {
  std::string out = head(id, time, source, event, account) + R"("sourceIPAddress":")" + address +
                    R"(","userAgent":"aws-cli/2",)" + extra +
                    R"("userIdentity":{"type":"AssumedRole","principalId":"AROA)" + account + ":" + name +
                    R"(","arn":"arn:aws:sts::)" + account + ":assumed-role/" + role_name + "/" + name +
                    R"(","accountId":")" + account + R"(","accessKeyId":"ASIA)" + name + R"(",)" +
                    R"("sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::)" + account + ":role/" +
                    role_name + R"(","accountId":")" + account + R"(","userName":")" + role_name +
                    R"("},"attributes":{"creationDate":")" + created + R"(","mfaAuthenticated":"false"}})";
  if (!user.empty()) {
    out += R"(,"onBehalfOf":{"userId":")" + user +
           R"(","identityStoreArn":"arn:aws:identitystore::111111111111:identitystore/d-1"})";
  }
  return out + "}}";
}

inline std::string root_call(const std::string& id, const std::string& time, const std::string& account,
                             const std::string& source, const std::string& event, const std::string& key = "AKIAROOT") {
  return head(id, time, source, event, account) +
         R"("sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2","userIdentity":{"type":"Root","principalId":")" +
         account + R"(","arn":"arn:aws:iam::)" + account + R"(:root","accountId":")" + account +
         R"(","accessKeyId":")" + key + R"("}})";
}

inline std::string root_login(const std::string& id, const std::string& time, const std::string& account, bool ok) {
  return head(id, time, "signin.amazonaws.com", "ConsoleLogin", account) +
         R"("sourceIPAddress":"203.0.113.9","userAgent":"Mozilla/5.0","userIdentity":{"type":"Root","principalId":")" +
         account + R"(","arn":"arn:aws:iam::)" + account + R"(:root","accountId":")" + account +
         R"("},"responseElements":{"ConsoleLogin":")" + (ok ? "Success" : "Failure") +
         R"("},"additionalEventData":{"MFAUsed":"Yes"}})";
}

}  // namespace gw::test
