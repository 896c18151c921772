#include "edge/sources/directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "edge/sources/folder_walk.h"
#include "edge/sources/test_taker.h"

namespace gw::sources {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class DirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("directory_" + std::to_string(::getpid()) + "_" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void file(const std::string& name, const std::string& text = "{}") {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  // As if it had been written long ago.
  void old_file(const std::string& name, const std::string& text = "{}") {
    file(name, text);
    const timespec times[2] = {{1'600'000'000, 0}, {1'600'000'000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (root_ / name).c_str(), times, 0), 0);
  }
  DirectoryConfig config() const {
    DirectoryConfig config;
    config.path = root_.string();
    return config;
  }
  // The clock of the files themselves.
  static Time now() {
    return Time{
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count()};
  }
  DirectoryScan scan() { return {config(), taker_.submit(), taker_, now}; }

  fs::path root_;
  Taker taker_;
};

using Names = std::vector<std::string>;

TEST_F(DirectoryTest, AFolderIsWalkedInOrderHoweverFewNamesAreHeld) {
  for (const char* name : {"b", "a", "d", "c", ".x", "e/1"}) file(name);
  fs::create_symlink(root_ / "a", root_ / "link");
  for (const std::size_t n : {1u, 2u, 3u, 100u}) {
    FolderWalk walk(root_.string(), FolderWalk::Kind::files, n);
    Names names;
    for (auto name = walk.next(); name && *name; name = walk.next()) names.push_back(**name);
    EXPECT_EQ(names, (Names{"a", "b", "c", "d"})) << n;
  }
  FolderWalk folders(root_.string(), FolderWalk::Kind::folders);
  EXPECT_EQ(*folders.next(), "e");
  EXPECT_FALSE(*folders.next());
  EXPECT_FALSE(*FolderWalk((root_ / "none").string(), FolderWalk::Kind::files).next());
}

TEST_F(DirectoryTest, EveryFileOnceInOrder) {
  for (const char* name : {"AWSLogs/2/x.gz", "AWSLogs/1/b.gz", "AWSLogs/1/a.gz", "z.json"}) old_file(name, name);
  auto first = scan();
  ASSERT_TRUE(first.look("", {}));
  EXPECT_EQ(taker_.names(root_), (Names{"z.json", "AWSLogs/1/a.gz", "AWSLogs/1/b.gz", "AWSLogs/2/x.gz"}));
  EXPECT_EQ(taker_.taken[1].bytes, "AWSLogs/1/a.gz");
  EXPECT_TRUE(taker_.taken[1].from_trail);
  EXPECT_EQ(taker_.taken[1].feed, "file");
  EXPECT_FALSE(first.wants_another_look());
  ASSERT_TRUE(first.look("", {}));
  auto after_a_restart = scan();
  ASSERT_TRUE(after_a_restart.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 4u);
  old_file("z.json", "has another size");
  ASSERT_TRUE(after_a_restart.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 5u);
}

TEST_F(DirectoryTest, AFileThatIsStillWrittenWaits) {
  file("a", "1");
  auto scan = this->scan();
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_TRUE(taker_.taken.empty());
  EXPECT_TRUE(scan.wants_another_look());
  file("a", "12");
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_TRUE(taker_.taken.empty());
  ASSERT_TRUE(scan.look("", {}));
  ASSERT_EQ(taker_.taken.size(), 1u);
  EXPECT_EQ(taker_.taken[0].bytes, "12");
  EXPECT_FALSE(scan.wants_another_look());
  file("b");
  ASSERT_TRUE(scan.take("", "b", {}));  // somebody knows that it is complete
  EXPECT_EQ(taker_.taken.size(), 2u);
}

TEST_F(DirectoryTest, WhatIsGivenBackComesAgain) {
  old_file("a");
  taker_.give_back = 1;
  auto scan = this->scan();
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_TRUE(scan.wants_another_look());
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 2u);
  EXPECT_FALSE(scan.wants_another_look());
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 2u);
}

TEST_F(DirectoryTest, WhatIsInFlightIsNotTakenTwice) {
  old_file("a");
  taker_.hold = true;
  taker_.give_back = 2;
  auto scan = this->scan();
  ASSERT_TRUE(scan.look("", {}));
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 1u);
  taker_.held[0](ports::Settled::unavailable);
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 2u);
}

