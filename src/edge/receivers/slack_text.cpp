#include "edge/receivers/slack_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/neutralise.h"
#include "base/utf8.h"

namespace gw::receivers {
namespace {

constexpr std::string_view kEllipsis = "\u2026";
constexpr std::size_t kLongestUrl = 700;

std::size_t units(std::uint32_t code_point) { return code_point >= 0x10000 ? 2 : 1; }

// What cannot be taken apart: a character, or an entity.
std::size_t atom_size(std::string_view text, std::size_t at) {
  if (text[at] == '&') {
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;"}) {
      if (text.substr(at, entity.size()) == entity) return entity.size();
    }
  }
  return next_utf8(text, at).length;
}

std::size_t atom_units(std::string_view text, std::size_t at, std::size_t size) {
  return text[at] == '&' ? size : units(next_utf8(text, at).code_point);
}

void append_entity(std::string& out, char c) { out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;"; }

bool is_group_mention(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 4> kGroups = {"here", "channel", "everyone", "group"};
  return std::any_of(kGroups.begin(), kGroups.end(), [&](std::string_view group) {
    const std::string_view word = text.substr(at + 1, group.size());
    return std::equal(word.begin(), word.end(), group.begin(), group.end(),
                      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  });
}

}  // namespace

std::size_t slack_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    length += units(c.code_point);
    i += c.length;
  }
  return length;
}

std::string cut_escaped(std::string_view text, std::size_t limit) {
  if (slack_length(text) <= limit) return std::string(text);
  if (limit == 0) return {};
  std::size_t length = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = atom_size(text, at);
    const std::size_t more = atom_units(text, at, size);
    if (length + more > limit - 1) break;
    length += more;
    at += size;
  }
  return std::string(text.substr(0, at)) + std::string(kEllipsis);
}

std::string piece(std::string_view text, std::size_t limit) {
  // Every byte shows as at least a quarter of a unit: no need to look at megabytes.
  std::string out;
  append_visible(out, text.substr(0, 4 * limit + 4));
  if (slack_length(out) <= limit && text.size() <= 4 * limit + 4) return out;
  std::size_t length = 0;
  std::size_t at = 0;
  while (at < out.size()) {
    const Utf8Char c = next_utf8(out, at);
    if (length + units(c.code_point) > limit - 1) break;
    length += units(c.code_point);
    at += c.length;
  }
  out.resize(at);
  return out + std::string(kEllipsis);
}

std::string plain_text(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    const std::string_view one = text.substr(i, c.length);
    i += c.length;
    if (one == "&" || one == "<" || one == ">") {
      append_entity(out, one[0]);
    } else if (one == "\n") {
      out.push_back('\n');
    } else {
      append_visible(out, one);
    }
  }
  return cut_escaped(out, limit);
}

std::string mrkdwn_piece(std::string_view text, std::size_t limit) {
  const std::string shown = piece(text, limit);
  std::string out;
  for (std::size_t i = 0; i < shown.size();) {
    const std::size_t size = next_utf8(shown, i).length;
    const char c = size == 1 ? shown[i] : '\0';
    if (c == '>' && out.empty()) {
      out += "\u203a";  // would be a quotation
    } else if (c == '&' || c == '<' || c == '>') {
      append_entity(out, c);
    } else if (c == '*') {
      out += "\u2217";
    } else if (c == '_') {
      out += "\uff3f";
    } else if (c == '~') {
      out += "\u223c";
    } else if (c == '`') {
      out += "\u02cb";
    } else if (c == ':' && shown.compare(i, 3, "://") == 0) {
      out += "\u2236";  // would be a link
    } else if (c == '@' && is_group_mention(shown, i)) {
      out += "\uff20";
    } else {
      out.append(shown, i, size);
    }
    i += size;
  }
  return cut_escaped(out, limit);
}

std::string link_target(std::string_view url) {
  if (url.size() > kLongestUrl || !(url.starts_with("https://") || url.starts_with("http://"))) return {};
  std::string out;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '<' || c == '>' || c == '|' || c == '"' || c == '\\' || c == '`')
      return {};
    if (c == '&') {
      append_entity(out, c);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace gw::receivers
