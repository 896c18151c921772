#include "engine/scan/same_event.h"

#include <algorithm>
#include <vector>

#include "base/json/compact.h"

namespace gw::scan {

void append_event_key(std::string& out, const model::Record& record, std::string_view event_id) {
  if (event_id.empty()) {
    json::append_canonical(out, record.root);
    return;
  }
  out += event_id;
  out.push_back('\n');
  out += record.recipient_account_id;
}

void append_content(std::string& out, const model::AccessEvent& e) {
  const auto add = [&](std::string_view text) {
    out += text;
    out.push_back('\x1F');
  };
  add(e.event_source);
  add(e.event_name);
  if (e.event_time) out.append(reinterpret_cast<const char*>(&e.event_time->micros), sizeof e.event_time->micros);
  add({});
  add(e.account_id);
  add(e.role);
  add(e.principal.id);
  add(e.principal.arn);
  add(e.source_ip);
  add(e.error_code);
  add(e.outcome == model::Outcome::success ? "1" : "0");
}

bool duplicates_decide(const model::Record& record) {
  return record.duplicate_keys || record.service.has_duplicate_keys() || record.request.has_duplicate_keys() ||
         record.response.has_duplicate_keys() || record.additional.has_duplicate_keys() ||
         record.identity.on_behalf_of.has_duplicate_keys() || record.identity.session_context.has_duplicate_keys();
}

bool occurs_too_often(const model::Record& record) {
  const json::Value identity = record.root["userIdentity"];
  std::vector<std::string_view> keys;
  for (const json::Value object : {record.root, identity, identity["onBehalfOf"], identity["sessionContext"],
                                   record.service, record.request, record.response, record.additional}) {
    keys.clear();
    for (json::Value v = object.first_child(); object.is_object() && !v.is_missing(); v = v.next_sibling())
      keys.push_back(v.key());
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = kMaxOccurrences; i < keys.size(); ++i) {
      if (keys[i] == keys[i - kMaxOccurrences]) return true;
    }
  }
  return false;
}

}  // namespace gw::scan
