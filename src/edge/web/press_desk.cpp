#include "edge/web/press_desk.h"

#include <algorithm>
#include <utility>

#include "base/json/doc.h"
#include "edge/web/call.h"
#include "engine/pipeline/respond.h"

namespace gw::web {
namespace {

// Somebody who waits for three seconds is told by Slack that it did not work, so that a longer line helps nobody.
constexpr std::size_t kWaiting = 64;
constexpr unsigned kThreads = 2;

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

struct Said {
  PressOutcome outcome = PressOutcome::failed;
  net::ServerResponse response;
  std::vector<std::string_view> whispers;  // to whoever pressed, once that is answered
};

Said say(ports::Store& store, const pipeline::Settings& settings, const PressDesk::Order& order) {
  const Press& press = order.press;
  const watch::Person* const person = person_of(settings.people, *order.door, press.user);
  model::Response mine;
  mine.at = order.now;
  mine.by = person != nullptr ? person->name : "slack:" + press.user;
  mine.via = "slack";
  mine.kind = press.kind;
  mine.note = press.note;
  mine.ticket = press.ticket;
  mine.press = order.hash;
  const auto answer = pipeline::respond(store, settings, press.session, mine, person != nullptr);
  if (!answer && answer.error().code == Errc::conflict)
    return {PressOutcome::used, net::problem(409, "the press was used before"), {}};
  if (!answer && answer.error().code == Errc::invalid_input) {
    if (!press.channel.empty()) return {PressOutcome::unusable, respond(200, "text/plain", ""), {}};
    std::string body = R"({"response_action":"errors","errors":{"note":)";
    json::append_string(body, answer.error().message);
    return {PressOutcome::unusable, respond_json(200, body + "}}"), {}};
  }
  if (!answer) return {PressOutcome::failed, problem_of(answer.error()), {}};
  Said said{answer->is_own ? PressOutcome::own : PressOutcome::accepted, respond(200, "text/plain", ""), {}};
  if (answer->is_own && press.kind != model::ResponseKind::reason)
    said.whispers.emplace_back(
        "Nobody acknowledges a session of their own. What you said is kept; somebody else has to acknowledge it.");
  if (person == nullptr)
    said.whispers.emplace_back(
        "Recorded, but glasswatch does not know who you are: a critical session goes on escalating until a person whom "
        "it knows acknowledges it.");
  return said;
}

Said ask(const PressDesk::Order& order) {
  if (!order.door->call) return {PressOutcome::failed, net::problem(503, "there is no way to ask"), {}};
  if (!order.door->call("views.open", modal_of(order.press)))
    return {PressOutcome::failed, net::problem(502, "Slack did not open the dialog"), {}};
  return {PressOutcome::asked, respond(200, "text/plain", ""), {}};
}

}  // namespace

const SlackDoor* door_for(const Press& press, const std::vector<const SlackDoor*>& doors) {
  const auto found = std::find_if(doors.begin(), doors.end(), [&](const SlackDoor* door) {
    return (door->team.empty() || press.team == door->team) && (door->app.empty() || press.app == door->app);
  });
  return found == doors.end() ? nullptr : *found;
}

PressDesk::PressDesk(ports::Store& store, const Hooks& hooks, Presses& presses)
    : store_(store), hooks_(hooks), presses_(presses) {}

PressDesk::~PressDesk() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  for (Order& order : orders_) order.answer(net::problem(503, "glasswatch is ending"));
}

bool PressDesk::take(Order order) {
  const std::lock_guard lock(mutex_);
  if (orders_.size() >= kWaiting) return false;
  orders_.push_back(std::move(order));
  if (threads_.empty()) {  // most never need them
    for (unsigned i = 0; i < kThreads; ++i) threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
  wake_.notify_one();
  return true;
}

void PressDesk::work(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!wake_.wait(lock, stop, [this] { return !orders_.empty(); }) || stop.stop_requested()) return;
    const Order order = std::move(orders_.front());
    orders_.pop_front();
    lock.unlock();
    Said said = order.press.asks ? ask(order) : say(store_, *hooks_.settings(), order);
    presses_.count(said.outcome);
    if (said.response.status >= 500) {
      presses_.used.forget(order.hash);
    } else {
      presses_.used.settle(order.hash);
    }
    order.answer(std::move(said.response));
    for (const std::string_view text : said.whispers) whisper(*order.door, order.press, text);
  }
}

}  // namespace gw::web
