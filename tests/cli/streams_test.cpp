// How the program behaves towards terminals, pipes that close and disks that are full.
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace gw::cli_test {
namespace {

std::string many(std::size_t n) {
  std::vector<std::string> records;
  for (std::size_t i = 0; i < n; ++i) records.push_back(root_sign_in("e-" + std::to_string(i)));
  return trail(records);
}

TEST(Terminal, GetsATableInColourAndTheClosingTable) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(2));
  const Outcome got = run({"scan", path}, {.terminal = true});
  EXPECT_EQ(got.code, 0);
  EXPECT_TRUE(has(got.out, "TIME (UTC) ")) << got.out;
  EXPECT_TRUE(has(got.out, "\x1B[31;1m2026-07-01 10:00 critical ")) << got.out;
  EXPECT_TRUE(has(got.out, "What was read\r\n")) << got.out;
  EXPECT_TRUE(has(got.out, "1 files, ")) << got.out;  // progress
}

TEST(Terminal, NoColorIsHonoured) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(1));
  const auto colours = [&](const Streams& setup) {
    return has(run({"scan", "--progress", "never", path}, setup).out, "\x1B");
  };
  EXPECT_TRUE(colours({.terminal = true}));
  EXPECT_FALSE(colours({.env = {{"NO_COLOR", "1"}}, .terminal = true}));
  EXPECT_TRUE(colours({.env = {{"NO_COLOR", ""}}, .terminal = true}));
  EXPECT_FALSE(colours({.env = {{"TERM", "dumb"}}, .terminal = true}));
  EXPECT_FALSE(colours({}));
}

TEST(Progress, IsShownWhenAsked) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(1));
  EXPECT_EQ(run({"scan", path}).err, "");
  EXPECT_EQ(run({"scan", "--progress", "never", path}).err, "");
  const Outcome always = run({"scan", "--progress", "always", path});
  EXPECT_TRUE(has(always.err, "1 files, 0 MiB read")) << always.err;
  EXPECT_FALSE(has(run({"scan", "--progress", "never", path}, {.terminal = true}).out, "MiB read"));
}

TEST(Summary, IsPrintedWhenAsked) {
  const Folder folder;
  folder.write(
      "AWSLogs/222222222222/CloudTrail/eu-west-1/2026/07/01/"
      "222222222222_CloudTrail_eu-west-1_20260701T1000Z_abcdefgh12345678.json",
      many(1));
  const Outcome got = run({"scan", "--summary", folder.path()});
  EXPECT_TRUE(has(got.err, "What was read\n")) << got.err;
  EXPECT_TRUE(has(got.err, "was not judged")) << got.err;
  EXPECT_TRUE(has(got.err, "glasswatch doctor")) << got.err;
  const Outcome all = run({"scan", "--all", "--summary", folder.path()});
  EXPECT_TRUE(has(all.err, "identity_center_cli      not excluded: no Identity Center records")) << all.err;
}

TEST(Pipe, ThatClosesEndsEveryCommandQuietly) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(2000));  // more than one buffer
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{"scan", path},
                                             {"scan", "--format", "table", path},
                                             {"scan", "--format", "csv", path},
                                             {"scan", "--format", "json", "--threads", "2", path},
                                             {"scan", "--explain", "e-1", path},
                                             {"doctor", path},
                                             {"config", "example"},
                                             {"config", "schema"},
                                             {"completion", "bash"},
                                             {"version"},
                                             {"--help"},
                                             {"scan", "--help"}}) {
    const Outcome got = run(args, {.reader_leaves = true});
    EXPECT_EQ(got.code, 0) << args[0];
    EXPECT_EQ(got.err, "") << args[0];
  }
}

TEST(Pipe, ThatClosesDoesNotHideWhatWasFound) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(1));  // all is read before the first write
  const Outcome got = run({"scan", "--fail-on", "high", "--stats", path}, {.reader_leaves = true});
  EXPECT_EQ(got.code, 1);
  EXPECT_TRUE(has(got.err, "\"exit_codes\":[1]")) << got.err;
}

TEST(Pipe, ThatClosesMidwayLeavesAnswersAndCounts) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(5000));
  const Outcome got = run({"scan", "--fail-on", "high", "--stats", "/nonexistent", path}, {.reader_leaves = true});
  EXPECT_EQ(got.code, 3);
  EXPECT_TRUE(has(got.err, "\"exit_codes\":[1,3]")) << got.err;
  EXPECT_EQ(run({"scan", "--fail-on", "high", path}, {.reader_leaves = true}).code, 1);
}

TEST(Disk, ThatIsFullIsTold) {
  const Folder folder;
  const std::string one = folder.write("a.json", many(1));
  const std::string lots = folder.write("b.json", many(2000));
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"scan", one}, {"scan", lots}, {"doctor", one}, {"config", "example"}, {"version"}, {"--help"}}) {
    const Outcome got = run(args, {.out_file = "/dev/full"});
    EXPECT_EQ(got.code, 4) << args[0];
    EXPECT_EQ(got.err, "glasswatch: standard output cannot be written\n") << args[0];
  }
  const Outcome counted = run({"scan", "--stats", lots}, {.out_file = "/dev/full"});
  EXPECT_TRUE(has(counted.err, "\"exit_codes\":[4]")) << counted.err;
}

TEST(Disk, ThatIsFullDoesNotHideAWrongConfiguration) {
  const Folder folder;
  const std::string good = folder.write("good.yaml", "version: 1\n");
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"config", "check", good, "/nonexistent"}, {"config", "check", "/nonexistent", good}}) {
    const Outcome got = run(args, {.out_file = "/dev/full"});
    EXPECT_EQ(got.code, 2);
    EXPECT_TRUE(has(got.err, "/nonexistent: cannot be opened\n")) << got.err;
    EXPECT_TRUE(has(got.err, "standard output cannot be written\n")) << got.err;
  }
}

TEST(Streams, ThatAreClosedAreTold) {
  const Folder folder;
  const std::string path = folder.write("a.json", many(1));
  const Outcome out = run({"scan", path}, {.closed = 1});
  EXPECT_EQ(out.code, 4);
  EXPECT_EQ(out.err, "glasswatch: standard output cannot be written\n");
  // No other input is read in its place.
  const Outcome in = run({"scan", path, "-"}, {.closed = 0});
  EXPECT_EQ(in.code, 3);
  EXPECT_EQ(in.err, "glasswatch: -: offset 0: Bad file descriptor\n");
  EXPECT_EQ(count(in.out, "\n"), 1u);
}

}  // namespace
}  // namespace gw::cli_test
