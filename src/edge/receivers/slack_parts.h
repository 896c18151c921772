// Parts that Slack messages are made of. Internal to this folder. All texts are plain, not yet escaped, unless said.
#pragma once

#include <string>
#include <string_view>

#include "edge/receivers/picture.h"
#include "edge/receivers/slack_blocks.h"
#include "edge/receivers/slack_message.h"

namespace gw::receivers {

[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] std::string block_id(model::AlertKind kind, std::string_view id);  // gw:<kind>:<id>
// The session's id, or the alert's when it is about none.
[[nodiscard]] const std::string& subject_id(const ports::Claim& claim);
// `→ account · role`, as far as known
[[nodiscard]] std::string place(const Picture& picture);
[[nodiscard]] std::string short_id(std::string_view uuid);
// mrkdwn: Timeline · CloudTrail event · Account · Runbook, those that are known
[[nodiscard]] std::string links_markup(const Picture& picture, const ports::Message& message, const SlackLook& look);
// "because pager did not take it", where another receiver refused the message's first fact; else empty.
[[nodiscard]] std::string rerouted(const ports::Message& message);
// Of the facts in one message that which whoever is called reads first: an opening, tampering, an escalation, before all else; a digest last.
[[nodiscard]] const ports::Claim& leading_fact(const ports::Message& message);
// One fact of a session, as a line in its thread.
[[nodiscard]] std::string fact_line(const ports::Claim& claim, const ports::Telling& telling, Time now);
// "Tampering with the trail", "Failed attempts", …
[[nodiscard]] std::string_view title_of(model::AlertKind kind);

}  // namespace gw::receivers
