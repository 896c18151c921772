// Requests and signatures of AWS's published suite for Signature Version 4 (2015 form: aws-signing-test-suite), all 38 cases
// under their names (get-vanilla-with-session-token and post-sts-header-before below), and of the examples in "Signature Calculations for the Authorization Header" of the Amazon S3 API Reference.
#include "edge/aws/sigv4.h"

#include <gtest/gtest.h>

namespace gw::aws {
namespace {

constexpr std::string_view kAlphabet = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Credentials suite_credentials() { return {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), {}, {}}; }

std::string value_of(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string signature_in(const Headers& headers) {
  const std::string text = value_of(headers, "authorization");
  return text.substr(std::min(text.size(), text.find("Signature=") + 10));
}

struct Case {
  std::string name;
  std::string signature;
  std::string method = "GET";
  std::string path = "/";
  Query query = {};
  Headers headers = {};
  std::string body = {};
  PathRule rule = PathRule::others;
};

void PrintTo(const Case& given, std::ostream* out) { *out << given.name; }

class PublishedSuite : public testing::TestWithParam<Case> {};

TEST_P(PublishedSuite, Signature) {
  const Case& given = GetParam();
  const SignedRequest request = {given.method, "example.amazonaws.com", given.path,
                                 given.query,  given.headers,           given.body};
  const Scope scope = {"us-east-1", "service", parse_time("2015-08-30T12:36:00Z").value()};
  EXPECT_EQ(signature_in(sign(request, suite_credentials(), scope, {}, given.rule)), given.signature);
}

const std::string kVanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
const std::string kPost = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"get_vanilla", kVanilla},
      {"get_vanilla_query", kVanilla},
      {"get_vanilla_empty_query_key",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
       "GET",
       "/",
       {{"Param1", "value1"}}},
      {"get_vanilla_query_order_key_case",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
       "GET",
       "/",
       {{"Param2", "value2"}, {"Param1", "value1"}}},
      {"get_vanilla_query_order_encoded",
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
       "GET",
       "/",
       {{"Param-3", "Value3"}, {"Param", "Value2"}, {"\u1234", "Value1"}}},
      {"get_vanilla_query_unreserved",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
       "GET",
       "/",
       {{std::string(kAlphabet), std::string(kAlphabet)}}},
      {"get_vanilla_utf8_query",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
       "GET",
       "/",
       {{"\u1234", "bar"}}},
      {"get_unreserved", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f", "GET",
       "/" + std::string(kAlphabet)},
      {"get_utf8", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85", "GET", "/\u1234"},
      {"get_space_normalized", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741", "GET",
       "/example space/"},
      {"get_relative_normalized", kVanilla, "GET", "/example/.."},
      {"get_relative_relative_normalized", kVanilla, "GET", "/example1/example2/../.."},
      {"get_slash_normalized", kVanilla, "GET", "//"},
      {"get_slash_dot_slash_normalized", kVanilla, "GET", "/./"},
      {"get_slash_pointless_dot_normalized", "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5", "GET",
       "/./example"},
      {"get_slashes_normalized", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84", "GET",
       "//example//"},
      {"get_space_unnormalized",
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
       "GET",
       "/example%20space/",
       {},
       {},
       {},
       PathRule::s3},
      {"get_relative_unnormalized",
       "eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282",
       "GET",
       "/example/..",
       {},
       {},
       {},
       PathRule::s3},
      {"get_slash_pointless_dot_unnormalized",
       "beb03f223f7deae4146464f06e29eebbee9c8afbe15c290cf07aa8b119e14cff",
       "GET",
       "/./example",
       {},
       {},
       {},
       PathRule::s3},
      {"get_slashes_unnormalized",
       "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5",
       "GET",
       "//example//",
       {},
       {},
       {},
       PathRule::s3},
      {"get_relative_relative_unnormalized",
       "dc33e0856fd4baca4d7aa2146c38958283844764f38c74252a333df5e613003b",
       "GET",
       "/example1/example2/../..",
       {},
       {},
       {},
       PathRule::s3},
      {"get_slash_unnormalized",
       "c88bcd3d312d75078c0cd961d6deae3f4c754924b01669efcfcb439fd5e5b76e",
       "GET",
       "//",
       {},
       {},
       {},
       PathRule::s3},
      {"get_slash_dot_slash_unnormalized",
       "68714168e6557f8f2de0ef956fc24dc2593a4bd2961f8df51898d8a134695145",
       "GET",
       "/./",
       {},
       {},
       {},
       PathRule::s3},
      {"get_header_key_duplicate",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
       "GET",
       "/",
       {},
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}},
      {"get_header_value_order",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
       "GET",
       "/",
       {},
       {{"My-Header1", "value4"}, {"My-Header1", "value1"}, {"My-Header1", "value3"}, {"My-Header1", "value2"}}},
      {"get_header_value_trim",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
       "GET",
       "/",
       {},
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}},
      {"get_header_value_multiline",
       "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790",
       "GET",
       "/",
       {},
       {{"My-Header1", "value1\n  value2\n     value3"}}},
      {"post_vanilla", kPost, "POST"},
      {"post_header_key_case", kPost, "POST"},
      // The token is added when all is signed; what is signed must not hold it.
      {"post_sts_header_after", kPost, "POST"},
      {"post_header_value_case",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
       "POST",
       "/",
       {},
       {{"My-Header1", "VALUE1"}}},
      {"post_header_key_sort",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
       "POST",
       "/",
       {},
       {{"My-Header1", "value1"}}},
      {"post_vanilla_query",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
       "POST",
       "/",
       {{"Param1", "value1"}}},
      {"post_vanilla_empty_query_value",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
       "POST",
       "/",
       {{"Param1", "value1"}}},
      {"post_x_www_form_urlencoded_parameters",
       "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
       "POST",
       "/",
       {},
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Content-Length", "13"},
        {"x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"}},
       "Param1=value1"},
      {"post_x_www_form_urlencoded_first_edition",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
       "POST",
       "/",
       {},
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1"},
      {"post_x_www_form_urlencoded",
       "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
       "POST",
       "/",
       {},
       {{"Content-Type", "application/x-www-form-urlencoded"},
        {"Content-Length", "13"},
        {"x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"}},
       "Param1=value1"},
  };
  return all;
}

