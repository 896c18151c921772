// The URL is taken apart once, by libcurl's own parser, judged, and handed over in that form: what was checked is what is
// used. Addresses are checked where the socket is opened, so that a name cannot resolve to one address for the check and
// to another for the connection; kept connections were checked when they were opened.
#include "edge/net/http_client.h"

#include <algorithm>
#include <cctype>

#include "base/no_sigpipe.h"
#include "edge/curl/ca_bundle.h"
#include "edge/net/address.h"
#include "edge/net/curl_parts.h"

namespace gw::net {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

struct Url {
  UrlHandle handle;
  std::string scheme;
  std::string host;   // lower case, without brackets
  std::string shown;  // scheme://host:port
};

Error invalid(std::string what) { return Error{Errc::invalid_input, std::move(what)}; }

Result<Url> parse_url(const std::string& text, bool allow_http) {
  Url url{UrlHandle(curl_url()), {}, {}, {}};
  if (!url.handle) return Error{Errc::unavailable, "out of memory"};
  const bool is_clean = std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 127; });
  if (!is_clean || curl_url_set(url.handle.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) {
    return invalid("not a URL that can be called");
  }
  url.scheme = url_part(url.handle.get(), CURLUPART_SCHEME);
  url.host = lower(url_part(url.handle.get(), CURLUPART_HOST));
  if (url.scheme != "https" && !(allow_http && url.scheme == "http")) {
    return invalid(allow_http ? "only http and https URLs can be called" : "only https URLs can be called");
  }
  if (url.host.empty()) return invalid("the URL names no host");
  if (!url_part(url.handle.get(), CURLUPART_USER).empty() || !url_part(url.handle.get(), CURLUPART_PASSWORD).empty()) {
    return invalid("the URL holds a user or password; use a header");
  }
  url.shown = url.scheme + "://" + url.host + ":" + url_part(url.handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (url.host.size() > 1 && url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  return url;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListFree>;

bool append(List& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return false;
  (void)list.release();
  list.reset(longer);
  return true;
}

Result<List> header_list(const ClientRequest& request) {
  List list;
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    const bool is_clean =
        std::none_of(value.begin(), value.end(), [](unsigned char c) { return (c < ' ' && c != '\t') || c == 127; });
    if (!is_token(name) || !is_clean) return invalid("a header of the request holds characters that are not allowed");
    has_type = has_type || lower(name) == "content-type";
    // An empty value would take the header out.
    if (!append(list, value.empty() ? name + ";" : name + ": " + value))
      return Error{Errc::unavailable, "out of memory"};
  }
  // `Expect:` costs a round trip and some servers never answer it; without a type curl would claim a form.
  if (!append(list, "Expect:") || (!has_type && !append(list, "Content-Type:"))) {
    return Error{Errc::unavailable, "out of memory"};
  }
  return list;
}

// Of all headers of an answer: more is no answer, but somebody who fills our memory.
constexpr std::size_t kHeaderBytes = std::size_t{256} << 10;

// What one call gathers in libcurl's callbacks.
struct Exchange {
  const ClientOptions* options = nullptr;
  AddressGuard guard;
  std::size_t header_bytes = 0;
  bool has_head = false;  // all headers of the answer proper came
  ClientResponse response;

  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* self) {
    auto* exchange = static_cast<Exchange*>(self);
    std::string& body = exchange->response.body;
    const std::size_t room = exchange->options->body_limit - body.size();
    body.append(data, std::min(room, size));
    exchange->response.truncated = size > room;
    return std::min(room, size);  // fewer than came: the transfer ends
  }

  static std::size_t take_header(char* data, std::size_t, std::size_t size, void* self) {
    auto* exchange = static_cast<Exchange*>(self);
    auto& headers = exchange->response.headers;
    exchange->header_bytes += size;
    if (exchange->header_bytes > kHeaderBytes) return 0;  // the transfer ends
    std::string_view line(data, size);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {  // the answer proper comes after an interim one
      headers.clear();
      exchange->has_head = false;
      return size;
    }
    if (line.empty()) exchange->has_head = true;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return size;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    headers[lower(line.substr(0, colon))] = std::string(value);
    return size;
  }
};

Errc code_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE: return Errc::invalid_input;  // CURLE_UNSUPPORTED_PROTOCOL: what came is no HTTP
    case CURLE_FAILED_INIT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_BAD_FUNCTION_ARGUMENT: return Errc::internal;
    default: return Errc::unavailable;
  }
}

