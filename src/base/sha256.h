// SHA-256 ("FIPS 180-4") and HMAC-SHA256 (RFC 2104). Our own, so that a scan need not load a library of cryptography for the
// name of its configuration. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace gw {

[[nodiscard]] std::string sha256(std::string_view text);                             // 32 bytes
[[nodiscard]] std::string sha256_hex(std::string_view text);                         // 64 characters
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);  // 32 bytes

// Takes as long for any `a` of one length, whatever is in it.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace gw
