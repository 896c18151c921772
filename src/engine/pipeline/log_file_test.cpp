// What a log object's name, and its absence, mean for its records.
#include <gtest/gtest.h>

#include <fstream>

#include "engine/pipeline/decode.h"
#include "engine/pipeline/test_kit.h"

namespace gw::pipeline {
namespace {

class LogFileTest : public testing::Test {
 protected:
  Batch decode(const ports::Delivery& delivery) {
    return decoder_.decode(delivery, settings_, [](Batch) { FAIL(); });
  }
  Decoder decoder_;
  SettingsPtr settings_ = shared(test_settings());
};

TEST_F(LogFileTest, ALogFileSpeaksForItsPlaceOnly) {
  const auto of = [](const std::string& account, const std::string& region, const std::string& service) {
    std::string members = account.empty() ? "" : R"(,"recipientAccountId":")" + account + "\"";
    if (!region.empty()) members += R"(,"awsRegion":")" + region + "\"";
    return R"({"eventVersion":"1.11","userIdentity":{"type":")" + service + R"(","invokedBy":"ec2.amazonaws.com"},)" +
           R"("eventTime":"2026-07-01T11:00:00Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","eventID":"1")" +
           members + "}";
  };
  for (const std::string service : {"AWSService", "AWSAccount"}) {  // passed over by views, and decoded
    ports::Delivery delivery =
        delivery_of(log_file({of("333333333333", "us-west-2", service), of("", "us-west-2", service),
                              of("333333333333", "", service), of("333333333333", "us-east-1", service),
                              of("444444444444", "us-west-2", service)}),
                    "s3://logs/a.json.gz", "s3");
    delivery.accounts = {"333333333333"};
    delivery.region = "us-west-2";
    delivery.from_trail = true;
    const Batch batch = decode(delivery);
    EXPECT_EQ(batch.records, (ports::RecordBooks{5, 0, 0, 0, 3, 0, 2})) << service;
    ASSERT_EQ(batch.quarantine.size(), 2u);
    EXPECT_EQ(batch.quarantine[0].reason, "the record is of another region than its log file");
    EXPECT_EQ(batch.quarantine[1].reason, "account 444444444444 is not that of the log file");
    delivery.accounts.clear();
    EXPECT_EQ(decode(delivery).records, (ports::RecordBooks{5, 0, 0, 0, 4, 0, 1})) << service;
  }
}

TEST_F(LogFileTest, AFileIsReadLikeItsBytes) {
  const std::string path = testing::TempDir() + "gw_decode_file.json.gz";
  std::vector<std::string> records;
  for (int i = 0; i < 3000; ++i) records.push_back(call_record(std::to_string(i)));
  records.push_back(grant_record("x"));
  const auto write = [&](const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; };
  Decoder small(scan::Budget{1024, std::size_t{3} << 20, false, 0});  // in windows
  ports::Delivery delivery = delivery_of({}, "s3://logs/a.json.gz", "s3");
  delivery.file = path;
  delivery.from_trail = true;
  write(log_file(records));
  const Batch batch = small.decode(delivery, settings_, [](Batch) { FAIL(); });
  EXPECT_EQ(batch.records.decoded, 3001u);
  EXPECT_EQ(batch.delivery, (ports::DeliveryBooks{1, 0, 0}));
  ASSERT_EQ(batch.entries.size(), 1u);
  EXPECT_EQ(batch.entries[0].event.origin.path, "s3://logs/a.json.gz");
  EXPECT_TRUE(batch.entries[0].from_trail);
  const std::string damaged = R"(no JSON: "eventSource":"sso.amazonaws.com")";
  write(damaged);
  const Batch bad = small.decode(delivery, settings_, [](Batch) { FAIL(); });
  EXPECT_EQ(bad.delivery, (ports::DeliveryBooks{1, 0, 1}));
  EXPECT_EQ(bad.quarantine.at(0).payload, damaged);
  EXPECT_EQ(bad.quarantine[0].size, damaged.size());
  EXPECT_EQ(bad.alerts.size(), 1u);
}

TEST_F(LogFileTest, ALogFileThatIsGoneIsToldToPeople) {
  ports::Delivery delivery = delivery_of({}, "s3://logs/a.json.gz", "s3");
  delivery.problem = "object_missing: it is gone";
  EXPECT_TRUE(decode(delivery).alerts.empty());
  delivery.tell_problem = true;
  const Batch batch = decode(delivery);
  ASSERT_EQ(batch.alerts.size(), 1u);
  EXPECT_EQ(batch.alerts[0].reason, "object_missing: it is gone");
  EXPECT_NE(batch.alerts[0].data.find("s3://logs/a.json.gz"), std::string::npos);
}

}  // namespace
}  // namespace gw::pipeline
