// Inside of edge/web: does what a press in Slack asks for, whichever road it came by. Everything that waits for Slack or for the
// store happens on threads of its own, so that no press holds up the web or another connection.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "edge/net/http_server.h"
#include "edge/web/slack_press.h"
#include "edge/web/web.h"

namespace gw::web {

// Of those that the press is signed or sent for: the one whose workspace and app it is of. nullptr: it is for none of them.
[[nodiscard]] const SlackDoor* door_for(const Press& press, const std::vector<const SlackDoor*>& doors);

struct Presses;

// Safe from any thread.
class PressDesk {
 public:
  // Called once for each, on a thread of the desk. 2xx: done, and stored; Slack wants the body, if there is one, as its answer. 4xx:
  // refused for good. 5xx: it came to nothing.
  using Answer = std::function<void(net::ServerResponse)>;
  struct Order {
    std::shared_ptr<const Config> config;  // keeps `door`
    const SlackDoor* door = nullptr;
    Press press;
    std::string hash;  // that it was used by
    Time now;
    Answer answer;
  };

  PressDesk(ports::Store& store, const Hooks& hooks, Presses& presses);
  ~PressDesk();  // ends what it is at; the rest is answered with 503
  PressDesk(const PressDesk&) = delete;
  PressDesk& operator=(const PressDesk&) = delete;

  // False, and no answer, while too many wait.
  [[nodiscard]] bool take(Order order);

 private:
  void work(const std::stop_token& stop);

  ports::Store& store_;
  const Hooks& hooks_;
  Presses& presses_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Order> orders_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

}  // namespace gw::web
