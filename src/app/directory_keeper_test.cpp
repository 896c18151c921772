#include "app/directory_keeper.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/directory_file.h"

namespace gw::app {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMinute = 60'000'000;

class Keeper : public testing::Test {
 public:
  Keeper() : folder_(fs::temp_directory_path() / ("gw-keeper-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    config_.store = "sqlite:" + (folder_ / "gw.db").string();
    config_.directory.identity_store = {true, {}, "d-1", {}};
  }
  ~Keeper() override { fs::remove_all(folder_); }

 protected:
  std::unique_ptr<DirectoryKeeper> make() {
    DirectoryKeeper::Hooks hooks;
    hooks.now = [this] { return now_; };
    hooks.random = [] { return 0.5; };
    hooks.tell = [this](Log::Level, std::string_view message, Log::Fields) { told_.emplace_back(message); };
    hooks.changed = [this] { ++changes_; };
    hooks.read = [this](const DirectoryConfig&, DirectoryPart, Time now, watch::Directory& out,
                        const std::stop_token&) {
      ++reads_;
      DirectoryRead read;
      if (!error_.empty()) {
        read.status = Error{Errc::denied, error_};
        read.permission = "identitystore:ListUsers";
        return read;
      }
      out.users["u-1"] = "alice";
      out.identity_store = "d-1";
      out.users_at = now;
      return read;
    };
    return std::make_unique<DirectoryKeeper>(config_, std::move(hooks));
  }

  const fs::path folder_;
  DaemonConfig config_;
  Time now_ = *parse_time("2026-06-01T00:00:00Z");
  std::string error_;
  std::vector<std::string> told_;
  int reads_ = 0;
  int changes_ = 0;
};

TEST_F(Keeper, WhatWasReadOutlivesTheProcess) {
  const auto first = make();
  EXPECT_EQ(first->snapshot(), nullptr);
  const auto next = first->round(now_, {});
  ASSERT_TRUE(next);
  EXPECT_EQ(next->micros - now_.micros, config_.directory.every_micros);
  EXPECT_EQ(changes_, 1);
  EXPECT_EQ(first->snapshot()->users.size(), 1U);
  error_ = "gone";
  const auto second = make();
  ASSERT_NE(second->snapshot(), nullptr);
  EXPECT_EQ(second->snapshot()->users.at("u-1"), "alice");
  EXPECT_EQ(second->round(now_, {})->micros - now_.micros, 5 * kMinute);  // it is fresh
  EXPECT_EQ(reads_, 1);
  config_.directory.identity_store.id = "d-2";
  EXPECT_TRUE(make()->snapshot()->users.empty());
}

TEST_F(Keeper, AFailureIsToldOnceAndTriedLessAndLess) {
  const auto keeper = make();
  (void)keeper->round(now_, {});
  error_ = "AccessDenied";
  now_.micros += config_.directory.every_micros;
  for (const std::int64_t minutes : {1, 2, 4, 8}) {
    const auto next = keeper->round(now_, {});
    EXPECT_EQ(next->micros - now_.micros, minutes * kMinute);
    now_ = *next;
  }
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_EQ(keeper->parts().at(0).missing_permission, "identitystore:ListUsers");
  EXPECT_EQ(keeper->parts().at(0).failures, 4U);
  EXPECT_EQ(keeper->snapshot()->users.size(), 1U);  // what is known stays
  error_.clear();
  (void)keeper->round(now_, {});
  EXPECT_EQ(told_.size(), 2U);
  EXPECT_EQ(keeper->parts().at(0).problem, "");
}

TEST_F(Keeper, WhenItHasStoppedItStillSaysWhatIsKnown) {
  const auto keeper = make();
  (void)keeper->round(now_, {});
  now_.micros += config_.directory.every_micros;
  keeper->start();
  keeper->stop();
  const int reads = reads_;
  EXPECT_EQ(keeper->snapshot()->users.size(), 1U);
  EXPECT_EQ(keeper->parts().at(0).entries, 1U);
  keeper->configure(config_);
  EXPECT_EQ(reads_, reads) << "nobody reads any more";
}

TEST_F(Keeper, ADamagedFileIsToldAndDoneWithout) {
  std::ofstream(directory_file(config_)) << "{\"schema\":\"glasswatch.dir";
  const auto keeper = make();
  EXPECT_EQ(keeper->snapshot(), nullptr);
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_TRUE(keeper->round(now_, {}));
  EXPECT_TRUE(load_directory(directory_file(config_)));
}

TEST_F(Keeper, AConfigurationThatAsksForNothingKnowsNothing) {
  const auto keeper = make();
  (void)keeper->round(now_, {});
  config_.directory = {};
  keeper->configure(config_);
  EXPECT_EQ(keeper->snapshot(), nullptr);
  EXPECT_TRUE(keeper->parts().empty());
}

}  // namespace
}  // namespace gw::app
