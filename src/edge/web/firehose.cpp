#include "edge/web/firehose.h"

#include <algorithm>
#include <array>

#include "base/gzip.h"

namespace gw::web {

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::optional<std::string> request_id_in(std::string_view body) {
  std::array<char, 4096> head;
  std::string_view text = body.substr(0, head.size());
  if (looks_like_gzip(body)) {
    StreamInflater inflater;
    inflater.start(body.substr(0, std::size_t{64} << 10), [](char*, std::size_t) { return std::size_t{0}; });
    text = std::string_view(head.data(), inflater.read(head.data(), head.size()).size);
  }
  constexpr std::string_view kKey = "\"requestId\"";
  const auto skip_space = [&] {
    while (!text.empty() &&
           (text.front() == ' ' || text.front() == '\t' || text.front() == '\r' || text.front() == '\n')) {
      text.remove_prefix(1);
    }
  };
  const std::size_t at = text.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + kKey.size());
  skip_space();
  if (!text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  skip_space();
  if (!text.starts_with('"')) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(0, end));
}

}  // namespace gw::web
