#include "edge/net/http_client.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <unistd.h>

#include <chrono>
#include <future>

#include "edge/net/address.h"
#include "edge/net/server_fixture.h"

namespace gw::net {
namespace {

using std::chrono::milliseconds;

ClientOptions local() {
  ClientOptions options;
  options.allow_private = true;
  return options;
}

std::string base(const HttpServer& server) { return "http://127.0.0.1:" + std::to_string(server.port()); }

TEST(HttpClient, SendsWhatItIsGivenAndNothingOfItsOwn) {
  FunctionHandler handler;
  handler.on_admit = [](const ServerRequest&) { return Handler::Admission{std::size_t{4} << 20, std::nullopt}; };
  ServerRequest seen;
  handler.on_handle = [&](ServerRequest request, Responder responder) {
    seen = std::move(request);
    responder.send({201, {{"X-Answer", " yes "}, {"Retry-After", "7"}}, "stored", false});
  };
  const auto server = start_server(handler);
  HttpClient client(local());
  const auto response = client.send(
      {"POST", base(*server) + "/a/../b?q=1%202", {{"X-One", "1"}, {"X-Empty", ""}}, std::string(3'000'000, 'x')});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->header("x-answer"), "yes");
  EXPECT_EQ(response->header("retry-after"), "7");
  EXPECT_EQ(response->header("x-other"), "");
  EXPECT_EQ(response->body, "stored");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/a/../b?q=1%202");
  EXPECT_EQ(seen.body, std::string(3'000'000, 'x'));
  EXPECT_EQ(seen.header("x-one"), "1");
  EXPECT_EQ(seen.count("x-empty"), 1u);
  EXPECT_EQ(seen.count("expect"), 0u);
  EXPECT_EQ(seen.count("content-type"), 0u);
  EXPECT_TRUE(seen.header("user-agent").starts_with("glasswatch/"));
}

TEST(HttpClient, MethodsAndOneConnectionForAll) {
  FunctionHandler handler;
  handler.on_handle = [](ServerRequest request, Responder responder) {
    responder.send({200, {}, request.method + std::to_string(request.body.size()), false});
  };
  const auto server = start_server(handler);
  HttpClient client(local());
  for (const auto& [method, body, answer] :
       {std::tuple{"GET", "", "GET0"}, std::tuple{"POST", "", "POST0"}, std::tuple{"PUT", "ab", "PUT2"},
        std::tuple{"HEAD", "", ""}, std::tuple{"DELETE", "", "DELETE0"}, std::tuple{"GET", "abc", "GET3"}}) {
    const auto response = client.send({method, base(*server), {}, body});
    ASSERT_TRUE(response) << method << ' ' << response.error().message;
    EXPECT_EQ(response->body, answer);
  }
  EXPECT_EQ(server->stats().connections, 1u);
}

TEST(HttpClient, AnyStatusIsAnAnswerAndRedirectsAreNotFollowed) {
  FunctionHandler handler;
  handler.on_handle = [](ServerRequest, Responder responder) {
    responder.send({302, {{"Location", "http://127.0.0.1:1/elsewhere"}}, "", false});
  };
  const auto server = start_server(handler);
  const auto response = HttpClient(local()).send({"GET", base(*server), {}, ""});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
}

TEST(HttpClient, KeepsNoMoreOfABodyThanItsLimit) {
  FunctionHandler handler;
  handler.on_handle = [](ServerRequest request, Responder responder) {
    responder.send({200, {}, std::string(request.target == "/fits" ? 100 : 5'000'000, 'a'), false});
  };
  const auto server = start_server(handler);
  ClientOptions options = local();
  options.body_limit = 100;
  HttpClient client(options);
  for (const char* path : {"/fits", "/not", "/fits"}) {
    const auto response = client.send({"GET", base(*server) + path, {}, ""});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body.size(), 100u);
    EXPECT_EQ(response->truncated, std::string_view(path) == "/not");
  }
}

TEST(HttpClient, KeepsNoMoreOfTheHeadersThanALimit) {
  FunctionHandler handler;
  handler.on_handle = [](ServerRequest request, Responder responder) {
    ServerResponse response{200, {}, "", false};
    for (int i = 0; i < (request.target == "/fits" ? 100 : 2'800); ++i)
      response.headers.emplace_back("X-" + std::to_string(i), std::string(100, 'a'));
    responder.send(std::move(response));
  };
  const auto server = start_server(handler);
  HttpClient client(local());
  EXPECT_TRUE(client.send({"GET", base(*server) + "/fits", {}, ""}));
  const auto response = client.send({"GET", base(*server) + "/not", {}, ""});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unavailable);
}

TEST(HttpClient, RefusesPrivateAddressesAndAllThatIsNotHttps) {
  HttpClient client;
  const auto code = [&](const std::string& url) {
    const auto response = client.send({"GET", url, {}, ""});
    return response ? Errc::internal : response.error().code;
  };
  for (const char* url : {"https://127.0.0.1/", "https://localhost/x", "https://a.localhost/", "https://10.0.0.1/",
                          "https://[::1]/", "https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/",
                          "https://2130706433/", "https://0x7f.1/", "https://[fe80::1%25lo]/", "https://0/"}) {
    EXPECT_EQ(code(url), Errc::denied) << url;
  }
  for (const char* url : {"http://example.com/", "ftp://example.com/", "file:///etc/passwd", "", "example.com",
                          "https://", "https://user:pw@example.com/", "https://exa mple.com/",
                          "https://example.com/\r\nX: y", "https://example.com:99999/"}) {
    EXPECT_EQ(code(url), Errc::invalid_input) << url;
  }
}

bool is_name_of_here(const std::string& name) {
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, nullptr, &found) != 0) return false;
  bool is_private = true;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    const auto address = to_address(*a->ai_addr);
    is_private = is_private && address && !is_public(*address);
  }
  freeaddrinfo(found);
  return is_private;
}