bool start_curl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

struct HttpClient::State {
  ClientOptions options;
  CURL* easy = nullptr;  // made with the first request: until then libcurl need not be there

  explicit State(ClientOptions given) : options(std::move(given)) {}
  ~State() {
    if (easy != nullptr) curl_easy_cleanup(easy);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void set_up(const ClientRequest& request, const Url& url, const std::string& proxy, curl_slist* headers,
              Exchange& exchange, std::chrono::milliseconds deadline);
};

void HttpClient::State::set_up(const ClientRequest& request, const Url& url, const std::string& proxy,
                               curl_slist* headers, Exchange& exchange, std::chrono::milliseconds deadline) {
  curl_easy_reset(easy);  // options only: connections stay
  const auto milliseconds = static_cast<long>(std::clamp<std::int64_t>(deadline.count(), 1, 86'400'000));
  curl_easy_setopt(easy, CURLOPT_CURLU, url.handle.get());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options.allow_private ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);        // do not wait for a resolver that is still at it
  curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str());  // empty: none, whatever the environment says
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  static const std::string system_bundle = curl::system_ca_bundle();
  const std::string& bundle = options.ca_file.empty() ? system_bundle : options.ca_file;
  if (!bundle.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, bundle.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, bundle.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &AddressGuard::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange.guard);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Exchange::take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Exchange::take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  const bool has_body = !request.body.empty() || request.method == "POST" || request.method == "PUT";
  if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

HttpClient::HttpClient(ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<ClientResponse> HttpClient::send(const ClientRequest& request) {
  return send(request, state_->options.deadline);
}

Result<ClientResponse> HttpClient::send(const ClientRequest& request, std::chrono::milliseconds deadline) {
  State& state = *state_;
  if (state.easy == nullptr && start_curl()) state.easy = curl_easy_init();
  if (state.easy == nullptr) return Error{Errc::internal, "libcurl did not start"};
  if (!is_token(request.method)) return invalid("the request's method is none");
  auto url = parse_url(request.url, state.options.allow_private);
  if (!url) return std::move(url).error();
  const std::string proxy = proxy_for(state.options, url->scheme, url->host);
  Exchange exchange;
  exchange.options = &state.options;
  if (!state.options.allow_private) {
    exchange.guard.is_checked = proxy.empty();
    const auto literal = parse_address(url->host);
    const bool is_here = url->host == "localhost" || url->host.ends_with(".localhost");
    if (is_here || (literal && !is_public(*literal))) {
      return Error{Errc::denied, url->shown + ": a private address (allow_private permits it)"};
    }
  } else {
    exchange.guard.is_checked = false;
  }
  auto headers = header_list(request);
  if (!headers) return std::move(headers).error().in(url->shown);
  state.set_up(request, *url, proxy, headers->get(), exchange, deadline);
  CURLcode code = CURLE_OK;
  {
    const NoSigpipe guard;
    code = curl_easy_perform(state.easy);
  }
  long status = 0;
  curl_easy_getinfo(state.easy, CURLINFO_RESPONSE_CODE, &status);
  // Below 200 it is an interim one, and the answer proper is missing.
  if (code != CURLE_OK && state.options.status_suffices && exchange.has_head && status >= 200)
    exchange.response.truncated = true;
  if (code != CURLE_OK && !exchange.response.truncated) {
    if (exchange.guard.is_refused) {
      return Error{Errc::denied, url->shown + ": a private address (allow_private permits it)"};
    }
    return Error{code_of(code), url->shown + ": " + curl_easy_strerror(code)};
  }
  exchange.response.status = static_cast<int>(status);
  return std::move(exchange.response);
}

}  // namespace gw::net
