#include <algorithm>

#include "edge/web/web_fixture.h"
#include "engine/pipeline/operate.h"

namespace gw::web {
namespace {

class ActsTest : public WebTest {
 protected:
  void SetUp() override {
    store.stored = {session("s1")};
    store.stored[0].aliases = {"old"};
    start(with_tokens());
  }
  net::RawResponse post(const std::string& target, const std::string& body = {}, const std::string& role = "operator") {
    return ask("POST", target, as(role), body);
  }
};

TEST_F(ActsTest, AnAcknowledgementIsOneCommitWithItsAlert) {
  store.conflicts = 2;
  const net::RawResponse response = post("/api/v1/sessions/old/ack", R"({"note":"it was planned"})");
  ASSERT_EQ(response.status, 200) << response.body;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(response.body));
  EXPECT_EQ(doc.root()["id"].text(), "s1");
  EXPECT_EQ(doc.root()["acknowledged"]["by"].text(), "otto@example.com");
  EXPECT_EQ(doc.root()["acknowledged"]["note"].text(), "it was planned");
  EXPECT_EQ(doc.root()["acknowledged"]["independent"].boolean(), true);
  const ports::Commit& commit = store.commits.back();
  ASSERT_EQ(commit.sessions.size(), 1u);
  EXPECT_EQ(commit.sessions[0].session.version, 1u);
  ASSERT_EQ(commit.alerts.size(), 1u);
  EXPECT_EQ(commit.alerts[0].kind, model::AlertKind::session_acknowledged);
  EXPECT_EQ(commit.alerts[0].key, "session.acknowledged|s1|");
  EXPECT_EQ(commit.alerts[0].config_hash, "hash");
  ASSERT_EQ(commit.notifications.size(), 1u);
  EXPECT_EQ(commit.notifications[0].receiver, "pager");
  EXPECT_EQ(commit.notifications[0].alert_id, commit.alerts[0].id);
  // The first one stands.
  EXPECT_EQ(post("/api/v1/sessions/s1/ack", "", "admin").status, 200);
  EXPECT_EQ(store.stored[0].responses.size(), 2u);
  EXPECT_EQ(post("/api/v1/sessions/s1/ack", "", "admin").status, 200);
  EXPECT_TRUE(store.commits.back().sessions.empty());  // it was said before
  EXPECT_EQ(post("/api/v1/sessions/s1/ack", R"({"note":"me too"})", "admin").status, 200);
  EXPECT_EQ(store.stored[0].acknowledged->by, "otto@example.com");
  EXPECT_EQ(store.stored[0].notes.at(0).by, "a");  // a shared token signs with its name
  EXPECT_TRUE(store.commits.back().alerts.empty());
}

TEST_F(ActsTest, NobodyAcknowledgesTheirOwn) {
  store.stored[0].principal.name = "OTTO@example.com";
  EXPECT_EQ(post("/api/v1/sessions/s1/ack").status, 403);
  EXPECT_FALSE(store.stored[0].acknowledged);
  EXPECT_EQ(post("/api/v1/sessions/s1/ack", "", "admin").status, 200);
  EXPECT_FALSE(store.stored[0].acknowledged->independent);  // nobody knows who that was
  EXPECT_EQ(post("/api/v1/sessions/none/ack").status, 404);
}

TEST_F(ActsTest, NotesAreCountedAndNeeded) {
  EXPECT_EQ(post("/api/v1/sessions/s1/notes").status, 400);
  EXPECT_EQ(post("/api/v1/sessions/s1/notes", R"({"note":""})").status, 400);
  EXPECT_EQ(post("/api/v1/sessions/s1/notes", R"({"note":"a\u001b]0;b"})").status, 200);
  EXPECT_EQ(store.stored[0].notes.at(0).text, "a\x1b]0;b");
  EXPECT_EQ(ask("GET", "/api/v1/sessions/s1", as("viewer")).body.find('\x1b'), std::string::npos);
  store.stored[0].notes.resize(pipeline::kMaxNotes);
  EXPECT_EQ(post("/api/v1/sessions/s1/notes", R"({"note":"x"})").status, 400);
}

TEST_F(ActsTest, BodiesAreChecked) {
  for (const char* body :
       {"{", "[]", R"({"note":1})", R"({"not":"x"})", R"({"note":"a","note":"b"})", R"({"note":{}})"}) {
    EXPECT_EQ(post("/api/v1/sessions/s1/ack", body).status, 400) << body;
  }
  EXPECT_EQ(post("/api/v1/sessions/s1/ack", R"({"note":")" + std::string(5000, 'x') + "\"}").status, 400);
  EXPECT_EQ(post("/api/v1/sessions/s1/ack", R"({"note":")" + std::string(70'000, 'x') + "\"}").status, 413);
  EXPECT_EQ(ask("POST", "/api/v1/sessions/s1/ack", as("operator") + "Content-Type: text/plain\r\n", "{}").status, 415);
  EXPECT_EQ(ask("POST", "/api/v1/sessions/s1/ack", as("operator") + "Content-Encoding: gzip\r\n", "{}").status, 415);
  EXPECT_EQ(ask("POST", "/api/v1/sessions/s1/ack", as("operator") + "Content-Type: application/JSON; charset=utf-8\r\n",
                R"({"note":null})")
                .status,
            200);
}

