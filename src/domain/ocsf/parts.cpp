#include "domain/ocsf/parts.h"

#include <arpa/inet.h>

#include "domain/ocsf/ocsf.h"

namespace gw::ocsf {
namespace {

// The type ip_t is for addresses alone, of at most 40 characters, and records hold names of services, or anything, in their place.
bool is_address(std::string_view text) {
  if (text.size() > 40) return false;
  const std::string z(text);
  in6_addr bytes{};
  return z.find('\0') == std::string::npos &&
         (inet_pton(AF_INET, z.c_str(), &bytes) == 1 || inet_pton(AF_INET6, z.c_str(), &bytes) == 1);
}

}  // namespace

void append_user(std::string& out, const model::Principal& p) {
  Object user(out);
  const bool known = !p.name.empty() || !p.id.empty() || !p.arn.empty();
  user.text("name", known ? std::string_view(p.name) : "unknown");
  user.text("uid", p.id.empty() ? p.arn : p.id);
  if (!p.id.empty()) user.text("uid_alt", p.arn);
  user.end();
}

void append_endpoint(Object& into, std::string_view address) {
  if (address.empty()) return;
  Object endpoint(into.key("src_endpoint"));
  endpoint.text(is_address(address) ? "ip" : "name", address);
  endpoint.end();
}

void append_metadata(Object& event, std::string_view uid, std::string_view code) {
  std::string& out = event.key("metadata");
  Object metadata(out);
  metadata.text("version", kSchemaVersion);
  metadata.key("product") += R"({"name":"glasswatch","vendor_name":"glasswatch"})";
  metadata.key("profiles") += R"(["cloud"])";
  metadata.text("uid", uid);
  metadata.text("event_code", code);
  metadata.end();
}

}  // namespace gw::ocsf
