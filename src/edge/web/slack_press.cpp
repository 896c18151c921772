#include "edge/web/slack_press.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/json/doc.h"
#include "base/json/write.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "engine/pipeline/operate.h"
#include "engine/pipeline/respond.h"

namespace gw::web {
namespace {

constexpr std::int64_t kFreshMicros = std::int64_t{300} * 1'000'000;

Error wrong(std::string what) { return Error{Errc::invalid_input, std::move(what)}; }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> form_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 40 &&
         std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

bool is_session_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Of at most `most` bytes, cut between characters; lines stay, other control characters do not.
std::string written(std::string_view text, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (out.size() + c.length > most) break;
    if (c.valid && (c.code_point == '\n' || !is_unsafe_to_show(c.code_point))) out += text.substr(i, c.length);
    i += c.length;
  }
  while (out.ends_with(' ') || out.ends_with('\n')) out.pop_back();
  return out;
}

struct Button {
  std::string_view id;
  model::ResponseKind kind;
  bool asks;
};
constexpr std::array<Button, 4> kButtons = {{{"gw_acknowledge", model::ResponseKind::acknowledged, false},
                                             {"gw_handling", model::ResponseKind::handling, false},
                                             {"gw_false_alarm", model::ResponseKind::false_alarm, true},
                                             {"gw_reason", model::ResponseKind::reason, true}}};

const Button* button_of(std::string_view id) {
  const auto* const found = std::find_if(kButtons.begin(), kButtons.end(), [&](const Button& b) { return b.id == id; });
  return found == kButtons.end() ? nullptr : found;
}

// `1548426417.840180`; of another form: none.
std::optional<Time> time_of(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_whole = end == text.data() + text.size() || *end == '.';
  if (error != std::errc{} || !is_whole || seconds < 0 || seconds > 99'999'999'999) return std::nullopt;
  return Time{seconds * 1'000'000};
}

bool is_trigger(std::string_view text) {
  return text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
                  c == '_';
         });
}

Result<Press> of_button(json::Value root, Press press) {
  const json::Value actions = root["actions"];
  if (!actions.is_array() || actions.size() != 1) return wrong("one action is needed");
  const json::Value action = actions.first_child();
  const Button* const button = button_of(action["action_id"].text());
  if (button == nullptr) return wrong("the button is none of ours");
  press.kind = button->kind;
  press.asks = button->asks;
  press.session = action["value"].text();
  press.at = time_of(action["action_ts"].text());
  press.channel = root["channel"]["id"].text();
  if (!press.channel.empty() && !is_id(press.channel)) return wrong("the channel is none");
  return press;
}

Result<Press> of_modal(json::Value root, Press press) {
  const json::Value view = root["view"];
  const Button* const button = button_of(view["callback_id"].text());
  if (button == nullptr || !button->asks) return wrong("the modal is none of ours");
  press.kind = button->kind;
  press.session = view["private_metadata"].text();
  const json::Value values = view["state"]["values"];
  press.note = written(values["note"]["text"]["value"].text(), pipeline::kMaxNoteText);
  press.ticket = written(values["ticket"]["text"]["value"].text(), pipeline::kMaxTicket);
  return press;
}

}  // namespace

bool is_signed_by_slack(std::string_view secret, std::string_view timestamp, std::string_view body,
                        std::string_view signature) {
  if (secret.empty()) return false;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "v0:";
  text.append(timestamp).append(":").append(body);
  std::string expected = "v0=";
  for (const char c : hmac_sha256(secret, text)) {
    expected.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
    expected.push_back(kHex[static_cast<unsigned char>(c) & 15]);
  }
  return equal_in_constant_time(expected, signature);
}

bool is_fresh_press(std::string_view timestamp, Time now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  if (error != std::errc{} || end != timestamp.data() + timestamp.size()) return false;
  if (timestamp.size() > 11 || timestamp.front() == '-') return false;
  return is_fresh_press(Time{seconds * 1'000'000}, now);
}

