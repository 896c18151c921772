#include "domain/watch/kinds.h"

namespace gw::watch {

bool is_tamper(const model::AccessEvent& e) {
  return (e.mechanism == model::Mechanism::tamper || e.also.has(model::Mechanism::tamper)) && !e.emergency_path_change;
}

// `other` is an entry where nothing was changed: keys
// turned into a console session, a certificate into a role session.
bool is_entry(const model::AccessEvent& e) {
  return e.mechanism != model::Mechanism::tamper && !e.also.has(model::Mechanism::tamper) && !e.emergency_path_change;
}

// A landing zone is updated by Control Tower all the time; that it ends the trail is for a person to judge, whoever asked.
bool stops_the_trail(const model::AccessEvent& e) {
  if (e.mechanism != model::Mechanism::tamper || e.event_source != "cloudtrail.amazonaws.com") return false;
  for (const std::string_view name :
       {"StopLogging", "DeleteTrail", "StopEventDataStoreIngestion", "DeleteEventDataStore"}) {
    if (e.event_name == name) return true;
  }
  return false;
}

bool is_store_user(std::string_view rule, std::string_view key) {
  if (rule == key) return true;
  return rule.starts_with("d-") && key.size() > rule.size() && key.ends_with(rule) &&
         key[key.size() - rule.size() - 1] == '/';
}

}  // namespace gw::watch
