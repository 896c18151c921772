// References to secrets → secrets. `env:NAME` is read once, `file:PATH` again whenever the file has changed, `ssm:` and
// `secretsmanager:` (aws_secrets.h) when first used and again after a refusal. A trailing newline is not part of a secret. Safe
// from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/io.h"
#include "base/result.h"
#include "base/secret.h"

namespace gw::app {

struct SecretSource {
  // The secret of now. May block for seconds when AWS keeps it.
  std::function<Result<Secret>()> get;
  // To be called when what get() answered was refused: true when there is another one now. Empty for secrets of which get()
  // always knows the newest.
  std::function<Result<bool>()> reread{};
};

// An empty reference is an empty secret. `invalid_input`: no such variable or file, or no such form; the message names the
// reference, never the secret. Asks AWS nothing.
[[nodiscard]] Result<SecretSource> secret_source(const std::string& reference, const Io& io);
// Its value; `max_age` bounds how old one that AWS keeps may be (0: any age).
[[nodiscard]] Result<Secret> resolve_secret(const std::string& reference, const Io& io,
                                            std::chrono::seconds max_age = std::chrono::seconds(0));

}  // namespace gw::app
