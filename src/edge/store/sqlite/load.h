// Rows → what decisions are made on.
#pragma once

#include <string>

#include "edge/store/sqlite/db.h"
#include "engine/ports/store.h"

namespace gw::sqlite {

// The id of the session that `id` stands for: itself unless it is an alias.
[[nodiscard]] std::string resolve(Db& db, const std::string& id);
// A row's body, with the version of its column. Throws `corrupt`.
[[nodiscard]] model::Session parse_session(std::string_view body, std::uint64_t version);
[[nodiscard]] model::Fold parse_fold(std::string_view body, std::uint64_t version);
[[nodiscard]] std::optional<model::Session> load_session(Db& db, const std::string& id);
[[nodiscard]] std::optional<model::Fold> load_fold(Db& db, const std::string& key);
[[nodiscard]] ports::Loaded load(Db& db, const ports::Ask& ask);

}  // namespace gw::sqlite
