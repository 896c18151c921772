#include "domain/coverage/attendance.h"

#include <algorithm>
#include <charconv>

namespace gw::coverage {
namespace {

constexpr std::int64_t kSeamless = std::int64_t{600} * 1'000'000;
constexpr std::int64_t kParts = 10;

std::optional<Time> take_time(std::string_view& text, char end) {
  Time out;
  const std::string_view digits = text.substr(0, text.find(end));
  text.remove_prefix(std::min(digits.size() + 1, text.size()));
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.micros);
  // Not before 1970: nothing that is subtracted may overflow.
  const bool is_whole = error == std::errc() && stop == digits.data() + digits.size() && out.micros >= 0;
  return is_whole ? std::optional(out) : std::nullopt;
}

// Of a time and of a tenth of it.
bool is_small(std::int64_t absent, std::int64_t all) { return absent <= all / kParts; }

}  // namespace

void Attendance::look(Time now) {
  if (!looked_) {
    since_ = begun_ = now;
  } else if (now.micros - looked_->micros >= kSeamless) {
    add({*looked_, now});
    since_ = now;
  }
  looked_ = now;
}

// When there are too many, the oldest is forgotten if they are few of their time; else they are one with what is between them,
// so that who looks seldom does not come to have looked all the time.
void Attendance::add(Absence absence) {
  absences_.push_back(absence);
  if (absences_.size() <= kKept) return;
  std::int64_t absent = 0;
  for (const Absence& a : absences_) absent += a.to.micros - a.from.micros;
  if (!is_small(absent, absence.to.micros - absences_.front().from.micros)) absences_[1].from = absences_[0].from;
  absences_.erase(absences_.begin());
}

bool Attendance::covers(Time from, Time to) const {
  if (!looked_ || from < begun_) return false;
  std::int64_t absent = 0;
  for (const Absence& a : absences_)
    absent += std::max<std::int64_t>(0, std::min(to, a.to).micros - std::max(from, a.from).micros);
  return is_small(absent, to.micros - from.micros);
}

std::int64_t Attendance::quiet_micros(Time heard, Time now) const {
  return now.micros - (covers(heard, now) ? heard : std::max(heard, since_)).micros;
}

std::string Attendance::to_text() const {
  if (!looked_) return {};
  std::string out = std::to_string(looked_->micros);
  for (const Time time : {since_, begun_}) out += ";" + std::to_string(time.micros);
  for (const Absence& a : absences_) out += ";" + std::to_string(a.from.micros) + "-" + std::to_string(a.to.micros);
  return out;
}

Attendance Attendance::parse(std::string_view text) {
  Attendance out;
  out.looked_ = take_time(text, ';');
  if (!out.looked_) return out;
  out.since_ = take_time(text, ';').value_or(*out.looked_);
  out.begun_ = take_time(text, ';').value_or(out.since_);
  while (!text.empty() && out.absences_.size() < kKept) {
    std::string_view one = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const auto from = take_time(one, '-');
    const auto to = take_time(one, ';');
    if (from && to && *from < *to) out.absences_.push_back({*from, *to});
  }
  return out;
}

}  // namespace gw::coverage
