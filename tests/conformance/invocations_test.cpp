// What Lambda is invoked with, from ../shared/data/envelopes where that folder is at hand: every record and every object that its
// manifest lists is seen, and what is damaged is told.
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "base/gzip.h"
#include "base/json/doc.h"
#include "domain/cloudtrail/message.h"
#include "edge/lambda/invocation.h"

namespace gw::lambda {
namespace {

const std::string kFolder = std::string(GW_SOURCE_DIR) + "/../shared/data/envelopes/";

struct Seen : cloudtrail::UnpackHandler {
  std::set<std::string> records;
  std::set<std::string> objects;
  int problems = 0;
  void record(std::string_view text, cloudtrail::Envelope) override {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(text));
    records.emplace(doc.root()["eventID"].text());
  }
  void need_object(cloudtrail::ObjectName object) override { objects.insert(object.bucket + " " + object.key); }
  void ignored(std::string_view) override {}
  void quarantine(std::string_view) override { ++problems; }
};

// As the pipeline reads it: inflated, and line by line when it is no single document.
void read_records(std::string_view text, Seen& seen) {
  std::string inflated(std::size_t{1} << 20, '\0');
  if (looks_like_gzip(text)) {
    const InflateResult result = WholeInflater().inflate(text, inflated.data(), inflated.size());
    if (result.state != InflateResult::State::done) ++seen.problems;
    text = std::string_view(inflated).substr(0, result.size);
  }
  cloudtrail::Unpacker unpacker;
  if (unpacker.unpack(text, seen)) return;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !unpacker.unpack(line, seen)) ++seen.problems;
  }
}

Seen run(const std::string& event) {
  Seen seen;
  Invocation invocation(event);
  cloudtrail::MessageReader reader;
  while (const auto item = invocation.next()) {
    if (!item->readable) {
      ++seen.problems;
      continue;
    }
    const cloudtrail::MessageContent content = reader.read(item->text);
    for (const auto& object : content.objects) seen.objects.insert(object.bucket + " " + object.key);
    if (content.has_records) {
      read_records(item->text, seen);
    } else {
      seen.problems += static_cast<int>(content.problems.size());
    }
  }
  return seen;
}

TEST(Invocations, SharedEnvelopes) {
  std::ifstream manifest(kFolder + "manifest.jsonl");
  if (!manifest) GTEST_SKIP() << "the envelopes are not at hand: " << kFolder;
  int rows = 0;
  for (std::string line; std::getline(manifest, line); ++rows) {
    json::Doc doc;
    ASSERT_TRUE(doc.parse(line));
    const json::Value row = doc.root();
    SCOPED_TRACE(std::string(row["file"].text()));
    std::ifstream file(kFolder + std::string(row["file"].text()), std::ios::binary);
    ASSERT_TRUE(file);
    std::ostringstream event;
    event << file.rdbuf();
    std::set<std::string> records;
    std::set<std::string> objects;
    const json::Value ids = row["record_eventIDs"];
    for (json::Value v = ids.first_child(); !v.is_missing(); v = v.next_sibling()) records.emplace(v.text());
    const json::Value names = row["s3_objects_to_fetch"];
    for (json::Value v = names.first_child(); !v.is_missing(); v = v.next_sibling()) {
      const json::Value bucket = v.first_child();
      objects.insert(std::string(bucket.text()) + " " + std::string(bucket.next_sibling().text()));
    }
    const Seen seen = run(event.str());
    EXPECT_EQ(seen.records, records);
    EXPECT_EQ(seen.objects, objects);
    EXPECT_EQ(seen.problems == 0, *row["valid"].boolean());
  }
  EXPECT_GT(rows, 10);
}

}  // namespace
}  // namespace gw::lambda
