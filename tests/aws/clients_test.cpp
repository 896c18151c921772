// The clients of edge/aws, over libcurl, against a stand-in that verifies every signature and fails as it is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "edge/aws/s3.h"
#include "edge/aws/secrets.h"
#include "edge/aws/sns.h"
#include "edge/aws/sqs.h"
#include "edge/aws/sts.h"
#include "tests/support/aws_stand_in.h"

namespace gw::aws {
namespace {

class Clients : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    stand_in = new test::AwsStandIn;  // one for all: it takes a fifth of a second to start
  }
  static void TearDownTestSuite() {
    delete stand_in;
    stand_in = nullptr;
  }
  void SetUp() override {
    (void)stand_in->control(R"({"do":"create_bucket","name":"logs","owner":"111122223333","versioned":true})");
    queue_ = stand_in->create_queue("trail");
    (void)stand_in->control(R"({"do":"clear_faults"})");
    (void)stand_in->control(R"({"do":"clear_log"})");
    (void)stand_in->control(R"({"do":"clock","shift":0})");
  }
  std::unique_ptr<Client> client(Service service) { return stand_in->client(*transport_, *credentials_, service); }
  static void fault(const std::string& text) { (void)stand_in->control(R"({"do":"fault",)" + text + "}"); }
  static Result<std::string> get(Client& s3, const ObjectName& object, const GetOptions& options = {}) {
    std::string content;
    auto info = get_object(s3, object, options, [&](std::string_view piece) {
      content += piece;
      return true;
    });
    if (!info) return std::move(info).error();
    EXPECT_EQ(info->size, content.size());
    return content;
  }
  static ObjectName object(std::string key) { return {"logs", std::move(key), {}, {}}; }

  static inline test::AwsStandIn* stand_in = nullptr;
  std::unique_ptr<Transport> transport_ = make_curl_transport();
  std::unique_ptr<CredentialProvider> credentials_ = std::make_unique<FixedCredentials>(stand_in->credentials());
  std::string queue_;
};

const std::vector<std::string> kKeys = {"plain",
                                        "with space",
                                        "a+b",
                                        "a=b&c=d",
                                        "100%",
                                        "%2F",
                                        "Stra\u00dfe/\u1234/\U0001F511",
                                        "a//b",
                                        "/leading",
                                        "trailing/",
                                        ".",
                                        "..",
                                        "a/./b",
                                        "a/../b",
                                        "../up",
                                        "!*'();:@&=+$,?#[]~_-.",
                                        "quote\"<>\\^`{|}",
                                        "AWSLogs/o-1/111122223333/CloudTrail/eu-central-1/2026/01/02/x.json.gz"};

TEST_F(Clients, KeysOfEveryKindComeBackAsTheyWere) {
  const auto s3 = client(Service::s3);
  for (const std::string& key : kKeys) {
    const auto put = put_object(*s3, object("keys/" + key), "content of " + key);
    ASSERT_TRUE(put) << key << ": " << put.error().message;
    const auto got = get(*s3, object("keys/" + key));
    ASSERT_TRUE(got) << key << ": " << got.error().message;
    EXPECT_EQ(*got, "content of " + key);
  }
  std::vector<std::string> listed;
  ListRequest request;
  request.bucket = "logs";
  request.prefix = "keys/";
  request.max_keys = 5;
  std::size_t pages = 0;
  do {
    const auto page = list_objects(*s3, request);
    ASSERT_TRUE(page) << page.error().message;
    for (const ListedObject& each : page->objects) listed.push_back(each.key.substr(5));
    request.token = page->next_token;
    ++pages;
  } while (!request.token.empty() && pages < 10);
  std::vector<std::string> expected = kKeys;
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(listed, expected);
  EXPECT_EQ(pages, (kKeys.size() + 4) / 5);
}

TEST_F(Clients, QueriesOfEveryKindAreSigned) {
  const auto s3 = client(Service::s3);
  for (const std::string& key : kKeys) {
    ASSERT_TRUE(put_object(*s3, object("query/" + key + "/below"), "x"));
    ListRequest request;
    request.bucket = "logs";
    request.prefix = "query/" + key + '/';
    const auto page = list_objects(*s3, request);
    ASSERT_TRUE(page) << key << ": " << page.error().message;
    ASSERT_EQ(page->objects.size(), 1U) << key;
    EXPECT_EQ(page->objects[0].key, "query/" + key + "/below");
    request.prefix = "query/";
    request.start_after = "query/" + key + "/below";
    request.max_keys = 1;
    const auto next = list_objects(*s3, request);
    ASSERT_TRUE(next) << key << ": " << next.error().message;
    for (const ListedObject& each : next->objects) EXPECT_GT(each.key, request.start_after);
  }
  ListRequest folders;
  folders.bucket = "logs";
  folders.prefix = "query/";
  folders.delimiter = "/";
  const auto page = list_objects(*s3, folders);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->objects.empty());
  EXPECT_NE(std::find(page->prefixes.begin(), page->prefixes.end(), "query/with space/"), page->prefixes.end());
}