TEST(HttpClient, ChecksTheAddressThatANameResolvesTo) {
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  std::size_t tried = 0;
  for (const std::string& name : {std::string(host), std::string("ip6-localhost"), std::string("ip6-loopback")}) {
    if (name == "localhost" || !is_name_of_here(name)) continue;
    ++tried;
    const auto response = HttpClient().send({"GET", "https://" + name + ":1/", {}, ""});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::denied) << response.error().message;
  }
  if (tried == 0) GTEST_SKIP() << "no name but localhost leads to this machine";
}

TEST(HttpClient, MessagesHoldNeitherPathNorQuery) {
  for (const bool is_private : {false, true}) {
    ClientOptions options;
    options.allow_private = is_private;
    const auto response = HttpClient(options).send({"GET", "https://127.0.0.1:1/services/T0/S3CRET?k=S3CRET", {}, ""});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, is_private ? Errc::unavailable : Errc::denied);
    EXPECT_EQ(response.error().message.find("S3CRET"), std::string::npos) << response.error().message;
    EXPECT_NE(response.error().message.find("https://127.0.0.1:1"), std::string::npos) << response.error().message;
  }
}

TEST(HttpClient, AHeaderCannotSmuggleAnother) {
  HttpClient client(local());
  for (const auto& header :
       {std::pair<std::string, std::string>{"X", "a\r\nY: b"}, {"X\r\nY", "a"}, {"", "a"}, {"X:", "a"}}) {
    const auto response = client.send({"GET", "http://127.0.0.1:1/", {header}, ""});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::invalid_input);
  }
  EXPECT_EQ(client.send({"GET /x", "http://127.0.0.1:1/", {}, ""}).error().code, Errc::invalid_input);
}

TEST(HttpClient, TheDeadlineEndsACallThatNobodyAnswers) {
  FunctionHandler handler;
  std::promise<Responder> held;
  handler.on_handle = [&](ServerRequest, Responder responder) { held.set_value(std::move(responder)); };
  const auto server = start_server(handler);
  HttpClient client(local());
  const auto response = client.send({"GET", base(*server), {}, ""}, milliseconds(50));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unavailable);
  (void)held.get_future().get();
}

TEST(HttpClient, TlsVerifiesAgainstTheBundle) {
  const TemporaryFolder folder;
  write_certificate(folder.file("cert.pem"), folder.file("key.pem"));
  FunctionHandler handler;
  ServerOptions server_options;
  server_options.certificate_file = folder.file("cert.pem");
  server_options.key_file = folder.file("key.pem");
  const auto server = start_server(handler, server_options);
  const std::string url = "https://127.0.0.1:" + std::to_string(server->port()) + "/x";
  const auto unknown = HttpClient(local()).send({"GET", url, {}, ""});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::unavailable);
  ClientOptions options = local();
  options.ca_file = folder.file("cert.pem");
  const auto known = HttpClient(options).send({"GET", url, {}, ""});
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_EQ(known->body, "GET /x ");
  options.ca_file = folder.file("none.pem");
  EXPECT_EQ(HttpClient(options).send({"GET", url, {}, ""}).error().code, Errc::invalid_input);
}

TEST(ClientEnvironment, ProxiesAndBundles) {
  const std::map<std::string, std::string> variables{{"HTTPS_PROXY", "http://proxy:3128"},
                                                     {"HTTP_PROXY", "http://evil:1"},
                                                     {"NO_PROXY", "corp.example, .internal,10.0.0.0/8"},
                                                     {"SSL_CERT_FILE", "/system.pem"},
                                                     {"AWS_CA_BUNDLE", "/aws.pem"}};
  ClientOptions options;
  fill_from_environment(options, [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
  EXPECT_EQ(options.https_proxy, "http://proxy:3128");
  EXPECT_EQ(options.http_proxy, "");
  EXPECT_EQ(options.ca_file, "/aws.pem");
  EXPECT_EQ(proxy_for(options, "https", "hooks.slack.com"), "http://proxy:3128");
  EXPECT_EQ(proxy_for(options, "http", "hooks.slack.com"), "");
  EXPECT_EQ(proxy_for(options, "https", "notcorp.example"), "http://proxy:3128");
  for (const char* host : {"corp.example", "a.corp.example", "x.internal", "internal", "10.1.2.3", "corp.example."}) {
    EXPECT_EQ(proxy_for(options, "https", host), "") << host;
  }
  options.no_proxy = "*";
  EXPECT_EQ(proxy_for(options, "https", "hooks.slack.com"), "");
}

TEST(HttpClient, GoesThroughAProxyWhoseAddressIsPrivate) {
  FunctionHandler handler;  // a proxy that tells what it was asked for
  handler.on_handle = [](ServerRequest request, Responder responder) {
    responder.send({200, {}, request.target, false});
  };
  const auto proxy = start_server(handler);
  ClientOptions options = local();
  options.http_proxy = base(*proxy);
  const auto response = HttpClient(options).send({"GET", "http://hooks.example.com/x", {}, ""});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "http://hooks.example.com/x");
  // With https the proxy is asked for a tunnel; that it refuses is no answer of the host.
  options.allow_private = false;
  options.https_proxy = base(*proxy);
  const auto tunnel = HttpClient(options).send({"GET", "https://hooks.example.com/x", {}, ""});
  ASSERT_FALSE(tunnel);
  EXPECT_EQ(tunnel.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace gw::net
