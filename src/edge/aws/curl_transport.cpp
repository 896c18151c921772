#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "base/no_sigpipe.h"
#include "edge/aws/transport.h"
#include "edge/curl/ca_bundle.h"

namespace gw::aws {
namespace {

struct Free {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, Free>;
using List = std::unique_ptr<curl_slist, Free>;

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return (c < ' ' && c != '\t') || c == 127; });
}

bool append(List& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return false;
  (void)list.release();
  list.reset(longer);
  return true;
}

Result<List> header_list(const HttpRequest& request) {
  List list;
  // `Expect:` costs a round trip; without a type curl would claim a form. What the request sets itself stays.
  std::vector<std::string> lines = {"Expect:"};
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || !is_clean(name) || !is_clean(value) || name.find_first_of(": \t") != std::string::npos) {
      return Error{Errc::invalid_input, "a header of the request holds characters that are not allowed"};
    }
    has_type = has_type || name == "content-type";
    // An empty value would take the header out.
    lines.push_back(value.empty() ? name + ";" : name + ": " + value);
  }
  if (!has_type) lines.emplace_back("content-type:");
  for (const std::string& line : lines) {
    if (!append(list, line)) return Error{Errc::unavailable, "out of memory"};
  }
  return list;
}

// `https://host:port`, for messages.
std::string shown(const std::string& url) {
  const std::size_t host = url.find("://");
  return host == std::string::npos ? "(no URL)"
                                   : url.substr(0, std::min(url.find_first_of("/?#", host + 3), url.size()));
}

// What one exchange gathers in libcurl's callbacks.
struct Exchange {
  const HttpRequest& request;
  CURL* easy;
  HttpResponse response;
  bool is_cancelled = false;
  bool is_too_long = false;

  std::size_t take_body(std::string_view piece) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (request.on_body && status >= 200 && status < 300) {
      is_cancelled = !request.on_body(piece);
      return is_cancelled ? 0 : piece.size();
    }
    is_too_long = piece.size() > request.body_limit - response.body.size();
    if (is_too_long) return 0;
    response.body += piece;
    return piece.size();
  }

  void take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) response.headers.clear();  // the answer proper comes after an interim one
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string name(line.substr(0, colon));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    line.remove_prefix(colon + 1);
    while (!line.empty() && static_cast<unsigned char>(line.front()) <= ' ') line.remove_prefix(1);
    while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
    response.headers.emplace_back(std::move(name), std::string(line));
  }
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<Exchange*>(self)->take_body({data, size});
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
  static_cast<Exchange*>(self)->take_header({data, size});
  return size;
}

// About once a second, also while nothing comes.
int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(self);
  exchange.is_cancelled = exchange.is_cancelled || exchange.request.stop.stop_requested();
  return exchange.is_cancelled ? 1 : 0;
}

Errc code_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_SSL_CACERT_BADFILE: return Errc::invalid_input;
    case CURLE_FAILED_INIT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_BAD_FUNCTION_ARGUMENT: return Errc::internal;
    default: return Errc::unavailable;
  }
}

long milliseconds(std::chrono::milliseconds time) {
  return static_cast<long>(std::clamp<std::int64_t>(time.count(), 1, 86'400'000));
}

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {
    for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
      if (const char* value = std::getenv(name); options_.ca_file.empty() && value != nullptr) options_.ca_file = value;
    }
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    Easy easy = take();
    if (!easy) return Error{Errc::internal, "libcurl did not start"};
    const bool is_usable = is_clean(request.url) && is_clean(request.method) &&
                           request.url.find(' ') == std::string::npos &&
                           shown(request.url).find('@') == std::string::npos;
    if (!is_usable) return Error{Errc::invalid_input, "not a URL that can be called"};
    auto headers = header_list(request);
    if (!headers) return std::move(headers).error().in(shown(request.url));
    Exchange exchange{request, easy.get(), {}};
    set_up(easy.get(), request, headers->get(), exchange);
    CURLcode code = CURLE_OK;
    {
      const NoSigpipe guard;
      code = curl_easy_perform(easy.get());
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    give_back(std::move(easy));
    if (exchange.is_cancelled) return Error{Errc::cancelled, shown(request.url) + ": the transfer was ended"};
    if (exchange.is_too_long) {
      return Error{Errc::corrupt,
                   shown(request.url) + ": the answer is longer than " + std::to_string(request.body_limit) + " bytes"};
    }
    if (code != CURLE_OK) return Error{code_of(code), shown(request.url) + ": " + curl_easy_strerror(code)};
    return std::move(exchange.response);
  }

 private:
  Easy take() {
    static const bool is_started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!is_started) return nullptr;
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return Easy(curl_easy_init());
    Easy easy = std::move(idle_.back());
    idle_.pop_back();
    return easy;
  }

  void give_back(Easy easy) {
    curl_easy_reset(easy.get());  // options only: connections stay
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(easy));
  }

  void set_up(CURL* easy, const HttpRequest& request, curl_slist* headers, Exchange& exchange) const {
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(request.connect_timeout, request.timeout)));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, std::max(1L, milliseconds(request.stall) / 1000));
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // do not wait for a resolver that is still at it
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!request.use_proxy) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    static const std::string system_bundle = curl::system_ca_bundle();
    const std::string& bundle = options_.ca_file.empty() ? system_bundle : options_.ca_file;
    if (!bundle.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, bundle.c_str());
      curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, bundle.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
    if (request.stop.stop_possible()) {
      curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &on_progress);
      curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &exchange);
    }
    if (request.method == "POST" || request.method == "PUT") {
      curl_easy_setopt(easy, CURLOPT_POST, 1L);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    } else if (request.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else {
      curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  CurlOptions options_;
  std::mutex mutex_;
  std::vector<Easy> idle_;
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::unique_ptr<Transport> make_curl_transport(CurlOptions options) {
  return std::make_unique<CurlTransport>(std::move(options));
}

}  // namespace gw::aws
