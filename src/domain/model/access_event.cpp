#include "domain/model/access_event.h"

#include <array>

namespace gw::model {
namespace {

template <class Event>
auto texts_of(Event& e) {
  return std::array{&e.event_id,
                    &e.account_id,
                    &e.account_name,
                    &e.role,
                    &e.task_policy,
                    &e.principal.type,
                    &e.principal.id,
                    &e.principal.name,
                    &e.principal.name_source,
                    &e.principal.arn,
                    &e.source_ip,
                    &e.user_agent,
                    &e.mfa_source,
                    &e.region,
                    &e.event_source,
                    &e.event_name,
                    &e.recipient_account_id,
                    &e.error_code,
                    &e.error_message,
                    &e.shared_event_id,
                    &e.origin.feed,
                    &e.origin.path,
                    &e.caller_account_id,
                    &e.caller_issuer_arn,
                    &e.caller_user_arn,
                    &e.identity_store_user,
                    &e.role_arn,
                    &e.target,
                    &e.watch,
                    &e.ignored_by,
                    &e.planned};
}

template <class Measure>
std::size_t sum(const AccessEvent& e, Measure&& measure) {
  std::size_t sum = 0;
  for (const std::string* text : texts_of(e)) sum += measure(*text);
  for (const std::vector<std::string>* list : {&e.flags, &e.watches, &e.receivers}) {
    for (const std::string& text : *list) sum += measure(text);
  }
  return sum;
}

}  // namespace

void AccessEvent::clear() {
  for (std::string* text : texts_of(*this)) text->clear();
  for (std::vector<std::string>* list : {&flags, &watches, &receivers}) list->clear();
  event_time.reset();
  mechanism = Mechanism::other;
  also = {};
  outcome = Outcome::success;
  source_ip_kind = SourceIpKind::unknown;
  mfa.reset();
  origin.feed = "file";
  origin.record = 0;
  emergency_path_change = false;
  service_automation = false;
  break_glass = false;
  severity.reset();
}

std::size_t AccessEvent::text_size() const {
  return sum(*this, [](const std::string& text) { return text.size(); });
}

std::size_t AccessEvent::text_memory() const {
  return sum(*this, [](const std::string& text) { return text.capacity(); });
}

}  // namespace gw::model
