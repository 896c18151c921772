#include "edge/web/slack_socket.h"

#include <algorithm>
#include <future>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "base/sha256.h"
#include "edge/net/ws_client.h"
#include "edge/web/press_desk.h"
#include "edge/web/slack_envelope.h"
#include "edge/web/slack_mailbox.h"

namespace gw::web {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kSend{5'000};
constexpr std::chrono::seconds kMostAsked{3'600};
constexpr milliseconds kLook{50};
constexpr milliseconds kPatience{3'000};  // of whoever pressed, as Slack has it
constexpr unsigned kAtOnce = 32;          // messages, before acknowledgements go out
constexpr std::uint16_t kGoingAway = 1001;
constexpr std::uint16_t kNormal = 1000;

// No two presses have the same trigger, and one that is delivered again has the same as before.
std::string hash_of(const Press& press, const std::string& envelope) {
  const std::string& what = press.trigger.empty() ? envelope : press.trigger;
  return sha256_hex("socket:" + press.team + ":" + press.app + ":" + press.user + ":" + what);
}

struct Line {
  Line(std::uint64_t number, net::WsClient opened) : serial(number), client(std::move(opened)) {}
  std::uint64_t serial;
  net::WsClient client;
  Steady::time_point since = Steady::now();
  Steady::time_point pinged{};
  std::optional<Steady::time_point> until;  // it was told to end
  std::string app;
  bool is_greeted = false;
  bool is_ending = false;
  std::size_t at_desk = 0;  // presses that are not answered yet
};

}  // namespace

milliseconds pause_after(unsigned failures, std::chrono::seconds asked, double fraction, const SocketTimes& times) {
  milliseconds pause = times.first_pause;
  for (unsigned i = 1; i < failures && pause < times.most_pause; ++i) pause *= 2;
  pause = std::min(pause, times.most_pause);
  const auto chance = static_cast<std::int64_t>(static_cast<double>(pause.count()) / 2 * fraction);
  return std::max<milliseconds>(pause / 2 + milliseconds(chance),
                                std::clamp(asked, std::chrono::seconds(0), kMostAsked));
}

class SlackSockets::Socket {
 public:
  Socket(std::string key, std::shared_ptr<const Config> config, const SlackSockets& of)
      : key_(std::move(key)),
        hooks_(of.hooks_),
        presses_(of.presses_),
        desk_(of.desk_),
        times_(of.times_),
        config_(std::move(config)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~Socket() {
    thread_.request_stop();
    mail_->wake();
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void set(std::shared_ptr<const Config> config) {
    const std::lock_guard lock(mutex_);
    config_.swap(config);
  }
  SocketState state() const {
    const std::lock_guard lock(mutex_);
    SocketState state = state_;
    for (const SlackDoor& door : config_->slack) {
      if (door.socket == key_) state.receivers.push_back(door.receiver);
    }
    return state;
  }

 private:
  struct Opened {
    Result<net::WsClient> client;
    std::chrono::seconds pause{0};  // that Slack asks for
  };

  void run(const std::stop_token& stop);
  void open_when_due();
  static Opened open(const Config& config, const std::string& key, milliseconds limit);
  void take_opened();
  void hand_out();
  bool is_awaited() const { return (line_ && line_->at_desk > 0) || (fading_ && fading_->at_desk > 0); }
  // False when it has ended.
  bool hear(Line& line, milliseconds wait);
  bool is_alive(Line& line);
  void meet(Line& line, const std::string& text);
  void told_to_end(Line& line, const std::string& reason);
  void take_press(Line& line, const Envelope& envelope);
  void acknowledge(Line& line, const Envelope& envelope) {
    (void)line.client.send(acknowledgement(envelope.id, {}), kSend);
  }
  void failed(std::string why, std::chrono::seconds asked = std::chrono::seconds(0));
  void ended(const Line& line);
  void show();

  std::shared_ptr<const Config> config() const {
    const std::lock_guard lock(mutex_);
    return config_;
  }
  static std::vector<const SlackDoor*> doors(const Config& config, const std::string& key) {
    std::vector<const SlackDoor*> out;
    for (const SlackDoor& door : config.slack) {
      if (door.socket == key) out.push_back(&door);
    }
    return out;
  }

  const std::string key_;
  const Hooks& hooks_;
  Presses& presses_;
  PressDesk& desk_;
  const SocketTimes times_;
  const std::shared_ptr<Mailbox> mail_ = std::make_shared<Mailbox>();
  mutable std::mutex mutex_;  // of the next two
  std::shared_ptr<const Config> config_;
  SocketState state_;

  // Of the thread alone.
  std::optional<Line> line_;
  std::optional<Line> fading_;  // the one before, which Slack is about to end
  std::future<Opened> opening_;
  std::jthread opener_;
  std::uint64_t serial_ = 0;
  unsigned failures_ = 0;  // in a row
  Steady::time_point next_ = Steady::now();
  std::minstd_rand random_{std::random_device{}()};
  std::jthread thread_;
};

void SlackSockets::Socket::failed(std::string why, std::chrono::seconds asked) {
  ++failures_;
  const double fraction = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
  next_ = Steady::now() + pause_after(failures_, asked, fraction, times_);
  const std::lock_guard lock(mutex_);
  state_.problem = std::move(why);
}

void SlackSockets::Socket::ended(const Line& line) {
  if (line.is_greeted && Steady::now() - line.since >= times_.lived) {
    failures_ = 0;
    next_ = Steady::now();
  }
}

void SlackSockets::Socket::show() {
  const std::lock_guard lock(mutex_);
  state_.is_connected = (line_ && line_->is_greeted) || (fading_ && fading_->is_greeted);
}

// On a thread of its own, as the connection that is there has to be heard meanwhile.
void SlackSockets::Socket::open_when_due() {
  if (opening_.valid()) return take_opened();
  if ((line_ && !line_->is_ending) || Steady::now() < next_) return;
  std::promise<Opened> promise;
  opening_ = promise.get_future();
  opener_ = std::jthread(
      [promise = std::move(promise), now_valid = config(), key = key_, mail = mail_, limit = times_.connect]() mutable {
        promise.set_value(open(*now_valid, key, limit));
        mail->wake();
      });
}

SlackSockets::Socket::Opened SlackSockets::Socket::open(const Config& config, const std::string& key,
                                                        milliseconds limit) {
  const auto all = doors(config, key);
  if (all.empty()) return {Error{Errc::invalid_input, "there is no such app any more"}, {}};
  std::chrono::seconds pause{0};
  const Result<std::string> url = all.front()->open_socket(pause);
  if (!url) return {url.error(), pause};
  return {net::WsClient::connect(*url, all.front()->network, limit), {}};
}

void SlackSockets::Socket::take_opened() {
  if (opening_.wait_for(milliseconds(0)) != std::future_status::ready) return;
  auto [client, pause] = opening_.get();
  if (!client) return failed(client.error().message, pause);
  if (line_) {
    line_->until = Steady::now() + times_.overlap;
    if (fading_) fading_->client.close(kNormal, milliseconds(0));
    fading_ = std::move(line_);
  }
  line_.emplace(++serial_, std::move(*client));
}

void SlackSockets::Socket::hand_out() {
  for (const Mailbox::Letter& letter : mail_->take()) {
    for (std::optional<Line>* line : {&line_, &fading_}) {
      if (*line && (*line)->serial == letter.line) --(*line)->at_desk;
    }
    const bool is_of_old = fading_ && (fading_->serial == letter.line || !line_);
    // Lost with its connections: should Slack deliver it again, it is known from the first time.
    if (letter.text.empty() || (!is_of_old && !line_)) continue;
    (void)(is_of_old ? *fading_ : *line_).client.send(letter.text, kSend);
  }
}

void SlackSockets::Socket::told_to_end(Line& line, const std::string& reason) {
  if (line.is_ending) return;
  line.is_ending = true;
  const bool is_off = reason == "link_disabled";
  ended(line);
  if (is_off) {
    failures_ = 32;  // somebody has to switch it on again
    line.until = Steady::now();
    failed("Socket Mode is switched off for the app");
  } else if (Steady::now() - line.since < times_.lived) {
    failed("Slack ended the connection: " + (reason.empty() ? "no reason" : reason));
  }
}

void SlackSockets::Socket::take_press(Line& line, const Envelope& envelope) {
  const auto refuse = [&](PressOutcome outcome) {
    presses_.count(outcome);
    acknowledge(line, envelope);
  };
  const Time now = hooks_.now();
  auto press = read_press(envelope.payload);
  if (!press) return refuse(PressOutcome::unusable);
  const auto now_valid = config();
  const SlackDoor* const door = door_for(*press, doors(*now_valid, key_));
  if (door == nullptr || (!line.app.empty() && press->app != line.app)) return refuse(PressOutcome::elsewhere);
  if (press->at && !is_fresh_press(*press->at, now)) return refuse(PressOutcome::stale);
  const std::string hash = hash_of(*press, envelope.id);
  if (!presses_.used.use(hash, now)) {
    // While the first is not stored, to acknowledge the second would say that it is.
    if (presses_.used.is_settled(hash)) acknowledge(line, envelope);
    return presses_.count(PressOutcome::used);
  }
  const auto answer = [mail = mail_, serial = line.serial, id = envelope.id,
                       takes_answer = envelope.takes_answer](const net::ServerResponse& response) {
    const bool has_answer = response.status == 200 && takes_answer;
    mail->put({serial, response.status >= 500 ? std::string()
                                              : acknowledgement(id, has_answer ? response.body : std::string())});
  };
  if (desk_.take({now_valid, door, std::move(*press), hash, now, answer})) {
    ++line.at_desk;
    return;
  }
  presses_.used.forget(hash);
  presses_.count(PressOutcome::failed);
}

void SlackSockets::Socket::meet(Line& line, const std::string& text) {
  json::Doc doc;
  const auto envelope = read_envelope(text, doc);
  if (!envelope) return presses_.count(PressOutcome::unusable);
  switch (envelope->kind) {
    case Envelope::Kind::hello: {
      line.is_greeted = true;
      line.app = envelope->app;
      const std::lock_guard lock(mutex_);
      ++state_.connections;
      state_.problem.clear();
      break;
    }
    case Envelope::Kind::disconnect: return told_to_end(line, envelope->reason);
    case Envelope::Kind::interactive: return take_press(line, *envelope);
    case Envelope::Kind::other:
      if (!envelope->id.empty()) acknowledge(line, *envelope);
      break;
  }
}

bool SlackSockets::Socket::hear(Line& line, milliseconds wait) {
  for (unsigned i = 0; i < kAtOnce; ++i) {
    const auto message = line.client.receive(i == 0 ? wait : milliseconds(0), mail_->descriptor());
    if (!message) {
      if (!line.is_ending) failed(message.error().message);
      return false;
    }
    if (!*message) return is_alive(line);
    if ((*message)->opcode == net::WsOpcode::text) meet(line, (*message)->payload);
  }
  return true;
}

bool SlackSockets::Socket::is_alive(Line& line) {
  const Steady::time_point now = Steady::now();
  if (line.until && now >= *line.until && line.at_desk == 0) {
    line.client.close(kNormal, times_.goodbye);
    return false;
  }
  const auto silence = now - line.client.heard();
  const bool is_rude = !line.is_greeted && now - line.since >= times_.greeting;
  if (is_rude || silence >= times_.silence) {
    failed(is_rude ? "Slack did not greet" : "nothing was heard any more");
    line.client.close(kGoingAway, times_.goodbye);
    return false;
  }
  if (silence >= times_.ping && line.pinged <= line.client.heard()) {
    line.pinged = now;
    (void)line.client.ping(kSend);
  }
  return true;
}

void SlackSockets::Socket::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    open_when_due();
    hand_out();
    if (fading_ && !hear(*fading_, milliseconds(0))) fading_.reset();
    if (line_) {
      const auto look = std::clamp(std::min(times_.ping, times_.greeting) / 8, milliseconds(1), milliseconds(1'000));
      if (!hear(*line_, fading_ ? std::min(kLook, look) : look)) {
        if (!line_->is_ending) ended(*line_);
        line_.reset();
      }
    } else {
      const auto pause = std::chrono::ceil<milliseconds>(next_ - Steady::now());
      mail_->wait(opening_.valid() ? milliseconds(1'000) : std::min(pause, milliseconds(1'000)));
    }
    show();
  }
  // What is at the desk is stored all the same: who pressed would be told that it is not.
  const auto end = Steady::now() + kPatience;
  for (hand_out(); is_awaited() && Steady::now() < end; hand_out()) mail_->wait(kLook);
  for (std::optional<Line>* one : {&line_, &fading_}) {
    if (*one) (*one)->client.close(kGoingAway, times_.goodbye);
  }
}

SlackSockets::SlackSockets(const Hooks& hooks, Presses& presses, PressDesk& desk, SocketTimes times)
    : hooks_(hooks), presses_(presses), desk_(desk), times_(times) {}
SlackSockets::~SlackSockets() = default;

void SlackSockets::reload(const std::shared_ptr<const Config>& config) {
  std::map<std::string, std::unique_ptr<Socket>> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(sockets_);
  for (const SlackDoor& door : config->slack) {
    if (door.socket.empty() || sockets_.contains(door.socket)) continue;
    auto kept = gone.extract(door.socket);
    if (kept.empty()) {
      sockets_[door.socket] = std::make_unique<Socket>(door.socket, config, *this);
    } else {
      kept.mapped()->set(config);
      sockets_.insert(std::move(kept));
    }
  }
}

std::vector<SocketState> SlackSockets::states() const {
  const std::lock_guard lock(mutex_);
  std::vector<SocketState> out;
  out.reserve(sockets_.size());
  for (const auto& [key, socket] : sockets_) out.push_back(socket->state());
  return out;
}

std::vector<std::string> socket_doubts(const SlackSockets& sockets) {
  std::vector<std::string> out;
  for (const SocketState& state : sockets.states()) {
    if (state.problem.empty() || state.is_connected) continue;  // one that is about to end is heard still
    std::string names;
    for (const std::string& receiver : state.receivers) names += (names.empty() ? "" : ", ") + receiver;
    out.push_back("presses in Slack are not heard (receiver " + names + "): " + state.problem);
  }
  return out;
}

}  // namespace gw::web
