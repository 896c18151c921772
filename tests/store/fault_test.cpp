// The 1st, 2nd, … Nth write and fsync fails: what was not answered ok is not seen, what was is durable, and the store goes on.
#include <gtest/gtest.h>

#include <array>

#include "tests/store/fault_vfs.h"
#include "tests/store/world.h"

namespace gw::faults {
namespace {

namespace fs = std::filesystem;

// The store's files as another process would find them had this one been killed now.
std::string crash_copy(const Folder& folder) {
  const fs::path to = folder.path / "crashed";
  fs::remove_all(to);
  fs::create_directories(to);
  for (const char* file : {"store.db", "store.db-wal"}) {
    if (fs::exists(folder.path / file)) fs::copy_file(folder.path / file, to / file);
  }
  return (to / "store.db").string();
}
std::string power_copy(const Folder& folder) {
  const fs::path to = folder.path / "unplugged";
  fs::remove_all(to);
  copy_synced(folder.path.string(), to.string());
  return (to / "store.db").string();
}

class Faults : public testing::TestWithParam<std::tuple<Fault, bool>> {
 protected:
  void SetUp() override {
    forget_files();
    set_plan({});
    store = open_store(folder.store(), fault_vfs());
    ASSERT_NE(store, nullptr);
    ASSERT_TRUE(commit_number(*store, 1));
  }
  void TearDown() override { set_plan({}); }
  [[nodiscard]] Plan at_step(std::uint64_t step) const {
    return {step, std::get<1>(GetParam()), std::get<0>(GetParam()), syncs_only};
  }
  void fail_each_step_of_a_commit(int& n, int at_least);
  bool syncs_only = false;
  Folder folder;
  std::unique_ptr<ports::Store> store;
};

// Until a commit goes through untouched; `at_least` so many have to fail before.
void Faults::fail_each_step_of_a_commit(int& n, int at_least) {
  int failed = 0;
  for (std::uint64_t step = 1; step < 1000; ++step) {
    set_plan(at_step(step));
    const Status status = commit_number(*store, n);
    const bool hit = faults_done() != 0;
    const bool repaired = !at_step(step).onwards;  // it could write once more
    set_plan({});
    if (!status) {
      ++failed;
      ASSERT_EQ(status.error().code, Errc::unavailable) << status.error().message;
      if (repaired) {
        auto crashed = open_store(crash_copy(folder));
        ASSERT_NE(crashed, nullptr);
        EXPECT_EQ(parts_seen(*crashed, n), 0) << "step " << step;
        EXPECT_EQ(parts_seen(*crashed, n - 1), kParts) << "step " << step;
      }
      ASSERT_EQ(parts_seen(*store, n), 0) << "step " << step;
      ASSERT_EQ(parts_seen(*store, n - 1), kParts) << "step " << step;
      const Status again = commit_number(*store, n);
      ASSERT_TRUE(again) << "step " << step << ": " << again.error().message;
    }
    for (const std::string& found : {crash_copy(folder), power_copy(folder)}) {
      auto other = open_store(found);
      ASSERT_NE(other, nullptr) << found << " step " << step;
      EXPECT_EQ(parts_seen(*other, n), kParts) << found << " step " << step;
      other.reset();
      if (step % 10 == 0) {
        EXPECT_EQ(problems(found), "") << found << " step " << step;
      }
    }
    ++n;
    if (!hit) break;
  }
  EXPECT_GE(failed, at_least);
}

TEST_P(Faults, EachStepOfACommit) {
  int n = 2;
  fail_each_step_of_a_commit(n, 10);
  syncs_only = true;  // how many writes a commit takes varies, and its last step is the one that matters
  fail_each_step_of_a_commit(n, 1);
  store.reset();
  EXPECT_EQ(problems(folder.store()), "");
}

TEST_P(Faults, EachStepOfAMark) {
  for (std::uint64_t step = 1; step < 1000; ++step) {
    const Time now{1'767'400'000'000'000 + static_cast<std::int64_t>(step) * 3600'000'000};
    const auto claims = store->claim("oncall", now, 30'000'000, 1);
    ASSERT_TRUE(claims);
    ASSERT_FALSE(claims->empty());
    ports::Outcome later;
    later.reason = "try " + std::to_string(step);
    later.due_at = now;
    later.thread = model::Thread{"oncall", claims->at(0).alert.session_id, "C1", std::to_string(step), now, step};
    set_plan(at_step(step));
    const Status status = store->mark({{claims->at(0), later}}, now);
    const bool hit = faults_done() != 0;
    set_plan({});
    const auto told = [&](ports::Store& where) { return where.alerts({})->items.at(0).notifications.at(0).reason; };
    if (!status) {
      EXPECT_NE(told(*store), later.reason) << "step " << step;
      const Status again = store->mark({{claims->at(0), later}}, now);  // the claim is still good
      ASSERT_TRUE(again) << "step " << step << ": " << again.error().message;
    }
    auto unplugged = open_store(power_copy(folder));
    ASSERT_NE(unplugged, nullptr);
    EXPECT_EQ(told(*unplugged), later.reason) << "step " << step;
    if (!hit) return;
  }
  FAIL() << "every step failed";
}

TEST_P(Faults, EachStepOfClosingAndOpening) {
  for (std::uint64_t step = 1; step < 1000; ++step) {
    set_plan(at_step(step));
    store.reset();
    store = open_store(folder.store(), fault_vfs());  // may fail, and may not
    const bool hit = faults_done() != 0;
    set_plan({});
    store.reset();
    store = open_store(folder.store(), fault_vfs());
    ASSERT_NE(store, nullptr) << "step " << step;
    EXPECT_EQ(parts_seen(*store, static_cast<int>(step)), kParts) << "step " << step;
    ASSERT_TRUE(commit_number(*store, static_cast<int>(step) + 1));
    if (!hit) return;
  }
  FAIL() << "every step failed";
}

TEST_P(Faults, EachStepOfMakingAStore) {
  for (std::uint64_t step = 1; step < 1000; ++step) {
    Folder other;
    set_plan(at_step(step));
    auto made = open_store(other.store(), fault_vfs());
    const bool hit = faults_done() != 0;
    set_plan({});
    made.reset();
    made = open_store(other.store(), fault_vfs());
    ASSERT_NE(made, nullptr) << "step " << step;
    ASSERT_TRUE(commit_number(*made, 1)) << "step " << step;
    made.reset();
    EXPECT_EQ(problems(other.store()), "") << "step " << step;
    if (!hit) return;
  }
  FAIL() << "every step failed";
}

std::string fault_name(const testing::TestParamInfo<std::tuple<Fault, bool>>& tested) {
  constexpr std::array<const char*, 3> kNames = {"io", "torn", "full"};
  return std::string(kNames[static_cast<std::size_t>(std::get<0>(tested.param))]) +
         (std::get<1>(tested.param) ? "_onwards" : "_once");
}

INSTANTIATE_TEST_SUITE_P(Store, Faults,
                         testing::Combine(testing::Values(Fault::io, Fault::torn, Fault::full), testing::Bool()),
                         fault_name);

TEST(Durability, ACommitIsSyncedOnceAndAClaimNever) {
  forget_files();
  const Folder folder;
  auto store = open_store(folder.store(), fault_vfs());
  ASSERT_NE(store, nullptr);
  for (int n = 1; n < 5; ++n) {
    set_plan({});
    ASSERT_TRUE(commit_number(*store, n));
    EXPECT_GE(syncs_seen(), 1u);
    EXPECT_LE(syncs_seen(), 2u);  // one more when the log begins anew
    set_plan({});
    const auto claims = store->claim("siem", Time{1'767'400'000'000'000}, 1'000'000, 1);
    ASSERT_TRUE(claims);
    EXPECT_EQ(syncs_seen(), 0u);
    EXPECT_GE(steps_seen(), 1u);  // written all the same
    set_plan({});
    ports::Outcome done;
    done.state = model::SendState::delivered;
    ASSERT_TRUE(store->mark({{claims->at(0), done}}, Time{1'767'400'000'000'001}));
    EXPECT_GE(syncs_seen(), 1u);
  }
}

}  // namespace
}  // namespace gw::faults
