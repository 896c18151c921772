// A folder of inputs, made by the test, and what a scan of it told: in every way of reading and with every number of threads.
#pragma once

#include "engine/scan/scan.h"

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/json/write.h"
#include "domain/model/access_json.h"

namespace gw::scan {

namespace fs = std::filesystem;

inline std::string gzip(std::string_view text) {
  libdeflate_compressor* c = libdeflate_alloc_compressor(1);
  std::string out(libdeflate_gzip_compress_bound(c, text.size()), '\0');
  out.resize(libdeflate_gzip_compress(c, text.data(), text.size(), out.data(), out.size()));
  libdeflate_free_compressor(c);
  return out;
}

inline std::string record(const std::string& id, const std::string& name, const std::string& role = "BreakGlassAdmin") {
  return R"({"eventVersion":"1.11","userIdentity":{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":)"
         R"({"userId":"u-1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"},"credentialId":"c"},)"
         R"("eventTime":"2026-03-01T02:03:04Z","eventSource":"sso.amazonaws.com","eventName":")" +
         name +
         R"(","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"x","requestParameters":null,)"
         R"("responseElements":null,"eventID":")" +
         id +
         R"(","eventType":"AwsServiceEvent","recipientAccountId":"111122223333","serviceEventDetails":{"role_name":")" +
         role + R"(","account_id":"444455556666"}})";
}

inline std::string noise(int i) {
  return R"({"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::444455556666:assumed-role/app/x"},)"
         R"("eventTime":"2026-03-01T02:03:04Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"n)" +
         std::to_string(i) +
         R"(","recipientAccountId":"444455556666","requestParameters":{"key":"}]{[\"eventName\":\"Federate\""}})";
}

struct Told final : Sink {
  std::vector<std::string> findings;  // event ids, in order
  std::vector<model::AccessEvent> events;
  std::vector<std::string> wires;
  std::vector<Quarantine> quarantine;
  std::vector<std::string> explanations;
  std::size_t stop_after = ~std::size_t{0};
  bool finding(const model::AccessEvent& event) override {
    findings.push_back(event.event_id);
    events.push_back(event);
    return findings.size() < stop_after;
  }
  bool wire(std::string_view access_json) override {
    wires.emplace_back(access_json);
    return true;
  }
  void quarantined(const Quarantine& what) override { quarantine.push_back(what); }
  void explained(const std::string& name, const std::optional<model::AccessEvent>& event,
                 const std::vector<watch::WatchSet::Reason>& reasons) override {
    explanations.push_back(name + (event ? " access " : " none ") + std::to_string(reasons.size()));
  }
  void progress(std::uint64_t, std::uint64_t, std::uint64_t) override {}
};

class ScanTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("scan_" + std::to_string(::getpid()) + "_" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void file(const std::string& name, const std::string& bytes) {
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }

  Options options() const {
    Options o;
    o.paths = {root_.string()};
    o.all = true;
    o.mechanisms =
        model::MechanismSet::of(model::Mechanism::identity_center_console, model::Mechanism::identity_center_cli);
    o.now = *parse_time("2026-06-01T00:00:00Z");
    return o;
  }
  Told scan(const Options& o, Summary* summary = nullptr) {
    Told told;
    const auto watches = watch::WatchSet::compile({});
    const Summary result = run(o, watches.value(), told);
    EXPECT_FALSE(result.stopped);
    if (summary != nullptr) *summary = result;
    return told;
  }
  // Findings of the prefiltered scan, after checking that a full parse and more threads find the same.
  std::vector<std::string> found(Options o) {
    const Told once = scan(o);
    for (const unsigned threads : {1u, 2u, 5u}) {
      for (const bool prefilter : {true, false}) {
        o.threads = threads;
        o.prefilter = prefilter;
        EXPECT_EQ(scan(o).findings, once.findings) << threads << prefilter;
      }
    }
    return once.findings;
  }

  fs::path root_;
};

using Ids = std::vector<std::string>;

}  // namespace gw::scan
