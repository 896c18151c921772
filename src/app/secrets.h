// References to secrets → secrets. `env:NAME` is read once, `file:PATH` again whenever the file has changed; a trailing newline
// is not part of it. Other forms are refused by name. Safe from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/config/config.h"
#include "base/result.h"
#include "base/secret.h"

namespace gw::app {

// The secret of now.
using SecretSource = std::function<Result<Secret>()>;

// An empty reference is an empty secret. `invalid_input`: no such variable or file, or a form that is not supported here; the
// message names the reference, never the secret.
[[nodiscard]] Result<SecretSource> secret_source(const std::string& reference, const Environment& environment);
[[nodiscard]] Result<Secret> resolve_secret(const std::string& reference, const Environment& environment);

}  // namespace gw::app
