#include "edge/web/web_fixture.h"

namespace gw::web {
namespace {

TEST_F(WebTest, ListsPassFiltersOnAndAnswerInPages) {
  store.stored = {session("s1"), session("s2")};
  store.next_cursor = "c\"2";
  const net::RawResponse response =
      ask("GET",
          "/api/v1/"
          "sessions?limit=2&cursor=c1&state=open&role=Break%2A&since=2h&until=2026-01-02T03:04:05Z&acknowledged=false");
  ASSERT_EQ(response.status, 200) << response.body;
  json::Doc doc;
  ASSERT_TRUE(doc.parse(response.body)) << response.body;
  EXPECT_EQ(doc.root()["items"].size(), 2u);
  EXPECT_EQ(doc.root()["items"].first_child()["schema"].text(), "glasswatch.session.v1");
  EXPECT_EQ(doc.root()["next_cursor"].text(), "c\"2");
  EXPECT_EQ(store.last_query.limit, 2u);
  EXPECT_EQ(store.last_query.cursor, "c1");
  EXPECT_EQ(store.last_query.filters, (std::map<std::string, std::string>{{"state", "open"},
                                                                          {"role", "Break*"},
                                                                          {"since", "2026-01-02T01:04:05Z"},
                                                                          {"until", "2026-01-02T03:04:05Z"},
                                                                          {"acknowledged", "false"}}));
  EXPECT_EQ(response.headers.at("cache-control"), "no-store");
  EXPECT_EQ(response.headers.at("x-content-type-options"), "nosniff");
  store.next_cursor.clear();
  EXPECT_NE(ask("GET", "/api/v1/sessions").body.find("\"next_cursor\":null"), std::string::npos);
  EXPECT_EQ(store.last_query.limit, 100u);
}

TEST_F(WebTest, ParametersThatMeanNothingAreRefused) {
  store.stored = {session("s1")};
  for (const char* target : {"/api/v1/sessions?foo=1",
                             "/api/v1/sessions?limit=0",
                             "/api/v1/sessions?limit=1001",
                             "/api/v1/sessions?limit=-1",
                             "/api/v1/sessions?limit=",
                             "/api/v1/sessions?limit=1x",
                             "/api/v1/sessions?state=shut",
                             "/api/v1/sessions?severity=bad",
                             "/api/v1/sessions?mechanism=x",
                             "/api/v1/sessions?since=yesterday",
                             "/api/v1/sessions?role=",
                             "/api/v1/sessions?a=%00",
                             "/api/v1/sessions?role=a&role=b",
                             "/api/v1/events?kind=opened",
                             "/api/v1/events?state=open",
                             "/api/v1/alerts?kind=access",
                             "/api/v1/alerts?state=open",
                             "/api/v1/sessions/s1?x=1",
                             "/api/v1/sessions/s1/activity?session_id=s2",
                             "/healthz?x",
                             "/api/v1/coverage?role=x",
                             "/api/v1/outbox?cursor=x",
                             "/api/v1/mutes?x=1",
                             "/api/v1/quarantine?x=1",
                             "/api/v1/quarantine?state=lapsed",
                             "/metrics?name=x"}) {
    const net::RawResponse response = ask("GET", target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_NE(problem(response), "") << target;
  }
}

TEST_F(WebTest, OneSessionAlsoByAnAlias) {
  store.stored = {session("s1")};
  store.stored[0].aliases = {"old"};
  for (const char* id : {"s1", "old"}) {
    const net::RawResponse response = ask("GET", std::string("/api/v1/sessions/") + id);
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.body.find("\"id\":\"s1\""), std::string::npos);
  }
  EXPECT_EQ(ask("GET", "/api/v1/sessions/none").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/sessions/old/activity?since=1d").status, 200);
  EXPECT_EQ(store.last_query.filters.at("session_id"), "s1");
  EXPECT_EQ(store.last_query.filters.at("kind"), "activity");
  EXPECT_EQ(ask("GET", "/api/v1/sessions/old/activity?kind=access").status, 200);
  EXPECT_EQ(store.last_query.filters.at("kind"), "access");
  EXPECT_EQ(ask("GET", "/api/v1/sessions/none/activity").status, 404);
}

TEST_F(WebTest, EventsSayWhatKindTheyAre) {
  ports::StoredEvent event;
  event.kind = model::EntryKind::activity;
  event.session_id = "s1";
  event.event.event_id = "e1";
  event.event.user_agent = "<script>\x1b[2J\xe2\x80\xae";
  event.kinds = static_cast<model::ActivityKinds>(bit(model::ActivityKind::iam) | bit(model::ActivityKind::write));
  event.high_risk = "iam:*";
  store.stored_events = {event};
  const net::RawResponse response = ask("GET", "/api/v1/events?kind=activity&session_id=s1");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(response.body)) << response.body;
  const json::Value item = doc.root()["items"].first_child();
  EXPECT_EQ(item["schema"].text(), "glasswatch.access.v1");
  EXPECT_EQ(item["session_id"].text(), "s1");
  EXPECT_EQ(item["kind"].text(), "activity");
  EXPECT_EQ(item["kinds"].raw(), R"(["write","iam"])");
  EXPECT_EQ(item["high_risk"].text(), "iam:*");
  EXPECT_EQ(response.body.find('\x1b'), std::string::npos);
  EXPECT_EQ(response.body.find("\xe2\x80\xae"), std::string::npos);
}

ports::AlertView alert(const std::string& id, std::vector<std::pair<std::string, model::SendState>> sends) {
  ports::AlertView view;
  view.alert.id = id;
  view.alert.session_id = "s1";
  view.alert.data = R"({"access":{}})";
  for (auto& [receiver, state] : sends) {
    model::Notification n;
    n.id = id + receiver;
    n.receiver = receiver;
    n.state = state;
    view.notifications.push_back(n);
  }
  return view;
}

TEST_F(WebTest, AlertsWithTheirNotifications) {
  store.stored_alerts = {alert("a1", {{"oncall", model::SendState::delivered}, {"pager", model::SendState::trying}})};
  const net::RawResponse response = ask("GET", "/api/v1/alerts?kind=session.opened&receiver=pager&state=trying");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(response.body)) << response.body;
  const json::Value item = doc.root()["items"].first_child();
  EXPECT_EQ(item["kind"].text(), "session.opened");
  EXPECT_TRUE(item["data"]["access"].is_object());
  EXPECT_EQ(item["notifications"].size(), 2u);
}

TEST_F(WebTest, TheOutboxGoesFromTryingToParked) {
  store.stored_alerts = {alert("a1", {{"oncall", model::SendState::parked}, {"pager", model::SendState::trying}})};
  const auto items = [&](const std::string& parameters, std::string& cursor) {
    const net::RawResponse response = ask("GET", "/api/v1/outbox" + parameters);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(response.body)) << response.body;
    cursor = doc.root()["next_cursor"].text();
    std::string ids;
    for (json::Value v = doc.root()["items"].first_child(); !v.is_missing(); v = v.next_sibling())
      ids += v["id"].text();
    return ids;
  };
  std::string cursor;
  store.next_cursor = "inner";
  EXPECT_EQ(items("", cursor), "a1pager");
  EXPECT_EQ(cursor, "t:inner");
  store.next_cursor = "";
  EXPECT_EQ(items("?cursor=t:inner", cursor), "a1pager");
  EXPECT_EQ(store.last_query.cursor, "inner");
  EXPECT_EQ(cursor, "p");
  store.next_cursor = "more";
  EXPECT_EQ(items("?cursor=p", cursor), "a1oncall");
  EXPECT_EQ(store.last_query.filters.at("state"), "parked");
  EXPECT_EQ(cursor, "p:more");
  store.next_cursor = "";
  EXPECT_EQ(items("?cursor=p:more", cursor), "a1oncall");
  EXPECT_EQ(cursor, "");
  EXPECT_EQ(items("?state=parked&receiver=pager", cursor), "");
}

