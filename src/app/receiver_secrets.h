// The secrets that a receiver's configuration refers to. Internal to app.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/io.h"
#include "base/result.h"
#include "edge/receivers/receivers.h"

namespace gw::app {

// Of one receiver.
class ReceiverSecrets {
 public:
  explicit ReceiverSecrets(const Io& io) : io_(io) {}

  // One that may be absent; take_url(): or an address that may stand there itself.
  Status take(const std::string& reference, receivers::SecretText& out);
  Status take_url(const std::string& url, receivers::SecretText& out);
  // Reads all that were taken again; true when one has changed. Empty when none needs it.
  std::function<Result<bool>()> reread();

 private:
  const Io& io_;
  std::vector<std::function<Result<bool>()>> rereads_;
};

}  // namespace gw::app
