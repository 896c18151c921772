#include "edge/aws/metadata.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/json/doc.h"

namespace gw::aws {
namespace {

constexpr std::string_view kInstance = "instance metadata";
constexpr std::string_view kContainer = "container credentials";

// A few quick attempts: the address is on this machine, or it is not there.
Result<HttpResponse> fetch(Transport& transport, const Tools& tools, HttpRequest request, std::string_view name) {
  constexpr unsigned kAttempts = 3;
  request.connect_timeout = std::chrono::milliseconds(1'000);
  request.timeout = std::chrono::milliseconds(2'000);
  request.use_proxy = false;
  request.body_limit = std::size_t{64} << 10;
  for (unsigned made = 1;; ++made) {
    auto response = transport.send(request);
    const bool passes =
        response ? response->status >= 500 || response->status == 429 : retryable(response.error().code);
    if (passes && made < kAttempts) {
      tools.wait(backoff({}, made, false, tools.random()));
      continue;
    }
    if (!response) return std::move(response).error().in(name);
    if (response->status == 200) return response;
    const Errc code = passes ? Errc::unavailable : Errc::denied;
    return Error{code, std::string(name) + ": HTTP " + std::to_string(response->status)};
  }
}

Result<Credentials> read_credentials(const std::string& body, std::string_view name) {
  json::Doc doc;
  if (!doc.parse(body)) return Error{Errc::corrupt, std::string(name) + ": the answer is not JSON"};
  const json::Value root = doc.root();
  const bool is_success = root["Code"].is_nothing() || root["Code"].text() == "Success";
  Credentials out = {std::string(root["AccessKeyId"].text()), Secret(std::string(root["SecretAccessKey"].text())),
                     Secret(std::string(root["Token"].text())), parse_time(root["Expiration"].text())};
  if (!is_success || out.access_key_id.empty() || out.secret_access_key.empty()) {
    return Error{Errc::denied, std::string(name) + ": the answer holds no credentials"};
  }
  return out;
}

std::string non_empty(const ReadVariable& variable, const char* name) { return variable(name).value_or(std::string()); }

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string_view host_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t colon = url.starts_with('[') ? url.find(':', std::min(url.find(']'), url.size())) : url.find(':');
  return url.substr(0, colon);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 127; });
}

}  // namespace

Surroundings system_surroundings() {
  return {[](const char* name) -> std::optional<std::string> {
            const char* const value = std::getenv(name);
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          [](const std::string& path) -> std::optional<std::string> {
            std::ifstream in(path, std::ios::binary);
            if (!in) return std::nullopt;
            std::string out{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
            return in.bad() ? std::nullopt : std::optional(std::move(out));
          }};
}

Result<std::optional<std::string>> container_url(const ReadVariable& variable) {
  const std::string relative = non_empty(variable, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) {
    if (!relative.starts_with('/') || has_control(relative)) {
      return Error{Errc::invalid_input, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: not a path"};
    }
    return std::optional("http://169.254.170.2" + relative);
  }
  const std::string full = non_empty(variable, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (full.empty()) return std::optional<std::string>();
  const Error refused = {
      Errc::invalid_input,
      "AWS_CONTAINER_CREDENTIALS_FULL_URI: neither https nor an address of this machine, ECS or EKS"};
  if (has_control(full)) return refused;
  if (full.starts_with("https://")) return std::optional(full);
  if (!full.starts_with("http://") || full.find_first_of("@\\") != std::string::npos) return refused;
  const std::string_view host = host_of(full);
  const bool is_allowed =
      is_loopback(host) || host == "169.254.170.2" || host == "169.254.170.23" || host == "[fd00:ec2::23]";
  if (!is_allowed) return refused;
  return std::optional(full);
}

Result<Credentials> container_credentials(Transport& transport, const Tools& tools, const Surroundings& surroundings,
                                          const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.headers = {{"accept", "application/json"}};
  std::string token = non_empty(surroundings.variable, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const std::string token_file = non_empty(surroundings.variable, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!token_file.empty()) {  // read each time: it changes
    auto content = surroundings.file(token_file);
    if (!content) return Error{Errc::unavailable, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read"};
    token = std::move(*content);
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  }
  if (!token.empty()) request.headers.emplace_back("authorization", token);
  const auto answer = fetch(transport, tools, request, kContainer);
  if (!answer) return answer.error();
  return read_credentials(answer->body, kContainer);
}

Result<Credentials> instance_credentials(Transport& transport, const Tools& tools, const ReadVariable& variable) {
  const std::string disabled = non_empty(variable, "AWS_EC2_METADATA_DISABLED");
  if (disabled == "true" || disabled == "TRUE" || disabled == "True") {
    return Error{Errc::denied, std::string(kInstance) + " is disabled (AWS_EC2_METADATA_DISABLED)"};
  }
  std::string base = non_empty(variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (base.empty()) {
    const bool is_v6 = non_empty(variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") == "IPv6";
    base = is_v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  while (base.ends_with('/')) base.pop_back();

  HttpRequest request;
  request.method = "PUT";
  request.url = base + "/latest/api/token";
  request.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  const auto token = fetch(transport, tools, request, kInstance);
  if (!token) return token.error();

  request.method = "GET";
  request.headers = {{"x-aws-ec2-metadata-token", token->body}};
  const std::string list = base + "/latest/meta-data/iam/security-credentials/";
  request.url = list;
  const auto roles = fetch(transport, tools, request, kInstance);
  if (!roles) return roles.error();
  const std::string role = roles->body.substr(0, roles->body.find_first_of("\r\n"));
  if (role.empty()) return Error{Errc::denied, std::string(kInstance) + ": the instance has no role"};

  request.url = list + encode_uri(role);
  const auto answer = fetch(transport, tools, request, kInstance);
  if (!answer) return answer.error();
  return read_credentials(answer->body, kInstance);
}

}  // namespace gw::aws