TEST_F(WebTest, Coverage) {
  store.stored_coverage = {{"111122223333", "eu-west-1", "s3", 5, Time{1'000'000}, Time{2'000'000}},
                           {"444455556666", "eu-west-1", "http", 1, Time{1'000'000}, Time{2'000'000}}};
  const net::RawResponse response = ask("GET", "/api/v1/coverage?feed=s3");
  json::Doc doc;
  ASSERT_TRUE(doc.parse(response.body)) << response.body;
  ASSERT_EQ(doc.root()["items"].size(), 1u);
  EXPECT_EQ(doc.root()["items"].first_child()["records"].raw(), "5");
  EXPECT_TRUE(doc.root()["items"].first_child()["lag_seconds"].is_nothing());
}

TEST_F(WebTest, CoverageNamesAccountsThatAreExpectedAndWereNeverHeard) {
  store.stored_coverage = {{"111122223333", "eu-west-1", "s3", 5, Time{1'000'000}, Time{2'000'000}}};
  // As the watch over silence keeps it: one that is waited for, one that was told, one that has come since it looked.
  store.kept = {{"silence/missing/444455556666", "3000000"},
                {"silence/missing/777788889999", "1000000;"},
                {"silence/missing/111122223333", "1000000;"},
                {"silence/looked", "5000000;1000000"}};
  const auto items = [&](const std::string& query) {
    const net::RawResponse response = ask("GET", "/api/v1/coverage" + query);
    json::Doc doc;
    EXPECT_TRUE(doc.parse(response.body)) << response.body;
    std::vector<std::string> out;
    for (json::Value v = doc.root()["items"].first_child(); !v.is_missing(); v = v.next_sibling()) {
      EXPECT_EQ(v.size(), doc.root()["items"].first_child().size());  // the same members
      out.push_back(std::string(v["account_id"].text()) + "|" + std::string(v["never_heard_since"].text()) + "|" +
                    std::string(v["silent_since"].text()) + "|" + std::string(v["records"].raw()));
    }
    return out;
  };
  const std::string heard = "111122223333|||5";
  const std::string waited = "444455556666|1970-01-01T00:00:03Z||0";
  const std::string told = "777788889999|1970-01-01T00:00:01Z|1970-01-01T00:00:01Z|0";
  EXPECT_EQ(items(""), (std::vector<std::string>{heard, waited, told}));
  EXPECT_EQ(items("?account_id=777788889999"), std::vector<std::string>{told});
  EXPECT_EQ(items("?feed=s3"), std::vector<std::string>{heard});
  EXPECT_EQ(items("?account_id=444455556666&region=eu-west-1"), std::vector<std::string>{});
}

