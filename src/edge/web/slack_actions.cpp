// POST /slack/actions: presses of the buttons below a session's message. Nothing but the signature lets one in, so that all of it
// is checked before anything is read or done: when it was sent, by whom it is signed, whether it was used, for which workspace and
// app it was made. What is refused is counted, and the answer does not say more than that.
//
// Within the store a press is good for one response: its hash stands in it, in the same commit. The memory of this process only
// adds those that change no session: the ones that open a modal.
#include <algorithm>

#include "edge/web/call.h"
#include "edge/web/press_desk.h"
#include "edge/web/slack_press.h"

namespace gw::web {
namespace {

// Those that the press is signed for: an app has one secret, and may be at home in several workspaces. All are tried, whichever fits.
std::vector<const SlackDoor*> doors_of(const Call& call, std::string_view timestamp, std::string_view signature) {
  std::vector<const SlackDoor*> found;
  for (const SlackDoor& door : call.config->slack) {
    if (!door.signing_secret) continue;
    const Result<std::string> secret = door.signing_secret();
    if (secret && is_signed_by_slack(*secret, timestamp, call.request.body, signature)) found.push_back(&door);
  }
  return found;
}

void act(const Services& s, Call call, net::Responder responder) {
  const auto refuse = [&](PressOutcome outcome, unsigned status, std::string_view why) {
    s.presses.count(outcome);
    responder.send(net::problem(status, why));
  };
  const auto& slack = call.config->slack;
  if (std::none_of(slack.begin(), slack.end(), [](const SlackDoor& door) { return bool(door.signing_secret); }))
    return responder.send(net::problem(404, "there is nothing here"));
  const std::string_view timestamp = call.request.header("x-slack-request-timestamp");
  const std::string_view signature = call.request.header("x-slack-signature");
  if (!is_fresh_press(timestamp, call.now)) return refuse(PressOutcome::stale, 401, "not a press of now");
  const std::vector<const SlackDoor*> doors = doors_of(call, timestamp, signature);
  if (doors.empty()) return refuse(PressOutcome::forged, 401, "not signed by Slack");
  const std::string hash = press_hash(timestamp, call.request.body);
  if (!s.presses.used.use(hash, call.now)) return refuse(PressOutcome::used, 409, "the press was used before");
  auto press = parse_press(call.request.body);
  if (!press) return refuse(PressOutcome::unusable, 400, press.error().message);
  const SlackDoor* const door = door_for(*press, doors);
  if (door == nullptr) return refuse(PressOutcome::elsewhere, 403, "not for this workspace and app");
  const auto later = std::make_shared<net::Responder>(std::move(responder));
  const auto answer = [later](net::ServerResponse response) { later->send(std::move(response)); };
  if (s.desk.take({call.config, door, std::move(*press), hash, call.now, answer})) return;
  s.presses.used.forget(hash);
  s.presses.count(PressOutcome::failed);
  later->send(net::problem(503, "too many presses at once"));
}

constexpr std::array<Route, 1> kRoutes{{{"POST", "/slack/actions", Permission::none, Body::form, false, nullptr, act}}};

}  // namespace

std::span<const Route> slack_routes() { return kRoutes; }

}  // namespace gw::web