TEST_F(Clients, OlderVersionsAreReadByTheirId) {
  const auto s3 = client(Service::s3);
  const auto old = put_object(*s3, object("versions"), "old");
  ASSERT_TRUE(old);
  ASSERT_TRUE(put_object(*s3, object("versions"), "new"));
  EXPECT_EQ(get(*s3, object("versions")).value(), "new");
  EXPECT_EQ(get(*s3, {"logs", "versions", old->version_id, {}}).value(), "old");
}

TEST_F(Clients, RefusalsAreToldApart) {
  const auto s3 = client(Service::s3);
  EXPECT_EQ(get(*s3, object("nothing here")).error().code, Errc::not_found);
  EXPECT_EQ(get(*s3, {"no-such-bucket", "x", {}, {}}).error().code, Errc::not_found);
  ASSERT_TRUE(put_object(*s3, object("owned"), "x"));
  EXPECT_TRUE(get(*s3, {"logs", "owned", {}, "111122223333"}));
  EXPECT_EQ(get(*s3, {"logs", "owned", {}, "999999999999"}).error().code, Errc::denied);
  PutOptions once;
  once.only_if_absent = true;
  EXPECT_TRUE(put_object(*s3, object("once"), "1", once));
  EXPECT_EQ(put_object(*s3, object("once"), "2", once).error().code, Errc::conflict);
  EXPECT_EQ(get(*s3, object("once")).value(), "1");
  const auto sqs = client(Service::sqs);
  EXPECT_EQ(receive_messages(*sqs, {stand_in->url() + "/111122223333/none", 1, 0, {}, {}}).error().code,
            Errc::not_found);
  const auto ssm = client(Service::ssm);
  EXPECT_EQ(get_parameter(*ssm, "/none").error().code, Errc::not_found);
  const auto secrets = client(Service::secrets_manager);
  EXPECT_EQ(get_secret_value(*secrets, "none").error().code, Errc::not_found);
}

TEST_F(Clients, WrongSecretsAndUnknownKeysAreRefused) {
  const Credentials right = stand_in->credentials();
  FixedCredentials wrong({right.access_key_id, Secret("wrong"), {}, {}});
  FixedCredentials unknown({"AKIAUNKNOWN", Secret("wrong"), {}, {}});
  for (FixedCredentials* each : {&wrong, &unknown}) {
    const auto s3 = stand_in->client(*transport_, *each, Service::s3);
    EXPECT_EQ(get(*s3, object("x")).error().code, Errc::denied);
    const auto sqs = stand_in->client(*transport_, *each, Service::sqs);
    EXPECT_EQ(receive_messages(*sqs, {queue_, 1, 0, {}, {}}).error().code, Errc::denied);
    const auto ssm = stand_in->client(*transport_, *each, Service::ssm);
    EXPECT_EQ(get_parameter(*ssm, "/x").error().code, Errc::denied);
    const auto sts = stand_in->client(*transport_, *each, Service::sts);
    EXPECT_EQ(assume_role(*sts, {"arn:aws:iam::111122223333:role/r", "s", {}, 0}).error().code, Errc::denied);
  }
  const auto s3 = stand_in->client(*transport_, wrong, Service::s3);
  EXPECT_NE(get(*s3, object("x")).error().message.find("SignatureDoesNotMatch"), std::string::npos);
}

TEST_F(Clients, TemporaryCredentialsCarryTheirToken) {
  const auto sts = client(Service::sts);
  const auto role = assume_role(*sts, {"arn:aws:iam::444455556666:role/reader", "session", {}, 900});
  ASSERT_TRUE(role) << role.error().message;
  FixedCredentials temporary(*role);
  const auto s3 = stand_in->client(*transport_, temporary, Service::s3);
  EXPECT_TRUE(put_object(*s3, object("by role"), "x"));
  const auto sqs = stand_in->client(*transport_, temporary, Service::sqs);
  EXPECT_TRUE(receive_messages(*sqs, {queue_, 1, 0, {}, {}}));
  FixedCredentials tokenless({role->access_key_id, role->secret_access_key, {}, {}});
  const auto without = stand_in->client(*transport_, tokenless, Service::sqs);
  EXPECT_EQ(receive_messages(*without, {queue_, 1, 0, {}, {}}).error().code, Errc::denied);
  (void)stand_in->control(R"({"do":"expire_key","access_key":")" + role->access_key_id + "\"}");
  const auto expired = get(*s3, object("by role"));
  ASSERT_FALSE(expired);
  EXPECT_NE(expired.error().message.find("ExpiredToken"), std::string::npos);
}

