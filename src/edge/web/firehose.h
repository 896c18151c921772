// Inside of edge/web: what Firehose's deliveries to HTTP endpoints ask of the endpoint. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw::web {

// 1 to 128 characters of those that ids are made of.
[[nodiscard]] bool is_request_id(std::string_view text);
// The value of "requestId" in the first few kilobytes of a delivery, compressed or not; nullopt when it is not there.
[[nodiscard]] std::optional<std::string> request_id_in(std::string_view body);

}  // namespace gw::web
