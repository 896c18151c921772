// Writing an object or a list of JSON, member by member. Owned by one thread; `out` outlives the writer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/write.h"
#include "base/time.h"

namespace gw::json {

// Writes `{` at once and `}` at the end of its life.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_.push_back('{'); }
  ~Object() { out_.push_back('}'); }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // Where the value of the member goes. `name` is one of ours: not escaped.
  std::string& key(std::string_view name) {
    if (!is_first_) out_.push_back(',');
    is_first_ = false;
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
    return out_;
  }
  // Null when empty.
  void text(std::string_view name, std::string_view value) { append_string_or_null(key(name), value); }
  void number(std::string_view name, std::uint64_t value) { key(name) += std::to_string(value); }
  void truth(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  // RFC 3339 in UTC.
  void time(std::string_view name, std::optional<Time> value) {
    text(name, value ? format_time(*value) : std::string());
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

template <class List, class Append>
void append_list(std::string& out, const List& list, Append append) {
  out.push_back('[');
  bool is_first = true;
  for (const auto& element : list) {
    if (!is_first) out.push_back(',');
    is_first = false;
    append(out, element);
  }
  out.push_back(']');
}

}  // namespace gw::json
