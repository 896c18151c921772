#include "edge/net/curl_parts.h"

#include <sys/socket.h>

#include "base/no_sigpipe.h"
#include "edge/net/address.h"

namespace gw::net {

void EasyFree::operator()(CURL* easy) const {
  const NoSigpipe guard;
  curl_easy_cleanup(easy);
}

std::string url_part(CURLU* url, CURLUPart which, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

curl_socket_t AddressGuard::open(const curl_sockaddr& address) {
  const auto to = to_address(address.addr);
  if (is_checked && (!to || !is_public(*to))) {
    is_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

curl_socket_t AddressGuard::open_socket(void* guard, curlsocktype, curl_sockaddr* address) {
  return static_cast<AddressGuard*>(guard)->open(*address);
}

}  // namespace gw::net
