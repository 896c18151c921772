#include "edge/web/access.h"

#include "edge/web/web_fixture.h"

namespace gw::web {
namespace {

TEST_F(WebTest, RolesMayDoWhatTheyAreFor) {
  start(with_tokens());
  store.stored = {session("s1")};
  struct Case {
    const char* method;
    const char* target;
    const char* body;
    const char* roles;  // who may
    int status;         // what they get
  };
  const Case cases[] = {
      {"GET", "/api/v1/sessions", "", "viewer reviewer operator admin", 200},
      {"GET", "/metrics", "", "viewer reviewer operator admin", 200},
      {"GET", "/api/v1/quarantine", "", "viewer reviewer operator admin", 200},
      {"GET", "/api/v1/quarantine/x", "", "operator admin", 404},
      {"POST", "/api/v1/sessions/s1/ack", "", "operator admin", 200},
      {"POST", "/api/v1/sessions/s1/notes", R"({"note":"n"})", "operator admin", 200},
      {"POST", "/api/v1/alerts/a1/retry", "", "operator admin", 202},
      {"POST", "/api/v1/alert-test", R"({"receiver":"x"})", "operator admin", 404},
      {"POST", "/api/v1/mutes", R"({"watch":"w","reason":"r","until":"1h"})", "operator admin", 201},
      {"DELETE", "/api/v1/mutes/x", "", "operator admin", 404},
      {"POST", "/ingest/cloudtrail", "{}", "ingest", 200},
      {"POST", "/ingest/eventbridge", "{}", "ingest", 200},
  };
  ingest.settle_at_once = ports::Settled::durable;
  for (const Case& c : cases) {
    for (const std::string role : {"viewer", "reviewer", "operator", "admin", "ingest"}) {
      const bool may = (std::string(" ") + c.roles + ' ').find(' ' + role + ' ') != std::string::npos;
      const net::RawResponse response = ask(c.method, c.target, as(role), c.body);
      EXPECT_EQ(response.status, may ? c.status : 403) << c.method << ' ' << c.target << ' ' << role;
      if (may) continue;
      EXPECT_NE(problem(response).find(role), std::string::npos);
    }
    const net::RawResponse none = ask(c.method, c.target, "", c.body);
    EXPECT_EQ(none.status, 401) << c.target;
    EXPECT_EQ(none.headers.at("www-authenticate"), "Bearer realm=\"glasswatch\"");
    const net::RawResponse wrong = ask(c.method, c.target, as("nobody"), c.body);
    EXPECT_EQ(wrong.status, 401) << c.target;
    EXPECT_NE(wrong.headers.at("www-authenticate").find("invalid_token"), std::string::npos);
  }
  for (const char* open : {"/healthz", "/readyz", "/", "/app.js", "/app.css"})
    EXPECT_EQ(ask("GET", open).status, 200) << open;
}

TEST_F(WebTest, TwoTokensOfOneNameAreValidAtATime) {
  Config config;
  config.tokens = {token("carol", Role::viewer, "old"), token("carol", Role::viewer, "new")};
  start(config);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Bearer old\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: bearer  new\r\n").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Basic old\r\n").status, 401);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Bearer \r\n").status, 401);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Bearer old\r\nAuthorization: Bearer new\r\n").status, 401);
  // What is stored is no token.
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Bearer " + token_hash("old") + "\r\n").status, 401);
  config.tokens.erase(config.tokens.begin());
  web->reload(config);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Bearer old\r\n").status, 401);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "Authorization: Bearer new\r\n").status, 200);
}

