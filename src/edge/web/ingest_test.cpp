#include <thread>

#include "edge/web/firehose.h"
#include "edge/web/web_fixture.h"

namespace gw::web {
namespace {

class IngestTest : public WebTest {
 protected:
  void SetUp() override { start(with_tokens()); }
  static constexpr const char* kId = "ed4acda5-0000-0000-0000-000000000000";
  static std::string firehose_headers(const std::string& key = "ingest-secret", const std::string& id = kId) {
    return "X-Amz-Firehose-Protocol-Version: 1.0\r\nX-Amz-Firehose-Request-Id: " + id +
           "\r\nX-Amz-Firehose-Access-Key: " + key + "\r\n";
  }
};

TEST_F(IngestTest, A200ComesAfterTheCommit) {
  for (const auto& [path, feed] :
       {std::pair{"/ingest/cloudtrail", "http"}, std::pair{"/ingest/eventbridge", "eventbridge"}}) {
    net::RawClient client(server->port());
    client.send(
        request("POST", path, as("ingest") + "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", "\x1f\x8bsome"));
    const ports::Delivery delivery = ingest.wait();
    EXPECT_EQ(delivery.bytes, "\x1f\x8bsome");
    EXPECT_EQ(delivery.feed, feed);
    EXPECT_EQ(delivery.source, "http:feed");
    EXPECT_EQ(delivery.accounts, std::vector<std::string>{"1111*"});
    EXPECT_EQ(delivery.received_at, now);
    EXPECT_FALSE(delivery.from_trail);
    EXPECT_FALSE(client.ends_within(std::chrono::milliseconds(0)));
    std::thread([&] { delivery.settle(ports::Settled::durable); }).join();
    const net::RawResponse response = client.receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "{\"status\":\"stored\"}\n");
  }
}

TEST_F(IngestTest, WhatIsNotStoredIsSentAgain) {
  ingest.settle_at_once = ports::Settled::unavailable;
  net::RawResponse response = ask("POST", "/ingest/cloudtrail", as("ingest"), "{}");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.at("retry-after"), "5");
  ingest.largest = 1000;
  EXPECT_EQ(ask("POST", "/ingest/cloudtrail", as("ingest"), std::string(1001, 'x')).status, 503);
  ingest.room = false;
  response = ask("POST", "/ingest/cloudtrail", as("ingest") + "Expect: 100-continue\r\n", "{}");
  EXPECT_EQ(response.status, 503);  // before the body
  EXPECT_EQ(response.headers.at("retry-after"), "5");
  EXPECT_EQ(ask("POST", "/ingest/firehose", firehose_headers(), "{}").status, 503);
  EXPECT_EQ(ingest.count(), 1u);
}

TEST_F(IngestTest, ADeliveryThatIsDroppedOrWhoseSenderIsGone) {
  {
    net::RawClient client(server->port());
    client.send(request("POST", "/ingest/cloudtrail", as("ingest"), "{}"));
    ingest.wait().settle = nullptr;  // dropped without a word: given back
    EXPECT_GE(client.receive().status, 500);
  }
  ports::Delivery delivery;
  {
    net::RawClient client(server->port());
    client.send(request("POST", "/ingest/cloudtrail", as("ingest"), "{}"));
    delivery = ingest.wait();
  }
  delivery.settle(ports::Settled::durable);
  {
    net::RawClient client(server->port());
    client.send(request("POST", "/ingest/cloudtrail", as("ingest"), "{}"));
    delivery = ingest.wait();
  }
  server.reset();
  delivery.settle(ports::Settled::durable);
}

