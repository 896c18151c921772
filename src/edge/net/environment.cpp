// Which proxy a request goes through. libcurl would look into the environment by itself, but would not say what it found;
// whether a connection goes to a proxy decides whether its address is checked, so that the choice is made here.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

#include "edge/net/address.h"
#include "edge/net/http_client.h"

namespace gw::net {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

void fill(std::string& value, const ReadVariable& read, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (!value.empty()) return;
    if (auto found = read(name)) value = std::move(*found);
  }
}

bool is_excepted(std::string_view host, std::string_view rule) {
  if (rule == "*") return true;
  if (const auto address = parse_address(host)) return is_in_network(*address, rule);
  if (rule.starts_with('.')) rule.remove_prefix(1);
  if (rule.ends_with('.')) rule.remove_suffix(1);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (rule.empty() || !host.ends_with(rule)) return false;
  return host.size() == rule.size() || host[host.size() - rule.size() - 1] == '.';
}

}  // namespace

void fill_from_environment(ClientOptions& options, const ReadVariable& read) {
  fill(options.https_proxy, read, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  fill(options.http_proxy, read, {"http_proxy", "all_proxy", "ALL_PROXY"});
  fill(options.no_proxy, read, {"no_proxy", "NO_PROXY"});
  fill(options.ca_file, read, {"AWS_CA_BUNDLE", "SSL_CERT_FILE"});
}

void fill_from_environment(ClientOptions& options) {
  fill_from_environment(options, [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}

std::string proxy_for(const ClientOptions& options, std::string_view scheme, std::string_view host) {
  const std::string rules = lower(options.no_proxy);
  for (std::size_t at = 0; at < rules.size();) {
    const std::size_t end = std::min(rules.find_first_of(", \t", at), rules.size());
    if (end > at && is_excepted(host, std::string_view(rules).substr(at, end - at))) return {};
    at = end + 1;
  }
  return scheme == "https" ? options.https_proxy : options.http_proxy;
}

}  // namespace gw::net
