#include "app/config/shapes.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace gw::app {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

template <class Accept>
bool all(std::string_view text, Accept accept) {
  return !text.empty() && std::all_of(text.begin(), text.end(), accept);
}

bool is_plain(char c) { return c != '*' && c != '?' && c != ' ' && c != '\t'; }

// What follows `arn:PARTITION:iam::ACCOUNT:`; empty when it is no such ARN.
std::string_view iam_resource(std::string_view text) {
  if (!text.starts_with("arn:") || !all(text, is_plain)) return {};
  text.remove_prefix(4);
  const std::size_t partition = text.find(':');
  if (partition == std::string_view::npos || partition == 0) return {};
  text.remove_prefix(partition + 1);
  if (!text.starts_with("iam::") || text.size() < 18 || text[17] != ':' || !is_account_id(text.substr(5, 12)))
    return {};
  return text.substr(18);
}

}  // namespace

bool is_count(std::string_view text) { return all(text, is_digit) && text.size() <= 6 && text.front() != '0'; }

bool is_account_id(std::string_view text) { return text.size() == 12 && all(text, is_digit); }

bool is_iam_arn(std::string_view text, std::string_view kind) {
  const std::string_view resource = iam_resource(text);
  return resource.starts_with(kind) && resource.size() > kind.size() && resource.back() != '/';
}

bool is_root_arn(std::string_view text) { return iam_resource(text) == "root"; }

bool is_store_user(std::string_view text) {
  const std::size_t hash = text.find('#');
  return all(text, is_plain) && hash != 0 && hash != text.size() - 1 &&
         (hash == std::string_view::npos || text.find('#', hash + 1) == std::string_view::npos);
}

bool is_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':' || !all(text.substr(0, 2), is_digit) || !all(text.substr(3), is_digit))
    return false;
  return text.substr(0, 2) < "24" && text.substr(3) < "60";
}

bool is_time_zone(std::string_view text) {
  const auto accept = [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '+' || c == '-' || c == '/';
  };
  return all(text, accept) && (is_lower(text[0]) || is_upper(text[0])) && text.back() != '/' &&
         text.find("//") == std::string_view::npos;
}

bool is_url(std::string_view text) {
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return false;
  }
  const std::string_view host = text.substr(0, text.find_first_of("/?#"));
  return !host.empty() && host.find('@') == std::string_view::npos &&
         all(text, [](char c) { return c != ' ' && c != '\t'; });
}

bool is_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.find(':') != std::string_view::npos && !(host.front() == '[' && host.back() == ']')) return false;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number <= 65535 && all(host, is_plain);
}

bool is_server_address(std::string_view text) {
  if (text.starts_with("tls://") || text.starts_with("tcp://")) text.remove_prefix(6);
  if (text.find_first_of("@/") != std::string_view::npos) return false;
  const bool has_port = text.rfind(':') != std::string_view::npos && !text.ends_with(']');
  return is_listen_address(has_port ? std::string(text) : std::string(text) + ":6514") && !text.ends_with(":0");
}

bool is_region(std::string_view text) {
  const auto accept = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return all(text, accept) && is_lower(text.front()) && is_digit(text.back()) &&
         std::count(text.begin(), text.end(), '-') >= 2;
}

bool is_bucket(std::string_view text) {
  const auto accept = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
  return text.size() >= 3 && text.size() <= 63 && all(text, accept) && text.front() != '-' && text.back() != '-';
}

bool is_action(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto service = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '*' || c == '?'; };
  const auto action = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '*' || c == '?'; };
  return all(text.substr(0, colon), service) && all(text.substr(colon + 1), action);
}

}  // namespace gw::app
