// Whether an event may match anything at all, by a few texts that it must hold: cheaper than a walk where they are rare. Internal to
// this folder; one thread at a time.
//
// Which of a pattern's texts is rare cannot be told from the pattern: each choice is tried on some events, and the one that lets
// through the least stays, or none where all let through most. From time to time it is tried anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/literals.h"
#include "domain/pattern/eventbridge.h"

namespace gw::pattern {

// The texts of the patterns of a set.
class ScreenTexts {
 public:
  void add(const EventPattern& pattern);
  [[nodiscard]] std::vector<Literals> build() &&;  // none: they are too many, or a pattern has none

 private:
  std::vector<std::vector<std::string>> choices_;
  std::size_t patterns_ = 0;
  bool is_lost_ = false;
};

class EventScreen {
 public:
  // Every event that matches holds a text of each choice. The choices outlive this.
  explicit EventScreen(const std::vector<Literals>& choices)
      : choices_(choices), let_through_(choices.size(), kUntried) {}

  // False: nothing matches. Reads nothing behind the text.
  [[nodiscard]] bool may_match(std::string_view event);

 private:
  static constexpr std::uint16_t kUntried = 0xFFFF;
  // Longer than any literal (literals.h) and what is read at a time; the rest is slack.
  static constexpr std::size_t kTail = 512;

  [[nodiscard]] bool holds(const Literals& literals, std::string_view event);
  void choose();

  const std::vector<Literals>& choices_;
  std::vector<std::uint16_t> let_through_;  // of each choice, when it was tried last
  std::size_t current_ = 0;
  unsigned tries_ = 0;
  unsigned hits_ = 0;
  unsigned left_out_ = 0;  // events that are not looked at
  unsigned rounds_ = 0;    // since all were tried
  std::array<char, kTail + Literals::kSlack> tail_{};
};

}  // namespace gw::pattern
