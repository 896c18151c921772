#include "edge/aws/xml.h"

#include <gtest/gtest.h>

namespace gw::aws {
namespace {

TEST(Xml, ElementsTextAndOrder) {
  const auto doc = XmlDoc::parse(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><s3:List xmlns:s3='urn:x' a=\"1 &lt; 2\">"
      "<Key>a&amp;b &#233;&#xE9;</Key><Empty/><Key><![CDATA[<raw>&]]>x</Key ></s3:List>\n");
  ASSERT_TRUE(doc);
  EXPECT_EQ(doc->root().name(), "List");
  const XmlElement key = doc->root()["Key"];
  EXPECT_EQ(key.text(), "a&b \u00e9\u00e9");
  EXPECT_EQ(key.next_sibling().name(), "Empty");
  EXPECT_EQ(key.next_sibling().text(), "");
  EXPECT_EQ(key.next_sibling().next_sibling().text(), "<raw>&x");
  EXPECT_TRUE(key.next_sibling().next_sibling().next_sibling().is_missing());
  EXPECT_TRUE(doc->root()["No"]["Thing"].first_child().is_missing());
  EXPECT_EQ(doc->root()["No"].text(), "");
}

TEST(Xml, RefusesWhatIsDamagedOrClever) {
  for (const std::string_view text : {"",
                                      " ",
                                      "text",
                                      "<a>",
                                      "<a></b>",
                                      "</a>",
                                      "<a/><b/>",
                                      "<a/>x",
                                      "<a b></a>",
                                      "<a b=c/>",
                                      "<a b='1'c='2'/>",
                                      "<a b='<'/>",
                                      "<a>&nbsp;</a>",
                                      "<a>&</a>",
                                      "<a>&#0;</a>",
                                      "<a>&#xD800;</a>",
                                      "<a>&#x110000;</a>",
                                      "<a>&#;</a>",
                                      "<a>&#99999999;</a>",
                                      "<a>]]></a>",
                                      "<a>\xff</a>",
                                      "<a>\x01</a>",
                                      "<!DOCTYPE a><a/>",
                                      "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
                                      "<a><?php ?></a>",
                                      "<?xml version='1.0'",
                                      "<a><!-- -- --></a>",
                                      "<![CDATA[x]]>",
                                      "< a/>",
                                      "<a/",
                                      "<a><![CDATA[x</a>",
                                      "<"}) {
    EXPECT_FALSE(XmlDoc::parse(text)) << text;
  }
}

TEST(Xml, BoundsNesting) {
  std::string open;
  std::string close;
  for (std::size_t i = 0; i < XmlDoc::kMaxDepth; ++i) open += "<a>", close += "</a>";
  EXPECT_TRUE(XmlDoc::parse(open + close));
  EXPECT_FALSE(XmlDoc::parse(open + "<a>" + close + "</a>"));
}

}  // namespace
}  // namespace gw::aws
