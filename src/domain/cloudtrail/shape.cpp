#include "domain/cloudtrail/shape.h"

#include <optional>

namespace gw::cloudtrail {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// The closing quote of the string whose content begins at `at`. Payloads in base64 are long, and hold no backslash.
std::size_t string_end(std::string_view text, std::size_t at) {
  std::size_t quote = text.find('"', at);
  while (quote != std::string_view::npos) {
    const std::size_t backslash = text.substr(at, quote - at).find('\\');
    if (backslash == std::string_view::npos) return quote;
    at += backslash + 2;
    if (at > quote) quote = text.find('"', at);
  }
  return std::string_view::npos;
}

// The end of the JSON value that begins at `at`, by strings and brackets only; npos when it does not end here.
std::size_t skip_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at + 1);
      if (at == std::string_view::npos) return at;
      if (depth == 0) return at + 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || is_space(c))) {
      return at;
    }
  }
  return std::string_view::npos;
}

// Where the elements of the member `Records` of the object at `at` begin, when it is a list and begins within `text`.
std::optional<std::size_t> find_records(std::string_view text, std::size_t at) {
  at = skip_space(text, at + 1);
  while (at < text.size() && text[at] == '"') {
    const std::size_t key_end = skip_value(text, at);
    if (key_end == std::string_view::npos) return std::nullopt;
    const bool is_records = text.substr(at, key_end - at) == "\"Records\"";
    at = skip_space(text, key_end);
    if (at >= text.size() || text[at] != ':') return std::nullopt;
    at = skip_space(text, at + 1);
    if (is_records) {
      if (at < text.size() && text[at] == '[') return at + 1;
      return std::nullopt;
    }
    at = skip_value(text, at);
    if (at == std::string_view::npos) return std::nullopt;
    at = skip_space(text, at);
    if (at >= text.size() || text[at] != ',') return std::nullopt;
    at = skip_space(text, at + 1);
  }
  return std::nullopt;
}

// True when a line of its own is one balanced object: then lines are documents, and a broken one does not harm the next.
bool is_lines(std::string_view text) {
  std::size_t looked_at = 0;
  while (looked_at < 8) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return false;
    std::string_view line = strip_timestamp(text.substr(0, newline));
    text.remove_prefix(newline + 1);
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    if (line.empty()) continue;
    ++looked_at;
    if (line.front() == '{' && skip_value(line, 0) == line.size()) return true;
  }
  return false;
}

}  // namespace

std::string_view strip_timestamp(std::string_view line) {
  if (line.empty() || line.front() < '0' || line.front() > '9') return line;
  const std::size_t brace = line.substr(0, 64).find('{');
  if (brace == std::string_view::npos) return line;
  for (const char c : line.substr(0, brace)) {
    const bool allowed =
        (c >= '0' && c <= '9') || c == '-' || c == ':' || c == 'T' || c == 'Z' || c == '.' || c == '+' || is_space(c);
    if (!allowed) return line;
  }
  return line.substr(brace);
}

Sniffed sniff(std::string_view head, bool whole) {
  const auto unknown = [](std::string_view reason) { return Sniffed{Shape::unknown, 0, reason}; };
  std::size_t at = 0;
  if (head.starts_with("\xEF\xBB\xBF")) at = 3;
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return unknown("UTF-16 or UTF-32, not UTF-8");
  if (head.size() >= 2 && (head[0] == '\0' || head[1] == '\0')) return unknown("UTF-16, UTF-32 or binary, not UTF-8");
  if (head.starts_with("\x1F\x8B")) return unknown("gzip within gzip");
  at = skip_space(head, at);
  if (at == head.size()) {
    // White space without end (a bomb) is read on as documents.
    return whole ? Sniffed{Shape::nothing, at, {}} : Sniffed{Shape::documents, at, {}};
  }
  const std::string_view text = head.substr(at);
  if (text.front() == '{') {
    if (const auto records = find_records(head, at)) return {Shape::records, *records, {}};
    return {is_lines(text) ? Shape::lines : Shape::documents, at, {}};
  }
  if (text.front() == '[') return {Shape::array, at + 1, {}};
  if (strip_timestamp(text).size() != text.size() || is_lines(text)) return {Shape::lines, at, {}};
  if (text.starts_with("BZh")) return unknown("bzip2, not gzip");
  if (text.starts_with("\xFD"
                       "7zXZ"))
    return unknown("xz, not gzip");
  if (text.starts_with("PK\x03\x04")) return unknown("zip, not gzip");
  if (text.starts_with("\x28\xB5\x2F\xFD")) return unknown("zstd, not gzip");
  if (text.starts_with("<")) return unknown("XML or HTML, not JSON");
  return unknown("not JSON");
}

}  // namespace gw::cloudtrail