INSTANTIATE_TEST_SUITE_P(Sigv4, PublishedSuite, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<Case>& at) { return at.param.name; });

// get-vanilla-with-session-token
TEST(Sigv4, SessionTokenIsASignedHeader) {
  const Scope scope = {"us-east-1", "service", parse_time("2015-08-30T12:36:00Z").value()};
  Credentials credentials = suite_credentials();
  credentials.session_token = Secret("6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267");
  const Headers headers = sign({"GET", "example.amazonaws.com", "/", {}, {}, {}}, credentials, scope);
  EXPECT_EQ(value_of(headers, "authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date;x-amz-security-token, "
            "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8");
  EXPECT_EQ(value_of(headers, "x-amz-security-token"), credentials.session_token.reveal());
  EXPECT_EQ(value_of(headers, "x-amz-date"), "20150830T123600Z");
  EXPECT_EQ(value_of(headers, "x-amz-content-sha256"), "");
}

// post-sts-header-before
TEST(Sigv4, SessionTokenOfStsIsSignedAsItIs) {
  const Scope scope = {"us-east-1", "service", parse_time("2015-08-30T12:36:00Z").value()};
  Credentials credentials = suite_credentials();
  credentials.session_token = Secret(
      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf"
      "KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd"
      "8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3i"
      "SIlTJabIQwj2ICCR/oLxBA==");
  const Headers headers = sign({"POST", "example.amazonaws.com", "/", {}, {}, {}}, credentials, scope);
  EXPECT_EQ(signature_in(headers), "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

TEST(Sigv4, EncodedPathsAreEncodedAgainExceptForS3) {
  const SignedRequest request = {"GET", "h", "/a%20b/c%2Bd", {}, {}, {}};
  EXPECT_TRUE(canonical_request(request, {}, "x", PathRule::others).starts_with("GET\n/a%2520b/c%252Bd\n\n"));
  EXPECT_TRUE(canonical_request(request, {}, "x", PathRule::s3).starts_with("GET\n/a%20b/c%2Bd\n\n"));
}

// The examples of the S3 API Reference.
class S3Examples : public testing::Test {
 protected:
  [[nodiscard]] std::string signed_as(SignedRequest request) const {
    request.host = "examplebucket.s3.amazonaws.com";
    const Headers headers = sign(request, credentials_, {"us-east-1", "s3", at_});
    EXPECT_EQ(value_of(headers, "x-amz-content-sha256"), hex_sha256(request.body));
    return signature_in(headers);
  }
  Credentials credentials_{"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}, {}};
  Time at_ = parse_time("2013-05-24T00:00:00Z").value();
};

TEST_F(S3Examples, GetObject) {
  EXPECT_EQ(signed_as({"GET", {}, "/test.txt", {}, {{"Range", "bytes=0-9"}}, {}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(S3Examples, PutObject) {
  EXPECT_EQ(signed_as({"PUT",
                       {},
                       "/" + encode_uri("test$file.text", true),
                       {},
                       {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                       "Welcome to Amazon S3."}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_F(S3Examples, GetBucketLifecycle) {
  EXPECT_EQ(signed_as({"GET", {}, "/", {{"lifecycle", ""}}, {}, {}}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_F(S3Examples, ListObjects) {
  EXPECT_EQ(signed_as({"GET", {}, "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}, {}}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Uri, KeysKeepTheirSlashesAndNothingElse) {
  EXPECT_EQ(encode_uri("a b+c=d/\u00fc%", true), "a%20b%2Bc%3Dd/%C3%BC%25");
  EXPECT_EQ(encode_uri("a/b"), "a%2Fb");
  EXPECT_EQ(canonical_query({{"b", "2"}, {"a", "x y"}, {"a", "/"}, {"c", ""}}), "a=%2F&a=x%20y&b=2&c=");
  EXPECT_EQ(form_body({{"b", "2"}, {"a", "x&y"}}), "b=2&a=x%26y");
}

TEST(Uri, PathsWithoutDetours) {
  EXPECT_EQ(normalise_path(""), "/");
  EXPECT_EQ(normalise_path("/a/./b/../c"), "/a/c");
  EXPECT_EQ(normalise_path("/../../a//"), "/a/");
  EXPECT_EQ(normalise_path("/a/b/.."), "/a/");
}

}  // namespace
}  // namespace gw::aws
