#include "base/json/write.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"

namespace gw::json {
namespace {

// Characters that can be copied without a look: printable ASCII but the quote and the backslash.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = make_plain();

// Eight plain characters at once: no byte below 0x20, above 0x7E, a quote or a backslash (bytes are compared by the borrow that
// a subtraction leaves in their top bits).
bool eight_plain(const char* p) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, sizeof v);
  constexpr std::uint64_t kOnes = 0x0101010101010101ull;
  constexpr std::uint64_t kTops = 0x8080808080808080ull;
  const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kTops; };
  const std::uint64_t low = (v - kOnes * 0x20) & ~v & kTops;
  return (v & kTops) == 0 && low == 0 && has_zero(v ^ (kOnes * '"')) == 0 && has_zero(v ^ (kOnes * '\\')) == 0 &&
         has_zero(v ^ (kOnes * 0x7F)) == 0;
}

void append_unit(std::string& out, std::uint32_t unit) {
  constexpr char kHex[] = "0123456789abcdef";
  const char text[6] = {'\\', 'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15], kHex[unit & 15]};
  out.append(text, sizeof text);
}

void append_escape(std::string& out, std::uint32_t code_point) {
  switch (code_point) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (code_point < 0x10000) {
    append_unit(out, code_point);
  } else {
    append_unit(out, 0xD800 + ((code_point - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
  }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t done = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    while (i + 8 <= text.size() && eight_plain(text.data() + i)) i += 8;
    if (i == text.size()) break;
    if (kPlain[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    const Utf8Char c = next_utf8(text, i);
    if (c.valid && c.code_point >= 0x80 && !is_unsafe_to_show(c.code_point)) {
      i += c.length;
      continue;
    }
    out.append(text, done, i - done);
    append_escape(out, c.valid ? c.code_point : 0xFFFD);
    i += c.length;
    done = i;
  }
  out.append(text, done, i - done);
  out.push_back('"');
}

char* put_string(char* out, std::string_view text) {
  char* const begin = out;
  *out++ = '"';
  const std::size_t size = text.size();
  std::size_t i = 0;
  if (size >= 8) {
    for (; i + 8 <= size && eight_plain(text.data() + i); i += 8) std::memcpy(out + i, text.data() + i, 8);
    if (i + 8 > size && eight_plain(text.data() + size - 8)) {  // the rest, with some that was copied already
      std::memcpy(out + size - 8, text.data() + size - 8, 8);
      i = size;
    }
  } else {
    for (; i < size && kPlain[static_cast<unsigned char>(text[i])]; ++i) out[i] = text[i];
  }
  if (i == size) {
    out[size] = '"';
    return out + size + 1;
  }
  std::string whole;
  append_string(whole, text);
  std::memcpy(begin, whole.data(), whole.size());
  return begin + whole.size();
}

void append_string_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_string(out, text);
  }
}

}  // namespace gw::json
