// JSON as glasswatch reads it: one rule per trap, in one place.
//
// A Doc validates one whole JSON text (UTF-8, grammar, escapes, numbers, depth) and keeps a flat tape of its values;
// a Value is a cursor into that tape. simdjson's first stage finds the structural characters (vectorised, chosen at
// run time); the grammar pass over them is ours, because it decides what simdjson leaves to the reading order:
//   - duplicate keys: the last one wins everywhere; `duplicate_keys()` of an object says so;
//   - escaped keys (`"event\u004eame"`) are compared unescaped;
//   - skipped values are validated like read ones;
//   - a lone surrogate escape becomes U+FFFD, so every text that comes out is valid UTF-8;
//   - numbers keep their text: no range, no rounding, nothing overflows;
//   - nesting is bounded and nothing recurses.
// Cost: one pass of the first stage plus about a nanosecond per structural character; no allocation once warm.
//
// Ownership: the text must outlive its use; a Value and the views it returns live until the next parse() of its Doc
// (views of escaped strings live in the Doc's arena, all others in the text). The text needs no padding.
// Threads: one Doc per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gw::json {

enum class Type : std::uint8_t { missing, null, boolean, number, string, array, object };
[[nodiscard]] std::string_view to_string(Type type);

struct Limits {
  std::uint32_t max_depth = 256;
  std::uint32_t max_values = 1u << 16;
};

// Why a text was refused. `offset` is in bytes from the start of the text, as near to the damage as is known.
struct Damage {
  std::string_view reason;  // a constant: safe to print and to count by
  std::size_t offset = 0;
};

class Doc;
template <class Visitor>
class Walk;

namespace internal {
// One value of the tape. Without initialisers: the tape is not touched before it is needed.
struct Node {
  std::uint32_t key;  // offset of the key's content in the text
  std::uint32_t key_size;
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t next;  // index of the next sibling, 0 for the last
  Type type;
  bool key_escaped;
  bool escaped;       // of a string: it holds escapes
  bool has_children;  // of a container: they follow it in the tape
};
}  // namespace internal

class Value {
 public:
  Value() = default;

  [[nodiscard]] Type type() const;
  [[nodiscard]] bool is_missing() const { return doc_ == nullptr; }
  [[nodiscard]] bool is_object() const { return type() == Type::object; }
  [[nodiscard]] bool is_array() const { return type() == Type::array; }
  [[nodiscard]] bool is_string() const { return type() == Type::string; }
  // Missing and null are the same to most readers.
  [[nodiscard]] bool is_nothing() const { return type() == Type::missing || type() == Type::null; }

  // The member of an object (the last one of that name), or a missing Value; also for non-objects.
  [[nodiscard]] Value operator[](std::string_view key) const;
  // The n-th occurrence of a duplicated key, counted from 0; missing when there are fewer.
  [[nodiscard]] Value occurrence(std::string_view key, unsigned n) const;
  // True for an object in which at least one key occurs twice (this object only, not nested ones). Linear for small
  // objects, n log n otherwise.
  [[nodiscard]] bool has_duplicate_keys() const;

  // The unescaped text of a string; nullopt for every other type.
  [[nodiscard]] std::optional<std::string_view> string() const;
  // string(), or an empty view.
  [[nodiscard]] std::string_view text() const { return string().value_or(std::string_view{}); }
  [[nodiscard]] std::optional<bool> boolean() const;
  // The exact characters of the value in the text: `{…}`, `[…]`, `"…"` with quotes, `1e3`, `true`.
  [[nodiscard]] std::string_view raw() const;

  // Iteration over the members or elements, in the order of the text:
  //   for (Value v = obj.first_child(); !v.is_missing(); v = v.next_sibling()) use(v.key(), v);
  [[nodiscard]] Value first_child() const;
  [[nodiscard]] Value next_sibling() const;
  [[nodiscard]] std::string_view key() const;  // unescaped; empty for array elements
  [[nodiscard]] std::size_t size() const;      // members or elements; linear

  // Byte offset of the value in the text.
  [[nodiscard]] std::size_t offset() const;

 private:
  friend class Doc;
  Value(const Doc* doc, std::uint32_t node) : doc_(doc), node_(node) {}
  const Doc* doc_ = nullptr;
  std::uint32_t node_ = 0;
};

class Doc {
 public:
  Doc();
  ~Doc();
  Doc(Doc&&) noexcept;
  Doc& operator=(Doc&&) noexcept;

  // Validates `text` (without a byte-order mark; surrounding white space is fine) and makes its tape. True when it is
  // one JSON value, of any type; false when damaged: damage() then says why. Texts up to 4 GiB - 1.
  [[nodiscard]] bool parse(std::string_view text, Limits limits = {});
  [[nodiscard]] Value root() const;                               // after a true parse() or parse_next()
  [[nodiscard]] const Damage& damage() const { return damage_; }  // after a false one

