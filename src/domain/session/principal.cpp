#include "domain/session/principal.h"

namespace gw::session {
namespace {

constexpr const char* kDirectory = "directory";  // as name_source: the last that is believed

}  // namespace

bool is_looked_up(const model::Principal& who) { return who.name_source == kDirectory; }

std::uint32_t principal_rank(const model::Entry& entry) {
  const model::Principal& who = entry.event.principal;
  if (who.id.empty() && who.arn.empty() && who.name.empty()) return 0;
  std::uint32_t rank = 8;
  if (entry.event.event_source == "sso.amazonaws.com" || who.type == "IdentityCenterUser") {
    rank = 40;
  } else if (who.type == "AWSService") {
    rank = 1;  // acted for somebody
  } else if (entry.kind == model::EntryKind::activity) {
    rank = 4;
  } else if (who.type == "AWSAccount" || who.type == "SAMLUser" || who.type == "WebIdentityUser") {
    rank = 12;
  } else {
    rank = entry.kind == model::EntryKind::half ? 16 : 24;
  }
  if (who.name_source == "people") return rank + 3;
  if (who.name_source == "record") return rank + 2;
  return who.name.empty() || is_looked_up(who) ? rank : rank + 1;
}

std::string looked_up_name(const model::Principal& a, const model::Principal& b) {
  if (a.id != b.id || a.id.empty()) return {};
  if (is_looked_up(a)) return a.name;
  return is_looked_up(b) ? b.name : std::string();
}

void keep_looked_up(model::Principal& who, const std::string& name) {
  if (name.empty() || !who.name.empty()) return;
  who.name = name;
  who.name_source = kDirectory;
}

}  // namespace gw::session
