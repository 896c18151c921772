// Who makes a call, as views on its record: for asking whether anybody watches them, before anything is copied.
#pragma once

#include <string_view>

#include "domain/model/mechanism.h"

namespace gw::model {

struct ActorView {
  std::string_view account;  // in which the call was made
  std::string_view role;     // plain name of the role that acts; empty for users
  std::string_view arn;
  std::string_view issuer_arn;
  std::string_view identity_store_arn;
  std::string_view identity_store_user;
  MechanismSet also;  // root_api, iam_user_api, assume_root: what the identity itself says
};

}  // namespace gw::model
