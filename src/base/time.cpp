// Calendar arithmetic is Howard Hinnant's date library; what is ours is being strict about the text: CloudTrail writes
// few forms, and anything else is better shown as "no time" than guessed.
#include "base/time.h"

#include <date/date.h>

#include <chrono>
#include <limits>

namespace gw {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

struct Reader {
  std::string_view text;

  bool literal(char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
  }
  bool digits(unsigned count, int& out) {
    if (text.size() < count) return false;
    int value = 0;
    for (unsigned i = 0; i < count; ++i) {
      const char c = text[i];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    out = value;
    return true;
  }
};

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  Reader in{text};
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!in.digits(4, year)) return std::nullopt;
  const bool extended = in.literal('-');
  if (!in.digits(2, month) || (extended && !in.literal('-')) || !in.digits(2, day)) return std::nullopt;
  if (!in.literal('T') && !in.literal('t')) return std::nullopt;
  if (!in.digits(2, hour) || (extended && !in.literal(':')) || !in.digits(2, minute) ||
      (extended && !in.literal(':')) || !in.digits(2, second)) {
    return std::nullopt;
  }
  std::int64_t micros = 0;
  if (in.literal('.')) {
    std::int64_t scale = kMicrosPerSecond / 10;
    int digit = 0;
    bool any = false;
    while (in.digits(1, digit)) {
      micros += digit * scale;
      scale /= 10;
      any = true;
    }
    if (!any) return std::nullopt;
  }
  std::int64_t offset_minutes = 0;
  if (!in.literal('Z') && !in.literal('z')) {
    const bool minus = in.literal('-');
    if (!minus && !in.literal('+')) return std::nullopt;
    int offset_hour = 0;
    int offset_minute = 0;
    if (!in.digits(2, offset_hour) || !in.literal(':') || !in.digits(2, offset_minute)) return std::nullopt;
    if (offset_hour > 23 || offset_minute > 59) return std::nullopt;
    offset_minutes = (minus ? -1 : 1) * (offset_hour * 60 + offset_minute);
  }
  if (!in.text.empty()) return std::nullopt;

  const date::year_month_day ymd = date::year{year} / month / day;
  // 60 is a leap second; it counts as the first second of the next minute.
  if (year < 1970 || !ymd.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = date::sys_days{ymd}.time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
  return Time{seconds * kMicrosPerSecond + micros};
}

std::string format_time(Time time) {
  std::int64_t seconds = time.micros / kMicrosPerSecond;
  std::int64_t micros = time.micros % kMicrosPerSecond;
  if (micros < 0) {
    micros += kMicrosPerSecond;
    --seconds;
  }
  std::int64_t days = seconds / 86400;
  std::int64_t rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  const date::year_month_day ymd{date::sys_days{date::days{days}}};
  std::string out = "0000-00-00T00:00:00";
  const auto put = [&](std::size_t at, std::size_t digits, unsigned value) {
    for (std::size_t i = at + digits; i-- > at; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<unsigned>(static_cast<int>(ymd.year())));
  put(5, 2, static_cast<unsigned>(ymd.month()));
  put(8, 2, static_cast<unsigned>(ymd.day()));
  put(11, 2, static_cast<unsigned>(rest / 3600));
  put(14, 2, static_cast<unsigned>(rest / 60 % 60));
  put(17, 2, static_cast<unsigned>(rest % 60));
  if (micros != 0) {
    out += ".000000";
    put(20, 6, static_cast<unsigned>(micros));
  }
  out.push_back('Z');
  return out;
}

std::optional<std::int64_t> parse_duration_micros(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's': unit = 1; break;
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    case 'w': unit = 7 * 86400; break;
    default: return std::nullopt;
  }
  unit *= kMicrosPerSecond;
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + (c - '0');
    if (count > std::numeric_limits<std::int64_t>::max() / unit) return std::nullopt;
  }
  if (count == 0) return std::nullopt;
  return count * unit;
}

std::optional<Time> parse_when(std::string_view text, Time now) {
  if (const auto ago = parse_duration_micros(text)) return Time{*ago < now.micros ? now.micros - *ago : 0};
  if (text.size() == 10) return parse_time(std::string(text) + "T00:00:00Z");
  return parse_time(text);
}

}  // namespace gw
