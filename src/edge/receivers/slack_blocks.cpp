#include "edge/receivers/slack_blocks.h"

#include <algorithm>

#include "base/json/write.h"
#include "edge/receivers/slack_text.h"

namespace gw::receivers {
namespace {

void append_plain(std::string& out, std::string_view escaped) {
  out += R"({"type":"plain_text","emoji":false,"text":)";
  json::append_string(out, escaped);
  out.push_back('}');
}

}  // namespace

bool Blocks::begin(std::string_view type) {
  constexpr std::size_t kMostBlocks = 50;
  constexpr std::size_t kLeastRoom = 40;
  if (count_ == kMostBlocks || left_ < kLeastRoom) return false;
  if (count_ > 0) json_.push_back(',');
  json_ += "{\"type\":\"";
  json_ += type;
  json_ += '"';
  if (count_ == 0) {
    json_ += ",\"block_id\":";
    json::append_string(json_, cut_escaped(plain_text(block_id_, 255), 255));
  }
  ++count_;
  return true;
}

std::string Blocks::take(std::string_view text, std::size_t limit) {
  std::string escaped = plain_text(text, std::min(limit, left_));
  if (escaped.empty()) escaped = "-";  // Slack refuses empty texts
  left_ -= std::min(left_, slack_length(escaped));
  return escaped;
}

void Blocks::header(std::string_view text) {
  if (!begin("header")) return;
  json_ += ",\"text\":";
  append_plain(json_, take(text, 150));
  json_.push_back('}');
}

void Blocks::section(std::string_view text) {
  if (text.empty() || !begin("section")) return;
  json_ += ",\"text\":";
  append_plain(json_, take(text, 2900));
  json_.push_back('}');
}

void Blocks::fields(const std::vector<std::string>& texts) {
  if (texts.empty() || !begin("section")) return;
  json_ += ",\"fields\":[";
  for (std::size_t i = 0; i < std::min<std::size_t>(texts.size(), 10); ++i) {
    if (i > 0) json_.push_back(',');
    append_plain(json_, take(texts[i], 600));
  }
  json_ += "]}";
}

void Blocks::context(std::string_view text) {
  if (text.empty() || !begin("context")) return;
  json_ += ",\"elements\":[";
  append_plain(json_, take(text, 1000));
  json_ += "]}";
}

void Blocks::actions(std::string_view block_id, std::string_view value, const std::vector<Button>& buttons) {
  constexpr std::size_t kRoom = 200;
  if (buttons.empty() || count_ == 0 || left_ < kRoom || !begin("actions")) return;
  left_ -= kRoom;
  json_ += ",\"block_id\":";
  json::append_string(json_, cut_escaped(plain_text(block_id, 255), 255));
  json_ += ",\"elements\":[";
  for (const Button& button : buttons) {
    if (json_.back() == '}') json_.push_back(',');
    json_ += R"({"type":"button","action_id":)";
    json::append_string(json_, button.action_id);
    json_ += ",\"text\":";
    append_plain(json_, button.label);
    json_ += ",\"value\":";
    json::append_string(json_, value.substr(0, 200));
    if (!button.style.empty()) {
      json_ += ",\"style\":";
      json::append_string(json_, button.style);
    }
    json_.push_back('}');
  }
  json_ += "]}";
}

void Blocks::markup(std::string_view text) {
  const std::size_t length = slack_length(text);
  if (text.empty() || length > 3000 || length + 40 > left_ || !begin("section")) return;
  json_ += R"(,"text":{"type":"mrkdwn","verbatim":true,"text":)";
  json::append_string(json_, text);
  json_ += "}}";
  left_ -= length;
}

}  // namespace gw::receivers
