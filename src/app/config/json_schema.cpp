// The schema tree as JSON Schema, draft 2020-12.
#include "app/config/config.h"
#include "app/config/schema.h"
#include "base/json/write.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"

namespace gw::app {
namespace {

void member(std::string& out, std::string_view key, std::string_view text) {
  json::append_string(out, key);
  out.push_back(':');
  json::append_string(out, text);
}

template <class Names>
void enumeration(std::string& out, const Names& names) {
  out += "\"enum\":[";
  bool first = true;
  for (const std::string_view name : names) {
    if (!std::exchange(first, false)) out.push_back(',');
    json::append_string(out, name);
  }
  out.push_back(']');
}

void append(std::string& out, const Schema& s, std::string_view about) {
  out.push_back('{');
  if (!about.empty()) {
    member(out, "description", about);
    out.push_back(',');
  }
  const auto type = [&](std::string_view name) { out += "\"type\":\"" + std::string(name) + "\""; };
  const auto pattern = [&](std::string_view regex) {
    type("string");
    out.push_back(',');
    member(out, "pattern", regex);
  };
  switch (s.kind) {
    case Kind::anything: out += "\"$comment\":\"checked by the command that uses it\""; break;
    case Kind::object: {
      type("object");
      out += ",\"additionalProperties\":false,\"properties\":{";
      bool first = true;
      for (const Field& f : s.fields) {
        if (!std::exchange(first, false)) out.push_back(',');
        json::append_string(out, f.name);
        out.push_back(':');
        append(out, f.schema, f.about);
      }
      out += "},\"required\":[";
      first = true;
      for (const Field& f : s.fields) {
        if (!f.required) continue;
        if (!std::exchange(first, false)) out.push_back(',');
        json::append_string(out, f.name);
      }
      out.push_back(']');
      break;
    }
    case Kind::list:
      type("array");
      out += ",\"items\":";
      append(out, s.children[0], {});
      break;
    case Kind::map:
      type("object");
      if (s.key_kind == Kind::account) out += ",\"propertyNames\":{\"pattern\":\"^[0-9]{12}$\"}";
      out += ",\"additionalProperties\":";
      append(out, s.children[0], {});
      break;
    case Kind::severity: enumeration(out, model::kSeverityNames); break;
    case Kind::mechanism: enumeration(out, model::kMechanismNames); break;
    case Kind::choice:
      if (s.choices == std::vector<std::string_view>{"1"}) {
        out += "\"enum\":[1,\"1\"]";
      } else {
        enumeration(out, s.choices);
      }
      break;
    case Kind::boolean: type("boolean"); break;
    case Kind::number: type("integer"); break;
    case Kind::account: pattern("^[0-9]{12}$"); break;
    case Kind::account_glob: pattern("^([0-9*?]{1,12}|ou:(ou|r)-[a-z0-9-]+)$"); break;
    case Kind::role_glob: pattern("^[A-Za-z0-9_+=,.@*?\\\\:;-]+$"); break;
    case Kind::principal_glob: pattern("^(arn:|[a-z]{0,3}[*?])"); break;
    case Kind::role_arn: pattern("^arn:[^:*?]+:iam::[0-9]{12}:role/[^*?]+$"); break;
    case Kind::user_arn: pattern("^arn:[^:*?]+:iam::[0-9]{12}:(user/[^*?]+|root)$"); break;
    case Kind::store_user: pattern("^[^*? ]+$"); break;
    case Kind::store_user_key: pattern("^[^*? #]+#[^*? #]+$"); break;
    case Kind::cidr: pattern("^[0-9a-fA-F.:]+/[0-9]{1,3}$"); break;
    case Kind::time: type("string"), out += ",\"format\":\"date-time\""; break;
    case Kind::duration: pattern("^[0-9]+[smhdw]$"); break;
    case Kind::secret: pattern("^(env|file|ssm|secretsmanager):.+"); break;
    case Kind::ledger_key: pattern("^(kms|file|ssm|secretsmanager):.+"); break;
    case Kind::url: pattern("^https?://[^@ ]+$"); break;
    case Kind::secret_url: pattern("^(https?://[^@ ]+|(env|file|ssm|secretsmanager):.+)$"); break;
    case Kind::store: pattern("^sqlite:.+"); break;
    case Kind::time_of_day: pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$"); break;
    case Kind::time_zone: pattern("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"); break;
    case Kind::listen: pattern("^.+:[0-9]{1,5}$"); break;
    case Kind::server: pattern("^((tls|tcp)://)?[^@/ ]+$"); break;
    case Kind::region: pattern("^[a-z]+(-[a-z]+)+-[0-9]+$"); break;
    case Kind::action: pattern("^[a-z0-9*?-]+:[A-Za-z0-9*?]+$"); break;
    case Kind::pattern: out += "\"type\":[\"string\",\"null\"]"; break;
    case Kind::accounts_or_auto:
      out +=
          "\"anyOf\":[{\"const\":\"auto\"},{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^[0-9]{12}$"
          "\"}}]";
      break;
    case Kind::text: type("string"), out += ",\"minLength\":1"; break;
  }
  out.push_back('}');
}

}  // namespace

std::string json_schema() {
  std::string body;
  append(body, config_schema(), "glasswatch configuration");
  return "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"glasswatch\"," + body.substr(1) +
         "\n";
}

}  // namespace gw::app
