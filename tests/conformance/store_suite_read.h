// Lists, totals, what an operator decides, what a restart needs.
#pragma once

#include "tests/conformance/store_fixture.h"

namespace gw::conformance {

// All pages, one after the other; each must be full but the last.
template <class T, class List>
std::vector<T> walk(const List& list, ListQuery q) {
  std::vector<T> all;
  for (int pages = 0; pages < 1000; ++pages) {
    auto page = list(q);
    EXPECT_TRUE(page) << page.error().message;
    if (!page) return all;
    all.insert(all.end(), page->items.begin(), page->items.end());
    if (page->next_cursor.empty()) return all;
    EXPECT_EQ(page->items.size(), q.limit);
    q.cursor = page->next_cursor;
  }
  ADD_FAILURE() << "the list does not end";
  return all;
}

TEST_P(StoreSuite, SessionsAreListedNewestFirstPageByPage) {
  Commit c;
  for (int i = 0; i < 25; ++i) {
    Session s = new_session(id_of('s', i), {}, (i * 7) % 5);  // five of each time
    c.sessions.push_back({s, {}});
  }
  put(c);
  const auto list = [&](const ListQuery& q) { return store->sessions(q); };
  for (const std::size_t limit : {1u, 4u, 5u, 25u, 100u}) {
    const auto all = walk<Session>(list, query({}, limit));
    ASSERT_EQ(all.size(), 25u);
    for (std::size_t i = 1; i < all.size(); ++i)
      EXPECT_GT(std::tie(all[i - 1].started_at, all[i - 1].id), std::tie(all[i].started_at, all[i].id));
  }
  // What comes while somebody turns the pages moves none of them.
  auto first = store->sessions(query({}, 10));
  Commit more;
  more.sessions.push_back({new_session("s-new", {}, 1000), {}});
  put(more);
  ListQuery q = query({}, 10);
  q.cursor = first->next_cursor;
  const auto second = store->sessions(q);
  EXPECT_LT(std::tie(second->items[0].started_at, second->items[0].id),
            std::tie(first->items[9].started_at, first->items[9].id));
}

TEST_P(StoreSuite, SessionsAreFiltered) {
  Commit c;
  for (int i = 0; i < 64; ++i) {
    Session s = new_session(id_of('s', i), {}, i);
    if ((i & 1) != 0) s.account_id = "999";
    if ((i & 2) != 0) s.role = "other";
    if ((i & 4) != 0) s.state = SessionState::lapsed;
    if ((i & 8) != 0) s.severity = Severity::critical;
    if ((i & 16) != 0) s.watches = {"prod", "second"};
    if ((i & 32) != 0) {
      s.acknowledged = Acknowledgement{at(i), "carol", "api", "", true};
      s.mechanisms.add(Mechanism::root_console);
    }
    c.sessions.push_back({s, {}});
  }
  put(c);
  const std::vector<std::pair<std::pair<std::string, std::string>, int>> filters = {
      {{"account_id", "999"}, 1},         {{"role", "other"}, 2},    {{"state", "lapsed"}, 4},
      {{"severity", "critical"}, 8},      {{"watch", "second"}, 16}, {{"acknowledged", "true"}, 32},
      {{"mechanism", "root_console"}, 32}};
  // Every set of filters, three to a page.
  for (unsigned set = 0; set < (1u << filters.size()); ++set) {
    ListQuery q = query({}, 3);
    int mask = 0;
    for (std::size_t f = 0; f < filters.size(); ++f) {
      if ((set >> f & 1u) == 0) continue;
      q.filters.insert(filters[f].first);
      mask |= filters[f].second;
    }
    std::vector<std::string> expected;
    for (int i = 63; i >= 0; --i) {
      if ((i & mask) == mask) expected.push_back(id_of('s', i));
    }
    EXPECT_EQ(ids(walk<Session>([&](const ListQuery& x) { return store->sessions(x); }, q)), expected) << set;
  }
  const auto number = [&](std::map<std::string, std::string> f) {
    return store->sessions(query(std::move(f)))->items.size();
  };
  EXPECT_EQ(number({{"state", "open"}}), 32u);
  EXPECT_EQ(number({{"acknowledged", "false"}}), 32u);
  EXPECT_EQ(number({{"watch", "none"}}), 0u);
  EXPECT_EQ(number({{"since", format_time(at(60))}}), 4u);
  EXPECT_EQ(number({{"since", format_time(at(10))}, {"until", format_time(at(13))}}), 3u);
  EXPECT_EQ(number({{"session_id", id_of('s', 5)}}), 1u);
}

TEST_P(StoreSuite, WhatAListCannotFilterIsRefused) {
  const auto code = [](const auto& page) {
    return page ? std::string("ok") : std::string(to_string(page.error().code));
  };
  for (const auto& [name, value] : std::map<std::string, std::string>{{"colour", "red"},
                                                                      {"state", "ajar"},
                                                                      {"severity", "worst"},
                                                                      {"since", "yesterday"},
                                                                      {"mechanism", "door"}}) {
    EXPECT_EQ(code(store->sessions(query({{name, value}}))), "invalid_input") << name;
    EXPECT_EQ(code(store->events(query({{name, value}}))), "invalid_input") << name;
    EXPECT_EQ(code(store->alerts(query({{name, value}}))), "invalid_input") << name;
  }
  EXPECT_EQ(code(store->sessions(query({{"acknowledged", "perhaps"}}))), "invalid_input");
  ListQuery q;
  for (const char* cursor : {"x", "zzzzzzzzzzzzzzzz.1", "8006453a6dd1f340.", "8006453a6dd1f340"}) {
    q.cursor = cursor;
    EXPECT_EQ(code(store->sessions(q)), "invalid_input") << cursor;
    EXPECT_EQ(code(store->events(q)), "invalid_input") << cursor;
  }
  // Texts are texts.
  EXPECT_EQ(store->sessions(query({{"account_id", "' OR 1=1 --"}}))->items.size(), 0u);
}

TEST_P(StoreSuite, AlertsAreListedWithTheirNotifications) {
  Commit c;
  for (int i = 0; i < 12; ++i) {
    c.alerts.push_back(new_alert(id_of('a', i), i % 2 == 0 ? "s1" : "",
                                 i % 3 == 0 ? AlertKind::tamper : AlertKind::session_digest, std::to_string(i), i / 2));
    c.alerts.back().receivers = {"oncall"};
    c.alerts.back().data = "{\"access\":{\"x\":1}}";
    c.alerts.back().event_time = at(-i);
    c.notifications.push_back(new_notification(id_of('n', i), c.alerts.back(), i < 4 ? "siem" : "oncall"));
  }
  put(c);
  const auto list = [&](const ListQuery& q) { return store->alerts(q); };
  const auto all = walk<ports::AlertView>(list, query({}, 5));
  ASSERT_EQ(all.size(), 12u);
  EXPECT_EQ(all[0].alert.id, id_of('a', 11));
  EXPECT_EQ(all[11].alert.event_time, at(0));
  EXPECT_EQ(all[0].alert.key, c.alerts[11].key);
  EXPECT_EQ(all[0].alert.kind, AlertKind::session_digest);
  EXPECT_EQ(all[0].alert.fact, "11");
  EXPECT_EQ(all[0].alert.reason, c.alerts[11].reason);
  EXPECT_EQ(all[0].alert.severity, c.alerts[11].severity);
  EXPECT_EQ(all[0].alert.receivers, Ids{"oncall"});
  EXPECT_EQ(all[0].alert.data, c.alerts[0].data);
  EXPECT_EQ(all[0].notifications.at(0).id, id_of('n', 11));
  ASSERT_TRUE(mark(claim("siem", 100).at(0), SendState::parked, 100));
  const auto number = [&](std::map<std::string, std::string> f) {
    return walk<ports::AlertView>(list, query(std::move(f), 2)).size();
  };
  EXPECT_EQ(number({{"session_id", "s1"}}), 6u);
  EXPECT_EQ(number({{"kind", "tamper"}}), 4u);
  EXPECT_EQ(number({{"receiver", "siem"}}), 4u);
  EXPECT_EQ(number({{"state", "parked"}}), 1u);
  EXPECT_EQ(number({{"state", "trying"}}), 11u);
  EXPECT_EQ(number({{"state", "trying"}, {"receiver", "siem"}}), 3u);
  EXPECT_EQ(number({{"state", "delivered"}}), 0u);
  EXPECT_EQ(number({{"since", format_time(at(4))}}), 4u);
}

TEST_P(StoreSuite, SessionsThatAreOverCanBeDue) {
  Commit c;
  Session s = new_session("s1", {});
  s.state = model::SessionState::lapsed;
  s.next_due = at(60);  // a step of escalation
  c.sessions.push_back({s, {}});
  put(c);
  reopen();
  auto due = store->due(at(59), 10);
  ASSERT_TRUE(due);
  EXPECT_TRUE(due->sessions.empty());
  EXPECT_EQ(due->next, at(60));
  EXPECT_EQ(store->due(at(60), 10)->sessions, std::vector<std::string>{"s1"});
  EXPECT_TRUE(store->sessions(query({{"state", "open"}}))->items.empty());
}

TEST_P(StoreSuite, DueIsOldestFirst) {
  Commit c;
  for (int i = 0; i < 5; ++i) {
    Session s = new_session(id_of('s', i), {});
    if (i != 4) s.next_due = at(100 - 10 * i);
    c.sessions.push_back({s, {}});
  }
  Fold f;
  f.key = "f";
  f.next_due = at(300);
  c.folds.push_back(f);
  put(c);
  auto due = store->due(at(90), 10);
  EXPECT_EQ(due->sessions, (Ids{id_of('s', 3), id_of('s', 2), id_of('s', 1)}));
  EXPECT_TRUE(due->folds.empty());
  EXPECT_EQ(due->next, at(100));
  due = store->due(at(90), 2);
  EXPECT_EQ(due->sessions, (Ids{id_of('s', 3), id_of('s', 2)}));
  EXPECT_LE(*due->next, at(90));
  due = store->due(at(300), 10);
  EXPECT_EQ(due->folds, Ids{"f"});
  EXPECT_EQ(due->next, std::nullopt);
}

TEST_P(StoreSuite, BooksAreKept) {
  Commit c;
  c.records = {
      .decoded = 10, .matched = 1, .attached = 2, .ignored = 3, .not_watched = 2, .duplicate = 1, .quarantined = 1};
  c.deliveries["s3"] = {.settled = 2, .non_record = 1, .quarantined = 0};
  c.deliveries["http"] = {.settled = 1, .non_record = 0, .quarantined = 1};
  put(c);
  c.deliveries.erase("http");
  put(c);
  open_session("s1", {}, {"on.call"});
  reopen();
  const auto totals = *store->totals();
  ports::RecordBooks twice = c.records;
  twice += c.records;
  EXPECT_EQ(totals.records, twice);
  EXPECT_TRUE(totals.records.balanced());
  EXPECT_EQ(totals.deliveries.at("s3").settled, 4u);
  EXPECT_EQ(totals.deliveries.at("s3").non_record, 2u);
  EXPECT_EQ(totals.deliveries.at("http").quarantined, 1u);
  EXPECT_EQ(totals.sessions, 1u);
  EXPECT_EQ(totals.open_sessions, 1u);
  EXPECT_EQ(totals.alerts.at("on.call")[0], 1u);
  EXPECT_EQ(totals.ledger_leaves, 3u);  // the session, its access, its alert
  Session s = session("s1");
  s.state = SessionState::lapsed;
  Commit lapse;
  lapse.sessions.push_back({s, {}});
  put(lapse);
  EXPECT_EQ(store->totals()->open_sessions, 0u);
  EXPECT_EQ(store->totals()->sessions, 1u);
}

TEST_P(StoreSuite, MutesAreKeptAndEnded) {
  Commit c;
  Mute m{"m1", "prod", "111122223333", "", "carol", "drill", at(0), at(3600), {}, {}};
  c.mutes.push_back(m);
  put(c);
  EXPECT_EQ(store->totals()->ledger_leaves, 1u);
  auto mutes = *store->mutes(false);
  ASSERT_EQ(mutes.size(), 1u);
  EXPECT_EQ(mutes[0].author, "carol");
  EXPECT_EQ(mutes[0].until, at(3600));
  c.mutes[0].ended_at = at(60);
  c.mutes[0].ended_by = "dave";
  put(c);
  EXPECT_TRUE(store->mutes(false)->empty());
  ASSERT_EQ(store->mutes(true)->size(), 1u);
  EXPECT_EQ(store->mutes(true)->at(0).ended_by, "dave");
  EXPECT_EQ(store->mutes(true)->at(0).reason, "drill");
  EXPECT_EQ(store->totals()->ledger_leaves, 2u);
}

TEST_P(StoreSuite, QuarantineIsListedReadAndSettled) {
  Commit c;
  for (int i = 0; i < 5; ++i) {
    ports::QuarantineItem q;
    q.id = id_of('q', i);
    q.key = "hash" + std::to_string(i);
    q.feed = "http";
    q.source = "feed token";
    q.reason = "not JSON";
    q.event_id = "e";
    q.payload = i == 0 ? std::string(400 << 10, 'x') : std::string("\x1f\x8b\0\xff", 4);
    q.size = q.payload.size();
    q.at = at(i);
    c.quarantine.push_back(q);
  }
  put(c);
  const auto all = walk<ports::QuarantineItem>([&](const ListQuery& q) { return store->quarantine(q); }, query({}, 2));
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].id, id_of('q', 4));
  EXPECT_EQ(store->quarantined(id_of('q', 3))->payload, c.quarantine[3].payload);
  EXPECT_EQ(store->quarantined(id_of('q', 0))->payload.size(), std::size_t{256} << 10);
  EXPECT_EQ(store->quarantined(id_of('q', 0))->size, std::uint64_t{400} << 10);
  ASSERT_TRUE(store->settle_quarantined(id_of('q', 3), "replayed", at(100)));
  ASSERT_TRUE(store->settle_quarantined(id_of('q', 3), "replayed", at(200)));
  EXPECT_EQ(store->quarantined(id_of('q', 3))->settled_at, at(100));
  EXPECT_EQ(store->quarantined(id_of('q', 3))->settled_as, "replayed");
  EXPECT_EQ(store->totals()->quarantine_open, 4u);
  const auto code = [](const Status& s) { return s ? std::string("ok") : std::string(to_string(s.error().code)); };
  EXPECT_EQ(code(store->settle_quarantined("nothing", "replayed", at(1))), "not_found");
  EXPECT_EQ(code(store->settle_quarantined(id_of('q', 1), "eaten", at(1))), "invalid_input");
  EXPECT_FALSE(store->quarantined("nothing"));
}

