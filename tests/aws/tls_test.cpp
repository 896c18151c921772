// https as companies have it: an authority of their own, and a proxy on the way out. The stand-in answers under AWS's names.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "edge/aws/s3.h"
#include "edge/aws/sqs.h"
#include "tests/support/aws_stand_in.h"

namespace gw::aws {
namespace {

class Https : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gw-tls-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    const std::string script =
        "set -e; cd '" + folder +
        "'; exec 2>log >&2\n"
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key"
        " -out ca.pem\n"
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=stand-in -keyout key.pem -out "
        "csr.pem\n"
        "printf 'subjectAltName=IP:127.0.0.1,DNS:*.s3.eu-central-1.amazonaws.com,DNS:sqs.eu-central-1.amazonaws.com\\n'"
        " >ext\n"
        "openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem\n";
    ASSERT_EQ(std::system(script.c_str()), 0) << "openssl: see " << folder << "/log";
    stand_in = new test::AwsStandIn({"--cert", folder + "/cert.pem", "--key", folder + "/key.pem"});
  }
  static void TearDownTestSuite() {
    delete stand_in;
    std::filesystem::remove_all(folder);
  }
  void SetUp() override {
    for (const char* name : kVariables) unsetenv(name);
  }
  void TearDown() override { SetUp(); }

  static Result<std::vector<SqsMessage>> ask(Client& sqs) {
    return receive_messages(sqs, {stand_in->url() + "/111122223333/trail", 1, 0, {}, {}});
  }
  std::unique_ptr<Client> here(Transport& transport) {
    return stand_in->client(transport, credentials_, Service::sqs, 1);
  }
  // Where AWS itself is.
  std::unique_ptr<Client> there(Transport& transport, Service service) {
    EndpointOptions endpoint;
    endpoint.region = "eu-central-1";
    RetryOptions once;
    once.attempts = 1;
    auto made = make_client(transport, credentials_, service, endpoint, system_tools(), once);
    return made ? std::move(*made) : nullptr;
  }
  static void set_up_service(Transport& transport) {
    (void)stand_in->control(R"({"do":"create_queue","name":"trail"})", &transport);
    (void)stand_in->control(R"({"do":"create_bucket","name":"logs"})", &transport);
  }

  static constexpr const char* kVariables[] = {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy",
                                               "ALL_PROXY",     "all_proxy",     "NO_PROXY",    "no_proxy"};
  static inline std::string folder;
  static inline test::AwsStandIn* stand_in = nullptr;
  FixedCredentials credentials_{stand_in->credentials()};
};

TEST_F(Https, OnlyTheAuthorityThatIsNamedIsTrusted) {
  const auto stranger = make_curl_transport();
  const auto refused = ask(*here(*stranger));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("ertificate"), std::string::npos) << refused.error().message;

  setenv("AWS_CA_BUNDLE", (folder + "/ca.pem").c_str(), 1);
  const auto friendly = make_curl_transport();
  set_up_service(*friendly);
  EXPECT_TRUE(ask(*here(*friendly)));

  unsetenv("AWS_CA_BUNDLE");
  CurlOptions options;
  options.ca_file = folder + "/ca.pem";
  EXPECT_TRUE(ask(*here(*make_curl_transport(options))));
}

TEST_F(Https, GoesThroughTheProxyExceptWhereToldNotTo) {
  setenv("AWS_CA_BUNDLE", (folder + "/ca.pem").c_str(), 1);
  const auto transport = make_curl_transport();
  set_up_service(*transport);

  test::Helper proxy({"python3", GW_SOURCE_DIR "/tests/support/aws/proxy.py", stand_in->port()});
  const std::string line = proxy.read_line();
  const std::size_t at = line.find("http://");
  ASSERT_NE(at, std::string::npos);
  setenv("HTTPS_PROXY", line.substr(at, line.rfind('"') - at).c_str(), 1);

  setenv("NO_PROXY", "127.0.0.1", 1);
  EXPECT_TRUE(ask(*here(*transport)));
  // The first line that the proxy writes is of this one, so the call before did not go through it.
  const auto sqs = there(*transport, Service::sqs);
  ASSERT_TRUE(sqs);
  EXPECT_TRUE(ask(*sqs));
  EXPECT_EQ(proxy.read_line(), "sqs.eu-central-1.amazonaws.com:443");

  const auto s3 = there(*transport, Service::s3);
  ASSERT_TRUE(s3);
  const auto put = put_object(*s3, {"logs", "a b/+", {}, {}}, "through the proxy");
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(proxy.read_line(), "logs.s3.eu-central-1.amazonaws.com:443");
  std::string content;
  EXPECT_TRUE(get_object(*s3, {"logs", "a b/+", {}, {}}, {}, [&](std::string_view piece) {
    content += piece;
    return true;
  }));
  EXPECT_EQ(content, "through the proxy");

  unsetenv("NO_PROXY");
  EXPECT_TRUE(ask(*here(*make_curl_transport())));
  EXPECT_EQ(proxy.read_line(), "127.0.0.1:" + stand_in->port());
}

}  // namespace
}  // namespace gw::aws
