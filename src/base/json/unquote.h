// JSON strings that hold JSON: nearly every tenth character of such a one is escaped, and nearly every escape is a
// backslash before a quote. Many bytes at a time. Pure; safe from any thread.
#pragma once

#include <cstddef>

namespace gw::json {

// How far these functions may read, and unquote() may write, beyond what they are given; never used for an answer.
inline constexpr std::size_t kUnquoteSlack = 64;

struct QuotedEnd {
  std::size_t end = 0;  // number of bytes before the closing quote; only when it is `closed`
  bool closed = false;
  bool plain = false;  // valid, and escaped in it are only `"`, `\` and `/`
};

// What the string is whose opening quote stands right before `text`; looks no farther than `size` bytes. That it is UTF-8 is not
// looked at.
using FindQuotedEnd = QuotedEnd (*)(const char* text, std::size_t size);
// Writes what `size` bytes of a plain string say to `to`, at most as many; answers how many. Must not overlap.
using Unquote = std::size_t (*)(const char* text, std::size_t size, char* to);

struct Unquoter {
  const char* name;
  FindQuotedEnd find_end;
  Unquote unquote;
};

// The variant of that name ("avx512", "avx2", "portable") if this processor has it, else the portable one.
[[nodiscard]] Unquoter unquoter(const char* name);
// The fastest variant for this processor.
[[nodiscard]] const Unquoter& unquoter();

}  // namespace gw::json
