#include "engine/pipeline/decode.h"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <tuple>

#include "base/encoding.h"
#include "base/json/write.h"
#include "domain/session/entries.h"
#include "engine/pipeline/test_kit.h"

namespace gw::pipeline {
namespace {

using model::EntryKind;

std::string gzip(std::string_view text) {
  libdeflate_compressor* c = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(c, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(c, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(c);
  return out;
}

std::string as_text(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

class DecodeTest : public testing::Test {
 protected:
  Batch decode(const ports::Delivery& delivery) {
    parts_.clear();
    Batch last = decoder_.decode(delivery, settings_, [&](Batch part) { parts_.push_back(std::move(part)); });
    ports::RecordBooks books = last.records;
    for (const Batch& part : parts_) books += part.records;
    EXPECT_TRUE(books.balanced());
    return last;
  }
  Batch decode(std::string bytes) { return decode(delivery_of(std::move(bytes))); }

  Decoder decoder_;
  SettingsPtr settings_ = shared(test_settings());
  std::vector<Batch> parts_;
};

TEST_F(DecodeTest, TellsRecordsApart) {
  const Batch batch = decode(log_file(
      {grant_record("1"), call_record("2"), call_record("3", "BreakGlassAdmin"), grant_record("4", "ReadOnly")}));
  EXPECT_EQ(batch.records, (ports::RecordBooks{4, 1, 1, 0, 2, 0, 0}));
  ASSERT_EQ(batch.entries.size(), 2u);
  const model::Entry& entry = batch.entries[0];
  EXPECT_EQ(entry.kind, EntryKind::access);
  EXPECT_EQ(entry.event_key, "1\n111111111111");
  EXPECT_EQ(entry.event.role, "BreakGlassAdmin");
  EXPECT_EQ(entry.event.watch, "prod");
  EXPECT_EQ(entry.event.origin, (model::Origin{"file", "a.json", 1}));
  EXPECT_TRUE(entry.event.flags.empty());
  EXPECT_EQ(batch.entries[1].kind, EntryKind::activity);
  EXPECT_EQ(batch.entries[1].event.origin.record, 3u);
  ASSERT_EQ(batch.kept.size(), 2u);
  EXPECT_EQ(batch.kept[0].text, grant_record("1"));
  EXPECT_EQ(batch.delivery, (ports::DeliveryBooks{1, 0, 0}));
}

TEST_F(DecodeTest, RemembersTheChainOfWhatIsNotStored) {
  const Batch batch = decode(log_file(
      {call_record("2"), call_record("3", "BreakGlassAdmin"), call_record("4", "app", "ListBuckets", "AKIALONG")}));
  ASSERT_EQ(batch.chain.size(), 1u);
  EXPECT_EQ(batch.chain[0].credential, session::chain_hash("ASIAEXAMPLE"));
  EXPECT_EQ(batch.chain[0].event, session::chain_hash("2\n222222222222"));
  EXPECT_EQ(batch.chain[0].account_id, "222222222222");
  EXPECT_EQ(batch.chain[0].time, *parse_time("2026-07-01T10:05:00Z"));
}

TEST_F(DecodeTest, CountsCoverage) {
  const Batch batch = decode(log_file(
      {call_record("1"), grant_record("2"), call_record("3"), grant_record("4", "x", "", "2099-01-01T00:00:00Z")}));
  ASSERT_EQ(batch.coverage.size(), 2u);
  EXPECT_EQ(batch.coverage[0].account_id, "222222222222");
  EXPECT_EQ(batch.coverage[0].region, "eu-west-1");
  EXPECT_EQ(batch.coverage[0].feed, "file");
  EXPECT_EQ(batch.coverage[0].records, 2u);
  EXPECT_EQ(batch.coverage[1].newest, *parse_time("2026-07-01T10:00:00Z"));  // nothing from the future
  ASSERT_EQ(batch.lags.size(), 2u);
  EXPECT_EQ(batch.lags[0].total(), 2u);
  EXPECT_EQ(batch.lags[0].max_seconds, (test_now().micros - parse_time("2026-07-01T10:05:00Z")->micros) / 1'000'000);
}

TEST_F(DecodeTest, ReadsEveryForm) {
  const std::string record = grant_record("1");
  const std::string event =
      R"({"version":"0","id":"x","detail-type":"AWS Service Event via CloudTrail","source":"aws.sso",)"
      R"("account":"111111111111","time":"2026-07-01T10:00:00Z","region":"eu-west-1","detail":)" +
      record + "}";
  const std::string logs = R"({"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[{"id":"1",)"
                           R"("timestamp":1,"message":)" +
                           as_text(record) + "}]}";
  const std::string packed = R"({"awslogs":{"data":")" + encode_base64(gzip(logs)) + R"("}})";
  const std::string firehose =
      R"({"requestId":"r","timestamp":1,"records":[{"data":")" + encode_base64(gzip(logs)) + R"("}]})";
  const std::string sqs = R"({"Records":[{"messageId":"m","eventSource":"aws:sqs","body":)" + as_text(event) + "}]}";
  struct Case {
    const char* what;
    std::string bytes;
    const char* feed;
  };
  for (const Case& c :
       {Case{"one record", record, "http"}, Case{"lines", record + "\n" + call_record("2") + "\n", "http"},
        Case{"a log file", log_file({record}), "http"}, Case{"gzip", gzip(log_file({record})), "http"},
        Case{"two members", gzip(R"({"Records":[)") + gzip(record + "]}"), "http"},
        Case{"eventbridge", event, "eventbridge"}, Case{"logs", packed, "cloudwatch_logs"},
        Case{"firehose", firehose, "cloudwatch_logs"}, Case{"sqs", sqs, "eventbridge"}}) {
    const Batch batch = decode(delivery_of(c.bytes, "token", "http"));
    ASSERT_EQ(batch.entries.size(), 1u) << c.what;
    EXPECT_EQ(batch.entries[0].event_key, "1\n111111111111") << c.what;
    EXPECT_EQ(batch.entries[0].event.origin.feed, c.feed) << c.what;
    EXPECT_EQ(batch.coverage[0].feed, c.feed) << c.what;
    EXPECT_EQ(batch.records.quarantined, 0u) << c.what;
  }
}

// Messages are read as one list; what is wrong with one of them must not become its neighbours'.
TEST_F(DecodeTest, ReadsEachLogMessageForItself) {
  const std::string tail = R"(,{"eventVersion":"1.11","eventName":"Federate"})";
  const std::vector<std::string> bad = {call_record("x") + tail, call_record("x") + "]", "{\"eventVersion\":\"1.11\",[",
                                        R"({"eventVersion":"1.11","a":")",
                                        R"({"eventVersion":"1.11"},{"eventVersion":[)"};
  for (std::size_t n = 0; n < bad.size(); ++n) {
    std::string events;
    for (const std::string& text :
         {grant_record("1"), bad[n], call_record("2"), bad[(n + 1) % bad.size()], grant_record("3")}) {
      events +=
          (events.empty() ? "" : ",") + std::string(R"({"id":"1","timestamp":1,"message":)") + as_text(text) + "}";
    }
    const std::string logs =
        R"({"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[)" + events + "]}";
    const Batch batch = decode(R"({"awslogs":{"data":")" + encode_base64(gzip(logs)) + R"("}})");
    ASSERT_EQ(batch.entries.size(), 2u) << bad[n];
    EXPECT_EQ(batch.entries[0].event.origin.record, 1u);
    EXPECT_EQ(batch.entries[1].event_key, "3\n111111111111");
    EXPECT_EQ(batch.entries[1].event.origin.record, 5u);
    EXPECT_EQ(batch.records.decoded, 5u);
    EXPECT_EQ(batch.records.quarantined, 2u);
    ASSERT_EQ(batch.quarantine.size(), 2u);
    EXPECT_EQ(batch.quarantine[0].payload, bad[n]);
    EXPECT_TRUE(batch.records.balanced());
  }
}

TEST_F(DecodeTest, WhatHoldsNoRecordsIsThatAndNoMore) {
  for (const char* bytes : {"", "{}", R"({"Records":[]})",
                            R"({"messageType":"CONTROL_MESSAGE","logGroup":"","logStream":"","logEvents":[]})",
                            R"({"awsAccountId":"1","digestS3Object":"x","digestPublicKeyFingerprint":"y"})"}) {
    const Batch batch = decode(bytes);
    EXPECT_EQ(batch.delivery, (ports::DeliveryBooks{1, 1, 0})) << bytes;
    EXPECT_EQ(batch.records.decoded, 0u) << bytes;
  }
}

TEST_F(DecodeTest, AnUnreadableDeliveryIsQuarantined) {
  const Batch batch = decode("no JSON at all");
  EXPECT_EQ(batch.delivery, (ports::DeliveryBooks{1, 0, 1}));
  ASSERT_EQ(batch.quarantine.size(), 1u);
  EXPECT_EQ(batch.quarantine[0].payload, "no JSON at all");
  EXPECT_EQ(batch.quarantine[0].size, 14u);
  EXPECT_TRUE(batch.alerts.empty());
  // The same thing, delivered again, is the same item.
  EXPECT_EQ(decode("no JSON at all").quarantine[0].key, batch.quarantine[0].key);
  EXPECT_NE(decode("no JSON at ale").quarantine[0].key, batch.quarantine[0].key);

  std::string damaged = gzip(log_file({grant_record("1"), grant_record("2")}));
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_EQ(decode(damaged).delivery.quarantined, 1u);
}

TEST_F(DecodeTest, WhatCouldNotBeGotIsQuarantined) {
  ports::Delivery delivery = delivery_of(log_file({grant_record("1")}));
  delivery.problem = "Permission denied";
  const Batch batch = decode(delivery);
  EXPECT_EQ(batch.delivery, (ports::DeliveryBooks{1, 0, 1}));
  EXPECT_EQ(batch.quarantine.at(0).reason, "Permission denied");
  EXPECT_EQ(batch.records, ports::RecordBooks{});
}

TEST_F(DecodeTest, DamageIsQuarantinedAndTheRestIsRead) {
  const Batch batch = decode(
      log_file({call_record("1"), R"({"eventVersion":"1.0","eventSource":"x.amazonaws.com",})", grant_record("2")}));
  EXPECT_EQ(batch.records, (ports::RecordBooks{3, 1, 0, 0, 1, 0, 1}));
  ASSERT_EQ(batch.quarantine.size(), 1u);
  EXPECT_EQ(batch.quarantine[0].payload, R"({"eventVersion":"1.0","eventSource":"x.amazonaws.com",})");
  EXPECT_TRUE(batch.alerts.empty());
}

TEST_F(DecodeTest, DamageThatLooksLikeAnAccessIsTold) {
  std::string cut = log_file({call_record("1"), grant_record("2")});
  cut.resize(cut.size() - 40);
  const Batch batch = decode(cut);
  EXPECT_EQ(batch.records.quarantined, 1u);
  ASSERT_EQ(batch.alerts.size(), 1u);
  EXPECT_EQ(batch.alerts[0].kind, model::AlertKind::undecodable);
  EXPECT_EQ(batch.alerts[0].reason, "a record could not be read, and it names a service of sign-ins");
  EXPECT_EQ(decode(cut).alerts[0].key, batch.alerts[0].key);

  const Batch word = decode(log_file(
      {R"({"eventVersion":"1.0","role":"BreakGlassAdmin",})", R"({"eventVersion":"1.0","role":"BreakGlassAudit",})"}));
  ASSERT_EQ(word.alerts.size(), 1u);  // one for all of a delivery
  EXPECT_EQ(word.alerts[0].reason, "2 records could not be read, and it holds a word of a watch");
}

TEST_F(DecodeTest, AWrongTypeIsQuarantinedAndTheAccessStored) {
  const Batch batch = decode(log_file({grant_record("1", "BreakGlassAdmin", R"("errorCode":[],)")}));
  EXPECT_EQ(batch.records, (ports::RecordBooks{1, 0, 0, 0, 0, 0, 1}));
  ASSERT_EQ(batch.entries.size(), 1u);
  EXPECT_EQ(batch.entries[0].event.flags, std::vector<std::string>{"wrong_type:errorCode"});
  EXPECT_EQ(batch.quarantine.at(0).reason, "the field errorCode has a wrong type");
  EXPECT_EQ(batch.quarantine.at(0).event_id, "1");
}

TEST_F(DecodeTest, AnyReadingOfDuplicateKeysCounts) {
  const Batch batch = decode(log_file({grant_record("1", R"(ReadOnly","role_name":"BreakGlassAdmin)"),
                                       grant_record("2", R"(BreakGlassAdmin","role_name":"ReadOnly)")}));
  ASSERT_EQ(batch.entries.size(), 2u);
  for (const model::Entry& entry : batch.entries) {
    EXPECT_EQ(entry.event.role, "BreakGlassAdmin");
    EXPECT_EQ(entry.event.flags, std::vector<std::string>{"duplicate_keys"});
  }
  // Of a caller, too.
  std::string call = call_record("3", "BreakGlassAdmin");
  call.insert(call.size() - 1, R"(,"userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"})");
  EXPECT_EQ(decode(log_file({call})).entries.size(), 1u);

  std::string many = grant_record("4", "ReadOnly");
  for (int i = 0; i < 20; ++i) many.insert(many.size() - 1, R"(,"eventName":"Federate")");
  const Batch too_often = decode(log_file({many}));
  EXPECT_EQ(too_often.records, (ports::RecordBooks{1, 0, 0, 0, 0, 0, 1}));
}

TEST_F(DecodeTest, TimesThatCannotBe) {
  const Batch batch = decode(log_file({grant_record("1", "BreakGlassAdmin", "", "2026-07-01T12:06:00Z"),
                                       grant_record("2", "BreakGlassAdmin", "", "soon")}));
  ASSERT_EQ(batch.entries.size(), 2u);
  EXPECT_EQ(batch.entries[0].event.flags, std::vector<std::string>{"future_time"});
  EXPECT_EQ(batch.entries[1].event.flags, std::vector<std::string>{"no_time"});
  EXPECT_FALSE(batch.entries[1].has_time);
  EXPECT_EQ(batch.entries[1].event.event_time, test_now());
}

TEST_F(DecodeTest, ATokenSpeaksForItsAccountsOnly) {
  ports::Delivery delivery = delivery_of(log_file({grant_record("1"), call_record("2")}), "token", "http");
  delivery.accounts = {"2222*"};
  const Batch batch = decode(delivery);
  EXPECT_EQ(batch.records, (ports::RecordBooks{2, 0, 0, 0, 1, 0, 1}));
  EXPECT_TRUE(batch.entries.empty());
  EXPECT_EQ(batch.quarantine.at(0).reason, "account 111111111111 is not allowed for this token");
  ASSERT_EQ(batch.coverage.size(), 1u);  // nor does it prove that an account is seen
  EXPECT_EQ(batch.coverage[0].account_id, "222222222222");
}

TEST_F(DecodeTest, WithoutAnEventIdTheContentIsTheKey) {
  std::string record = grant_record("X");
  record.replace(record.find(R"("eventID":"X",)"), 14, "");
  std::string other = record;
  other.insert(1, " ");
  const Batch batch = decode(log_file({record, other}));
  ASSERT_EQ(batch.entries.size(), 2u);
  EXPECT_EQ(batch.entries[0].event_key.size(), 64u);
  EXPECT_EQ(batch.entries[0].event_key, batch.entries[1].event_key);
  EXPECT_EQ(batch.entries[0].content, batch.entries[1].content);
}

TEST_F(DecodeTest, TheTrailsOwnFileConfirms) {
  ports::Delivery delivery = delivery_of(log_file({grant_record("1")}), "AWSLogs/x.json.gz");
  delivery.from_trail = true;
  EXPECT_TRUE(decode(delivery).entries.at(0).from_trail);
  delivery.from_trail = false;
  EXPECT_FALSE(decode(delivery).entries.at(0).from_trail);
}

// In a log file most calls are skimmed over, in lines they are decoded: nobody may be able to tell.
TEST_F(DecodeTest, ASkimmedCallCountsLikeADecodedOne) {
  const auto service = [](const std::string& id, const std::string& members, const std::string& identity = {}) {
    return R"({"eventVersion":"1.11","userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com")" + identity +
           R"(},"eventTime":"2026-07-01T11:00:0)" + id + R"(Z","awsRegion":"us-west-2","eventID":")" + id +
           R"(","recipientAccountId":"333333333333")" + members + "}";
  };
  const std::string call = R"(,"eventSource":"kms.amazonaws.com","eventName":"Decrypt")";
  const std::string assume =
      R"(,"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","responseElements":{"credentials":)"
      R"({"accessKeyId":"ASIAEXAMPLE"}},"requestParameters":{"roleArn":"arn:aws:iam::333333333333:role/BreakGlassX"})";
  for (const std::string& record :
       {service("1", call),
        service("2", assume),
        service("3", call + R"(,"errorCode":[])"),
        service("4", call + R"(,"eventID":5)"),
        service("5", call, R"(,"type":"Root")"),
        service("6", call, R"(,"type":"AWSService")"),
        service("7", call + R"(,"recipientAccountId":"444444444444")"),
        service("8", call + R"(,"eventTime":"soon")"),
        service("9", call + R"(,"userIdentity":{"type":"AssumedRole","arn":"x"})"),
        service("9", call,
                R"(,"accessKeyId":"ASIAOTHER","arn":"arn:aws:sts::333333333333:assumed-role/BreakGlassX/a")"),
        service("x", call),
        service("1", call + R"(,"userAgent":7)"),
        service("2", R"(,"eventName":"Decrypt")"),
        service("3", call + R"(,"sourceIPAddress":"ec2.amazonaws.com","errorMessage":null)"),
        service("4", R"(,"eventSource":"aws:s3","eventName":"Decrypt")"),
        call_record("5"),
        call_record("6", "BreakGlassAdmin"),
        call_record("7", "app", "AssumeRole"),
        call_record("8", "app", "X", "AKIALONG"),
        call_record("9", "app", "X", "ASIAX", "a\\u0062"),
        call_record("", "app")}) {
    const Batch skimmed = decode(log_file({record, call_record("y")}));
    const Batch decoded = decode(record + "\n" + call_record("y") + "\n");
    EXPECT_EQ(skimmed.records, decoded.records) << record;
    EXPECT_EQ(skimmed.entries.size(), decoded.entries.size()) << record;
    ASSERT_EQ(skimmed.chain.size(), decoded.chain.size()) << record;
    for (std::size_t i = 0; i < skimmed.chain.size(); ++i) {
      const auto fields = [](const ports::ChainRow& r) {
        return std::tuple(r.credential, r.event, r.time, r.kinds, r.account_id);
      };
      EXPECT_EQ(fields(skimmed.chain[i]), fields(decoded.chain[i])) << record;
    }
    EXPECT_EQ(skimmed.quarantine.size(), decoded.quarantine.size()) << record;
    ASSERT_EQ(skimmed.coverage.size(), decoded.coverage.size()) << record;
    for (std::size_t i = 0; i < skimmed.coverage.size(); ++i) {
      EXPECT_EQ(skimmed.coverage[i].account_id, decoded.coverage[i].account_id) << record;
      EXPECT_EQ(skimmed.coverage[i].region, decoded.coverage[i].region) << record;
      EXPECT_EQ(skimmed.coverage[i].records, decoded.coverage[i].records) << record;
      EXPECT_EQ(skimmed.coverage[i].newest, decoded.coverage[i].newest) << record;
    }
  }
}

