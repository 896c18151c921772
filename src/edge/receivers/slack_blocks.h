// A list of Slack blocks as JSON, within Slack's limits whatever is put in: 50 blocks, 3,000 in a section, 150 in a header, 10
// fields, and less than 12,000 over all. Text that would go beyond is cut; blocks for which no room is left are left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gw::receivers {

class Blocks {
 public:
  explicit Blocks(std::string first_block_id) : block_id_(std::move(first_block_id)) {}

  // Plain text: our words and pieces (slack_text.h), not yet escaped.
  void header(std::string_view text);
  void section(std::string_view text);
  void fields(const std::vector<std::string>& texts);
  void context(std::string_view text);
  // Buttons of ours: action ids and labels that need no escaping; `value` is what a press brings back.
  struct Button {
    std::string_view action_id;
    std::string_view label;
    std::string_view style;  // primary, danger; empty: neither
  };
  void actions(std::string_view block_id, std::string_view value, const std::vector<Button>& buttons);
  // mrkdwn of ours, already escaped: no text from outside but mrkdwn_piece() and link_target(). Left out when too long.
  void markup(std::string_view text);

  [[nodiscard]] std::string json() const { return "[" + json_ + "]"; }

 private:
  bool begin(std::string_view type);
  [[nodiscard]] std::string take(std::string_view text, std::size_t limit);

  std::string block_id_;
  std::string json_;
  std::size_t count_ = 0;
  std::size_t left_ = 11'900;
};

}  // namespace gw::receivers
