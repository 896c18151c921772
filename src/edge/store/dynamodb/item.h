// Items of a table as values, and their JSON on the wire ("DynamoDB low-level API", attribute values S, N and B).
#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/doc.h"
#include "base/result.h"
#include "base/time.h"

namespace gw::dynamodb {

// Inside this folder failures travel as exceptions; guard() turns them into a Result where the folder ends.
struct Failure : std::exception {
  explicit Failure(Error e) : error(std::move(e)) {}
  [[nodiscard]] const char* what() const noexcept override { return error.message.c_str(); }
  Error error;
};
[[noreturn]] void fail(Errc code, std::string message);

template <class F>
auto guard(F&& f) -> Result<decltype(f())> {
  try {
    return f();
  } catch (const Failure& failure) {
    return failure.error;
  } catch (const std::exception& e) {
    return Error{Errc::internal, e.what()};
  }
}

struct Value {
  char type = 'S';   // S, N or B
  std::string text;  // N: decimal; B: the bytes
  friend bool operator==(const Value&, const Value&) = default;
};
[[nodiscard]] inline Value text(std::string_view s) { return {'S', std::string(s)}; }
[[nodiscard]] inline Value bytes(std::string_view s) { return {'B', std::string(s)}; }
[[nodiscard]] inline Value number(std::uint64_t n) { return {'N', std::to_string(n)}; }
[[nodiscard]] inline Value signed_number(std::int64_t n) { return {'N', std::to_string(n)}; }

struct Key {
  std::string pk;
  std::string sk;
  friend auto operator<=>(const Key&, const Key&) = default;
};

class Item {
 public:
  Item() = default;
  explicit Item(const Key& key) { set("pk", dynamodb::text(key.pk)), set("sk", dynamodb::text(key.sk)); }
  // Empty or zero where it is missing.
  [[nodiscard]] const std::string& text(const std::string& name) const;
  [[nodiscard]] std::uint64_t count(const std::string& name) const;
  [[nodiscard]] Time time(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const { return values.contains(name); }
  [[nodiscard]] Key key() const { return {text("pk"), text("sk")}; }
  // As the service counts it, about: names and contents.
  [[nodiscard]] std::size_t size() const;
  void set(const std::string& name, Value value) { values[name] = std::move(value); }
  void drop(const std::string& name) { values.erase(name); }
  std::map<std::string, Value> values;
};

// How long what is settled is kept: DynamoDB erases it some time after the second that attribute `ttl` names.
struct Keep {
  std::int64_t seconds = 0;  // 0: for ever
  // Counted from `at`, and `more` seconds behind what hangs on it.
  void mark(Item& item, Time at, std::int64_t more = 0) const {
    if (seconds > 0) item.set("ttl", signed_number(at.micros / 1'000'000 + seconds + more));
  }
};
inline constexpr std::int64_t kMonth = std::int64_t{30} * 24 * 3600;  // seconds

void append_values(std::string& out, const std::map<std::string, Value>& values);
void append_key(std::string& out, const Key& key);
// False for what is no item of S, N and B.
[[nodiscard]] bool read_item(json::Value object, Item& item);

// 16 digits that sort like the time.
[[nodiscard]] std::string sortable(Time time);

}  // namespace gw::dynamodb
