#include "edge/web/target.h"

#include <algorithm>

#include "base/utf8.h"
#include "edge/net/address.h"

namespace gw::web {
namespace {

Error wrong(std::string what) { return Error{Errc::invalid_input, std::move(what)}; }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_fit_to_use(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid || c.code_point < 0x20 || (c.code_point >= 0x7f && c.code_point < 0xa0)) return false;
    i += c.length;
  }
  return true;
}

std::optional<std::string> decode(std::string_view text, bool is_query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(is_query && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return is_fit_to_use(out) ? std::optional(std::move(out)) : std::nullopt;
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

Status parse_query(std::string_view text, Target& target) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{}, true);
    if (!name || !value || name->empty()) return wrong("the query is not well formed");
    if (target.query.size() == 32) return wrong("the query has too many parameters");
    const std::string shown = *name;
    if (!target.query.emplace(std::move(*name), std::move(*value)).second) {
      return wrong("the query names " + shown + " twice");
    }
  }
  return ok();
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  Target out;
  const std::size_t mark = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, mark);
  if (!path.starts_with('/') || target.find('#') != std::string_view::npos) return wrong("the path is not well formed");
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    auto segment = decode(path.substr(0, end), false);
    if (!segment || segment->empty() || out.path.size() == 8) return wrong("the path is not well formed");
    out.path.push_back(std::move(*segment));
    if (end + 1 == path.size()) return wrong("the path ends in a slash");
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  if (mark < target.size()) {
    if (auto parsed = parse_query(target.substr(mark + 1), out); !parsed) return std::move(parsed).error();
  }
  return out;
}

std::string to_string(const Target& target) {
  std::string out;
  for (const std::string& segment : target.path) {
    out.push_back('/');
    append_encoded(out, segment);
  }
  if (out.empty()) out.push_back('/');
  char before = '?';
  for (const auto& [name, value] : target.query) {
    out.push_back(before);
    before = '&';
    append_encoded(out, name);
    out.push_back('=');
    append_encoded(out, value);
  }
  return out;
}

std::optional<std::string> host_of(std::string_view host_header) {
  std::string_view host = host_header;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
    const auto address = net::parse_address(host);
    if (!address || host.find('[') != std::string_view::npos) return std::nullopt;
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  const bool has_good_port =
      port.empty() || (port.size() <= 6 && port.front() == ':' &&
                       std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; }));
  if (host.empty() || !has_good_port) return std::nullopt;
  std::string out;
  for (const char c : host) out.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
  return out;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  const auto address = net::parse_address(host);
  return address && net::is_loopback(*address);
}

}  // namespace gw::web
