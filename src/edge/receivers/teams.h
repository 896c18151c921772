// Microsoft Teams by a workflow ("When a Teams webhook request is received"): one adaptive card a message. Its URL is the secret.
//
// A workflow can only post, as Slack's incoming webhook: after the opening it is told digests, ends and what is critical. Cards show a
// subset of Markdown in their texts, so what comes from outside is escaped for it.
#pragma once

#include <string>
#include <string_view>

#include "edge/receivers/receivers.h"

namespace gw::receivers {

class Teams : public ports::Receiver {
 public:
  Teams(Config config, HttpPost post) : config_(std::move(config)), post_(std::move(post)) {}
  [[nodiscard]] Traits traits() const override;
  ports::SendResult send(const ports::Message& message, std::chrono::milliseconds deadline) override;
  ports::SendResult check(std::chrono::milliseconds deadline) override;  // the URL's form; nothing is posted

 private:
  Config config_;
  HttpPost post_;
};

inline constexpr std::size_t kTeamsLimit = 28'000;  // bytes of a request
// A text for a card: nothing in it is markup, a link or a mention.
[[nodiscard]] std::string card_text(std::string_view text, std::size_t limit);
// The request's body, at most kTeamsLimit bytes. Pure.
[[nodiscard]] std::string teams_card(const ports::Message& message);

}  // namespace gw::receivers
