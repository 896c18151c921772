#include "edge/aws/s3.h"

#include <gtest/gtest.h>

#include "edge/aws/sigv4.h"
#include "edge/aws/test_kit.h"

namespace gw::aws {
namespace {

class S3 : public testing::Test {
 protected:
  Client& client() {
    if (client_) return *client_;
    EndpointOptions options;
    options.region = "eu-west-1";
    options.variable = variables(variables_);
    auto made = make_client(transport_, provider_, Service::s3, options, time_.tools());
    EXPECT_TRUE(made);
    client_ = std::move(*made);
    return *client_;
  }
  [[nodiscard]] const ScriptedTransport::Sent& sent() const { return transport_.sent.back(); }
  Result<ObjectInfo> get(const ObjectName& object, GetOptions options = {}) {
    got_.clear();
    return get_object(client(), object, options, [&](std::string_view piece) { return got_ += piece, true; });
  }

  ScriptedTransport transport_;
  TestTime time_;
  FixedCredentials provider_{test_credentials()};
  std::map<std::string, std::string> variables_;
  std::unique_ptr<Client> client_;
  std::string got_;
};

TEST_F(S3, GetObject) {
  transport_.answer(200, "content", {{"etag", "\"e\""}, {"x-amz-version-id", "v1"}});
  const auto info = get({"bucket", "AWSLogs/a b+c=d/\u00fc", "v1", "111122223333"});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(got_, "content");
  EXPECT_EQ(info->size, 7U);
  EXPECT_EQ(info->etag, "\"e\"");
  EXPECT_EQ(sent().url, "https://bucket.s3.eu-west-1.amazonaws.com/AWSLogs/a%20b%2Bc%3Dd/%C3%BC?versionId=v1");
  EXPECT_EQ(header_of(sent().headers, "x-amz-expected-bucket-owner"), "111122223333");
  EXPECT_EQ(header_of(sent().headers, "x-amz-content-sha256"), hex_sha256(""));
}

TEST_F(S3, GetObjectSaysWhatIsMissing) {
  transport_.answer(404, "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>");
  const auto info = get({"bucket", "a\x1b", "", ""});
  EXPECT_EQ(info.error().code, Errc::not_found);
  EXPECT_EQ(info.error().message, "s3 GetObject s3://bucket/a\\u{1b}: NoSuchKey: The specified key does not exist.");
}

TEST_F(S3, GetObjectStopsAtTheLimit) {
  transport_.answer(200, "12345");
  GetOptions options;
  options.limit = 4;
  EXPECT_EQ(get({"bucket", "k", "", ""}, options).error().code, Errc::corrupt);
  EXPECT_EQ(got_, "");
  transport_.answer(200, "1234");
  EXPECT_TRUE(get({"bucket", "k", "", ""}, options));
  EXPECT_EQ(transport_.sent.size(), 2U);
}

TEST_F(S3, BucketsStandInThePathWhereTheyMust) {
  for (const auto& [bucket, url] : {std::pair{"my.bucket", "https://s3.eu-west-1.amazonaws.com/my.bucket/k"},
                                    std::pair{"Old_Bucket", "https://s3.eu-west-1.amazonaws.com/Old_Bucket/k"},
                                    std::pair{"b-1", "https://b-1.s3.eu-west-1.amazonaws.com/k"}}) {
    transport_.answer(200);
    EXPECT_TRUE(get({bucket, "k", "", ""}));
    EXPECT_EQ(sent().url, url);
  }
  client_.reset();
  variables_ = {{"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000/base"}};
  transport_.answer(200);
  EXPECT_TRUE(get({"b-1", "/k//../x", "", ""}));
  EXPECT_EQ(sent().url, "http://127.0.0.1:9000/base/b-1//k//../x");
}

TEST_F(S3, RefusesNamesThatAreNone) {
  for (const char* bucket : {"", "ab", "a/b", "a b c", "evil.example/x", "a@b", "b?x", "..."}) {
    EXPECT_EQ(get({bucket, "k", "", ""}).error().code, Errc::invalid_input) << bucket;
  }
  EXPECT_EQ(get({"bucket", "", "", ""}).error().code, Errc::invalid_input);
  EXPECT_TRUE(transport_.sent.empty());
}

TEST_F(S3, PutObject) {
  transport_.answer(200, "", {{"etag", "\"e\""}});
  PutOptions options;
  options.only_if_absent = true;
  options.content_type = "application/json";
  ASSERT_TRUE(put_object(client(), {"bucket", "k", "", ""}, "hello", options));
  EXPECT_EQ(sent().method, "PUT");
  EXPECT_EQ(sent().body, "hello");
  EXPECT_EQ(header_of(sent().headers, "if-none-match"), "*");
  EXPECT_EQ(header_of(sent().headers, "x-amz-checksum-sha256"), "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
  transport_.answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
  EXPECT_EQ(put_object(client(), {"bucket", "k", "", ""}, "hello", options).error().code, Errc::conflict);
  transport_.answer(409, "<Error><Code>ConditionalRequestConflict</Code></Error>");
  transport_.answer(200);
  EXPECT_TRUE(put_object(client(), {"bucket", "k", "", ""}, "hello", options));
}

TEST_F(S3, ListObjects) {
  transport_.answer(
      200,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Name>bucket</Name><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>"
      "<Contents><Key>a+b%2Bc/%C3%BC</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
      "<ETag>&quot;e&quot;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass></Contents>"
      "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes><NextContinuationToken>t/=</NextContinuationToken>"
      "</ListBucketResult>");
  ListRequest request;
  request.bucket = "bucket";
  request.prefix = "AWSLogs/o-1/";
  request.delimiter = "/";
  request.start_after = "x";
  auto page = list_objects(client(), request);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0].key, "a b+c/\u00fc");
  EXPECT_EQ(page->objects[0].size, 12U);
  EXPECT_EQ(page->objects[0].etag, "\"e\"");
  EXPECT_EQ(page->objects[0].last_modified, parse_time("2026-01-02T03:04:05Z"));
  EXPECT_EQ(page->prefixes, std::vector<std::string>{"p/"});
  EXPECT_EQ(page->next_token, "t/=");
  EXPECT_EQ(sent().url,
            "https://bucket.s3.eu-west-1.amazonaws.com/?delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000"
            "&prefix=AWSLogs%2Fo-1%2F&start-after=x");
  request.token = page->next_token;
  transport_.answer(200, "<ListBucketResult><Contents><Key>a+b</Key><Size>1</Size></Contents></ListBucketResult>");
  page = list_objects(client(), request);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->objects.at(0).key, "a+b");  // not said to be encoded
  EXPECT_EQ(page->next_token, "");
  EXPECT_NE(sent().url.find("continuation-token=t%2F%3D"), std::string::npos);
  EXPECT_EQ(sent().url.find("start-after"), std::string::npos);
}

