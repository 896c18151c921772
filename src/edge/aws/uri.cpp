#include "edge/aws/uri.h"

#include <algorithm>

namespace gw::aws {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string join(const Query& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

Query encoded(const Query& pairs) {
  Query out;
  out.reserve(pairs.size());
  for (const auto& [name, value] : pairs) out.emplace_back(encode_uri(name), encode_uri(value));
  return out;
}

}  // namespace

std::string encode_uri(std::string_view text, bool keep_slashes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c) || (keep_slashes && c == '/')) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::string canonical_query(const Query& query) {
  Query pairs = encoded(query);
  std::sort(pairs.begin(), pairs.end());
  return join(pairs);
}

std::string form_body(const Query& fields) { return join(encoded(fields)); }

std::string normalise_path(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_open = true;  // with a slash
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    ends_open = end < path.size() || segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (out.empty() || ends_open) out += '/';
  return out;
}

}  // namespace gw::aws