TEST_F(WebTest, CoverageSaysHowLateRecordsAre) {
  store.stored_coverage = {{"111122223333", "eu-west-1", "s3", 5, Time{1'000'000}, Time{2'000'000}}};
  hooks.lag = [](const ports::CoverageSighting& place) {
    coverage::LagCounts lags;
    for (int i = 0; i < 99; ++i) lags.add(place.feed == "s3" ? 250'000'000 : 0);
    lags.add(1'000'000'000);
    return lags;
  };
  start();
  const net::RawResponse response = ask("GET", "/api/v1/coverage");
  EXPECT_NE(response.body.find(R"("lag_seconds":{"p50":256,"p95":256,"p99":256,"max":1000,"records":100}})"),
            std::string::npos)
      << response.body;
}

TEST_F(WebTest, DirectoriesAndWhatIsMissing) {
  EXPECT_NE(ask("GET", "/api/v1/directory").body.find("\"items\":[]"), std::string::npos);
  hooks.directory = [] {
    return std::vector<DirectoryPart>{{"users", Time{1'000'000}, 3, {}, {}, 0},
                                      {"accounts", {}, 0, "no \x1b way", "organizations:ListAccounts", 2}};
  };
  start();
  const net::RawResponse response = ask("GET", "/api/v1/directory");
  EXPECT_EQ(response.body.find('\x1b'), std::string::npos);
  json::Doc doc;
  ASSERT_TRUE(doc.parse(response.body)) << response.body;
  const json::Value items = doc.root()["items"];
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items.first_child()["entries"].raw(), "3");
  EXPECT_TRUE(items.first_child()["problem"].is_nothing());
  const json::Value second = items.first_child().next_sibling();
  EXPECT_TRUE(second["read_at"].is_nothing());
  EXPECT_EQ(second["missing_permission"].text(), "organizations:ListAccounts");
  EXPECT_EQ(second["failures"].raw(), "2");
}

