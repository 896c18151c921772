// POST /slack/actions: presses of the buttons below a session's message. Nothing but the signature lets one in, so that all of it
// is checked before anything is read or done: when it was sent, by whom it is signed, whether it was used, for which workspace and
// app it was made. What is refused is counted, and the answer does not say more than that.
//
// Within the store a press is good for one response: its hash stands in it, in the same commit. The memory of this process only
// adds those that change no session: the ones that open a modal.
#include <algorithm>

#include "base/json/doc.h"
#include "edge/web/call.h"
#include "edge/web/slack_press.h"
#include "engine/pipeline/respond.h"

namespace gw::web {
namespace {

net::ServerResponse refuse(const Services& s, PressOutcome outcome, unsigned status, std::string_view why) {
  s.presses.count(outcome);
  return net::problem(status, why);
}

// Those that the press is signed for: an app has one secret, and may be at home in several workspaces. All are tried, whichever fits.
std::vector<const SlackDoor*> doors_of(const Call& call, std::string_view timestamp, std::string_view signature) {
  std::vector<const SlackDoor*> found;
  for (const SlackDoor& door : call.config->slack) {
    const Result<std::string> secret = door.signing_secret();
    if (secret && is_signed_by_slack(*secret, timestamp, call.request.body, signature)) found.push_back(&door);
  }
  return found;
}

const SlackDoor* door_for(const Press& press, const std::vector<const SlackDoor*>& doors) {
  const auto found = std::find_if(doors.begin(), doors.end(), [&](const SlackDoor* door) {
    return (door->team.empty() || press.team == door->team) && (door->app.empty() || press.app == door->app);
  });
  return found == doors.end() ? nullptr : *found;
}

std::string email_of(const SlackDoor& door, const std::string& user) {
  if (!door.call) return {};
  const auto answer = door.call("users.info", "user=" + user);
  if (!answer) return {};
  json::Doc doc;
  if (!doc.parse(*answer)) return {};
  return std::string(doc.root()["user"]["profile"]["email"].text());
}

// Whose press it is: by the configuration's id, else by the address that Slack knows.
const watch::Person* person_of(const std::vector<watch::Person>& people, const SlackDoor& door,
                               const std::string& user) {
  const auto by = [&](auto&& fits) -> const watch::Person* {
    const auto found = std::find_if(people.begin(), people.end(), fits);
    return found == people.end() ? nullptr : &*found;
  };
  if (const auto* person = by([&](const watch::Person& p) { return p.slack == user; })) return person;
  if (by([](const watch::Person& p) { return p.slack.empty() && !p.email.empty(); }) == nullptr) return nullptr;
  const std::string email = email_of(door, user);
  if (email.empty()) return nullptr;
  return by([&](const watch::Person& p) { return p.slack.empty() && p.email == email; });
}

void whisper(const SlackDoor& door, const Press& press, std::string_view text) {
  if (!door.call || press.channel.empty()) return;
  std::string body = "{\"channel\":";
  json::append_string(body, press.channel);
  body += ",\"user\":";
  json::append_string(body, press.user);
  body += ",\"text\":";
  json::append_string(body, text);
  (void)door.call("chat.postEphemeral", body + "}");
}

net::ServerResponse say(const Services& s, const Call& call, const SlackDoor& door, const Press& press,
                        const std::string& hash) {
  const pipeline::SettingsPtr settings = s.hooks.settings();
  const watch::Person* const person = person_of(settings->people, door, press.user);
  model::Response mine;
  mine.at = call.now;
  mine.by = person != nullptr ? person->name : "slack:" + press.user;
  mine.via = "slack";
  mine.kind = press.kind;
  mine.note = press.note;
  mine.ticket = press.ticket;
  mine.press = hash;
  const auto answer = pipeline::respond(s.store, *settings, press.session, mine, person != nullptr);
  if (!answer && answer.error().code == Errc::conflict)
    return refuse(s, PressOutcome::used, 409, "the press was used before");
  if (!answer && answer.error().code == Errc::invalid_input) {
    s.presses.count(PressOutcome::unusable);
    if (press.channel.empty()) {
      std::string body = R"({"response_action":"errors","errors":{"note":)";
      json::append_string(body, answer.error().message);
      return respond_json(200, body + "}}");
    }
    return respond(200, "text/plain", "");
  }
  if (!answer) {
    s.presses.count(PressOutcome::failed);
    return problem_of(answer.error());
  }
  s.presses.count(answer->is_own ? PressOutcome::own : PressOutcome::accepted);
  if (answer->is_own && press.kind != model::ResponseKind::reason)
    whisper(door, press,
            "Nobody acknowledges a session of their own. What you said is kept; somebody else has to acknowledge it.");
  if (person == nullptr)
    whisper(door, press,
            "Recorded, but glasswatch does not know who you are: a critical session goes on escalating until a person "
            "whom it "
            "knows acknowledges it.");
  return respond(200, "text/plain", "");
}

net::ServerResponse act(const Services& s, const Call& call) {
  if (call.config->slack.empty()) return net::problem(404, "there is nothing here");
  const std::string_view timestamp = call.request.header("x-slack-request-timestamp");
  const std::string_view signature = call.request.header("x-slack-signature");
  if (!is_fresh_press(timestamp, call.now)) return refuse(s, PressOutcome::stale, 401, "not a press of now");
  const std::vector<const SlackDoor*> doors = doors_of(call, timestamp, signature);
  if (doors.empty()) return refuse(s, PressOutcome::forged, 401, "not signed by Slack");
  const std::string hash = press_hash(timestamp, call.request.body);
  if (!s.presses.used.use(hash, call.now)) return refuse(s, PressOutcome::used, 409, "the press was used before");
  const auto press = parse_press(call.request.body);
  if (!press) return refuse(s, PressOutcome::unusable, 400, press.error().message);
  const SlackDoor* const door = door_for(*press, doors);
  if (door == nullptr) return refuse(s, PressOutcome::elsewhere, 403, "not for this workspace and app");
  if (!press->asks) return say(s, call, *door, *press, hash);
  if (!door->call) return refuse(s, PressOutcome::failed, 503, "there is no way to ask");
  const auto opened = door->call("views.open", modal_of(*press));
  if (!opened) return refuse(s, PressOutcome::failed, 502, "Slack did not open the dialog");
  s.presses.count(PressOutcome::asked);
  return respond(200, "text/plain", "");
}

constexpr std::array<Route, 1> kRoutes{{{"POST", "/slack/actions", Permission::none, Body::form, false, act, nullptr}}};

}  // namespace

std::span<const Route> slack_routes() { return kRoutes; }

}  // namespace gw::web