  // The same for a text that lists many values, at the cost of one first stage for all of them: index() it, then go through
  // its structural characters. parse_next() makes the tape of the value that begins at the cursor and moves the cursor
  // behind it; what stands between values is the caller's to check. Each parse_next() ends the life of earlier Values.
  [[nodiscard]] bool index(std::string_view text);
  [[nodiscard]] bool parse_next(Limits limits = {});
  [[nodiscard]] char next_char() const;           // the structural character at the cursor; 0 at the end
  [[nodiscard]] std::size_t next_offset() const;  // its offset in the text; the text's size at the end
  void skip_char() { ++cursor_; }
  // Where the cursor is, for going back there.
  [[nodiscard]] std::size_t mark() const { return cursor_; }
  void go_back(std::size_t mark) { cursor_ = mark; }

  // Goes through the object at the cursor without a tape, which is several times as fast as parse_next(), and shows its
  // members in the order of the text: see(member), which answers what to do with it. Only members are shown whose keys have
  // one of the sizes in the bit set `key_sizes` (bit n: n characters; now and then another one); every member for kEveryKey. True when parse_next() would
  // have accepted the object, nothing in it is escaped, no see() refused and accept() agrees at the end: then the cursor
  // stands behind it. Otherwise it is where it was, and what see() was shown is not to be trusted.
  class Member;
  enum class Seen : std::uint8_t {
    pass,   // on to the next
    enter,  // show the members of this member too, when it is an object and lies less than kDeepestShown deep
    refuse,
  };
  static constexpr std::uint64_t kEveryKey = ~std::uint64_t{0};
  static constexpr unsigned kDeepestShown = 3;
  template <class See, class Accept>
  [[nodiscard]] bool skim_next(std::uint64_t key_sizes, See&& see, Accept&& accept);

 private:
  friend class Value;
  template <class Visitor>
  friend class Walk;  // base/json/walk.h
  using Node = internal::Node;
  static constexpr std::size_t kArenaChunk = 4096;
  struct Stage1;
  bool fail(std::string_view reason, std::size_t offset);
  bool fail_utf8();
  bool index_by_simdjson();
  void take_index(std::uint32_t* positions, char* characters, std::size_t count);
  [[nodiscard]] bool is_plain_scalar(std::size_t at) const;
  [[nodiscard]] static bool is_scalar(std::string_view token);
  [[nodiscard]] std::string_view content(std::size_t string) const;
  [[nodiscard]] std::size_t skip_container(std::size_t at) const;
  template <class See>
  [[nodiscard]] std::size_t skim_members(std::size_t at, unsigned depth, std::uint64_t spans, See&& see) const;
  bool build(Limits limits);
  bool scalar(std::size_t begin, std::size_t next, Node& node);
  bool close_string(std::size_t begin, std::size_t next, std::uint32_t& end, bool& escaped);
  [[nodiscard]] std::size_t find_backslash(std::size_t from) const;
  [[nodiscard]] std::string_view unescape(std::string_view raw) const;
  [[nodiscard]] std::string_view key_of(const Node& node) const;

  std::unique_ptr<Stage1> stage1_;
  std::string_view text_;
  // The structural characters, their places, and how many there are; behind the last one stands a zero, and the text's size.
  const char* characters_ = nullptr;
  const std::uint32_t* positions_ = nullptr;
  std::size_t count_ = 0;
  bool is_spaced_ = true;  // white space may stand between them
  std::unique_ptr<Node[]> nodes_;
  std::size_t node_capacity_ = 0;
  std::size_t cursor_ = 0;          // number of the structural character
  std::size_t next_backslash_ = 0;  // the first one at or behind the last string that was looked at
  // Unescaped strings; chunks are never moved, so that views stay valid while more are added.
  mutable std::vector<std::unique_ptr<char[]>> arena_;
  mutable std::size_t arena_used_ = 0;
  mutable std::size_t arena_capacity_ = 0;
  Damage damage_;
};

// A member that skim_next() shows; lives as long as the call of see().
class Doc::Member {
 public:
  [[nodiscard]] std::string_view key() const { return key_; }
  // In how many members it lies: 0 for those of the object itself.
  [[nodiscard]] unsigned depth() const { return depth_; }
  [[nodiscard]] bool is_nested() const { return depth_ != 0; }
  // The first character of its value, which tells the type: " { [ t f n, or that of a number.
  [[nodiscard]] char first() const { return doc_->characters_[at_ + 2]; }
  [[nodiscard]] bool is_string() const { return first() == '"'; }
  [[nodiscard]] bool is_object() const { return first() == '{'; }
  [[nodiscard]] std::string_view text() const { return is_string() ? doc_->content(at_ + 2) : std::string_view{}; }