TEST_F(Clients, WhatPassesIsTriedAgain) {
  const auto s3 = client(Service::s3);
  ASSERT_TRUE(put_object(*s3, object("again"), "content"));
  for (const std::string kind : {"throttle", "error500", "reset"}) {
    (void)stand_in->control(R"({"do":"clear_log"})");
    fault(R"("service":"s3","operation":"GetObject","times":2,"kind":")" + kind + "\"");
    const auto got = get(*s3, object("again"));
    ASSERT_TRUE(got) << kind << ": " << got.error().message;
    EXPECT_EQ(*got, "content");
    EXPECT_EQ(stand_in->calls("s3", "GetObject"), 3U) << kind;
    const auto sqs = client(Service::sqs);
    fault(R"("service":"sqs","operation":"ReceiveMessage","times":3,"kind":")" + kind + "\"");
    EXPECT_TRUE(receive_messages(*sqs, {queue_, 1, 0, {}, {}})) << kind;
    EXPECT_EQ(stand_in->calls("sqs", "ReceiveMessage"), 4U) << kind;
  }
  fault(R"("service":"ssm","operation":"GetParameter","kind":"throttle","status":429,"times":4)");
  EXPECT_EQ(get_parameter(*client(Service::ssm), "/x").error().code, Errc::throttled);
  fault(
      R"("service":"s3","operation":"GetObject","kind":"error500","status":503,"code":"ServiceUnavailable","times":4)");
  EXPECT_EQ(get(*s3, object("again")).error().code, Errc::unavailable);
}

TEST_F(Clients, LostAnswersOfConditionalWritesAreConflicts) {
  const auto s3 = client(Service::s3);
  PutOptions once;
  once.only_if_absent = true;
  fault(R"("service":"s3","operation":"PutObject","kind":"reset","after":true)");
  EXPECT_EQ(put_object(*s3, object("lost"), "mine", once).error().code, Errc::conflict);
  EXPECT_EQ(get(*s3, object("lost")).value(), "mine");
}

