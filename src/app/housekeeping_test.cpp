#include "app/housekeeping.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

namespace gw::app {
namespace {

struct Told {
  std::vector<std::string> lines;
  HealthLog log{[this](Log::Level, std::string_view message, Log::Fields fields) {
    std::string line(message.substr(0, message.find(':')));
    for (const auto& [key, value] : fields) line += " " + std::string(value);
    lines.push_back(std::move(line));
  }};
  std::vector<std::string> take() { return std::exchange(lines, {}); }
};
using Lines = std::vector<std::string>;

std::map<std::string, notify::SenderHealth> health(std::uint32_t failing, std::uint64_t refused = 0) {
  notify::SenderHealth h;
  h.failing = failing;
  h.refused = refused;
  h.last_failure = "HTTP 500";
  return {{"oncall", h}};
}

TEST(HealthLog, SaysOnceThatAReceiverFailsAndOnceThatItIsBack) {
  Told told;
  told.log.receivers(health(0));
  told.log.receivers(health(2));
  EXPECT_EQ(told.take(), Lines{}) << "that happens";
  told.log.receivers(health(3));
  told.log.receivers(health(9));
  EXPECT_EQ(told.take(), Lines{"a receiver does not accept oncall HTTP 500"});
  told.log.receivers(health(1));
  EXPECT_EQ(told.take(), Lines{}) << "another failure after a success between two looks";
  told.log.receivers(health(0));
  told.log.receivers(health(0));
  EXPECT_EQ(told.take(), Lines{"a receiver accepts again oncall"});
  told.log.receivers(health(0, 1));
  told.log.receivers(health(0, 1));
  EXPECT_EQ(told.take(), Lines{"a receiver refuses for good oncall HTTP 500"});
  told.log.receivers({});
  told.log.receivers(health(0, 1));
  EXPECT_EQ(told.take(), Lines{"a receiver refuses for good oncall HTTP 500"}) << "a new receiver of that name";
}

TEST(HealthLog, SaysWhatIsNewAmongProblems) {
  Told told;
  told.log.problems({});
  told.log.problems({"disk"});
  told.log.problems({"disk", "folder"});
  told.log.problems({"folder"});
  told.log.problems({});
  told.log.problems({});
  EXPECT_EQ(told.take(), (Lines{"not ready disk", "not ready folder", "ready again"}));
}

TEST(HealthLog, SaysWhatDoesNotKeepItFromBeingReady) {
  Told told;
  told.log.doubts({});
  told.log.doubts({"no presses"});
  told.log.doubts({"no presses"});
  told.log.doubts({});
  EXPECT_EQ(told.take(), (Lines{"ready, but not all of it works no presses", "all of it works again"}));
}

TEST(Housekeeper, RunsWhatIsDueAndStops) {
  std::counting_semaphore<> ran{0};
  std::atomic<int> late = 0;
  {
    const Housekeeper keeper({{std::chrono::milliseconds(1), [&] { ran.release(); }},
                              {std::chrono::hours(1), [&] { ++late; }, std::chrono::hours(1)}});
    for (int i = 0; i < 3; ++i) ran.acquire();
  }
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace gw::app