TEST_F(WebTest, WithoutTokensOnlyThisMachineIsLetIn) {
  ingest.settle_at_once = ports::Settled::durable;
  store.stored = {session("s1")};
  const std::string own = "localhost:" + std::to_string(server->port());
  for (const std::string host : {"localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:80"}) {
    EXPECT_EQ(ask("GET", "/api/v1/sessions", "Host: " + host + "\r\n").status, 200) << host;
  }
  for (const std::string host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "",
                                 "localhost:x", "evil@localhost", "[::2]", "[::1"}) {
    EXPECT_EQ(ask("GET", "/api/v1/sessions", "Host: " + host + "\r\n").status, 401) << host;
    EXPECT_EQ(ask("POST", "/ingest/cloudtrail", "Host: " + host + "\r\n", "{}").status, 401) << host;
  }
  EXPECT_EQ(ask("POST", "/api/v1/sessions/s1/ack").status, 200);
  EXPECT_EQ(ask("POST", "/ingest/cloudtrail", "", "{}").status, 200);
  // A page of somebody else's, in a browser on this machine.
  for (const std::string& header :
       {std::string("Origin: https://evil.example"), std::string("Origin: null"),
        std::string("Origin: http://localhost:1"), std::string("Sec-Fetch-Site: cross-site"),
        std::string("Sec-Fetch-Site: same-site"), std::string("X-Forwarded-For: 198.51.100.7")}) {
    EXPECT_EQ(ask("POST", "/api/v1/sessions/s1/ack", "Host: " + own + "\r\n" + header + "\r\n").status, 401) << header;
    EXPECT_EQ(ask("POST", "/ingest/cloudtrail", "Host: " + own + "\r\n" + header + "\r\n", "{}").status, 401) << header;
  }
  EXPECT_EQ(ask("POST", "/api/v1/sessions/s1/ack",
                "Host: " + own + "\r\nOrigin: http://" + own + "\r\nSec-Fetch-Site: same-origin\r\n")
                .status,
            200);
}

TEST_F(WebTest, MetricsMayBeOpen) {
  Config config = with_tokens();
  config.open_metrics = true;
  start(config);
  EXPECT_EQ(ask("GET", "/metrics").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/sessions").status, 401);
}

TEST_F(WebTest, WrongTokensAreLimited) {
  Config config = with_tokens();
  config.failed_tokens = 3;
  start(config);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", as("viewer")).status, 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("GET", "/api/v1/sessions", as("wrong")).status, 401);
  const net::RawResponse limited = ask("GET", "/api/v1/sessions", as("wrong"));
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.at("retry-after"), "60");
  EXPECT_EQ(ask("GET", "/api/v1/sessions", as("operator")).status, 429);  // a guess that is right is not told
  EXPECT_EQ(ask("GET", "/api/v1/sessions", as("viewer")).status, 200);    // known from there
  now.micros += 60'000'000;
  EXPECT_EQ(ask("GET", "/api/v1/sessions", as("operator")).status, 200);
}

TEST(Access, APeerElsewhereIsNotLetInWithoutTokens) {
  net::ServerRequest request;
  request.headers = {{"host", "localhost"}};
  request.peer = "198.51.100.7";
  EXPECT_NE(local_refusal(request), "");
  request.peer_is_loopback = true;
  EXPECT_EQ(local_refusal(request), "");
}

TEST(FailureLimit, HoldsSoManyPeersAndNoMore) {
  FailureLimit limit;
  const Time now{1'000'000'000};
  for (int i = 0; i < 5000; ++i) {
    (void)limit.failed("10." + std::to_string(i / 256) + ".0." + std::to_string(i % 256), now, 1);
  }
  EXPECT_FALSE(limit.failed("10.0.0.0", now, 1));     // has its own count
  EXPECT_FALSE(limit.failed("192.0.2.1", now, 1));    // shares that of the many
  EXPECT_FALSE(limit.failed("2001:db8::1", now, 1));  // so does this
  EXPECT_TRUE(limit.failed("192.0.2.1", Time{now.micros + 60'000'000}, 1));
  EXPECT_EQ(limit.failures(), 5004u);
}

TEST(FailureLimit, AnIpv6PeerIsItsNetwork) {
  FailureLimit limit;
  EXPECT_TRUE(limit.failed("2001:db8::1", Time{}, 1));
  EXPECT_FALSE(limit.failed("2001:db8::2", Time{}, 1));
  EXPECT_TRUE(limit.failed("2001:db8:0:1::1", Time{}, 1));
}

}  // namespace
}  // namespace gw::web
