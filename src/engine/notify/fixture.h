// For tests: a sender over a MemoryOutbox with a scripted receiver and a clock that only the test moves.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/notify/memory_outbox.h"
#include "engine/notify/sender.h"

namespace gw::notify {

inline constexpr Time kNoon{std::int64_t{1'800'000'000} * kSecondMicros};
inline Time after(double seconds) {
  return Time{kNoon.micros + static_cast<std::int64_t>(seconds * static_cast<double>(kSecondMicros))};
}

struct ScriptedReceiver : ports::Receiver {
  Traits how;
  std::vector<ports::Message> messages;
  std::deque<ports::SendResult> answers;  // then: accepted
  std::function<void()> while_sending;

  [[nodiscard]] Traits traits() const override { return how; }
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds) override {
    messages.push_back(message);
    if (while_sending) while_sending();
    ports::SendResult result;
    result.verdict = ports::SendVerdict::accepted;
    if (!answers.empty()) {
      result = answers.front();
      answers.pop_front();
    }
    if (result.verdict == ports::SendVerdict::accepted) {
      result.reference = "ref-" + std::to_string(messages.size());
      const ports::Claim& first = message.facts.front();
      if (how.threads && !first.alert.session_id.empty())
        result.thread = model::Thread{first.notification.receiver, first.alert.session_id, "C1", "1.0", message.now, 7};
    }
    return result;
  }
  ports::SendResult check(std::chrono::milliseconds) override { return {}; }
};

inline ports::SendResult answer(ports::SendVerdict verdict, std::string reason,
                                std::optional<std::chrono::seconds> retry_after = {}) {
  ports::SendResult result;
  result.verdict = verdict;
  result.reason = std::move(reason);
  result.retry_after = retry_after;
  return result;
}

struct Bench {
  explicit Bench(ports::Receiver::Traits traits = {}) {
    receiver->how = traits;
    setup->routes.receivers = {{"hook", "webhook"}, {"spare", "file"}};
    setup->routes.defaults = {"spare"};
  }
  MemoryOutbox outbox;
  Mutes mutes{outbox};
  Time now = kNoon;
  double random = 0;
  std::shared_ptr<ScriptedReceiver> receiver = std::make_shared<ScriptedReceiver>();
  std::shared_ptr<Setup> setup = std::make_shared<Setup>();

  Sender sender() {
    return Sender(
        "hook", receiver, setup, outbox, mutes, [this] { return now; }, [this] { return random; });
  }
  // Steps until nothing is to be done at `now`.
  Time settle(Sender& s) {
    for (int i = 0; i < 1000; ++i) {
      const Sender::Step step = s.step();
      if (step.again > now) return step.again;
    }
    return Time{};
  }
  [[nodiscard]] std::vector<std::string> sent(std::size_t message) const {
    std::vector<std::string> ids;
    for (const ports::Claim& claim : receiver->messages.at(message).facts) ids.push_back(claim.notification.id);
    return ids;
  }
};

}  // namespace gw::notify
