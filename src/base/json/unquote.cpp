// The portable variant, and the choice among the variants at run time.
#include "base/json/unquote.h"

#include <cstring>

namespace gw::json {
namespace {

QuotedEnd find_quoted_end_portable(const char* text, std::size_t size) {
  bool bad = false;
  for (std::size_t at = 0; at < size; ++at) {
    const char c = text[at];
    if (c == '"') return {at, true, !bad};
    if (c == '\\') {
      if (++at >= size) break;
      bad = bad || (text[at] != '"' && text[at] != '\\' && text[at] != '/');
    }
    bad = bad || static_cast<unsigned char>(c) < 0x20;
  }
  return {};
}

std::size_t unquote_portable(const char* text, std::size_t size, char* to) {
  char* const begin = to;
  const char* const end = text + size;
  while (text < end) {
    const auto left = static_cast<std::size_t>(end - text);
    const auto* found = static_cast<const char*>(std::memchr(text, '\\', left));
    const std::size_t run = found == nullptr ? left : static_cast<std::size_t>(found - text);
    std::memcpy(to, text, run);
    to += run;
    text += run;
    if (found == nullptr || text + 1 >= end) break;
    *to++ = text[1];
    text += 2;
  }
  return static_cast<std::size_t>(to - begin);
}

}  // namespace

#if defined(__x86_64__)
QuotedEnd find_quoted_end_avx2(const char* text, std::size_t size);
QuotedEnd find_quoted_end_avx512(const char* text, std::size_t size);
std::size_t unquote_avx2(const char* text, std::size_t size, char* to);
std::size_t unquote_avx512(const char* text, std::size_t size, char* to);
#endif

Unquoter unquoter(const char* name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool bits = __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
  if (std::strcmp(name, "avx512") == 0 && bits && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vbmi2")) {
    return {"avx512", find_quoted_end_avx512, unquote_avx512};
  }
  if (std::strcmp(name, "avx2") == 0 && bits && __builtin_cpu_supports("avx2"))
    return {"avx2", find_quoted_end_avx2, unquote_avx2};
#endif
  (void)name;
  return {"portable", find_quoted_end_portable, unquote_portable};
}

const Unquoter& unquoter() {
  static const Unquoter fastest = [] {
    const Unquoter newest = unquoter("avx512");
    return std::strcmp(newest.name, "avx512") == 0 ? newest : unquoter("avx2");
  }();
  return fastest;
}

}  // namespace gw::json
