#include "edge/store/dynamodb/item.h"

#include <charconv>

#include "base/encoding.h"
#include "base/json/write.h"

namespace gw::dynamodb {

void fail(Errc code, std::string message) { throw Failure(Error{code, std::move(message)}); }

const std::string& Item::text(const std::string& name) const {
  static const std::string kNone;
  const auto found = values.find(name);
  return found == values.end() ? kNone : found->second.text;
}

std::uint64_t Item::count(const std::string& name) const {
  const std::string& digits = text(name);
  std::uint64_t n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return n;
}

Time Item::time(const std::string& name) const {
  const std::string& digits = text(name);
  Time time;
  std::from_chars(digits.data(), digits.data() + digits.size(), time.micros);
  return time;
}

std::size_t Item::size() const {
  std::size_t size = 0;
  for (const auto& [name, value] : values) size += name.size() + value.text.size();
  return size;
}

void append_values(std::string& out, const std::map<std::string, Value>& values) {
  out.push_back('{');
  bool first = true;
  for (const auto& [name, value] : values) {
    if (!first) out.push_back(',');
    first = false;
    json::append_string(out, name);
    out += {':', '{', '"', value.type, '"', ':'};
    json::append_string(out, value.type == 'B' ? encode_base64(value.text) : value.text);
    out.push_back('}');
  }
  out.push_back('}');
}

void append_key(std::string& out, const Key& key) { append_values(out, Item(key).values); }

bool read_item(json::Value object, Item& item) {
  if (!object.is_object()) return false;
  for (json::Value v = object.first_child(); !v.is_missing(); v = v.next_sibling()) {
    const json::Value content = v.first_child();
    const std::string_view type = content.key();
    if (!content.is_string() || type.size() != 1 || std::string_view("SNB").find(type[0]) == std::string_view::npos)
      return false;
    Value value{type[0], std::string(content.text())};
    if (value.type == 'B') {
      auto decoded = decode_base64(value.text);
      if (!decoded) return false;
      value.text = *std::move(decoded);
    }
    item.set(std::string(v.key()), std::move(value));
  }
  return true;
}

std::string sortable(Time time) {
  const std::uint64_t bits = static_cast<std::uint64_t>(time.micros) ^ std::uint64_t{1} << 63;
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[i] = "0123456789abcdef"[bits >> (60 - 4 * i) & 15u];
  return out;
}

}  // namespace gw::dynamodb