TEST_F(IngestTest, Limits) {
  Config config = with_tokens();
  config.ingest_limit = 2000;
  config.eventbridge_limit = 1000;
  start(config);
  ingest.settle_at_once = ports::Settled::durable;
  EXPECT_EQ(ask("POST", "/ingest/cloudtrail", as("ingest"), std::string(2000, 'x')).status, 200);
  EXPECT_EQ(ask("POST", "/ingest/cloudtrail", as("ingest"), std::string(2001, 'x')).status, 413);
  EXPECT_EQ(ask("POST", "/ingest/eventbridge", as("ingest"), std::string(1001, 'x')).status, 413);
  EXPECT_EQ(ask("POST", "/ingest/firehose", firehose_headers(), std::string(2001, 'x')).status, 413);
  EXPECT_EQ(ask("POST", "/ingest/cloudtrail", as("ingest")).status, 400);
  EXPECT_EQ(ask("POST", "/ingest/cloudtrail", as("ingest") + "Content-Encoding: br\r\n", "{}").status, 415);
}

TEST_F(IngestTest, AWrongTokenSendsNoBody) {
  net::RawClient client(server->port());
  client.send(
      "POST /ingest/cloudtrail HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\nAuthorization: Bearer x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 401);
  EXPECT_EQ(server->stats().body_bytes, 0u);
}

TEST_F(IngestTest, FirehoseGetsTheAnswersThatItKnows) {
  const std::string body =
      std::string(R"({"requestId":")") + kId + R"(","timestamp":1782900000000,"records":[{"data":"e30="}]})";
  net::RawClient client(server->port());
  client.send(request("POST", "/ingest/firehose", firehose_headers(), body));
  const ports::Delivery delivery = ingest.wait();
  EXPECT_EQ(delivery.bytes, body);
  EXPECT_EQ(delivery.source, "http:feed");
  EXPECT_EQ(delivery.accounts, std::vector<std::string>{"1111*"});
  delivery.settle(ports::Settled::durable);
  const net::RawResponse response = client.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "application/json");
  EXPECT_EQ(response.body, std::string("{\"requestId\":\"") + kId + "\",\"timestamp\":1767323045000}");

  const auto failure = [&](int status, const std::string& headers, const std::string& sent) {
    const net::RawResponse failed = ask("POST", "/ingest/firehose", headers, sent);
    EXPECT_EQ(failed.status, status);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(failed.body)) << failed.body;
    EXPECT_NE(doc.root()["errorMessage"].text(), "");
    EXPECT_EQ(doc.root()["timestamp"].raw(), "1767323045000");
    return std::string(doc.root()["requestId"].text());
  };
  EXPECT_EQ(failure(401, firehose_headers("wrong"), body), kId);
  EXPECT_EQ(failure(403, firehose_headers("viewer-secret"), body), kId);
  EXPECT_EQ(failure(400, firehose_headers("ingest-secret", "other"), body), "other");
  EXPECT_EQ(failure(400, firehose_headers("ingest-secret", "<script>"), body), "");
  EXPECT_EQ(failure(400, as("ingest"), body), "");
  ingest.settle_at_once = ports::Settled::unavailable;
  EXPECT_EQ(failure(503, firehose_headers(), body), kId);
}

TEST(Firehose, FindsTheRequestIdAtTheBeginning) {
  EXPECT_EQ(request_id_in(R"({"requestId":"abc","records":[]})"), "abc");
  EXPECT_EQ(request_id_in("{ \"requestId\" :\n \"abc\" }"), "abc");
  for (const char* text :
       {"", "{}", R"({"requestId")", R"({"requestId":1})", R"({"requestId":"abc)", "\x1f\x8b\x08garbage"}) {
    EXPECT_FALSE(request_id_in(text)) << text;
  }
  // printf '{"requestId":"zipped"}' | gzip -n
  const std::string zipped(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x2a\x4a\x2d\x2c\x4d\x2d\x2e\xf1\x4c\x51"
      "\xb2\x52\xaa\xca\x2c\x28\x48\x4d\x51\xaa\x05\x00\xc4\x07\xec\xf6\x16\x00\x00\x00",
      42);
  EXPECT_EQ(request_id_in(zipped), "zipped");
}

}  // namespace
}  // namespace gw::web
