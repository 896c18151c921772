#include "domain/coverage/rhythm.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

namespace gw::coverage {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

constexpr std::size_t kKnownDays = 3;
constexpr std::int64_t kAtFirst = 3 * kDay;
constexpr std::int64_t kWeek = 8;  // in days, with a weekend in it
constexpr std::int64_t kMargin = 15 * kMinute;
constexpr std::size_t kRecurs = 2;
constexpr std::size_t kShare = 4;  // of the days, one in so many
// A year at most: nothing that is multiplied may overflow.
constexpr std::int64_t kMaxSeconds = std::int64_t{366} * 86'400;
constexpr std::int64_t kMaxDay = 110'000'000;  // the last one of Time

bool take_number(std::string_view& text, std::int64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || out < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::int64_t seconds_of(std::int64_t micros) {
  return std::clamp<std::int64_t>((std::min(micros, kMaxSeconds * kSecond) + kSecond - 1) / kSecond, 0, kMaxSeconds);
}

}  // namespace

void Rhythm::arrived(Time at, std::int64_t quiet_micros) { arrived(at, quiet_micros, quiet_micros); }

void Rhythm::arrived(Time at, std::int64_t quiet_micros, std::int64_t counted_micros) {
  const std::int64_t day = at.micros / kDay;
  if (days_.empty() || days_.back().day < day) days_.push_back({day, 0, 0});
  Day& last = days_.back();
  last.seconds = std::max(last.seconds, seconds_of(std::min(counted_micros, quiet_micros)));
  last.whole = std::max(last.whole, seconds_of(quiet_micros));
  std::size_t old = 0;
  while (days_.size() - old > kAtLeast && days_[old].day <= day - kDays) ++old;
  days_.erase(days_.begin(), days_.begin() + static_cast<std::ptrdiff_t>(old));
}

std::size_t Rhythm::recent_days() const {
  return static_cast<std::size_t>(
      std::count_if(days_.begin(), days_.end(), [&](const Day& d) { return d.day > days_.back().day - kDays; }));
}

std::int64_t Rhythm::longest_micros() const {
  std::int64_t longest = 0;
  for (const Day& d : days_) longest = std::max(longest, d.seconds);
  return longest * kSecond;
}

// Told or not, a quiet that comes again and again is how the place is. Outages of a place that is heard every day are few of
// its days.
std::int64_t Rhythm::recurring_micros() const {
  std::array<std::int64_t, static_cast<std::size_t>(kDays)> quiets{};
  std::size_t known = 0;
  for (const Day& d : days_) {
    if (d.whole > 0) quiets[known++] = d.whole;
  }
  const std::size_t often = std::max(kRecurs, (known + kShare - 1) / kShare);
  if (known < often) return 0;
  const auto at = quiets.begin() + static_cast<std::ptrdiff_t>(often - 1);
  std::nth_element(quiets.begin(), at, quiets.begin() + static_cast<std::ptrdiff_t>(known), std::greater<>());
  return *at * kSecond;
}

std::int64_t Rhythm::usual_micros() const { return std::max(longest_micros(), recurring_micros()); }

std::int64_t Rhythm::allowed_micros() const {
  if (days_.size() < kKnownDays) return kAtFirst;
  const std::int64_t span = days_.back().day - days_.front().day;
  const std::int64_t twice = 2 * usual_micros() + kMargin;
  const std::int64_t least = static_cast<std::int64_t>(days_.size()) * 7 < span * 2 ? kAtFirst : kHour / 2;
  if (span < kWeek) return std::max({kHour, 5 * longest_micros() + kMargin, twice});
  return std::max(least, twice);
}

std::string Rhythm::to_text() const {
  std::string out;
  for (const Day& d : days_) {
    if (!out.empty()) out += ' ';
    out += std::to_string(d.day) + ':' + std::to_string(d.seconds);
    if (d.whole != d.seconds) out += '/' + std::to_string(d.whole);
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
    if (!take_number(text, d.day) || d.day > kMaxDay || text.empty() || text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
    if (!take_number(text, d.seconds) || d.seconds > kMaxSeconds) return std::nullopt;
    d.whole = d.seconds;
    if (!text.empty() && text.front() == '/') {
      text.remove_prefix(1);
      if (!take_number(text, d.whole) || d.whole <= d.seconds || d.whole > kMaxSeconds) return std::nullopt;
    }
    if (!out.days_.empty() && d.day <= out.days_.back().day) return std::nullopt;
    if (out.days_.size() == static_cast<std::size_t>(kDays)) return std::nullopt;
    out.days_.push_back(d);
  }
  return out;
}

}  // namespace gw::coverage
