// Going through an object to the places that somebody asks about, and past everything else: over the structural characters alone
// (Doc::index), or over a tape.
//
// A Visitor says what it wants:
//   using Place = …;                                    null: nothing of interest
//   std::uint64_t key_filter(Place)                     bits key_bit() of the keys that are of interest there
//   Place find(Place, std::string_view key)             the place of that member
//   bool enters(Place)                                  whether members of objects there are of interest
//   void value(Place, Type, std::string_view)           a scalar there; of a string its text, else the token
//   void array(Place)                                   an array there, before its elements
//   void element(Place)                                 an object as an element of an array there, before its members
// Elements of arrays, of arrays in arrays too, are at the place of the array.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json/doc.h"

namespace gw::json {

// One of 64 bits for a key: by its size and its last character, which tell keys apart better than its first.
[[nodiscard]] constexpr std::uint64_t key_bit(std::string_view key) {
  const std::size_t last = key.empty() ? '"' : static_cast<unsigned char>(key.back());
  return std::uint64_t{1} << ((key.size() * 7 + last) & 63);
}

template <class Visitor>
class Walk {
 public:
  using Place = typename Visitor::Place;

  // The object at the cursor of an indexed Doc. True when parse_next() would have accepted it and nothing in it is escaped;
  // then the cursor stands behind it. False, with the cursor where it was: what the Visitor was told is not to be trusted.
  [[nodiscard]] static bool next(Doc& doc, Visitor& visitor, Place place) {
    constexpr std::size_t kLongest = 1u << 16;  // as in Doc::skim_next()
    if (doc.characters_[doc.cursor_] != '{') return false;
    const std::size_t end = Walk(doc, visitor).members(doc.cursor_, place, 0);
    if (end == 0 || end - doc.cursor_ > kLongest) return false;
    const std::size_t begin = doc.positions_[doc.cursor_];
    if (doc.next_backslash_ < begin) doc.next_backslash_ = doc.find_backslash(begin);
    if (doc.next_backslash_ < doc.positions_[end - 1]) return false;
    doc.cursor_ = end;
    return true;
  }

  // An object of a tape.
  static void object(Value object, Visitor& visitor, Place place) {
    for (Value member = object.first_child(); !member.is_missing(); member = member.next_sibling()) {
      const Place child = visitor.find(place, member.key());
      if (child != Place{}) value(member, visitor, child, false);
    }
  }

 private:
  static constexpr unsigned kDeepest = 60;

  Walk(const Doc& doc, Visitor& visitor)
      : doc_(doc), visitor_(visitor), c_(doc.characters_), positions_(doc.positions_), is_spaced_(doc.is_spaced_) {}

  static void value(Value v, Visitor& visitor, Place place, bool is_element) {
    switch (v.type()) {
      case Type::object:
        if (is_element) visitor.element(place);
        if (visitor.enters(place)) object(v, visitor, place);
        return;
      case Type::array:
        visitor.array(place);
        for (Value e = v.first_child(); !e.is_missing(); e = e.next_sibling()) value(e, visitor, place, true);
        return;
      case Type::string: return visitor.value(place, Type::string, v.text());
      default: return visitor.value(place, v.type(), v.raw());
    }
  }

  // Each answers what stands behind; 0 when it is not well-formed, or nested deeper than is usual.
  std::size_t members(std::size_t at, Place place, unsigned depth) {
    // In local variables: what the Visitor writes down would otherwise make the compiler read them again.
    const char* const c = c_;
    const std::uint32_t* const positions = positions_;
    const bool is_spaced = is_spaced_;
    const std::uint64_t filter = visitor_.key_filter(place);
    const char* const text = doc_.text_.data();
    std::size_t i = at + 1;
    if (c[i] == '}') return i + 1;
    for (;;) {
      if (c[i] != '"' || c[i + 1] != ':') return 0;
      Place child{};
      if (is_spaced) {
        child = visitor_.find(place, doc_.content(i));
      } else {
        // Without white space a key ends right before its colon.
        const std::uint32_t colon = positions[i + 1];
        const std::size_t size = colon - positions[i] - 2;
        if ((filter >> ((size * 7 + static_cast<unsigned char>(text[colon - 2])) & 63) & 1) != 0)
          child = visitor_.find(place, {text + positions[i] + 1, size});
      }
      i += 2;
      if (c[i] == '"') {
        if (child != Place{}) {
          visitor_.value(child, Type::string,
                         is_spaced ? doc_.content(i)
                                   : std::string_view(text + positions[i] + 1, positions[i + 1] - positions[i] - 2));
        }
        ++i;
      } else if (child != Place{}) {
        i = value(i, child, depth);
        if (i == 0) return 0;
      } else {
        i = past(i);
        if (i == 0) return 0;
      }
      if (c[i] != ',') return c[i] == '}' ? i + 1 : 0;
      ++i;
    }
  }

  std::size_t past(std::size_t i) const {
    const char first = c_[i];
    if (first == '"') return i + 1;
    if (first == '{' || first == '[') return doc_.skip_container(i);
    return doc_.is_plain_scalar(i) ? i + 1 : 0;
  }

  std::size_t value(std::size_t i, Place place, unsigned depth) {
    const char first = c_[i];
    if (first == '"') {
      visitor_.value(place, Type::string, doc_.content(i));
      return i + 1;
    }
    if (first == '[') return depth < kDeepest ? elements(i, place, depth + 1) : 0;
    if (first == '{') {
      if (!visitor_.enters(place)) return doc_.skip_container(i);
      return depth < kDeepest ? members(i, place, depth + 1) : 0;
    }
    if (!doc_.is_plain_scalar(i)) return 0;
    std::string_view token(doc_.text_.data() + positions_[i], positions_[i + 1] - positions_[i]);
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    visitor_.value(place,
                   first == 'n'                   ? Type::null
                   : first == 't' || first == 'f' ? Type::boolean
                                                  : Type::number,
                   token);
    return i + 1;
  }

  std::size_t elements(std::size_t at, Place place, unsigned depth) {
    std::size_t i = at + 1;
    visitor_.array(place);
    if (c_[i] == ']') return i + 1;
    for (;;) {
      if (c_[i] == '{') visitor_.element(place);
      i = value(i, place, depth);
      if (i == 0) return 0;
      if (c_[i] != ',') return c_[i] == ']' ? i + 1 : 0;
      ++i;
    }
  }

  const Doc& doc_;
  Visitor& visitor_;
  const char* const c_;
  const std::uint32_t* const positions_;
  const bool is_spaced_;
};

}  // namespace gw::json
