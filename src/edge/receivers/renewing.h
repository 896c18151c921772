// A receiver whose secrets may have been replaced where they are kept: when it is refused for them, they are read again, and when
// they have changed the message is sent once more.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/result.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

class Renewing final : public ports::Receiver {
 public:
  // `reread`: reads the secrets again, when it is time for that; true: one has changed.
  Renewing(std::shared_ptr<ports::Receiver> inner, std::function<Result<bool>()> reread)
      : inner_(std::move(inner)), reread_(std::move(reread)) {}
  [[nodiscard]] Traits traits() const override { return inner_->traits(); }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;

 private:
  template <class Attempt>
  ports::SendResult attempt(std::chrono::milliseconds deadline, const Attempt& once);

  std::shared_ptr<ports::Receiver> inner_;
  std::function<Result<bool>()> reread_;
};

}  // namespace gw::receivers
