// Telling systemd how it goes (sd_notify(3)), without its library. Nothing happens outside of a service.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gw::app {

class ServiceManager {
 public:
  // `socket`: $NOTIFY_SOCKET; empty: no service.
  explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}
  void tell(std::string_view state) const;  // READY=1, RELOADING=1, STOPPING=1, WATCHDOG=1, STATUS=…

 private:
  std::string socket_;
};

}  // namespace gw::app
