// A stand-in for Slack inside the process, so that a newcomer sees the messages as they would look: `serve --demo`. Only on
// loopback; keeps the last few hundred messages in memory. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/io.h"
#include "base/time.h"
#include "edge/net/http_server.h"

namespace gw::app {

class DemoSlack final : public net::Handler {
 public:
  explicit DemoSlack(std::function<Time()> now) : now_(std::move(now)) {}

  // Newest first, each {"at","receiver","text","blocks":[…]}.
  [[nodiscard]] std::vector<std::string> messages() const;

  [[nodiscard]] Admission admit(const net::ServerRequest& head) override;
  void handle(net::ServerRequest request, net::Responder responder) override;

 private:
  struct Posted {
    std::string ts;
    std::string json;
  };
  [[nodiscard]] std::string post(const std::string& body, bool update);

  const std::function<Time()> now_;
  mutable std::mutex mutex_;
  std::list<Posted> posted_;  // newest first
  std::uint64_t count_ = 0;
};

// What brings its messages there: a receiver, and the token that it names.
void add_demo_receiver(AppConfig& config, const std::string& url);
void add_demo_token(Io& io);

}  // namespace gw::app
