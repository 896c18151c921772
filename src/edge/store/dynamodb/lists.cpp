#include "edge/store/dynamodb/lists.h"

namespace gw::dynamodb {

void bad_filter(std::string_view name, std::string_view value) {
  fail(Errc::invalid_input, "filter " + std::string(name.substr(0, 40)) + ": " + std::string(value.substr(0, 80)) +
                                " is not one of its values");
}

void unknown_filter(std::string_view name, std::string_view list) {
  fail(Errc::invalid_input, "a list of " + std::string(list) + " has no filter " + std::string(name.substr(0, 40)));
}

Time time_filter(std::string_view name, std::string_view value) {
  const auto time = parse_time(value);
  if (!time) bad_filter(name, value);
  return *time;
}

bool flag_filter(std::string_view name, std::string_view value) {
  if (value != "true" && value != "false") bad_filter(name, value);
  return value == "true";
}

std::string place_of(Time time, std::string_view rest) { return sortable(time) + "." + std::string(rest); }

void check_cursor(std::string_view cursor) {
  constexpr std::size_t kDigits = 16;
  if (cursor.empty()) return;
  const bool shaped = cursor.size() > kDigits + 1 && cursor[kDigits] == '.' &&
                      cursor.substr(0, kDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!shaped) fail(Errc::invalid_input, "not a cursor of this list");
}

}  // namespace gw::dynamodb
