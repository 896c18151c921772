// Events as a store lists them: filters, pages, and which feeds carried them.
#pragma once

#include "tests/conformance/store_suite_read.h"

namespace gw::conformance {

TEST_P(StoreSuite, EventsAreListedAndFiltered) {
  Commit c;
  c.sessions.push_back({new_session("s1", {}), {}});
  c.sessions.push_back({new_session("s2", {}), {}});
  for (int i = 0; i < 40; ++i) {
    Entry e = new_entry(id_of('k', i), static_cast<EntryKind>(i % 5), i / 2);
    if (i % 2 == 0) e.event.account_id = "999";
    if (i % 3 == 0) e.event.mechanism = Mechanism::root_api;
    if (i % 4 == 0) e.event.severity = Severity::low;
    if (i % 10 == 0) e.event.watch = "prod";
    c.entries.emplace_back(i < 20 ? "s1" : i < 30 ? "s2" : "", e);
  }
  put(c);
  const auto list = [&](const ListQuery& q) { return store->events(q); };
  const auto walked = walk<ports::StoredEvent>(list, query({}, 7));
  ASSERT_EQ(walked.size(), 40u);
  for (std::size_t i = 1; i < walked.size(); ++i) EXPECT_GE(walked[i - 1].event.event_time, walked[i].event.event_time);
  const auto number = [&](std::map<std::string, std::string> f) {
    return walk<ports::StoredEvent>(list, query(std::move(f), 3)).size();
  };
  EXPECT_EQ(number({{"session_id", "s1"}}), 20u);
  EXPECT_EQ(number({{"session_id", "s1"}, {"kind", "activity"}}), 4u);
  EXPECT_EQ(number({{"kind", "failure"}}), 8u);
  EXPECT_EQ(number({{"account_id", "999"}}), 20u);
  EXPECT_EQ(number({{"mechanism", "root_api"}}), 14u);
  EXPECT_EQ(number({{"severity", "low"}}), 10u);
  EXPECT_EQ(number({{"watch", "prod"}}), 4u);
  EXPECT_EQ(number({{"role", "none"}}), 0u);
  EXPECT_EQ(number({{"since", format_time(at(18))}, {"until", format_time(at(19))}}), 2u);
}

TEST_P(StoreSuite, EventsSayWhichFeedsCarriedThem) {
  Commit c;
  c.sessions.push_back({new_session("s1", {}), {}});
  for (int i = 0; i < 4; ++i) {
    Entry e = new_entry(id_of('k', i), EntryKind::access, i);
    e.event.origin.feed = i < 3 ? "eventbridge" : "s3";
    c.entries.emplace_back("s1", e);
  }
  c.feeds = {{id_of('k', 0), "s3"}};  // in the commit that stores it
  c.at = at(100);
  put(c);
  Commit again;
  again.feeds = {{id_of('k', 1), "s3"},
                 {id_of('k', 1), "s3"},
                 {id_of('k', 1), "cloudwatch_logs"},
                 {id_of('k', 2), "eventbridge"},
                 {id_of('k', 9), "eventbridge"}};  // as it was stored; not stored
  put(again);
  const auto page = store->events(query({{"session_id", "s1"}}, 10));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->items.size(), 4u);
  using Feeds = std::set<std::string>;
  EXPECT_EQ(page->items[3].feeds, (Feeds{"eventbridge", "s3"}));
  EXPECT_EQ(page->items[2].feeds, (Feeds{"cloudwatch_logs", "eventbridge", "s3"}));
  EXPECT_EQ(page->items[1].feeds, (Feeds{"eventbridge"}));
  EXPECT_EQ(page->items[0].feeds, (Feeds{"s3"}));
  EXPECT_EQ(page->items[0].received_at, c.at);
  const auto alone = store->events(query({{"only_feed", "eventbridge"}}, 10));
  ASSERT_TRUE(alone) << alone.error().message;
  ASSERT_EQ(alone->items.size(), 1u);
  EXPECT_EQ(alone->items[0].feeds, (Feeds{"eventbridge"}));
}

}  // namespace gw::conformance
