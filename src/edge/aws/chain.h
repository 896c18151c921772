// Where credentials come from when nobody hands any in: the ways of AWS's own tools, in their order.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "edge/aws/client.h"
#include "edge/aws/credentials.h"
#include "edge/aws/metadata.h"
#include "edge/aws/profile.h"

namespace gw::aws {

// Keeps what was fetched, and fetches again five minutes before it expires; meanwhile other threads go on with what is there.
// When that fails the old ones stay in use, and up to ten minutes longer than they say, with an attempt every minute: the
// service they come from may be down when AWS itself still takes them.
class CachedCredentials final : public CredentialProvider {
 public:
  // Called by one thread at a time.
  using Fetch = std::function<Result<Credentials>(Time now)>;
  explicit CachedCredentials(Fetch fetch);
  ~CachedCredentials() override;
  [[nodiscard]] Result<Credentials> get(Time now) override;
  void refused(const std::string& access_key_id) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ChainOptions {
  Tools tools;
  Surroundings surroundings;
  std::string profile;  // empty: AWS_PROFILE, then `default`
  std::string region;   // for STS; empty: find_region()
};

// The profile files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, else those in ~/.aws; what cannot be read is
// empty.
[[nodiscard]] Profiles read_profiles(const Surroundings& surroundings);
// AWS_REGION, AWS_DEFAULT_REGION, then the profile's region; empty when there is none.
[[nodiscard]] std::string find_region(const Surroundings& surroundings, const std::string& profile = {});

// One walk along the chain: AWS_ACCESS_KEY_ID; the profile with its roles; AWS_WEB_IDENTITY_TOKEN_FILE; the container; the
// instance. The first that is set counts, also when it then fails. A profile that was asked for by name must be there.
[[nodiscard]] Result<Credentials> fetch_credentials(Transport& transport, const ChainOptions& options);

// That, kept. `transport` must outlive it.
[[nodiscard]] std::unique_ptr<CredentialProvider> make_credential_chain(Transport& transport, ChainOptions options);

}  // namespace gw::aws
