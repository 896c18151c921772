#include "app/aws_context.h"

#include "app/aws_secrets.h"

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

}  // namespace

AwsContext::AwsContext(Options options)
    : options_(std::move(options)), secrets_(std::make_unique<AwsSecrets>(*this, options_.tools.now)) {}

AwsContext::~AwsContext() = default;

AwsContext::AwsContext(const Io& io) : AwsContext(options_of(io)) {}

void AwsContext::start() {
  if (transport_ == nullptr) transport_ = options_.transport();
  if (credentials_ == nullptr) {
    credentials_ = aws::make_credential_chain(*transport_, {options_.tools, options_.surroundings, {}, {}});
  }
}

Result<aws::Client*> AwsContext::client(aws::Service service, const std::string& region) {
  aws::EndpointOptions endpoint;
  endpoint.region = region.empty() ? default_region() : region;
  const std::lock_guard lock(mutex_);
  auto& client = clients_[{service, endpoint.region}];
  if (client != nullptr) return client.get();
  endpoint.use_fips = aws::fips_from_environment(options_.surroundings.variable);
  endpoint.variable = options_.surroundings.variable;
  start();
  auto made = aws::make_client(*transport_, *credentials_, service, endpoint, options_.tools, options_.retry);
  if (!made) {
    clients_.erase({service, endpoint.region});
    return std::move(made).error().in("AWS " + std::string(aws::signing_name(service)));
  }
  client = std::move(*made);
  return client.get();
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

std::shared_ptr<AwsContext> aws_of(const Io& io) {
  return io.aws != nullptr ? io.aws : std::make_shared<AwsContext>(io);
}

}  // namespace gw::app
