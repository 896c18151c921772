// Inside of edge/net: what every client does with libcurl in the same way.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace gw::net {

// Says goodbye where the protocol has one.
struct EasyFree {
  void operator()(CURL* easy) const;
};
using Easy = std::unique_ptr<CURL, EasyFree>;

struct UrlFree {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlFree>;
// Empty: it has none.
[[nodiscard]] std::string url_part(CURLU* url, CURLUPart which, unsigned flags = 0);

// Opens sockets for libcurl: the place where addresses are judged, so that a name cannot resolve to one address for the check and
// to another for the connection.
struct AddressGuard {
  bool is_checked = true;   // only addresses of the internet
  bool is_refused = false;  // one was none

  [[nodiscard]] curl_socket_t open(const curl_sockaddr& address);
  // CURLOPT_OPENSOCKETFUNCTION, with the guard as its data.
  static curl_socket_t open_socket(void* guard, curlsocktype, curl_sockaddr* address);
};

}  // namespace gw::net
