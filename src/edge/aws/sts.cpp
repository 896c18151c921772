#include "edge/aws/sts.h"

#include "edge/aws/xml.h"

namespace gw::aws {
namespace {

Result<Credentials> ask(Client& sts, const std::string& action, const RoleToAssume& role, const Secret* token) {
  Query fields = {{"Action", action},
                  {"Version", "2011-06-15"},
                  {"RoleArn", role.role_arn},
                  {"RoleSessionName", role.session_name}};
  if (!role.external_id.empty()) fields.emplace_back("ExternalId", role.external_id);
  if (role.duration_seconds != 0) fields.emplace_back("DurationSeconds", std::to_string(role.duration_seconds));
  if (token != nullptr) fields.emplace_back("WebIdentityToken", token->reveal());
  const std::string body = form_body(fields);
  Call call;
  call.name = "sts " + action;
  call.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.body = body;
  call.is_signed = token == nullptr;
  call.timeout = std::chrono::milliseconds(15'000);
  call.body_limit = std::size_t{256} << 10;
  const auto answer = sts.succeed(call);
  if (!answer) return answer.error();
  const auto xml = XmlDoc::parse(answer->body);
  const XmlElement found = xml ? xml->root()[action + "Result"]["Credentials"] : XmlElement();
  Credentials out = {found["AccessKeyId"].text(), Secret(found["SecretAccessKey"].text()),
                     Secret(found["SessionToken"].text()), parse_time(found["Expiration"].text())};
  if (out.access_key_id.empty() || out.secret_access_key.empty() || out.session_token.empty() || !out.expires) {
    return Error{Errc::corrupt, call.name + ": the answer holds no credentials"};
  }
  return out;
}

}  // namespace

Result<Credentials> assume_role(Client& sts, const RoleToAssume& role) { return ask(sts, "AssumeRole", role, nullptr); }

Result<Credentials> assume_role_with_web_identity(Client& sts, const RoleToAssume& role, const Secret& token) {
  return ask(sts, "AssumeRoleWithWebIdentity", role, &token);
}

}  // namespace gw::aws
