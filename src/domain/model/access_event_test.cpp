#include "domain/model/access_event.h"

#include <gtest/gtest.h>

namespace gw::model {
namespace {

TEST(AccessEvent, MeasuresAndClearsAllItsTexts) {
  AccessEvent e;
  const std::string text(40, 'x');
  e.event_id = e.account_id = e.account_name = e.role = e.task_policy = text;
  e.principal = {text, text, text, text, text};
  e.source_ip = e.user_agent = e.mfa_source = e.region = e.event_source = e.event_name = text;
  e.recipient_account_id = e.error_code = e.error_message = e.shared_event_id = text;
  e.origin = {text, text, 7};
  e.caller_account_id = e.caller_issuer_arn = e.caller_user_arn = e.identity_store_user = e.role_arn = e.target = text;
  e.watch = e.ignored_by = e.planned = text;
  e.flags = e.watches = e.receivers = {text};
  e.event_time = Time{1};
  e.mechanism = Mechanism::tamper;
  e.also = MechanismSet::of(Mechanism::root_api);
  e.outcome = Outcome::failure;
  e.source_ip_kind = SourceIpKind::person;
  e.mfa = true;
  e.emergency_path_change = e.service_automation = e.break_glass = true;
  e.severity = Severity::high;
  EXPECT_EQ(e.text_size(), 34 * text.size());
  EXPECT_GE(e.text_memory(), e.text_size());
  e.clear();
  EXPECT_EQ(e, AccessEvent{});
  EXPECT_EQ(e.text_size(), std::string("file").size());
}

}  // namespace
}  // namespace gw::model
