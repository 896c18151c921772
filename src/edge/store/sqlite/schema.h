// The tables, and how a file gets from an older version of them to this one.
#pragma once

#include <cstdint>

#include "edge/store/sqlite/db.h"

namespace gw::sqlite {

inline constexpr std::int64_t kApplicationId = 0x67777374;  // "gwst": `file` and others can tell
inline constexpr std::int64_t kSchemaVersion = 2;

struct SchemaState {
  std::int64_t version = 0;         // 0: an empty file
  std::int64_t min_compatible = 0;  // the oldest version of a program's schema that may still use it
};

// Throws Failure: `invalid_input` for a file that is no store of glasswatch.
[[nodiscard]] SchemaState read_schema(Db& db);
// Throws `denied`, with what to do, when this program is too old for the file.
void refuse_newer(const SchemaState& state);
// Brings the file up to kSchemaVersion, each step in a transaction of its own. The file must not be newer.
void migrate_schema(Db& db);

}  // namespace gw::sqlite