TEST_F(ActsTest, MutesHaveAnAuthorAReasonAndAnEnd) {
  const net::RawResponse made = post("/api/v1/mutes", R"({"watch":"w","reason":"drill","until":"2h"})");
  ASSERT_EQ(made.status, 201) << made.body;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(made.body)) << made.body;
  EXPECT_EQ(doc.root()["author"].text(), "otto@example.com");
  EXPECT_EQ(doc.root()["until"].text(), "2026-01-02T05:04:05Z");
  EXPECT_NE(doc.root()["note"].text().find("critical"), std::string::npos);
  const std::string id(doc.root()["id"].text());
  for (const char* body :
       {R"({"watch":"w","until":"2h"})", R"({"watch":"w","reason":"r"})", R"({"reason":"r","until":"2h"})",
        R"({"watch":"w","reason":"r","until":"2026-01-02T03:04:05Z"})",
        R"({"watch":"w","reason":"r","until":"999999d"})", R"({"watch":"w","reason":"r","until":"soon"})",
        R"({"watch":"w","reason":"r","until":"2h","author":"x"})"}) {
    EXPECT_EQ(post("/api/v1/mutes", body).status, 400) << body;
  }
  EXPECT_EQ(
      post("/api/v1/mutes", R"({"account_id":"111122223333","reason":"r","until":"2026-01-03T00:00:00Z"})").status,
      201);
  const std::size_t before = store.commits.size();
  for (int i = 0; i < 2; ++i) {
    const net::RawResponse ended = ask("DELETE", "/api/v1/mutes/" + id, as("admin"));
    EXPECT_EQ(ended.status, 200);
    EXPECT_NE(ended.body.find("\"ended_by\":\"a\""), std::string::npos);
  }
  EXPECT_EQ(store.commits.size(), before + 1);
  EXPECT_EQ(ask("DELETE", "/api/v1/mutes?id=none", as("admin")).status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/mutes", as("admin")).status, 404);
  EXPECT_EQ(ask("DELETE", "/api/v1/mutes?id=" + store.stored_mutes.front().id + "&x=1", as("admin")).status, 400);
  const auto count = [&](const std::string& target) {
    const net::RawResponse response = ask("GET", target, as("viewer"));
    json::Doc list;
    EXPECT_TRUE(list.parse(response.body));
    return list.root()["items"].size();
  };
  EXPECT_EQ(count("/api/v1/mutes"), 1u);
  EXPECT_EQ(count("/api/v1/mutes?ended=true"), 2u);
}

TEST_F(ActsTest, RetriesAndTestAlerts) {
  EXPECT_EQ(post("/api/v1/alerts/a1/retry").status, 202);
  EXPECT_EQ(store.retried, std::vector<std::string>{"a1"});
  EXPECT_EQ(post("/api/v1/alerts/missing/retry").status, 404);
  hooks.alert_test = [](const std::string& receiver, const std::string& by) -> Result<std::string> {
    if (receiver != "oncall") return Error{Errc::not_found, "no receiver has that name"};
    return "alert by " + by;
  };
  start(with_tokens());
  EXPECT_EQ(post("/api/v1/alert-test", R"({"receiver":"oncall"})").body,
            "{\"status\":\"due\",\"alert_id\":\"alert by otto@example.com\"}\n");
  EXPECT_EQ(post("/api/v1/alert-test", R"({"receiver":"x"})").status, 404);
  EXPECT_EQ(post("/api/v1/alert-test").status, 400);
}

class QuarantineTest : public ActsTest {
 protected:
  void SetUp() override {
    ActsTest::SetUp();
    ports::QuarantineItem item;
    item.id = "q1";
    item.feed = "s3";
    item.source = "s3://b/k";
    item.reason = "not a record";
    item.payload = "{broken";
    item.size = item.payload.size();
    store.stored_items = {item};
  }
};

TEST_F(QuarantineTest, ListsWithoutAndShowsWithThePayload) {
  EXPECT_EQ(ask("GET", "/api/v1/quarantine", as("viewer")).body.find("broken"), std::string::npos);
  EXPECT_NE(
      ask("GET", "/api/v1/quarantine/q1", as("operator")).body.find("\"payload\":\"{broken\",\"payload_base64\":null"),
      std::string::npos);
  store.stored_items[0].payload = "\xff\x00";
  EXPECT_NE(
      ask("GET", "/api/v1/quarantine/q1", as("operator")).body.find("\"payload\":null,\"payload_base64\":\"/w==\""),
      std::string::npos);
}

TEST_F(QuarantineTest, AReplayIsADeliveryLikeOthers) {
  net::RawClient client(server->port());
  client.send(request("POST", "/api/v1/quarantine/q1/replay", as("operator")));
  const ports::Delivery delivery = ingest.wait();
  EXPECT_EQ(delivery.bytes, "{broken");
  EXPECT_EQ(delivery.feed, "s3");
  EXPECT_EQ(delivery.source, "quarantine:q1");
  EXPECT_FALSE(store.stored_items[0].settled_at);
  delivery.settle(ports::Settled::durable);
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_EQ(store.stored_items[0].settled_as, "replayed");
  EXPECT_EQ(post("/api/v1/quarantine/q1/replay").status, 409);
}

TEST_F(QuarantineTest, WhatCannotBeReplayed) {
  ingest.settle_at_once = ports::Settled::unavailable;
  EXPECT_EQ(post("/api/v1/quarantine/q1/replay").status, 503);
  EXPECT_FALSE(store.stored_items[0].settled_at);
  ingest.room = false;
  EXPECT_EQ(post("/api/v1/quarantine/q1/replay").status, 503);
  ingest.room = true;
  store.stored_items[0].size = 1'000'000;
  EXPECT_EQ(post("/api/v1/quarantine/q1/replay").status, 409);
  EXPECT_EQ(post("/api/v1/quarantine/none/replay").status, 404);
  EXPECT_EQ(post("/api/v1/quarantine/q1/dismiss").status, 200);
  EXPECT_EQ(store.stored_items[0].settled_as, "dismissed");
}

}  // namespace
}  // namespace gw::web
