#include "base/encoding.h"

#include <gtest/gtest.h>

namespace gw {
namespace {

TEST(Base64, DecodesTheVectorsOfTheRfc) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("/+8="), "\xFF\xEF");
}

TEST(Base64, RefusesDamage) {
  for (const char* text : {"Zg", "Zg=", "Z===", "Zm 9", "Zm9v\n", "Zm-_", "=m9v", "Zg==Zg=="}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Form, PlusAndPercent) {
  EXPECT_EQ(decode_form("AWSLogs/a+b%3Dc%2fd%"), "AWSLogs/a b=c/d%");
  EXPECT_EQ(decode_form("%zz%4"), "%zz%4");
}

TEST(Base64, EncodesWhatItDecodes) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foo"), "Zm9v");
  EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace gw
