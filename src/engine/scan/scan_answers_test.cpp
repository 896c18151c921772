// The books, the filters, and how a scan ends.
#include "engine/scan/scan_fixture.h"

namespace gw::scan {
namespace {

TEST_F(ScanTest, TheBooksBalance) {
  std::string text = "{\"Records\":[";
  for (int i = 0; i < 50; ++i) text += noise(i) + ",";
  std::string wrong = record("w", "Federate");
  wrong.replace(wrong.find("\"444455556666\""), 14, "1e400");
  text += record("a", "Federate") + "," + record("a", "Federate") + "," + wrong + "," + wrong + "]}";
  file("1", text);
  Options o = options();
  o.mechanisms = model::MechanismSet::all();
  Summary summary;
  const Told told = scan(o, &summary);
  const Stats& s = summary.stats;
  EXPECT_EQ(s.mode, "full");
  EXPECT_EQ(s.decoded.value(), s.matched + s.ignored.value() + s.not_watched.value() + s.duplicate + s.quarantined);
  EXPECT_EQ(s.matched, 1u);
  EXPECT_EQ(s.quarantined, 2u);
  EXPECT_EQ(s.duplicate, 1u);
  EXPECT_EQ(told.findings, (Ids{"a", "w"}));  // a damaged field is reported, and the access is told all the same
  EXPECT_EQ(s.files, 1u);
}

TEST_F(ScanTest, FiltersAndExplanations) {
  file("1", "{\"Records\":[" + record("aaaa-1111", "Federate") + "," + noise(1) + "]}");
  Options o = options();
  o.from = *parse_time("2026-03-01T02:03:05Z");
  EXPECT_TRUE(found(o).empty());
  o = options();
  o.to = *parse_time("2026-03-01T02:03:05Z");
  o.accounts = {"444455556666"};
  o.regions = {"eu-west-1"};
  EXPECT_EQ(found(o), (Ids{"aaaa-1111"}));
  o.regions = {"us-east-1"};
  EXPECT_TRUE(found(o).empty());
  o = options();
  o.explain_event_id = "aaaa-1111";
  const Told told = scan(o);
  ASSERT_EQ(told.explanations.size(), 1u);
  EXPECT_EQ(told.explanations[0].substr(0, 15), "Federate access");
}

TEST_F(ScanTest, WireFormsAreThoseOfTheEvents) {
  // The first file's findings come to the Teller as events, those of the others as texts, and more than it holds.
  file("1", "{\"Records\":[" + record("a", "Federate") + "," + record("b", "Federate") + "]}");
  for (int n = 2; n < 9; ++n) {
    std::string lines;
    for (int i = 0; i < 300; ++i) {
      std::string line = record(std::to_string(n) + "-" + std::to_string(i), "Federate");
      const std::size_t begin = line.find("\"onBehalfOf\"");
      line.erase(begin, line.find("\"credentialId\"") - begin);  // nobody whose name may be learnt
      lines += line + "\n";
    }
    file(std::to_string(n), lines);
  }
  Options o = options();
  std::vector<std::string> expected;
  for (const model::AccessEvent& event : scan(o).events) model::append_access_json(expected.emplace_back(), event);
  ASSERT_EQ(expected.size(), 2102u);
  o.as_wire = true;
  for (o.threads = 1; o.threads < 3; ++o.threads) EXPECT_EQ(scan(o).wires, expected) << o.threads;
}

TEST_F(ScanTest, StopsWhenTheOutputHasGone) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += record("r" + std::to_string(i), "Federate") + "\n";
  file("1", text);
  Told told;
  told.stop_after = 3;
  const auto watches = watch::WatchSet::compile({});
  const Summary summary = run(options(), watches.value(), told);
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.highest, model::Severity::high);  // what was told until then counts
  EXPECT_EQ(told.findings.size(), 3u);
}

TEST_F(ScanTest, MissingPathsAreToldAndCounted) {
  file("1", record("a", "Federate"));
  Options o = options();
  o.paths = {(root_ / "missing").string(), root_.string()};
  Summary summary;
  const Told told = scan(o, &summary);
  EXPECT_EQ(told.findings, (Ids{"a"}));
  ASSERT_EQ(told.quarantine.size(), 1u);
  EXPECT_TRUE(told.quarantine[0].whole_file);
  EXPECT_EQ(summary.stats.failed_files, 1u);
}

}  // namespace
}  // namespace gw::scan