TEST_F(DecodeTest, ALargeDeliveryComesInParts) {
  std::vector<std::string> records;
  for (int i = 0; i < 6000; ++i) records.push_back(grant_record(std::to_string(i)));
  const std::string all = log_file(records);
  const Batch last = decode(gzip(all));
  EXPECT_GT(parts_.size(), 1u);
  std::size_t entries = last.entries.size();
  for (const Batch& part : parts_) {
    EXPECT_LT(part.weight, kPartWeight + 64 * 1024);
    EXPECT_EQ(part.delivery, ports::DeliveryBooks{});
    entries += part.entries.size();
  }
  EXPECT_EQ(entries, records.size());
  // When damage makes the reader begin again, nothing is told twice.
  const Batch cut = decode(all.substr(0, all.size() - 10));
  EXPECT_GT(parts_.size(), 1u);
  entries = cut.entries.size();
  ports::RecordBooks books = cut.records;
  for (const Batch& part : parts_) {
    entries += part.entries.size();
    books += part.records;
  }
  EXPECT_EQ(entries, records.size() - 1);
  EXPECT_EQ(books.decoded, records.size());
  EXPECT_EQ(books.quarantined, 1u);
}

TEST_F(DecodeTest, ANotificationOfAnObjectIsNotLost) {
  const Batch batch = decode(R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1",)"
                             R"("eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]})");
  EXPECT_EQ(batch.records.quarantined, 1u);
  EXPECT_EQ(batch.quarantine.size(), 1u);
}

TEST_F(DecodeTest, AnIgnoredAccessCountsAsThat) {
  Settings settings = test_settings();
  watch::Config config = settings.watches.config();
  watch::IgnoreRule rule;
  rule.identity_store_user = "arn:aws:identitystore::111111111111:identitystore/d-1#u-alice";
  rule.owner = "x";
  rule.reason = "drill";
  rule.until = *parse_time("2026-08-01T00:00:00Z");
  config.ignore.push_back(rule);
  settings.watches = watch::WatchSet::compile(std::move(config)).value();
  settings_ = shared(std::move(settings));
  EXPECT_EQ(decode(log_file({grant_record("1")})).records, (ports::RecordBooks{1, 0, 0, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace gw::pipeline