TEST_P(StoreSuite, CursorsCoverageAndTheChainSurvive) {
  Commit c;
  c.cursors = {{"dir:a", "1"}, {"dir:b", "2"}, {"s3:a", "3"}};
  c.coverage = {{"111122223333", "eu-west-2", "s3", 10, at(5), at(6)}};
  c.chain = {{~0ull, 2, at(50), 7, "111122223333"}, {3, 4, at(10), 0, ""}};
  put(c);
  Commit d;
  d.at = at(60);
  d.cursors = {{"dir:a", ""}, {"dir:b", "9"}};
  d.coverage = {{"111122223333", "eu-west-2", "s3", 1, at(1), at(9)}, {"1", "us-east-1", "s3", 1, at(1), at(9)}};
  d.chain = {{5, 6, at(20), 255, "999"}};
  put(d);
  reopen();
  EXPECT_EQ(*store->cursors("dir:"), (std::map<std::string, std::string>{{"dir:b", "9"}}));
  EXPECT_EQ(store->cursors("")->size(), 2u);
  const auto coverage = *store->coverage();
  ASSERT_EQ(coverage.size(), 2u);
  EXPECT_EQ(coverage[1].records, 11u);
  EXPECT_EQ(coverage[1].newest, at(5));
  EXPECT_EQ(coverage[1].received_at, at(9));
  const auto chain = *store->chain(at(20));
  ASSERT_EQ(chain.size(), 2u);
  EXPECT_EQ(chain[0].credential, 5u);
  EXPECT_EQ(chain[0].kinds, 255u);
  EXPECT_EQ(chain[0].account_id, "999");
  EXPECT_EQ(chain[1].credential, ~0ull);
  // A day later it is forgotten.
  Commit e;
  e.at = at(2 * 86'400);
  e.chain = {{1, 1, at(2 * 86'400), 0, "1"}};
  put(e);
  EXPECT_EQ(store->chain(Time{})->size(), 1u);
}

TEST_P(StoreSuite, RetentionErasesAndLeavesATrace) {
  constexpr std::int64_t kDay = 86'400;
  open_session("old", {edge("user|a", 0, 100)}, {"oncall"});
  open_session("unsent", {edge("user|b", 0, 100)}, {"pager"});
  open_session("open", {edge("user|c", 0, 100)});
  for (const char* id : {"old", "unsent"}) {
    Session s = session(id);
    s.state = SessionState::lapsed;
    Commit lapse;
    lapse.sessions.push_back({s, {}});
    lapse.entries.emplace_back(id, new_entry(std::string("call-of-") + id, EntryKind::activity));
    put(lapse);
  }
  Commit merge;
  open_session("alias", {});
  merge.sessions.push_back({session("old"), {"alias"}});
  put(merge);
  ASSERT_TRUE(mark(claim("oncall", 0).at(0), SendState::delivered, 1));
  const auto before = *store->totals();
  ports::Admin::Retention r;
  r.sessions_before = r.activity_before = at(10 * kDay);
  r.event_keys_before = at(20 * kDay);  // but a key is kept 35 days
  auto erased = store->retain(r, at(20 * kDay));
  ASSERT_TRUE(erased) << erased.error().message;
  EXPECT_GT(*erased, 0u);
  for (const char* gone : {"old", "alias"}) EXPECT_FALSE(store->session(gone)) << gone;
  EXPECT_TRUE(look(ask_edges({edge("user|a", 0, 100)})).sessions.empty());
  EXPECT_TRUE(store->session("unsent"));  // somebody has still to be told
  EXPECT_TRUE(store->session("open"));
  EXPECT_EQ(store->alerts({})->items.size(), 1u);
  EXPECT_TRUE(store->events(query({{"session_id", "old"}}))->items.empty());
  EXPECT_TRUE(store->events(query({{"kind", "activity"}}))->items.empty());
  EXPECT_EQ(store->totals()->sessions, 2u);
  EXPECT_EQ(store->totals()->ledger_leaves, before.ledger_leaves + 1);
  EXPECT_EQ(store->totals()->alerts["oncall"][1], 1u);  // what was told stays counted
  EXPECT_EQ(look(ask_keys({"event-of-old", "call-of-old", "call-of-unsent"})).known.size(), 3u);

  EXPECT_EQ(*store->retain(r, at(20 * kDay)), 0u);  // nothing to do: no trace
  EXPECT_EQ(store->totals()->ledger_leaves, before.ledger_leaves + 1);
  r.event_keys_before = at(30 * kDay);
  ASSERT_TRUE(store->retain(r, at(80 * kDay)));
  EXPECT_TRUE(look(ask_keys({"event-of-old", "call-of-old"})).known.empty());
  EXPECT_EQ(look(ask_keys({"event-of-unsent"})).known.size(), 1u);
}

}  // namespace gw::conformance
