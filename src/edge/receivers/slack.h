// Slack: as an app, with one message per session that is edited and has a thread; or by an incoming webhook, which can only
// post.
#pragma once

#include <string>

#include "edge/receivers/receivers.h"
#include "edge/receivers/slack_message.h"

namespace gw::receivers {

class SlackApp : public ports::Receiver {
 public:
  SlackApp(Config config, HttpPost post);
  [[nodiscard]] Traits traits() const override;
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;

 private:
  struct Call;  // an exchange with the API, and the time that is left for more
  ports::SendResult open_session(const ports::Message& message, Call& call);
  ports::SendResult follow_session(const ports::Message& message, const model::Thread& thread, Call& call);
  void close_merged(const ports::Message& message, Call& call);
  Config config_;
  SlackLook look_;
  HttpPost post_;
};

class SlackWebhook : public ports::Receiver {
 public:
  SlackWebhook(Config config, HttpPost post);
  [[nodiscard]] Traits traits() const override;
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // the address only: it cannot be tried

 private:
  Config config_;
  SlackLook look_;
  HttpPost post_;
};

// What `ok:false` means: `error` is Slack's word.
[[nodiscard]] ports::SendVerdict judge_slack_error(std::string_view error);
[[nodiscard]] bool is_about_token(std::string_view error);

}  // namespace gw::receivers
