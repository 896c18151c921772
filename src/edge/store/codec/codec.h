// Values as columns keep them. What one version of the program wrote, the next one reads: fields are only ever added, and
// the ones that are missing keep their defaults. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/model/access_event.h"
#include "domain/model/fold.h"
#include "engine/ports/store.h"

namespace gw::store {

[[nodiscard]] std::string to_body(const model::AccessEvent& event);
[[nodiscard]] bool from_body(std::string_view body, model::AccessEvent& event);
[[nodiscard]] std::string to_body(const model::Fold& fold);
[[nodiscard]] bool from_body(std::string_view body, model::Fold& fold);

[[nodiscard]] std::string to_body(const model::Alert& alert);
[[nodiscard]] bool from_body(std::string_view body, model::Alert& alert);
[[nodiscard]] std::string to_body(const model::Notification& notification);
[[nodiscard]] bool from_body(std::string_view body, model::Notification& notification);
[[nodiscard]] std::string to_body(const model::Thread& thread);
[[nodiscard]] bool from_body(std::string_view body, model::Thread& thread);
[[nodiscard]] std::string to_body(const model::Mute& mute);
[[nodiscard]] bool from_body(std::string_view body, model::Mute& mute);
// Without its payload.
[[nodiscard]] std::string to_body(const ports::QuarantineItem& item);
[[nodiscard]] bool from_body(std::string_view body, ports::QuarantineItem& item);

// A JSON list of texts.
[[nodiscard]] std::string to_list(const std::vector<std::string>& texts);
[[nodiscard]] std::optional<std::vector<std::string>> from_list(std::string_view json);

// Rows of the chain horizon, one behind the other, little-endian: credential, event, time (8 bytes each), kinds, length of
// the account id, the account id. Some 38 bytes a row.
[[nodiscard]] std::string pack(const std::vector<ports::ChainRow>& rows);
[[nodiscard]] bool unpack(std::string_view bytes, std::vector<ports::ChainRow>& rows);  // adds to `rows`

}  // namespace gw::store