TEST_F(WebTest, ReadyOrWhyNot) {
  std::vector<std::string> problems;
  hooks.problems = [&] { return problems; };
  start();
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  problems = {"the store cannot be written"};
  const net::RawResponse response = ask("GET", "/readyz", "Host: anything\r\n");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "{\"status\":\"not ready\",\"problems\":[\"the store cannot be written\"],\"doubts\":[]}\n");
  EXPECT_EQ(ask("GET", "/healthz", "Host: anything\r\n").body, "{\"status\":\"ok\"}\n");
}

TEST_F(WebTest, WhatGoesWrongInsideIsNotTold) {
  store.failure = Error{Errc::internal, "SELECT secret FROM t"};
  const net::RawResponse response = ask("GET", "/api/v1/sessions");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(problem(response).find("SELECT"), std::string::npos);
  store.failure = Error{Errc::unavailable, "busy"};
  EXPECT_EQ(ask("GET", "/api/v1/sessions").headers.at("retry-after"), "5");
  store.failure = Error{Errc::invalid_input, "no such cursor"};
  EXPECT_EQ(ask("GET", "/api/v1/sessions?cursor=x").status, 400);
}

TEST_F(WebTest, PathsAndMethods) {
  EXPECT_EQ(ask("GET", "/api/v1/none").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/sessions/").status, 400);
  EXPECT_EQ(ask("GET", "/etc/passwd").status, 404);
  const net::RawResponse wrong = ask("PUT", "/api/v1/mutes");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, POST, DELETE");
  EXPECT_EQ(ask("GET", "/ingest/cloudtrail").status, 405);
  EXPECT_EQ(ask("OPTIONS", "/api/v1/sessions").status, 405);
  EXPECT_EQ(ask("HEAD", "/api/v1/sessions").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/sessions", "", "body").status, 413);
}

TEST_F(WebTest, ThePageIsItsOwn) {
  const net::RawResponse page = ask("GET", "/");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_TRUE(page.headers.at("content-security-policy")
                  .starts_with("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"));
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_EQ(page.body.find(" style="), std::string::npos);
  EXPECT_EQ(page.body.find(" onclick"), std::string::npos);
  const std::string script = ask("GET", "/app.js").body;
  for (const char* risky : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", ".href"}) {
    EXPECT_EQ(script.find(risky), std::string::npos) << risky;
  }
}

TEST_F(WebTest, MessagesAsTheyWouldLook) {
  EXPECT_EQ(ask("GET", "/api/v1/messages").status, 404);
  hooks.messages = [] {
    return std::vector<std::string>{R"({"at":"t","receiver":"feed","text":"x","blocks":[]})", "{broken", "[]"};
  };
  start();
  const net::RawResponse response = ask("GET", "/api/v1/messages");
  EXPECT_EQ(response.body,
            "{\"items\":[{\"at\":\"t\",\"receiver\":\"feed\",\"text\":\"x\",\"blocks\":[]}],\"next_cursor\":null}\n");
}

}  // namespace
}  // namespace gw::web
