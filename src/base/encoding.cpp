#include "base/encoding.h"

#include <array>
#include <cstdint>

namespace gw {
namespace {

constexpr std::array<int, 256> make_base64() {
  std::array<int, 256> table{};
  for (auto& v : table) v = -1;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int>(i);
  return table;
}
constexpr auto kBase64 = make_base64();

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::size_t symbols = text.size() - padding;
  std::string out(text.size() / 4 * 3, '\0');
  char* to = out.data();
  const auto at = [&](std::size_t i) { return kBase64[static_cast<unsigned char>(text[i])]; };
  const auto put = [&](int bits) {
    to[0] = static_cast<char>(bits >> 16 & 0xFF);
    to[1] = static_cast<char>(bits >> 8 & 0xFF);
    to[2] = static_cast<char>(bits & 0xFF);
    to += 3;
  };
  int wrong = 0;  // negative as soon as any symbol was
  std::size_t i = 0;
  for (; i + 4 <= symbols; i += 4) {
    const int bits = at(i) << 18 | at(i + 1) << 12 | at(i + 2) << 6 | at(i + 3);
    wrong |= bits;
    put(bits);
  }
  if (i < text.size()) {
    int bits = 0;
    for (std::size_t n = 0; n < 4; ++n) bits = bits << 6 | (i + n < symbols ? at(i + n) : 0);
    wrong |= bits;
    put(bits);
  }
  if (wrong < 0) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

std::string decode_form(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(text[i + 1]) << 4 | hex(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string encode_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j)
      word = word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out.push_back(i + j <= bytes.size() ? kDigits[word >> (18 - 6 * j) & 63] : '=');
  }
  return out;
}

}  // namespace gw
