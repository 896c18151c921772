#include "domain/model/access_event.h"

namespace gw::model {

void AccessEvent::clear() {
  for (std::string* text : {&event_id,
                            &account_id,
                            &account_name,
                            &role,
                            &task_policy,
                            &principal.type,
                            &principal.id,
                            &principal.name,
                            &principal.name_source,
                            &principal.arn,
                            &source_ip,
                            &user_agent,
                            &mfa_source,
                            &region,
                            &event_source,
                            &event_name,
                            &recipient_account_id,
                            &error_code,
                            &error_message,
                            &shared_event_id,
                            &origin.path,
                            &caller_account_id,
                            &caller_issuer_arn,
                            &caller_user_arn,
                            &identity_store_user,
                            &role_arn,
                            &target,
                            &watch,
                            &ignored_by,
                            &planned}) {
    text->clear();
  }
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

}  // namespace gw::model
