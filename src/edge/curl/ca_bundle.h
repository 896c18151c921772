// The certificates that the system trusts. libcurl knows the place of the distribution that it was built for; our packages run on others.
#pragma once

#include <span>
#include <string>

namespace gw::curl {

// The first bundle (PEM) that can be read among the places of Debian, Amazon Linux and Red Hat, SUSE, Alpine; empty when there is none.
[[nodiscard]] std::string system_ca_bundle();
// The same among `places`.
[[nodiscard]] std::string first_readable(std::span<const char* const> places);

}  // namespace gw::curl
