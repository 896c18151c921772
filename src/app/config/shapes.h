// Shapes of texts that AWS and the web prescribe. Pure.
#pragma once

#include <string_view>

namespace gw::app {

[[nodiscard]] bool is_count(std::string_view text);                           // 1 to 999999
[[nodiscard]] bool is_account_id(std::string_view text);                      // 12 digits
[[nodiscard]] bool is_iam_arn(std::string_view text, std::string_view kind);  // one `role/…` or `user/…`, no globs
[[nodiscard]] bool is_root_arn(std::string_view text);
[[nodiscard]] bool is_store_user(std::string_view text);  // no globs, no blanks, at most one #
[[nodiscard]] bool is_time_of_day(std::string_view text);
[[nodiscard]] bool is_time_zone(std::string_view text);
[[nodiscard]] bool is_url(std::string_view text);             // http or https, a host, no user or password
[[nodiscard]] bool is_listen_address(std::string_view text);  // host:port
[[nodiscard]] bool is_server_address(
    std::string_view text);  // the same or a host, tls:// or tcp:// may stand before it
[[nodiscard]] bool is_region(std::string_view text);
[[nodiscard]] bool is_bucket(std::string_view text);
[[nodiscard]] bool is_action(std::string_view text);  // service:Action with globs

}  // namespace gw::app
