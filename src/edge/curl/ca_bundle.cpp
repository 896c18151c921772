#include "edge/curl/ca_bundle.h"

#include <unistd.h>

#include <array>

namespace gw::curl {

std::string first_readable(std::span<const char* const> places) {
  for (const char* place : places) {
    if (::access(place, R_OK) == 0) return place;
  }
  return {};
}

std::string system_ca_bundle() {
  static constexpr std::array<const char*, 5> kPlaces = {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Amazon Linux, Fedora, Red Hat
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // the same, where the link above is missing
      "/etc/ssl/ca-bundle.pem",                             // SUSE
      "/etc/ssl/cert.pem",                                  // Alpine without its package ca-certificates
  };
  return first_readable(kPlaces);
}

}  // namespace gw::curl
