#include "domain/coverage/rhythm.h"

#include <algorithm>
#include <charconv>

namespace gw::coverage {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

constexpr std::size_t kKnownDays = 3;
constexpr std::int64_t kWeek = 8;  // in days, with a weekend in it
constexpr std::int64_t kMargin = 15 * kMinute;

bool take_number(std::string_view& text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || out < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

void Rhythm::arrived(Time at, std::int64_t quiet_micros) {
  const std::int64_t day = at.micros / kDay;
  const std::int64_t seconds = std::max<std::int64_t>(0, (quiet_micros + kSecond - 1) / kSecond);
  if (days_.empty() || days_.back().day < day) {
    days_.push_back({day, seconds});
  } else {
    days_.back().seconds = std::max(days_.back().seconds, seconds);
  }
  std::erase_if(days_, [day](const Day& d) { return d.day <= day - kDays; });
}

std::int64_t Rhythm::longest_micros() const {
  std::int64_t longest = 0;
  for (const Day& d : days_) longest = std::max(longest, d.seconds);
  return longest * kSecond;
}

std::int64_t Rhythm::allowed_micros() const {
  if (days_.size() < kKnownDays) return 3 * kDay;
  const std::int64_t longest = longest_micros();
  if (days_.back().day - days_.front().day < kWeek) return std::max(kHour, 5 * longest + kMargin);
  return std::max(kHour / 2, 2 * longest + kMargin);
}

std::string Rhythm::to_text() const {
  std::string out;
  for (const Day& d : days_) {
    if (!out.empty()) out += ' ';
    out += std::to_string(d.day) + ':' + std::to_string(d.seconds);
  }
  return out;
}

std::optional<Rhythm> Rhythm::parse(std::string_view text) {
  Rhythm out;
  while (!text.empty()) {
    Day d;
    if (!out.days_.empty()) {
      if (text.front() != ' ') return std::nullopt;
      text.remove_prefix(1);
    }
    if (!take_number(text, d.day) || text.empty() || text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
    // A year at most: nothing that is multiplied may overflow.
    if (!take_number(text, d.seconds) || d.seconds > 366 * 86'400) return std::nullopt;
    if (!out.days_.empty() && d.day <= out.days_.back().day) return std::nullopt;
    if (out.days_.size() == static_cast<std::size_t>(kDays)) return std::nullopt;
    out.days_.push_back(d);
  }
  return out;
}

}  // namespace gw::coverage
