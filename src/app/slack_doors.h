// The Slack apps whose presses are taken, and how. Internal to app.
#pragma once

#include <vector>

#include "app/config/config.h"
#include "app/io.h"
#include "base/result.h"
#include "edge/web/web.h"

namespace gw::app {

// Whether there is a road for its presses, so that its messages may have buttons: /slack/actions, or Socket Mode.
[[nodiscard]] bool takes_presses(const ReceiverConfig& receiver);
// One for each such receiver.
[[nodiscard]] Result<std::vector<web::SlackDoor>> make_slack_doors(const AppConfig& config, const Io& io);

}  // namespace gw::app
