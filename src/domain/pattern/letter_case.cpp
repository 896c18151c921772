// An operand of ASCII is compared byte by byte. Any other is walked character by character over the set of places in the text
// that what was read so far can end at: the two cases of a character may differ in length.
#include "domain/pattern/letter_case.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace gw::pattern {
namespace {

struct Run {
  std::uint16_t first;
  std::uint16_t last;
  std::uint8_t step;
  std::int32_t distance;
};
struct Several {
  std::uint16_t from;
  std::uint16_t to[3];  // zeros behind the last
};

#include "domain/pattern/letter_case.inl"

template <std::size_t kSize>
std::uint32_t mapped(const Run (&runs)[kSize], std::uint32_t c) {
  const Run* run = std::upper_bound(std::begin(runs), std::end(runs), c,
                                    [](std::uint32_t value, const Run& one) { return value < one.first; });
  // Runs of every second character may lie within each other.
  for (int back = 0; back < 2 && run != std::begin(runs); ++back) {
    --run;
    if (c <= run->last && (c - run->first) % run->step == 0)
      return static_cast<std::uint32_t>(static_cast<std::int64_t>(c) + run->distance);
  }
  return c;
}

std::string lower_case(std::uint32_t c) {
  std::string out;
  if (c == 0x130) {  // the only one whose lower case is two characters
    append_utf8(out, 'i');
    append_utf8(out, 0x307);
  } else {
    append_utf8(out, c < 0x80 ? static_cast<unsigned char>(ascii_lower(static_cast<char>(c))) : mapped(kLower, c));
  }
  return out;
}

std::string upper_case(std::uint32_t c) {
  std::string out;
  const Several* several = std::lower_bound(std::begin(kSeveral), std::end(kSeveral), c,
                                            [](const Several& one, std::uint32_t value) { return one.from < value; });
  if (several != std::end(kSeveral) && several->from == c) {
    for (const std::uint16_t part : several->to)
      if (part != 0) append_utf8(out, part);
  } else if (c < 0x80) {
    append_utf8(out, c >= 'a' && c <= 'z' ? c - 32 : c);
  } else {
    append_utf8(out, mapped(kUpper, c));
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool walk(std::string_view operand, std::string_view text, Anchor anchor) {
  struct Pair {
    std::string lower;
    std::string upper;
  };
  std::vector<Pair> characters;
  for (std::size_t i = 0; i < operand.size();) {
    const Utf8Char c = next_utf8(operand, i);
    if (c.valid && c.code_point < 0x10000) {
      characters.push_back({lower_case(c.code_point), upper_case(c.code_point)});
    } else {
      characters.push_back({std::string(operand.substr(i, c.length)), {}});
    }
    i += c.length;
  }
  const bool backwards = anchor == Anchor::back;
  if (backwards) std::reverse(characters.begin(), characters.end());
  std::vector<std::size_t> places = {backwards ? text.size() : 0};
  for (const Pair& pair : characters) {
    std::vector<std::size_t> next;
    for (const std::size_t place : places) {
      for (const std::string* part : {&pair.lower, &pair.upper}) {
        const std::size_t size = part->size();
        if (size == 0) continue;
        if (backwards ? place < size : text.size() - place < size) continue;
        if (text.compare(backwards ? place - size : place, size, *part) != 0) continue;
        const std::size_t to = backwards ? place - size : place + size;
        if (std::find(next.begin(), next.end(), to) == next.end()) next.push_back(to);
      }
    }
    if (next.empty()) return false;
    places = std::move(next);
  }
  return anchor != Anchor::whole || std::find(places.begin(), places.end(), text.size()) != places.end();
}

}  // namespace

bool matches_ignoring_case(std::string_view operand, std::string_view text, Anchor anchor) {
  if (!is_ascii(operand)) return walk(operand, text, anchor);
  if (anchor == Anchor::whole ? text.size() != operand.size() : text.size() < operand.size()) return false;
  if (anchor == Anchor::back) text.remove_prefix(text.size() - operand.size());
  return std::equal(operand.begin(), operand.end(), text.begin(),
                    [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

}  // namespace gw::pattern
