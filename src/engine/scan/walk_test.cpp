#include "engine/scan/walk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace gw::scan {
namespace {

namespace fs = std::filesystem;

class WalkTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("walk_" + std::to_string(::getpid()) + "_" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void file(const std::string& name) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << "x";
  }
  std::vector<std::string> walk(std::size_t names_at_once) {
    Walk walk({root_.string()}, nullptr, names_at_once);
    std::vector<std::string> out;
    while (auto input = walk.next()) {
      out.push_back(input->path.substr(root_.string().size() + 1) +
                    (input->problem.empty() ? "" : ": " + input->problem));
    }
    return out;
  }
  fs::path root_;
};

TEST_F(WalkTest, IsSortedPerFolderHoweverFewNamesAreHeld) {
  for (const char* name : {"b/2", "b/10", "b/1", "a/z/1", "a/y", "c", "B", ".hidden", "b/.DS_Store"}) file(name);
  const std::vector<std::string> expected = {"B", "a/y", "a/z/1", "b/1", "b/10", "b/2", "c"};
  for (const std::size_t n : {1u, 2u, 3u, 100u}) EXPECT_EQ(walk(n), expected) << n;
}

TEST_F(WalkTest, ToldAboutWhatIsNotRead) {
  file("a/1");
  fs::create_directory_symlink(root_ / "a", root_ / "link");
  fs::create_symlink(root_ / "a/1", root_ / "linked-file");
  fs::create_symlink(root_ / "nowhere", root_ / "lost");
  EXPECT_EQ(walk(10), (std::vector<std::string>{"a/1", "link: a symbolic link to a folder is not followed",
                                                "linked-file", "lost: No such file or directory"}));
  Walk missing({(root_ / "missing").string(), "-"});
  EXPECT_FALSE(missing.next()->problem.empty());
  EXPECT_EQ(missing.next()->path, "-");
  EXPECT_FALSE(missing.next());
}

}  // namespace
}  // namespace gw::scan