bool is_fresh_press(Time at, Time now) {
  const std::int64_t age = now.micros - at.micros;
  return age <= kFreshMicros && age >= -kFreshMicros;
}

std::string press_hash(std::string_view timestamp, std::string_view body) {
  std::string text(timestamp);
  return sha256_hex(text.append(":").append(body));
}

Result<Press> parse_press(std::string_view body) {
  constexpr std::string_view kField = "payload=";
  if (!body.starts_with(kField) || body.find('&') != std::string_view::npos)
    return wrong("one field, payload, is needed");
  const auto text = form_text(body.substr(kField.size()));
  if (!text) return wrong("an escape is damaged");
  json::Doc doc;
  json::Limits limits;
  limits.max_depth = 32;
  if (!doc.parse(*text, limits) || !doc.root().is_object()) return wrong("the payload has to be a JSON object");
  return read_press(doc.root());
}

Result<Press> read_press(json::Value payload) {
  Press press;
  press.team = payload["team"]["id"].text();
  press.app = payload["api_app_id"].text();
  press.user = payload["user"]["id"].text();
  if (!is_id(press.team) || !is_id(press.app) || !is_id(press.user)) return wrong("team, app or user is none");
  press.trigger = payload["trigger_id"].text();
  if (!is_trigger(press.trigger)) return wrong("trigger_id is none");
  const std::string_view type = payload["type"].text();
  Result<Press> read = type == "block_actions"     ? of_button(payload, std::move(press))
                       : type == "view_submission" ? of_modal(payload, std::move(press))
                                                   : Result<Press>(wrong("nothing that is answered here"));
  if (read && !is_session_id(read->session)) return wrong("the session is none");
  return read;
}

std::string modal_of(const Press& press) {
  const bool is_alarm = press.kind == model::ResponseKind::false_alarm;
  const auto plain = [](std::string_view text) {
    std::string out = R"({"type":"plain_text","text":)";
    json::append_string(out, text);
    return out + "}";
  };
  const auto input = [&](std::string_view id, std::string_view label, bool is_optional, bool is_long,
                         std::size_t most) {
    std::string out = R"({"type":"input","block_id":")" + std::string(id) + R"(","optional":)";
    out += is_optional ? "true" : "false";
    out += ",\"label\":" + plain(label) + R"(,"element":{"type":"plain_text_input","action_id":"text","multiline":)";
    out += is_long ? "true" : "false";
    return out + ",\"max_length\":" + std::to_string(most) + "}}";
  };
  std::string out = "{\"trigger_id\":";
  json::append_string(out, press.trigger);
  out += R"(,"view":{"type":"modal","callback_id":")";
  out += is_alarm ? "gw_false_alarm" : "gw_reason";
  out += "\",\"private_metadata\":";
  json::append_string(out, press.session);
  out += ",\"title\":" + plain(is_alarm ? "False alarm" : "Reason and ticket");
  out += ",\"submit\":" + plain("Send") + ",\"close\":" + plain("Cancel") + ",\"blocks\":[";
  out += input("note", is_alarm ? "Why is it a false alarm?" : "Reason", !is_alarm, true, 1000) + ",";
  return out + input("ticket", "Ticket", true, false, 100) + "]}}";
}

bool UsedPresses::use(const std::string& hash, Time now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(seen_, [&](const auto& one) { return one.second.at.micros + 2 * kFreshMicros < now.micros; });
  return seen_.emplace(hash, Seen{now, false}).second;
}

void UsedPresses::forget(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  seen_.erase(hash);
}

void UsedPresses::settle(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  if (const auto found = seen_.find(hash); found != seen_.end()) found->second.is_settled = true;
}

bool UsedPresses::is_settled(const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = seen_.find(hash);
  return found != seen_.end() && found->second.is_settled;
}

}  // namespace gw::web
