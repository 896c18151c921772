#include "edge/store/dynamodb/item.h"

#include <gtest/gtest.h>

#include <limits>

#include "edge/store/dynamodb/books.h"
#include "edge/store/dynamodb/keys.h"
#include "edge/store/dynamodb/lists.h"
#include "edge/store/dynamodb/load.h"

namespace gw::dynamodb {
namespace {

bool read(const std::string& json, Item& item) {
  json::Doc doc;
  return doc.parse(json) && read_item(doc.root(), item);
}

TEST(DynamoItem, WhatIsWrittenIsReadBack) {
  Item item({"p|1", "s"});
  item.set("text", text("\"quoted\"\n\xc3\xa9"));
  item.set("none", text(""));
  item.set("bytes", bytes(std::string_view("\0\xff\x80", 3)));
  item.set("most", number(std::numeric_limits<std::uint64_t>::max()));
  item.set("before", signed_number(-5));
  std::string json;
  append_values(json, item.values);
  Item back;
  ASSERT_TRUE(read(json, back)) << json;
  EXPECT_EQ(back.values, item.values);
  EXPECT_EQ(back.count("most"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(back.time("before"), Time{-5});
  EXPECT_EQ(back.key(), (Key{"p|1", "s"}));
  EXPECT_FALSE(back.has("missing"));
  EXPECT_EQ(back.count("missing"), 0u);
}

TEST(DynamoItem, WhatIsNoneOfOursIsRefused) {
  Item item;
  for (const char* json : {R"([])", R"({"a":"b"})", R"({"a":{"L":[]}})", R"({"a":{"S":7}})", R"({"a":{"B":"***"}})",
                           R"({"a":{"BOOL":true}})", R"({"a":{}})"})
    EXPECT_FALSE(read(json, item)) << json;
}

TEST(DynamoItem, TimesSortAsText) {
  const Time times[] = {{std::numeric_limits<std::int64_t>::min()}, {-1}, {0}, {1}, {1'767'323'045'000'000},
                        {std::numeric_limits<std::int64_t>::max()}};
  for (std::size_t i = 1; i < std::size(times); ++i) EXPECT_LT(sortable(times[i - 1]), sortable(times[i]));
}

TEST(DynamoKeys, AlertsLieWithWhatTheyAreAbout) {
  EXPECT_EQ(keys::alert("session.opened|s1|"), (Key{"A|s1", "session.opened|s1|"}));
  EXPECT_EQ(keys::alert("session.digest|s1|3").pk, keys::alerts_of("s1"));
  for (const char* odd : {"", "one", "one|", "|", "a||b"}) {
    EXPECT_FALSE(keys::alert(odd).pk.empty()) << odd;
    EXPECT_FALSE(keys::alert(odd).sk.empty()) << odd;
  }
}

TEST(DynamoKeys, LongTextsFitAndStayApart) {
  const std::string many(5000, 'x');
  EXPECT_LE(keys::fold(many).sk.size(), 1024u);
  EXPECT_NE(keys::fold(many), keys::fold(many + "x"));
  EXPECT_NE(keys::fold(""), keys::fold("-"));
  EXPECT_EQ(keys::event("a"), keys::event("a"));
}

TEST(DynamoStretches, AreReadBack) {
  const std::vector<Stretch> stretches = {{Time{-5}, Time{7}}, {Time{9}, Time{9}}};
  EXPECT_EQ(to_text(parse_stretches(to_text(stretches))), to_text(stretches));
  EXPECT_TRUE(parse_stretches("").empty());
  EXPECT_TRUE(parse_stretches("nonsense").empty());
}

TEST(DynamoBooks, OnlyWhatWasCountedIsWritten) {
  std::vector<Op> ops;
  Books books;
  books.add("sessions", 1);
  books.add("sessions", -1);
  books.append_to(ops, 0);
  EXPECT_TRUE(ops.empty());
  books.moved("on.call", model::SendState::trying, model::SendState::delivered);
  books.append_to(ops, 3);
  ASSERT_EQ(ops.size(), 1u);
  EXPECT_EQ(ops[0].key(), keys::book(3));
  EXPECT_EQ(ops[0].names.size(), 2u);
}

TEST(DynamoLists, CursorsAreOurs) {
  check_cursor("");
  check_cursor(place_of(Time{0}, "x"));
  for (const char* odd : {"x", "zzzzzzzzzzzzzzzz.1", "8006453a6dd1f340.", "8006453a6dd1f340"})
    EXPECT_THROW(check_cursor(odd), Failure) << odd;
}

}  // namespace
}  // namespace gw::dynamodb
