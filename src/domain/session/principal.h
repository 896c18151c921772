// Who came in, when several records of a session say it. Internal to this folder. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "domain/model/entry.h"

namespace gw::session {

// A person before a user or role that called, a caller known in full before one known by account. 0: it names nobody.
[[nodiscard]] std::uint32_t principal_rank(const model::Entry& entry);

// The name is a directory's.
[[nodiscard]] bool is_looked_up(const model::Principal& who);
// A directory is known from some moment on, so that of two records of one person the later may have its name and the earlier none.
// looked_up_name() is what is left for a principal without a name (empty: nothing), keep_looked_up() gives it to one.
[[nodiscard]] std::string looked_up_name(const model::Principal& a, const model::Principal& b);
void keep_looked_up(model::Principal& who, const std::string& name);

}  // namespace gw::session
