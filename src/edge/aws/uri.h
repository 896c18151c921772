// How AWS wants addresses written: what is signed is what is sent, so both come from here. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gw::aws {

using Headers = std::vector<std::pair<std::string, std::string>>;
using Query = std::vector<std::pair<std::string, std::string>>;  // not encoded

// Every byte but the unreserved ones of RFC 3986 becomes %XX; slashes stay when told so.
[[nodiscard]] std::string encode_uri(std::string_view text, bool keep_slashes = false);

// `a=1&b=`: encoded, then sorted by name and value.
[[nodiscard]] std::string canonical_query(const Query& query);

// A body of application/x-www-form-urlencoded, in the order given.
[[nodiscard]] std::string form_body(const Query& fields);

// RFC 3986, section 5.2.4, and without empty segments; a slash at the end stays.
[[nodiscard]] std::string normalise_path(std::string_view path);

}  // namespace gw::aws
