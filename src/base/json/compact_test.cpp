#include "base/json/compact.h"

#include <gtest/gtest.h>

namespace gw::json {
namespace {

TEST(JsonCompact, LayoutDoesNotMatter) {
  Doc doc;
  ASSERT_TRUE(doc.parse("{ \"b\" : [ 1, {\"x\": \"\\u0061\"} ],\n\"a\":null }"));
  std::string out;
  append_compact(out, doc.root());
  EXPECT_EQ(out, R"({"b":[1,{"x":"a"}],"a":null})");
  out.clear();
  append_canonical(out, doc.root());
  EXPECT_EQ(out, R"({"a":null,"b":[1,{"x":"a"}]})");
}

TEST(JsonCompact, ChoosesAmongDuplicates) {
  Doc doc;
  ASSERT_TRUE(doc.parse(R"({"a":1,"b":{"c":1,"c":2},"a":2,"a":3})"));
  const char* const expected[] = {R"({"a":1,"b":{"c":1}})", R"({"a":2,"b":{"c":2}})", R"({"a":3,"b":{"c":2}})"};
  for (unsigned n = 0; n < 3; ++n) {
    std::string out;
    append_compact(out, doc.root(), n);
    EXPECT_EQ(out, expected[n]);
  }
}

}  // namespace
}  // namespace gw::json