TEST_F(DirectoryTest, AFileThatCannotBeReadIsTriedAndThenSetAside) {
  old_file("a");
  fs::permissions(root_ / "a", fs::perms::none);
  const bool is_root = ::geteuid() == 0;  // who may read everything
  if (is_root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  auto scan = this->scan();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(scan.look("", {}));
    EXPECT_TRUE(scan.wants_another_look());
    EXPECT_TRUE(taker_.taken.empty());
  }
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(scan.look("", {}));
  ASSERT_EQ(taker_.taken.size(), 1u);
  EXPECT_EQ(taker_.taken[0].problem, "the file cannot be read: Permission denied");
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  fs::permissions(root_ / "a", fs::perms::owner_read);
  ASSERT_TRUE(scan.look("", {}));
  ASSERT_EQ(taker_.taken.size(), 2u);
  EXPECT_TRUE(taker_.taken[1].problem.empty());
}

TEST_F(DirectoryTest, AFileThatIsTooLargeIsSetAside) {
  old_file("a", std::string(100, 'x'));
  DirectoryConfig config = this->config();
  config.max_file_bytes = 99;
  DirectoryScan scan(config, taker_.submit(), taker_, now);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(scan.look("", {}));
  ASSERT_EQ(taker_.taken.size(), 1u);
  EXPECT_FALSE(taker_.taken[0].problem.empty());
  EXPECT_TRUE(taker_.taken[0].bytes.empty());
}

TEST_F(DirectoryTest, CursorsOfFilesThatAreGoneGoWithTheNextDelivery) {
  for (const char* name : {"d/a", "d/b", "d/c"}) old_file(name);
  auto scan = this->scan();
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.cursor_count(), 3u);
  fs::remove(root_ / "d/a");
  fs::remove(root_ / "d/b");
  ASSERT_TRUE(scan.look("", {}));
  old_file("d/b", "again");
  old_file("d/d");
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.cursor_count(), 3u);  // b, c, d
}

TEST_F(DirectoryTest, LinksAndHiddenNamesAreLeftAlone) {
  old_file("real/a");
  old_file("real/.b");
  fs::create_symlink(root_ / "real", root_ / "folder");
  fs::create_symlink(root_ / "real/a", root_ / "name");
  auto scan = this->scan();
  ASSERT_TRUE(scan.look("", {}));
  ASSERT_TRUE(scan.take("", "name", {}));
  EXPECT_EQ(taker_.names(root_), Names{"real/a"});
}

TEST_F(DirectoryTest, NothingIsLostWhenNothingIsTakenAnyMore) {
  old_file("a");
  old_file("b");
  taker_.closed = true;
  auto scan = this->scan();
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_TRUE(scan.wants_another_look());
  taker_.closed = false;
  ASSERT_TRUE(scan.look("", {}));
  EXPECT_EQ(taker_.taken.size(), 2u);
}

TEST_F(DirectoryTest, AMissingFolderIsSaid) {
  DirectoryConfig config = this->config();
  config.path += "/none";
  DirectoryScan scan(config, taker_.submit(), taker_, now);
  EXPECT_EQ(scan.look("", {}).error().code, Errc::not_found);
}

TEST_F(DirectoryTest, WhatIsWrittenIsTakenAtOnce) {
  old_file("a");
  DirectoryConfig config = this->config();
  config.rescan = 1h;
  config.second_look = 1h;
  Directory directory(config, taker_.submit(), taker_, now);
  taker_.wait_for(1);
  file("b", "1");  // in the folder itself
  taker_.wait_for(2);
  fs::create_directories(root_ / "x/y");
  fs::rename(root_ / "a", root_ / "x/y/c");  // moved into a new one
  taker_.wait_for(3);
  file("x/y/d", "2");  // in a folder that was not there
  taker_.wait_for(4);
  EXPECT_EQ(taker_.names(root_), (Names{"a", "b", "x/y/c", "x/y/d"}));
  EXPECT_TRUE(directory.health());
}

TEST_F(DirectoryTest, ALookIsTakenAgainWithoutBeingTold) {
  DirectoryConfig config = this->config();
  config.rescan = 10ms;
  config.second_look = 10ms;
  config.max_watches = 0;
  Directory directory(config, taker_.submit(), taker_, now);
  file("a/b");
  taker_.wait_for(1);
}

}  // namespace
}  // namespace gw::sources
