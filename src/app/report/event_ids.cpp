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

bool is_uuid_at(std::string_view text, std::size_t at) {
  if (text.size() - at < kUuid) return false;
  for (std::size_t i = 0; i < kUuid; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[at + i] != '-' : !is_hex(text[at + i])) return false;
  }
  return (at == 0 || !is_word(text[at - 1])) && (at + kUuid == text.size() || !is_word(text[at + kUuid]));
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

// Whether it is a list of words; adds them.
bool take_words(std::string_view text, std::set<std::string>& ids) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() > kLongest) return false;
    if (!std::all_of(line.begin(), line.end(), [](char c) { return is_word(c) || c == '.' || c == ':'; })) return false;
    std::string id(line);
    if (is_uuid_at(line, 0) && line.size() == kUuid) std::transform(id.begin(), id.end(), id.begin(), lower);
    ids.insert(std::move(id));
  }
  return true;
}

}  // namespace

std::set<std::string> event_ids(std::string_view text) {
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
