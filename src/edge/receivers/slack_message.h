// What is written to Slack. Pure: the same message, the same text.
#pragma once

#include <cstdint>
#include <string>

#include "edge/receivers/links.h"
#include "engine/ports/receiver.h"

namespace gw::receivers {

struct SlackLook {
  std::string mention;  // subteam:S…, user:U…, here, channel; empty: nobody. Once, in the first message of a session
  LinkTemplates links;
  bool buttons = false;  // below the message that a session is told in
};

struct SlackText {
  std::string text;    // one full sentence, escaped: what phones show
  std::string blocks;  // JSON array
};

// The message that a session is told in: its state as it is now. `told` names facts that nothing else of it shows. With the
// mention unless `message` is quiet.
[[nodiscard]] SlackText session_message(const ports::Message& message, const SlackLook& look);
// Changes whenever session_message() shows something else, but not by time passing alone. Never 0.
[[nodiscard]] std::uint64_t session_shown(const ports::Message& message, const SlackLook& look);
// A post in the session's thread: the facts in `message`. `is_alone`: in the channel, after its first message.
[[nodiscard]] SlackText thread_message(const ports::Message& message, const SlackLook& look, bool is_alone = false);
// What becomes of the first message of a session that was merged into the one in `message`.
[[nodiscard]] SlackText merged_message(const ports::Message& message, const std::string& merged, const SlackLook& look);
// A fact that is about no session.
[[nodiscard]] SlackText alert_message(const ports::Message& message, const SlackLook& look);

// <!subteam^S…>, <@U…>, <!here>, <!channel>; empty for anything else.
[[nodiscard]] std::string mention_markup(const std::string& mention);

}  // namespace gw::receivers
