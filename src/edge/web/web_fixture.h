// For tests: the web over a real server on this machine.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/json/doc.h"
#include "domain/watch/watch_set.h"
#include "edge/net/raw_client.h"
#include "edge/web/fake_store.h"
#include "edge/web/web.h"
#include "engine/pipeline/settings.h"

namespace gw::web {

class WebTest : public ::testing::Test {
 protected:
  void SetUp() override { start(); }

  static Token token(std::string name, Role role, std::string_view secret, std::string person = {}) {
    return {std::move(name), role, std::move(person), token_hash(secret), {}};
  }
  // With one token for each role, whose secret is the role's name and `-secret`.
  static Config with_tokens() {
    Config config;
    config.tokens = {token("v", Role::viewer, "viewer-secret"),
                     token("r", Role::reviewer, "reviewer-secret", "rita@example.com"),
                     token("o", Role::operator_, "operator-secret", "otto@example.com"),
                     token("a", Role::admin, "admin-secret"), token("feed", Role::ingest, "ingest-secret")};
    config.tokens.back().accounts = {"1111*"};
    return config;
  }

  void start(Config config = {}) {
    server.reset();
    hooks.now = [this] { return now; };
    hooks.settings = [this] { return settings; };
    web = std::make_unique<Web>(std::move(config), store, ingest, hooks);
    auto started = net::HttpServer::start({}, *web);
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }

  net::RawResponse ask(const std::string& method, const std::string& target, const std::string& headers = {},
                       const std::string& body = {}) {
    net::RawClient client(server->port());
    client.send(request(method, target, headers, body));
    return client.receive(method == "HEAD");
  }
  static std::string request(const std::string& method, const std::string& target, const std::string& headers = {},
                             const std::string& body = {}) {
    std::string text = method + ' ' + target + " HTTP/1.1\r\n";
    if (headers.find("Host: ") == std::string::npos) text += "Host: localhost\r\n";
    text += headers;
    if (!body.empty() && headers.find("Content-Type") == std::string::npos)
      text += "Content-Type: application/json\r\n";
    if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }
  static std::string as(const std::string& role) { return "Authorization: Bearer " + role + "-secret\r\n"; }

  // `detail` of a problem document whose status is that of the response.
  static std::string problem(const net::RawResponse& response) {
    json::Doc doc;
    EXPECT_TRUE(doc.parse(response.body)) << response.body;
    EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
    EXPECT_EQ(doc.root()["status"].raw(), std::to_string(response.status));
    EXPECT_EQ(doc.root()["type"].text(), "about:blank");
    EXPECT_NE(doc.root()["title"].text(), "");
    return std::string(doc.root()["detail"].text());
  }

  static model::Session session(std::string id) {
    model::Session s;
    s.id = std::move(id);
    s.version = 1;
    s.account_id = "111122223333";
    s.role = "BreakGlassAdmin";
    s.principal.name = "alice@example.com";
    s.severity = model::Severity::critical;
    s.watch = "prod";
    s.receivers = {"pager"};
    return s;
  }

  // Tells the receivers of each alert.
  static pipeline::SettingsPtr make_settings() {
    auto watches = watch::WatchSet::compile({});
    pipeline::Settings made{*watches, {}, "hash", {}, {}};
    made.route = [](std::vector<model::Alert>& alerts, const ports::Loaded&,
                    std::vector<model::Notification>& notifications) {
      for (const model::Alert& alert : alerts) {
        for (const std::string& receiver : alert.receivers) {
          notifications.emplace_back().receiver = receiver;
          notifications.back().alert_id = alert.id;
        }
      }
    };
    return std::make_shared<const pipeline::Settings>(std::move(made));
  }

  pipeline::SettingsPtr settings = make_settings();
  Time now{1'767'323'045'000'000};  // 2026-01-02T03:04:05Z
  FakeStore store;
  FakeIngest ingest;
  Hooks hooks;
  std::unique_ptr<Web> web;
  std::unique_ptr<net::HttpServer> server;
};

}  // namespace gw::web
