#include "tests/store/kill.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>

#include "tests/store/world.h"

namespace gw::faults {
namespace {

// In the child: never returns. One byte for each commit that was answered ok.
[[noreturn]] void write_for_ever(const std::string& path, int from, int out) {
  auto store = open_store(path);
  if (store == nullptr) ::_exit(3);
  for (int n = from; n < from + 100'000; ++n) {
    if (!commit_number(*store, n, 5)) ::_exit(4);
    const char byte = 'c';
    if (::write(out, &byte, 1) != 1) ::_exit(5);
    const auto claims = store->claim("siem", Time{1'800'000'000'000'000}, 1, 1);
    if (!claims) ::_exit(6);
    ports::Outcome done;
    done.state = model::SendState::delivered;
    if (!claims->empty() && !store->mark({{claims->at(0), done}}, Time{1'800'000'000'000'000})) ::_exit(7);
  }
  ::_exit(0);
}

// How many bytes come until `enough` have, and then until the child is dead.
int count_until_killed(int in, pid_t child, int enough) {
  int count = 0;
  std::array<char, 64> bytes{};
  for (;;) {
    const ssize_t n = ::read(in, bytes.data(), bytes.size());
    if (n <= 0) return count;
    count += static_cast<int>(n);
    if (count >= enough) ::kill(child, SIGKILL);
  }
}

}  // namespace

void kill_writers(int rounds, unsigned seed) {
  const Folder folder;
  std::mt19937 random(seed);
  int acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      write_for_ever(folder.store(), acknowledged + 1, pipe[1]);
    }
    ::close(pipe[1]);
    // The kill falls anywhere in the commits behind this one: nothing waits for the other.
    acknowledged += count_until_killed(pipe[0], child, 1 + static_cast<int>(random() % 20));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    EXPECT_EQ(problems(folder.store()), "") << "round " << round;
    auto store = open_store(folder.store());
    ASSERT_NE(store, nullptr) << "round " << round;
    for (int n = std::max(1, acknowledged - 30); n <= acknowledged; ++n)
      EXPECT_EQ(parts_seen(*store, n, 5), kParts) << "round " << round << ", commit " << n << " of " << acknowledged;
    // The one that was under way is there whole, or not at all.
    const int next = parts_seen(*store, acknowledged + 1, 5);
    EXPECT_TRUE(next == 0 || next == kParts) << next;
    if (next == kParts) ++acknowledged;
    EXPECT_EQ(parts_seen(*store, acknowledged + 1, 5), 0) << "round " << round;
  }
}

}  // namespace gw::faults
