#include "app/report/event_ids.h"

#include <algorithm>
#include <array>

namespace gw::report {
namespace {

constexpr std::size_t kUuid = 36;
constexpr std::size_t kLongest = 128;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether a word may begin at `at`. What stands before it may be an escape: `\n`, `\u003c`, or `%3D` of an address.
bool is_begin(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return true;
  const auto has = [&](std::size_t back, std::string_view what) {
    return at >= back && text.substr(at - back, what.size()) == what;
  };
  const auto all_hex = [&](std::size_t digits) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at - digits),
                       text.begin() + static_cast<std::ptrdiff_t>(at), is_hex);
  };
  if (has(3, "%") && all_hex(2)) return true;
  if (has(6, "\\u") && all_hex(4)) return true;
  return has(2, "\\") && std::string_view("nrtbf").find(text[at - 1]) != std::string_view::npos;
}

bool is_uuid_at(std::string_view text, std::size_t at) {
  if (text.size() - at < kUuid) return false;
  for (std::size_t i = 0; i < kUuid; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[at + i] != '-' : !is_hex(text[at + i])) return false;
  }
  // `_` on both sides is emphasis, as chats write it.
  std::size_t begin = at;
  std::size_t end = at + kUuid;
  while (begin > 0 && end < text.size() && text[begin - 1] == '_' && text[end] == '_') {
    --begin;
    ++end;
  }
  return is_begin(text, begin) && (end == text.size() || !is_word(text[end]));
}

// The member whose value begins at `at`, in JSON or in JSON within a string; lower case without `_`. Empty: none.
std::string member_before(std::string_view text, std::size_t at) {
  const auto back = [&](auto&& skip) {
    while (at > 0 && skip(text[at - 1])) --at;
  };
  const auto quote = [](char c) { return c == '"' || c == '\\'; };
  if (at == 0 || !quote(text[at - 1])) return {};
  back(quote);
  back(is_blank);
  if (at == 0 || text[at - 1] != ':') return {};
  --at;
  back(is_blank);
  if (at == 0 || !quote(text[at - 1])) return {};
  back(quote);
  const std::size_t end = at;
  while (at > 0 && end - at < 64 && is_word(text[at - 1])) --at;
  std::string name;
  for (const char c : text.substr(at, end - at)) {
    if (c != '_') name.push_back(lower(c));
  }
  return name;
}

bool is_another_id(const std::string& member) {
  constexpr std::array<std::string_view, 6> kOthers = {"clientmsgid",       "requestid", "sharedeventid",
                                                       "additionaleventid", "sessionid", "fileid"};
  return std::find(kOthers.begin(), kOthers.end(), member) != kOthers.end();
}

// ASCII alone is looked for: of UTF-16 every other byte, when the text begins by saying that it is.
std::string narrowed(std::string_view text) {
  const std::size_t low = text.starts_with("\xFE\xFF") ? 1 : 0;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) out.push_back(text[i + 1 - low] == 0 ? text[i + low] : '?');
  return out;
}

// What a column of ids is called above them.
bool is_heading(std::string_view line) {
  std::string name;
  for (const char c : line) {
    if (c != '_' && c != '-') name.push_back(lower(c));
  }
  return name == "eventid" || name == "id";
}

// Whether it is a list of words; adds them.
bool take_words(std::string_view text, std::set<std::string>& ids) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.empty() || is_heading(line)) continue;  // wherever it stands: no event is called that
    if (line.size() > kLongest) return false;
    if (!std::all_of(line.begin(), line.end(), [](char c) { return is_word(c) || c == '.' || c == ':'; })) return false;
    ids.insert(canonical_id(line));
  }
  return true;
}

}  // namespace

std::string canonical_id(std::string_view id) {
  std::string out(id);
  if (id.size() == kUuid && is_uuid_at(id, 0)) std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::set<std::string> event_ids(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return event_ids(narrowed(text));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::set<std::string> ids;
  if (take_words(text, ids)) return ids;
  ids.clear();
  for (std::size_t dash = text.find('-'); dash != std::string_view::npos; dash = text.find('-', dash + 1)) {
    if (dash < 8 || !is_uuid_at(text, dash - 8)) continue;
    const std::size_t at = dash - 8;
    if (!is_another_id(member_before(text, at))) {
      std::string id(text.substr(at, kUuid));
      std::transform(id.begin(), id.end(), id.begin(), lower);
      ids.insert(std::move(id));
    }
    dash = at + kUuid - 1;
  }
  return ids;
}

}  // namespace gw::report