 private:
  friend class Doc;
  Member(const Doc* doc, std::size_t at, std::string_view key, unsigned depth)
      : doc_(doc), at_(at), key_(key), depth_(depth) {}
  const Doc* doc_;
  std::size_t at_;  // the structural character that opens its key
  std::string_view key_;
  unsigned depth_;
};

// What stands between the quotes of the string that structural character `string` opens.
inline std::string_view Doc::content(std::size_t string) const {
  const std::size_t begin = positions_[string] + 1;
  std::size_t end = positions_[string + 1];
  while (end > begin && text_[end - 1] != '"') --end;
  return text_.substr(begin, end > begin ? end - 1 - begin : 0);
}

// Whether structural character `at` begins a number, true, false or null.
inline bool Doc::is_plain_scalar(std::size_t at) const {
  if (characters_[at] == '\0') return false;  // the end: no place is noted behind it
  const char* const begin = text_.data() + positions_[at];
  const std::size_t size = positions_[at + 1] - positions_[at];
  if (size == 4 && (std::memcmp(begin, "true", 4) == 0 || std::memcmp(begin, "null", 4) == 0)) return true;
  if (size == 5 && std::memcmp(begin, "false", 5) == 0) return true;
  return is_scalar({begin, size});
}

// The members of the object that structural character `at` opens. Answers what stands behind the object; 0 when it is not what
// skim_next() accepts. `spans`: key_sizes as distances from the opening quote of a key to its colon, or kEveryKey.
template <class See>
std::size_t Doc::skim_members(std::size_t at, unsigned depth, std::uint64_t spans, See&& see) const {
  const char* const c = characters_;
  const std::uint32_t* const positions = positions_;
  std::size_t i = at + 1;
  if (c[i] == '}') return i + 1;
  for (;;) {
    if (c[i] != '"' || c[i + 1] != ':') return 0;
    const std::uint32_t span = positions[i + 1] - positions[i];
    bool enter = false;
    if (spans == kEveryKey || (span < 64 && (spans >> span & 1) != 0)) {
      // Without white space a key ends right before its colon.
      const std::string_view key =
          is_spaced_ ? content(i) : std::string_view(text_.data() + positions[i] + 1, span - 2);
      const Seen seen = see(Member(this, i, key, depth));
      if (seen == Seen::refuse) return 0;
      enter = seen == Seen::enter;
    }
    const char first = c[i + 2];
    if (first == '"') {
      i += 3;
    } else if (first == '{' || first == '[') {
      i = enter && depth < kDeepestShown && first == '{' ? skim_members(i + 2, depth + 1, spans, see)
                                                         : skip_container(i + 2);
      if (i == 0) return 0;
    } else {
      if (!is_plain_scalar(i + 2)) return 0;
      i += 3;
    }
    if (c[i] != ',') return c[i] == '}' ? i + 1 : 0;
    ++i;
  }
}

template <class See, class Accept>
bool Doc::skim_next(std::uint64_t key_sizes, See&& see, Accept&& accept) {
  constexpr std::size_t kLongest = 1u << 16;  // structural characters; as many values parse_next() always takes
  if (characters_[cursor_] != '{') return false;
  const std::uint64_t spans = is_spaced_ || key_sizes == kEveryKey ? kEveryKey : key_sizes << 2;
  const std::size_t end = skim_members(cursor_, 0, spans, see);
  if (end == 0 || end - cursor_ > kLongest) return false;
  const std::size_t begin = positions_[cursor_];
  if (next_backslash_ < begin) next_backslash_ = find_backslash(begin);
  if (next_backslash_ < positions_[end - 1] || !accept()) return false;
  cursor_ = end;
  return true;
}

inline Type Value::type() const { return doc_ == nullptr ? Type::missing : doc_->nodes_[node_].type; }

inline Value Value::first_child() const {
  return doc_ == nullptr || !doc_->nodes_[node_].has_children ? Value() : Value(doc_, node_ + 1);
}

inline Value Value::next_sibling() const {
  const std::uint32_t next = doc_ == nullptr ? 0 : doc_->nodes_[node_].next;
  return next == 0 ? Value() : Value(doc_, next);
}

inline std::string_view Value::key() const {
  if (doc_ == nullptr) return {};
  const internal::Node& node = doc_->nodes_[node_];
  return node.key_escaped ? doc_->key_of(node) : std::string_view(doc_->text_.data() + node.key, node.key_size);
}

inline std::optional<std::string_view> Value::string() const {
  if (type() != Type::string) return std::nullopt;
  const internal::Node& node = doc_->nodes_[node_];
  const std::string_view content(doc_->text_.data() + node.begin + 1, node.end - node.begin - 2);
  return node.escaped ? doc_->unescape(content) : content;
}

}  // namespace gw::json
