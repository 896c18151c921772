#include "domain/pattern/event_screen.h"

#include <algorithm>
#include <utility>

#include "domain/pattern/literals.h"

namespace gw::pattern {
namespace {

constexpr unsigned kTried = 256;      // events that a choice is tried on
constexpr unsigned kLeftOut = 4096;   // events that are let through where looking is no gain
constexpr unsigned kTriedAnew = 256;  // rounds of kTried after which the other choices get their turn again

constexpr std::size_t kFew = 16;  // texts of a choice

}  // namespace

void ScreenTexts::add(const EventPattern& pattern) {
  if (is_lost_) return;
  std::vector<std::vector<std::string>> choices = literal_choices(pattern, true);
  if (++patterns_ > 1 && !choices.empty()) {  // several patterns: the first choice of each
    choices.resize(1);
    choices.front().insert(choices.front().end(), choices_.front().begin(), choices_.front().end());
  }
  std::erase_if(choices, [](const auto& choice) { return choice.size() > kFew; });
  choices_ = std::move(choices);
  is_lost_ = choices_.empty();
}

std::vector<Literals> ScreenTexts::build() && {
  std::vector<Literals> out;
  for (std::vector<std::string>& choice : choices_) {
    choice.emplace_back("\\u00");  // an escaped letter hides what is looked for
    out.emplace_back(std::move(choice));
  }
  return out;
}

// Literals reads behind the text: the last part of it is looked at in a copy.
bool EventScreen::holds(const Literals& literals, std::string_view event) {
  bool found = false;
  const auto see = [&](std::size_t, std::size_t) { found = true; };
  const std::size_t last = std::min<std::size_t>(event.size(), Literals::kSlack);
  const std::size_t copied = std::min<std::size_t>(event.size(), kTail);
  literals.find(event, 0, event.size() - last, see);
  if (found) return true;
  event.substr(event.size() - copied).copy(tail_.data(), copied);
  literals.find({tail_.data(), copied}, copied - last, copied, see);
  return found;
}

void EventScreen::choose() {
  let_through_[current_] = static_cast<std::uint16_t>(hits_);
  tries_ = hits_ = 0;
  const auto untried = std::find(let_through_.begin(), let_through_.end(), kUntried);
  // A choice that lets hardly anything through is not worth the others' tries.
  if (untried != let_through_.end() && let_through_[current_] > kTried / 16) {
    current_ = static_cast<std::size_t>(untried - let_through_.begin());
    return;
  }
  const auto best = std::min_element(let_through_.begin(), let_through_.end());
  current_ = static_cast<std::size_t>(best - let_through_.begin());
  if (*best > kTried / 2) left_out_ = kLeftOut;
  if (++rounds_ < kTriedAnew) return;
  rounds_ = 0;
  std::fill(let_through_.begin(), let_through_.end(), kUntried);
}

bool EventScreen::may_match(std::string_view event) {
  if (choices_.empty()) return true;
  if (left_out_ > 0) {
    --left_out_;
    return true;
  }
  const bool may = holds(choices_[current_], event);
  hits_ += may ? 1 : 0;
  if (++tries_ == kTried) choose();
  return may;
}

}  // namespace gw::pattern
