// SHA-256 ("FIPS 180-4") of a text, as 64 characters of hex. Here, so that a scan need not load a library of cryptography
// for the name of its configuration. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace gw::app {

[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace gw::app
