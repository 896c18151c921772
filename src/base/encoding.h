// Small encodings of the outside world. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw {

// Standard base64 with padding ("RFC 4648", section 4); white space inside is refused. nullopt when damaged.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

[[nodiscard]] std::string encode_base64(std::string_view bytes);

// Form encoding as S3 notifications use it for keys: `+` is a space, `%2F` a slash. Damaged escapes stay as they are.
[[nodiscard]] std::string decode_form(std::string_view text);

}  // namespace gw
