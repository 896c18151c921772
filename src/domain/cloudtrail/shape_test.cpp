#include "domain/cloudtrail/shape.h"

#include <gtest/gtest.h>

#include <string>

namespace gw::cloudtrail {
namespace {

TEST(Shape, IsTakenFromTheContent) {
  struct Case {
    std::string head;
    Shape shape;
    std::size_t start;
  };
  using std::string_literals::operator""s;
  const Case cases[] = {
      {R"({"Records":[{"a":1}]})", Shape::records, 12},
      {" \n{ \"Records\" : [", Shape::records, 17},
      {"\xEF\xBB\xBF{\"Records\":[", Shape::records, 15},
      {R"({"x":{"Records":[1]},"y":"\"","Records":[)", Shape::records, 41},
      {R"({"Records":{}})", Shape::documents, 0},
      {R"({"x":{"Records":[1]}})", Shape::documents, 0},
      {"[{}]", Shape::array, 1},
      {"{\"a\":1}\n{\"a\":2}\n", Shape::lines, 0},
      {"\n\n{\"a\":1}\n", Shape::lines, 2},
      {"{\"bad\n{\"a\":2}\n", Shape::lines, 0},
      {"{\"a\":1}{\"a\":2}", Shape::documents, 0},
      {"{\n  \"a\": {}\n}\n", Shape::documents, 0},
      {"2026-07-01T10:00:00.000Z {\"a\":1}\n", Shape::lines, 0},
      {"", Shape::nothing, 0},
      {"  \n", Shape::nothing, 3},
      {"hello", Shape::unknown, 0},
      {"true", Shape::unknown, 0},
      {"<Error/>", Shape::unknown, 0},
      {"\x1F\x8B\x08", Shape::unknown, 0},
      {"\xFF\xFE{\0"s, Shape::unknown, 0},
      {"{\0\"\0"s, Shape::unknown, 0},
  };
  for (const Case& c : cases) {
    const Sniffed got = sniff(c.head, true);
    EXPECT_EQ(got.shape, c.shape) << c.head;
    EXPECT_EQ(got.start, c.start) << c.head;
    EXPECT_EQ(got.reason.empty(), c.shape != Shape::unknown) << c.head;
  }
}

TEST(Shape, TimestampsOfExportsAreTakenOff) {
  EXPECT_EQ(strip_timestamp("2026-07-01T10:00:00.000Z {\"a\":1}"), "{\"a\":1}");
  EXPECT_EQ(strip_timestamp("{\"a\":1}"), "{\"a\":1}");
  EXPECT_EQ(strip_timestamp("2 eni-1 {"), "2 eni-1 {");
}

}  // namespace
}  // namespace gw::cloudtrail