TEST_F(S3, AListThatCannotBeTrustedIsRefused) {
  ListRequest request;
  request.bucket = "bucket";
  for (const char* body :
       {"", "<html/>", "<ListBucketResult>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>"}) {
    transport_.answer(200, body);
    EXPECT_EQ(list_objects(client(), request).error().code, Errc::corrupt) << body;
  }
}

// A server that signs anew what came over the wire, knowing the key as S3 would: decoded.
class SignedOverTheWire : public testing::TestWithParam<std::string> {};

std::string header_in(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST_P(SignedOverTheWire, IsAcceptedWithTheRightSecretOnly) {
  const std::string& key = GetParam();
  LoopbackServer server([&](const LoopbackServer::Request& request) {
    const std::string target = request.head.substr(4, request.head.find(" HTTP/") - 4);
    const std::string decoded = percent_decoded(target);
    const Headers headers = {{"host", header_in(request.head, "Host")},
                             {"x-amz-content-sha256", header_in(request.head, "x-amz-content-sha256")},
                             {"x-amz-date", header_in(request.head, "x-amz-date")}};
    const SignedRequest seen = {"GET", {}, encode_uri(decoded, true), {}, {}, {}};
    const Scope scope = {"eu-west-1", "s3", parse_time(headers[2].second).value()};
    const std::string expected = signature(
        string_to_sign(canonical_request(seen, headers, hex_sha256(""), PathRule::s3), scope), "secret", scope);
    const bool is_right =
        decoded == "/bucket/" + key && header_in(request.head, "authorization").ends_with("Signature=" + expected);
    return is_right ? LoopbackServer::response(200, "yes")
                    : LoopbackServer::response(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
  });
  const auto transport = make_curl_transport();
  EndpointOptions options;
  options.region = "eu-west-1";
  options.variable = variables({{"AWS_ENDPOINT_URL", server.url()}});
  for (const bool is_right : {true, false}) {
    Credentials credentials = test_credentials();
    if (!is_right) credentials.secret_access_key = Secret("wrong");
    FixedCredentials provider(credentials);
    const auto client = make_client(*transport, provider, Service::s3, options);
    ASSERT_TRUE(client);
    const auto info = get_object(**client, {"bucket", key, "", ""}, {}, [](std::string_view) { return true; });
    EXPECT_EQ(info.has_value(), is_right) << (info ? "" : info.error().message);
    EXPECT_EQ(info ? Errc::internal : info.error().code, is_right ? Errc::internal : Errc::denied);
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, SignedOverTheWire,
                         testing::Values("plain", "a b", "a+b", "a=b&c", "\u00fc/\u65e5\u672c", "//x//", "a/../b/./c",
                                         "100%", "%2F", "~-_.!*'()", "q?x#y", "a\tb\"<>\\^`{|}", "x:y@z,;$"));

}  // namespace
}  // namespace gw::aws
