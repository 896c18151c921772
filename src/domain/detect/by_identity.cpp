// Root and IAM users: every call that such credentials sign is an access in itself, because nothing else is recorded when
// long-lived keys are used. No role; the account is the one that recorded the call.
#include "domain/detect/facts.h"
#include "domain/detect/families.h"

namespace gw::detect {

bool detect_by_identity(const model::Record& record, model::AccessEvent& event) {
  const bool root = acts_as_root(record);
  if (!root && !acts_as_iam_user(record)) return false;
  begin(record, root ? model::Mechanism::root_api : model::Mechanism::iam_user_api, event);
  add_api_mfa(event, record);
  return true;
}

}  // namespace gw::detect