TEST_F(Clients, BrokenBodiesAreErrorsAndBegunOnesAreNotTriedAgain) {
  const auto s3 = client(Service::s3);
  ASSERT_TRUE(put_object(*s3, object("long"), std::string(100'000, 'x')));
  (void)stand_in->control(R"({"do":"clear_log"})");
  fault(R"("service":"s3","operation":"GetObject","kind":"truncated")");
  EXPECT_EQ(get(*s3, object("long")).error().code, Errc::unavailable);
  EXPECT_EQ(stand_in->calls("s3", "GetObject"), 1U);
  fault(R"("service":"s3","operation":"GetObject","kind":"slow","after":10,"seconds":0.3)");
  EXPECT_EQ(get(*s3, object("long")).value().size(), 100'000U);
  fault(R"("service":"s3","operation":"GetObject","kind":"slow","after":10,"seconds":3)");
  GetOptions impatient;
  impatient.timeout = std::chrono::milliseconds(200);
  EXPECT_EQ(get(*s3, object("long"), impatient).error().code, Errc::unavailable);
}

TEST_F(Clients, ObjectsOverTheLimitAreCutOff) {
  const auto s3 = client(Service::s3);
  ASSERT_TRUE(put_object(*s3, object("big"), std::string(3'000'000, 'x')));
  GetOptions options;
  options.limit = 100'000;
  std::size_t taken = 0;
  const auto got = get_object(*s3, object("big"), options, [&](std::string_view piece) {
    taken += piece.size();
    return true;
  });
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::corrupt);
  EXPECT_LE(taken, options.limit);
  options.limit = 3'000'000;
  EXPECT_EQ(get(*s3, object("big"), options).value().size(), 3'000'000U);
}

TEST_F(Clients, AWrongClockIsPutRightOnce) {
  for (const int shift : {900, -900}) {
    const auto s3 = client(Service::s3);
    const auto sqs = client(Service::sqs);
    const auto ssm = client(Service::ssm);
    (void)stand_in->control(R"({"do":"parameter","name":"/p","value":"v"})");
    (void)stand_in->control(R"({"do":"clock","shift":)" + std::to_string(shift) + "}");
    (void)stand_in->control(R"({"do":"clear_log"})");
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(put_object(*s3, object("clock"), "x")) << shift;
      EXPECT_TRUE(receive_messages(*sqs, {queue_, 1, 0, {}, {}})) << shift;
      EXPECT_TRUE(get_parameter(*ssm, "/p")) << shift;
    }
    EXPECT_EQ(stand_in->calls("s3", "PutObject"), 3U);
    EXPECT_EQ(stand_in->calls("sqs", "ReceiveMessage"), 3U);
    EXPECT_EQ(stand_in->calls("ssm", "GetParameter"), 3U);
  }
}

TEST_F(Clients, MessagesAreLeasedCountedAndBuried) {
  (void)stand_in->create_queue("dead");
  const std::string url = stand_in->create_queue("alive", R"("dead_letter":"dead","max_receives":2)");
  const auto sqs = client(Service::sqs);
  (void)stand_in->control(R"({"do":"send","queue":"alive","body":"\u00e4\"\n<&>"})");
  for (unsigned time = 1; time <= 2; ++time) {
    const auto got = receive_messages(*sqs, {url, 10, 0, 30, {}});
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(got->size(), 1U);
    EXPECT_EQ((*got)[0].body, "\u00e4\"\n<&>");
    EXPECT_EQ((*got)[0].receive_count, time);
    EXPECT_TRUE((*got)[0].sent);
    EXPECT_TRUE(receive_messages(*sqs, {url, 10, 0, 30, {}})->empty());
    const auto back = change_visibility(*sqs, url, {{(*got)[0].receipt_handle, 0}});
    ASSERT_TRUE(back);
    EXPECT_TRUE((*back)[0].is_done);
  }
  EXPECT_TRUE(receive_messages(*sqs, {url, 10, 0, 30, {}})->empty());
  const auto attributes = get_queue_attributes(*sqs, url, {"All"});
  ASSERT_TRUE(attributes);
  EXPECT_EQ(attributes->at("ApproximateNumberOfMessages"), "0");
  EXPECT_NE(attributes->at("RedrivePolicy").find("\"maxReceiveCount\": 2"), std::string::npos);
  EXPECT_EQ(get_queue_attributes(*sqs, stand_in->create_queue("dead"), {"ApproximateNumberOfMessages"})
                ->at("ApproximateNumberOfMessages"),
            "1");
}

TEST_F(Clients, EveryEntryOfABatchHasItsOwnResult) {
  const auto sqs = client(Service::sqs);
  (void)stand_in->control(R"({"do":"send","queue":"trail","body":"x","count":4})");
  const auto got = receive_messages(*sqs, {queue_, 10, 1, 30, {}});
  ASSERT_TRUE(got);
  ASSERT_EQ(got->size(), 4U);
  std::vector<std::string> handles;
  for (const SqsMessage& message : *got) handles.push_back(message.receipt_handle);
  handles.insert(handles.begin() + 1, "nonsense");
  fault(R"("service":"sqs","operation":"DeleteMessageBatch","kind":"entry_failure","entries":[3])");
  const auto results = delete_messages(*sqs, queue_, handles);
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 5U);
  for (const std::size_t index : {0U, 2U, 4U}) EXPECT_TRUE((*results)[index].is_done) << index;
  EXPECT_EQ((*results)[1].code, "ReceiptHandleIsInvalid");
  EXPECT_TRUE((*results)[1].is_our_fault);
  EXPECT_EQ((*results)[3].code, "InternalError");
  EXPECT_FALSE((*results)[3].is_our_fault);
  const auto late = change_visibility(*sqs, queue_, {{handles[0], 30}, {handles[3], 0}});
  ASSERT_TRUE(late);
  EXPECT_FALSE((*late)[0].is_done);
  EXPECT_TRUE((*late)[1].is_done);
  EXPECT_TRUE((*delete_messages(*sqs, queue_, {handles[3]}))[0].is_done);
}

TEST_F(Clients, ParametersSecretsAndTopics) {
  (void)stand_in->control(R"({"do":"parameter","name":"/glasswatch/slack","value":"xoxb-1"})");
  const auto parameter = get_parameter(*client(Service::ssm), "/glasswatch/slack");
  ASSERT_TRUE(parameter);
  EXPECT_EQ(parameter->reveal(), "xoxb-1");
  (void)stand_in->control(R"({"do":"secret","name":"glasswatch/slack","value":"xoxb-2"})");
  const auto secret = get_secret_value(*client(Service::secrets_manager), "glasswatch/slack");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->reveal(), "xoxb-2");
  (void)stand_in->control(R"({"do":"topic","arn":"arn:aws:sns:eu-central-1:111122223333:alerts"})");
  const std::string text = "a&b=c + \u00e4\n";
  ASSERT_TRUE(publish(*client(Service::sns), {"arn:aws:sns:eu-central-1:111122223333:alerts", text, "s", {}, {}, {}}));
  EXPECT_NE(stand_in->control(R"({"do":"dump"})").find(R"("Message": "a&b=c + \u00e4\n")"), std::string::npos);
}

}  // namespace
}  // namespace gw::aws
