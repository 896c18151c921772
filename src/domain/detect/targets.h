// What a change is aimed at, and whether that is evidently part of the alert's way or of the way in. Names are all that a
// record gives; they are compared without case and without separators. Internal to this folder; pure.
#pragma once

#include <string>
#include <string_view>

#include "domain/model/record.h"

namespace gw::detect {

// The members of requestParameters (then of responseElements) that `keys` names, `|` between them: their text, joined by
// spaces; of lists and objects the JSON text. Of a denied call the resource in errorMessage. At most kMaxTarget bytes.
inline constexpr std::size_t kMaxTarget = 1024;
[[nodiscard]] std::string target_of(const model::Record& record, std::string_view keys);

// cloudtrail, glasswatch, controltower, org-trail, log-archive, …: trails, their buckets, groups, rules and functions.
[[nodiscard]] bool names_trail(std::string_view target);
// break-glass, emergency, fire-call: for roles, users, groups, and for what is switched off or deleted.
[[nodiscard]] bool names_emergency(std::string_view target);
// Roles that open accounts: emergency names, AWSReservedSSO_, OrganizationAccountAccessRole, Control Tower's and StackSets'.
[[nodiscard]] bool names_powerful_role(std::string_view target);

}  // namespace gw::detect
