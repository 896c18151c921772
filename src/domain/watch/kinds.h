// What an event is about, as far as rules for all watches look at it. Internal to this folder. Pure.
#pragma once

#include <string_view>

#include "domain/model/access_event.h"

namespace gw::watch {

[[nodiscard]] bool is_tamper(const model::AccessEvent& e);
// Changes are told with the actor's role; nothing was entered by them.
[[nodiscard]] bool is_entry(const model::AccessEvent& e);
[[nodiscard]] bool stops_the_trail(const model::AccessEvent& e);
// identityStoreArn#userId, also written with the store's id alone: d-…#userId. An Identity Store's id is unique.
[[nodiscard]] bool is_store_user(std::string_view rule, std::string_view key);

}  // namespace gw::watch
