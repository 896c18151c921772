// Going through JSON without a tape: grammar over the structural characters alone, which lie side by side.
#include <cstring>

#include "base/json/doc.h"
#include "base/json/lexical.h"

namespace gw::json {

// A number, true, false or null, perhaps with white space behind it.
bool Doc::is_scalar(std::string_view token) {
  while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
  switch (token.empty() ? '\0' : token.front()) {
    case 't': return token == "true";
    case 'f': return token == "false";
    case 'n': return token == "null";
    default: return is_number(token);
  }
}

// Behind the container that structural character `at` opens; 0 when it is not well-formed, or nested deeper than is usual.
std::size_t Doc::skip_container(std::size_t at) const {
  constexpr char kStringMember[4] = {'"', ':', '"', ','};
  constexpr unsigned kDeepest = 60;
  const char* const c = characters_;
  std::uint64_t objects = 0;  // one bit a level, the innermost lowest: it is an object
  unsigned depth = 0;
  std::size_t i = at;
  char first = c[i];
  for (;;) {
    // A container begins at i.
    if (++depth > kDeepest) return 0;
    objects = objects << 1 | (first == '{' ? 1 : 0);
    ++i;
    if (c[i] == (first == '{' ? '}' : ']')) goto ends;  // NOLINT: the shortest way to say it
    for (;;) {
      // A member or an element begins at i.
      if ((objects & 1) != 0) {
        while (std::memcmp(c + i, kStringMember, sizeof kStringMember) == 0) i += sizeof kStringMember;
        if (c[i] != '"' || c[i + 1] != ':') return 0;
        i += 2;
      }
      first = c[i];
      if (first == '{' || first == '[') break;
      if (first != '"' && !is_plain_scalar(i)) return 0;
      ++i;
    ends:
      while (c[i] != ',') {
        if (c[i] != ((objects & 1) != 0 ? '}' : ']')) return 0;
        objects >>= 1;
        ++i;
        if (--depth == 0) return i;
      }
      ++i;
    }
  }
}

}  // namespace gw::json
