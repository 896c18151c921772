// What a request is signed with, and who hands it out.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace gw::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;         // empty for long-lived keys
  std::optional<Time> expires;  // nullopt: never
};

// Safe from any thread.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  // May block while credentials are fetched. Errc: `denied` when there are none to be had, `unavailable` for what may pass,
  // `invalid_input` for settings that cannot be used.
  [[nodiscard]] virtual Result<Credentials> get(Time now) = 0;
  // A service says that these have expired: the next get() fetches others, if it can.
  virtual void refused(const std::string& access_key_id) = 0;
};

class FixedCredentials final : public CredentialProvider {
 public:
  explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  [[nodiscard]] Result<Credentials> get(Time) override { return credentials_; }
  void refused(const std::string&) override {}

 private:
  Credentials credentials_;
};

}  // namespace gw::aws
