#include "edge/receivers/links.h"

namespace gw::receivers {
namespace {

// More than has to be: _ and ~ mean something in Slack's markup.
std::string percent(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

// A region becomes part of a host's name: nothing but what regions are made of.
bool is_region(std::string_view region) {
  for (const char c : region) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return !region.empty() && region.size() <= 30;
}

std::string value_of(std::string_view name, const LinkValues& v) {
  if (name == "base") return v.base;
  if (name == "console") return std::string(console_host(v.region));
  if (name == "signin") return std::string(signin_host(v.region));
  if (name == "session") return percent(v.session);
  if (name == "alert") return percent(v.alert);
  if (name == "event") return percent(v.event);
  if (name == "region") return is_region(v.region) ? v.region : std::string();
  if (name == "account") return percent(v.account);
  return {};
}

}  // namespace

std::string_view console_host(std::string_view region) {
  if (region.starts_with("us-gov-")) return "console.amazonaws-us-gov.com";
  if (region.starts_with("cn-")) return "console.amazonaws.cn";
  return "console.aws.amazon.com";
}

std::string_view signin_host(std::string_view region) {
  if (region.starts_with("us-gov-")) return "signin.amazonaws-us-gov.com";
  if (region.starts_with("cn-")) return "signin.amazonaws.cn";
  return "signin.aws.amazon.com";
}

std::string link(std::string_view text, const LinkValues& values) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return {};
    const std::string value = value_of(text.substr(open + 1, close - open - 1), values);
    if (value.empty()) return {};
    out += value;
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace gw::receivers
