// Filters and cursors of lists → SQL. Texts of users are only ever bound; the SQL comes from a fixed set of pieces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edge/store/sqlite/db.h"
#include "engine/ports/store.h"

namespace gw::sqlite {

// A place in a list: its time and what comes second. As text: 16 hexadecimal digits that sort like the time, '.', the rest.
struct Place {
  Time time;
  std::string rest;
};
[[nodiscard]] std::string to_cursor(const Place& place);
[[nodiscard]] Place from_cursor(std::string_view cursor);  // throws Failure: invalid_input

// The WHERE of a list under construction.
class Where {
 public:
  // `term` holds one '?' for the value.
  void add(std::string_view term, std::string value);
  void add(std::string_view term, std::int64_t value);
  void add(std::string_view term);
  // Goes on with the term that was added last.
  void more(std::string_view text);
  void more(std::string_view text, std::string value);
  void more(std::string_view text, std::int64_t value);
  [[nodiscard]] std::string sql() const { return sql_.empty() ? std::string() : " WHERE " + sql_; }
  void bind(Query& q) const;

 private:
  void join(std::string_view term);
  std::string sql_;
  std::vector<std::variant<std::string, std::int64_t>> values_;
};

[[nodiscard]] std::size_t limit_of(const ports::ListQuery& query);

// Throw Failure invalid_input, naming the filter.
[[noreturn]] void bad_filter(std::string_view name, std::string_view value);
[[nodiscard]] std::int64_t time_filter(std::string_view name, std::string_view value);
[[nodiscard]] bool flag_filter(std::string_view name, std::string_view value);
template <class E>
[[nodiscard]] std::int64_t word_filter(std::string_view name, std::string_view value, const std::optional<E>& parsed) {
  if (!parsed) bad_filter(name, value);
  return static_cast<std::int64_t>(*parsed);
}

}  // namespace gw::sqlite
