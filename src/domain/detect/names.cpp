// Who hides behind a user id. Since July 2025 Identity Center's records hold ids only; one record of each sign-in still
// holds the name, and AuthWorkflowID ties it to the others of that sign-in ("Username in sign-in CloudTrail events").
// Records from the months in which both generations of fields were written tell both at once.
#include "domain/detect/detect.h"
#include "domain/detect/facts.h"
#include "domain/detect/lookup.h"

namespace gw::detect {

std::optional<NameFact> name_fact(const model::Record& record) {
  const EventRow* row = find_row(record);
  if (row == nullptr || !row->names_people) return std::nullopt;
  const model::Identity& id = record.identity;
  NameFact fact;
  fact.workflow_id = text_at(record.additional, "AuthWorkflowID");
  fact.identity_store_user = store_user_key(id.on_behalf_store_arn, id.on_behalf_user_id);
  std::string_view name = text_at(record.additional, "UserName");
  if (name.empty()) name = id.user_name;
  if (name != "HIDDEN_DUE_TO_SECURITY_REASONS") fact.name = name;
  // One piece alone joins nothing.
  const int pieces = static_cast<int>(!fact.workflow_id.empty()) + static_cast<int>(!fact.identity_store_user.empty()) +
                     static_cast<int>(!fact.name.empty());
  if (pieces < 2) return std::nullopt;
  return fact;
}

}  // namespace gw::detect
