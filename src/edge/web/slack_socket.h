// Inside of edge/web: presses by Slack's Socket Mode ("Using Socket Mode"). This side opens the connection, so that nothing of it
// has to be reached from the internet. What a press does is the desk's; here is what the connection needs: it is kept open, renewed
// before Slack ends it, and opened again when it was lost.
//
// A press is acknowledged when it is stored, or refused for good. One that came to nothing is not, and Slack tells whoever pressed.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "edge/web/call.h"

namespace gw::web {

struct SocketTimes {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds greeting{10'000};    // from the connection to Slack's hello
  std::chrono::milliseconds ping{60'000};        // after so much silence it is asked whether anybody is there
  std::chrono::milliseconds silence{90'000};     // and after so much nobody is
  std::chrono::milliseconds overlap{30'000};     // of a connection that was told to end and the next one
  std::chrono::milliseconds goodbye{1'000};      // for Slack to hear that we end
  std::chrono::milliseconds first_pause{1'000};  // after a failure; doubled each time, up to:
  std::chrono::milliseconds most_pause{60'000};
  std::chrono::milliseconds lived{30'000};  // a connection that held for so long was no failure
};

// How long to wait after so many failures in a row (1 and up). `fraction`, of [0, 1), is chance: not all come at once when it was
// Slack that was down. Never less than Slack asks for, of which an hour counts.
[[nodiscard]] std::chrono::milliseconds pause_after(unsigned failures, std::chrono::seconds asked, double fraction,
                                                    const SocketTimes& times);

struct SocketState {
  std::vector<std::string> receivers;
  bool is_connected = false;      // and greeted
  std::uint64_t connections = 0;  // since the start
  std::string problem;            // since the last connection; safe to show. Empty: none
};

using ConfigNow = std::function<std::shared_ptr<const Config>()>;

// The connections of all Slack apps that have one. Safe from any thread.
class SlackSockets {
 public:
  SlackSockets(const Hooks& hooks, Presses& presses, PressDesk& desk, SocketTimes times = {});
  ~SlackSockets();  // closes them
  SlackSockets(const SlackSockets&) = delete;
  SlackSockets& operator=(const SlackSockets&) = delete;

  // Opens those that are new, closes those that are gone; the others stay as they are, and go by the new configuration.
  void reload(const std::shared_ptr<const Config>& config);
  [[nodiscard]] std::vector<SocketState> states() const;

 private:
  class Socket;
  const Hooks& hooks_;
  Presses& presses_;
  PressDesk& desk_;
  const SocketTimes times_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Socket>> sockets_;  // by SlackDoor::socket
};

// Of each that has a problem: whose presses are not heard, and why.
[[nodiscard]] std::vector<std::string> socket_doubts(const SlackSockets& sockets);

}  // namespace gw::web
