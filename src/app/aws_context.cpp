#include "app/aws_context.h"

#include <condition_variable>

#include "app/aws_secrets.h"
#include "edge/aws/sts.h"

namespace gw::app {
namespace {

AwsContext::Options options_of(const Io& io) {
  AwsContext::Options options;
  options.surroundings = aws::system_surroundings();
  options.surroundings.variable = [environment = io.environment](const char* name) { return environment(name); };
  options.tools = aws::system_tools();
  options.tools.now = io.now;
  options.transport = [environment = io.environment] {
    aws::CurlOptions curl;
    for (const char* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
      if (curl.ca_file.empty()) curl.ca_file = environment(name).value_or("");
    }
    return aws::make_curl_transport(std::move(curl));
  };
  return options;
}

class StoppedTransport final : public aws::Transport {
 public:
  StoppedTransport(std::unique_ptr<aws::Transport> inner, std::stop_token stop)
      : inner_(std::move(inner)), stop_(std::move(stop)) {}
  Result<aws::HttpResponse> send(const aws::HttpRequest& request) override {
    if (stop_.stop_requested()) return Error{Errc::cancelled, "ended"};
    aws::HttpRequest mine = request;
    mine.stop = stop_;
    return inner_->send(mine);
  }

 private:
  std::unique_ptr<aws::Transport> inner_;
  const std::stop_token stop_;
};

AwsContext::Options stopped(AwsContext::Options options, const std::stop_token& stop) {
  options.transport = [make = std::move(options.transport), stop] {
    return std::make_unique<StoppedTransport>(make(), stop);
  };
  options.tools.wait = [stop](std::chrono::milliseconds time) { (void)interruptible_wait(time, stop); };
  return options;
}

// What CloudTrail shows of the reader.
constexpr const char* kSessionName = "glasswatch";

}  // namespace

AwsContext::AwsContext(Options options)
    : options_(std::move(options)), secrets_(std::make_unique<AwsSecrets>(*this, options_.tools.now)) {}

AwsContext::~AwsContext() = default;

AwsContext::AwsContext(const Io& io) : AwsContext(options_of(io)) {}

AwsContext::AwsContext(const Io& io, const std::stop_token& stop) : AwsContext(stopped(options_of(io), stop)) {}

void AwsContext::start() {
  if (transport_ == nullptr) transport_ = options_.transport();
  if (credentials_ == nullptr) {
    credentials_ = aws::make_credential_chain(*transport_, {options_.tools, options_.surroundings, {}, {}});
  }
}

Result<aws::Client*> AwsContext::client(aws::Service service, const std::string& region, const std::string& role) {
  const std::string where = region.empty() ? default_region() : region;
  const std::lock_guard lock(mutex_);
  return client_locked(service, where, role);
}

Result<aws::Client*> AwsContext::client_locked(aws::Service service, const std::string& region,
                                               const std::string& role) {
  if (const auto found = clients_.find({service, region, role}); found != clients_.end()) return found->second.get();
  aws::EndpointOptions endpoint;
  endpoint.region = region;
  endpoint.use_fips = aws::fips_from_environment(options_.surroundings.variable);
  endpoint.variable = options_.surroundings.variable;
  start();
  auto provider = this->provider(role);
  if (!provider) return std::move(provider).error();
  auto made = aws::make_client(*transport_, **provider, service, endpoint, options_.tools, options_.retry);
  if (!made) return std::move(made).error().in("AWS " + std::string(aws::signing_name(service)));
  return clients_.emplace(std::tuple(service, region, role), std::move(*made)).first->second.get();
}

// Where STS is asked is where the program is at home, not where the objects are: one session for all regions.
Result<aws::CredentialProvider*> AwsContext::provider(const std::string& role) {
  if (role.empty()) return credentials_.get();
  auto& known = roles_[role];
  if (known != nullptr) return known.get();
  if (!has_region_) region_ = aws::find_region(options_.surroundings);
  has_region_ = true;
  auto sts = client_locked(aws::Service::sts, region_, {});
  if (!sts) {
    roles_.erase(role);
    return std::move(sts).error();
  }
  known = std::make_unique<aws::CachedCredentials>([client = *sts, role](Time) -> Result<aws::Credentials> {
    auto credentials = aws::assume_role(*client, {role, kSessionName, {}, 0});
    if (!credentials) return std::move(credentials).error().in("as " + role);
    return credentials;
  });
  return known.get();
}

std::string AwsContext::default_region() {
  const std::lock_guard lock(mutex_);
  if (!has_region_) region_ = aws::find_region(options_.surroundings);
  has_region_ = true;
  return region_;
}

aws::Transport& AwsContext::transport() {
  const std::lock_guard lock(mutex_);
  start();
  return *transport_;
}

aws::CredentialProvider& AwsContext::credentials() {
  const std::lock_guard lock(mutex_);
  start();
  return *credentials_;
}

bool interruptible_wait(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  return !wake.wait_for(lock, stop, time, [&stop] { return stop.stop_requested(); });
}

std::shared_ptr<AwsContext> aws_of(const Io& io) {
  return io.aws != nullptr ? io.aws : std::make_shared<AwsContext>(io);
}

}  // namespace gw::app
