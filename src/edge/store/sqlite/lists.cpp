#include "edge/store/sqlite/lists.h"

#include <algorithm>
#include <charconv>

namespace gw::sqlite {
namespace {
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;  // flipped, so that times before 1970 sort first
constexpr std::size_t kDigits = 16;
}  // namespace

std::string to_cursor(const Place& place) {
  const std::uint64_t bits = static_cast<std::uint64_t>(place.time.micros) ^ kSign;
  std::string out(kDigits, '0');
  for (std::size_t i = 0; i < kDigits; ++i) out[i] = "0123456789abcdef"[bits >> (60 - 4 * i) & 15u];
  return out + "." + place.rest;
}

Place from_cursor(std::string_view cursor) {
  std::uint64_t bits = 0;
  const bool shaped = cursor.size() > kDigits + 1 && cursor[kDigits] == '.';
  const char* const end = cursor.data() + (shaped ? kDigits : 0);
  const auto [at, error] = std::from_chars(cursor.data(), end, bits, 16);
  if (!shaped || error != std::errc{} || at != end) fail(Errc::invalid_input, "not a cursor of this list");
  return {Time{static_cast<std::int64_t>(bits ^ kSign)}, std::string(cursor.substr(kDigits + 1))};
}

void Where::join(std::string_view term) {
  if (!sql_.empty()) sql_ += " AND ";
  sql_ += term;
}

void Where::add(std::string_view term) { join(term); }

void Where::add(std::string_view term, std::string value) {
  join(term);
  values_.emplace_back(std::move(value));
}

void Where::add(std::string_view term, std::int64_t value) {
  join(term);
  values_.emplace_back(value);
}

void Where::more(std::string_view text) { sql_ += text; }

void Where::more(std::string_view text, std::string value) {
  sql_ += text;
  values_.emplace_back(std::move(value));
}

void Where::more(std::string_view text, std::int64_t value) {
  sql_ += text;
  values_.emplace_back(value);
}

void Where::bind(Query& q) const {
  for (const auto& value : values_) {
    std::visit([&](const auto& v) { q.bind(v); }, value);
  }
}

std::size_t limit_of(const ports::ListQuery& query) { return std::clamp<std::size_t>(query.limit, 1, 1000); }

void bad_filter(std::string_view name, std::string_view value) {
  fail(Errc::invalid_input, "filter " + std::string(name.substr(0, 40)) + ": " + std::string(value.substr(0, 80)) +
                                " is not one of its values");
}

std::int64_t time_filter(std::string_view name, std::string_view value) {
  const auto time = parse_time(value);
  if (!time) bad_filter(name, value);
  return time->micros;
}

bool flag_filter(std::string_view name, std::string_view value) {
  if (value != "true" && value != "false") bad_filter(name, value);
  return value == "true";
}

}  // namespace gw::sqlite
