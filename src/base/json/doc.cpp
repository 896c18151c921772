// How a text becomes a tape.
//
// simdjson's stage 1, or on newer processors its like in structure.h, answers the positions of every structural character
// outside strings: { } [ ] : , the opening quote of each string and the first character of each other scalar; it also
// refuses broken UTF-8, raw control characters in strings and an unclosed string. From there on the grammar is ours: build() walks the positions once with an explicit
// stack (nothing recurses, so depth is a number to compare), checks every scalar, and writes one Node a value.
//
// Two observations keep it cheap. Between a string's opening quote and the next structural character there is only the
// string, its closing quote and white space, so the end of a string is found by stepping back from the next position,
// not by scanning. And escapes are rare in CloudTrail: the next backslash is remembered, so that looking for it costs one
// memchr over the text in all.
//
// Invariants: children of a container follow it in the tape; `next` is the index of the next sibling, 0 for the last.
// Cost: O(structural characters); memory 24 bytes a value plus four bytes a structural character, kept between texts.
#include "base/json/doc.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/json/lexical.h"
#include "base/json/structure.h"
#include "base/utf8.h"

namespace gw::json {
namespace {

constexpr std::uint32_t kNone = 0;
constexpr std::uint32_t kMaxDepth = 1024;

// Stage 1 takes four bytes for each structural character; above this size they are counted first, so that a text of
// nothing else cannot make it take several times its own size.
constexpr std::size_t kCountAbove = 256 * 1024;
constexpr unsigned kStructuresPerValue =
    6;  // quote and colon of the key, the value's first character, comma, two brackets

std::size_t structure_of(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) {
    n += static_cast<std::size_t>((c == '{') | (c == '}') | (c == '[') | (c == ']') | (c == ':') | (c == ','));
  }
  return n;
}

}  // namespace

namespace {

// The short way for what most of a record is: members whose values are plain strings. From structural character `i` on, as
// many as there are; anything unusual is left to the general way. Everything is passed by value: stores to the tape would
// otherwise make the compiler read it again for every member.
struct Plain {
  std::size_t position;  // behind the last comma, or at what follows the last member
  std::uint32_t used;
  std::uint32_t last;
  bool ends;  // no comma followed
};

Plain plain_members(const char* text, const char* characters, const std::uint32_t* positions,
                    std::size_t next_backslash, std::uint32_t max_values, std::size_t i, std::uint32_t used,
                    std::uint32_t last, internal::Node* nodes) {
  constexpr char kString[3] = {'"', ':', '"'};
  for (; used < max_values && std::memcmp(characters + i, kString, sizeof kString) == 0; ++i) {
    const std::uint32_t key = positions[i];
    const std::uint32_t colon = positions[i + 1];
    const std::uint32_t value = positions[i + 2];
    const std::uint32_t next = positions[i + 3];
    if (text[next - 1] != '"' || next_backslash < next || next - 1 <= value) break;
    if (text[colon - 1] != '"' || colon - 1 <= key) break;
    nodes[used] = {key + 1, colon - 2 - key, value, next, kNone, Type::string, false, false, false};
    // The first member is found by its place; writing to the tape's first node, of the root, harms nothing.
    nodes[last].next = last == kNone ? kNone : used;
    last = used++;
    i += 3;
    if (characters[i] != ',') return {i, used, last, true};
  }
  return {i, used, last, false};
}

}  // namespace

struct Doc::Stage1 {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;  // only where find_structure() has no variant
  internal::FindStructure find = internal::find_structure();
  std::size_t capacity = 0;
  std::unique_ptr<std::uint32_t[]> positions;
  std::unique_ptr<char[]> characters;
  std::unique_ptr<std::uint32_t[]> escapes;
  std::size_t escape_count = 0;

  bool reserve(std::size_t size) {
    if (size <= capacity) return true;
    const std::size_t wanted = std::max<std::size_t>(size + size / 4, 16384);
    constexpr std::size_t kSlack = internal::Structure::kSlack;
    characters = std::make_unique_for_overwrite<char[]>(wanted + kSlack);
    if (find != nullptr) {
      positions = std::make_unique_for_overwrite<std::uint32_t[]>(wanted + kSlack);
      escapes = std::make_unique_for_overwrite<std::uint32_t[]>(wanted / 64 + 2);
    } else if (parser == nullptr) {
      if (simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, kMaxDepth, parser) !=
          simdjson::SUCCESS) {
        return false;
      }
    } else if (parser->set_capacity(wanted) != simdjson::SUCCESS) {
      return false;
    }
    capacity = wanted;
    return true;
  }
};

Doc::Doc() : stage1_(std::make_unique<Stage1>()) {}
Doc::~Doc() = default;
Doc::Doc(Doc&&) noexcept = default;
Doc& Doc::operator=(Doc&&) noexcept = default;

bool Doc::fail(std::string_view reason, std::size_t offset) {
  damage_ = {reason, offset};
  return false;
}

bool Doc::parse(std::string_view text, Limits limits) {
  if (text.size() > kCountAbove && structure_of(text) > std::size_t{kStructuresPerValue} * limits.max_values) {
    return fail("too many values", 0);
  }
  if (!index(text) || !build(limits)) return false;
  if (cursor_ < count_) return fail("text after the value", next_offset());
  return true;
}

bool Doc::index(std::string_view text) {
  text_ = text;
  damage_ = {};
  cursor_ = 0;
  if (text.empty()) return fail("empty", 0);
  if (text.size() >= 0xFFFFFFFFu - internal::Structure::kSlack) return fail("too large", 0);
  if (!stage1_->reserve(text.size())) return fail("out of memory", 0);
  if (stage1_->find == nullptr) return index_by_simdjson();
  internal::Structure found{stage1_->positions.get(), stage1_->characters.get(), stage1_->escapes.get()};
  switch (stage1_->find(text.data(), text.size(), found)) {
    case internal::StructureDamage::none: break;
    case internal::StructureDamage::control_character: return fail("control character in a string", 0);
    case internal::StructureDamage::unclosed_string: return fail("unclosed string", text.size());
  }
  if (found.count == 0) return fail("empty", 0);
  const std::size_t end = std::min(found.non_ascii_end, text.size());
  if (end != 0 && !simdjson::validate_utf8(text.data() + found.non_ascii_begin, end - found.non_ascii_begin))
    return fail_utf8();
  is_spaced_ = found.spaced;
  stage1_->escape_count = found.escape_count;
  take_index(found.positions, found.characters, found.count);
  return true;
}

bool Doc::index_by_simdjson() {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text_.data());
  switch (stage1_->parser->stage1(bytes, text_.size(), simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return fail("empty", 0);
    case simdjson::UTF8_ERROR: return fail_utf8();
    case simdjson::UNESCAPED_CHARS: return fail("control character in a string", 0);
    case simdjson::UNCLOSED_STRING: return fail("unclosed string", text_.size());
    default: return fail("not JSON", 0);
  }
  is_spaced_ = true;  // nobody looked
  std::uint32_t* const positions = stage1_->parser->structural_indexes.get();
  const std::size_t count = stage1_->parser->n_structural_indexes;
  char* const characters = stage1_->characters.get();
  for (std::size_t i = 0; i < count; ++i) characters[i] = text_[positions[i]];
  take_index(positions, characters, count);
  return true;
}

void Doc::take_index(std::uint32_t* positions, char* characters, std::size_t count) {
  positions[count] = static_cast<std::uint32_t>(text_.size());
  std::memset(characters + count, 0, internal::Structure::kSlack / 4);
  positions_ = positions;
  characters_ = characters;
  count_ = count;
  next_backslash_ = find_backslash(0);
}

bool Doc::fail_utf8() {
  std::size_t i = 0;
  while (i < text_.size()) {
    const Utf8Char c = next_utf8(text_, i);
    if (!c.valid) break;
    i += c.length;
  }
  return fail("invalid UTF-8", i);
}

bool Doc::parse_next(Limits limits) { return build(limits); }

char Doc::next_char() const { return cursor_ < count_ ? characters_[cursor_] : '\0'; }

std::size_t Doc::next_offset() const { return cursor_ < count_ ? positions_[cursor_] : text_.size(); }

std::size_t Doc::find_backslash(std::size_t from) const {
  const auto within = [&](std::size_t begin, std::size_t end) -> const char* {
    return begin < end ? static_cast<const char*>(std::memchr(text_.data() + begin, '\\', end - begin)) : nullptr;
  };
  const char* found = nullptr;
  if (stage1_->find == nullptr) {
    found = within(from, text_.size());
  } else {
    const std::uint32_t* const end = stage1_->escapes.get() + stage1_->escape_count;
    const std::uint32_t* block = std::lower_bound<const std::uint32_t*>(stage1_->escapes.get(), end, from & ~63ull);
    for (; block != end && found == nullptr; ++block) {
      found = within(std::max<std::size_t>(*block, from), std::min<std::size_t>(*block + 64, text_.size()));
    }
  }
  return found == nullptr ? text_.size() : static_cast<std::size_t>(found - text_.data());
}

// The end of the string that opens at `begin` and is followed by the structural character at `next`.
bool Doc::close_string(std::size_t begin, std::size_t next, std::uint32_t& end, bool& escaped) {
  std::size_t last = next - 1;
  while (last > begin && is_space(text_[last])) --last;
  if (last == begin || text_[last] != '"') return fail("text after a string", last);
  end = static_cast<std::uint32_t>(last + 1);
  if (next_backslash_ < begin) next_backslash_ = find_backslash(begin);
  escaped = next_backslash_ < last;
  if (escaped && !escapes_are_valid(text_.substr(begin + 1, last - begin - 1))) {
    return fail("invalid escape in a string", begin);
  }
  return true;
}

bool Doc::scalar(std::size_t begin, std::size_t next, Node& node) {
  std::size_t end = next;
  while (end > begin + 1 && is_space(text_[end - 1])) --end;
  node.end = static_cast<std::uint32_t>(end);
  const std::string_view token = text_.substr(begin, end - begin);
  if (token == "null") {
    node.type = Type::null;
  } else if (token == "true" || token == "false") {
    node.type = Type::boolean;
  } else if (is_number(token)) {
    node.type = Type::number;
  } else {
    return fail("not a JSON value", begin);
  }
  return true;
}

bool Doc::build(Limits limits) {
  // Keep one chunk of the arena; a text full of escapes must not make the next one expensive.
  if (arena_.size() > 1 || arena_capacity_ > 16 * kArenaChunk) {
    arena_.clear();
    arena_capacity_ = 0;
  }
  arena_used_ = 0;

  const std::uint32_t* const positions = positions_;
  const std::size_t count = count_;
  const char* const text = text_.data();
  const std::uint32_t max_depth = std::min(limits.max_depth, kMaxDepth);
  if (node_capacity_ < limits.max_values) {
    node_capacity_ = limits.max_values;
    nodes_ = std::make_unique_for_overwrite<Node[]>(node_capacity_);
  }
  Node* const nodes = nodes_.get();

  struct Open {
    std::uint32_t node;
    std::uint32_t last_child;
    bool is_object;
  };
  std::array<Open, kMaxDepth> open;  // NOLINT: written before read
  std::uint32_t depth = 0;
  std::uint32_t used = 0;
  std::size_t i = cursor_;
  // Stage 1 puts the size of the text behind the last position.
  const auto char_at = [&](std::size_t k) { return k < count ? characters_[k] : '\0'; };
  const auto at = [&](std::size_t k) -> std::size_t { return k < count ? positions[k] : text_.size(); };
  // Mostly a string ends right before the next structural character and no backslash is near.
  const auto close = [&](std::size_t begin, std::size_t next, std::uint32_t& end, bool& escaped) {
    if (next_backslash_ >= next && text[next - 1] == '"' && next - 1 > begin) {
      end = static_cast<std::uint32_t>(next);
      return true;
    }
    return close_string(begin, next, end, escaped);
  };

  for (;;) {
    if (depth > 0 && open[depth - 1].is_object) {
      Open& object = open[depth - 1];
      const Plain plain = plain_members(text, characters_, positions, next_backslash_, limits.max_values, i, used,
                                        object.last_child, nodes);
      if (plain.used != used) nodes[object.node].has_children = true;
      i = plain.position;
      used = plain.used;
      object.last_child = plain.last;
      if (plain.ends) goto after_value;
    }
    // A value begins at structural character i; if in an object, its key (and the colon) first.
    if (used >= limits.max_values) return fail("too many values", at(i));
    {
      const std::uint32_t index = used++;
      Node& node = nodes[index];
      node.next = kNone;
      node.key_size = 0;
      node.key_escaped = false;
      node.escaped = false;
      node.has_children = false;
      if (depth > 0) {
        Open& parent = open[depth - 1];
        if (parent.last_child == kNone) {
          nodes[parent.node].has_children = true;
        } else {
          nodes[parent.last_child].next = index;
        }
        parent.last_child = index;
        if (parent.is_object) {
          if (char_at(i) != '"') return fail("a key is missing", at(i));
          std::uint32_t key_end = 0;
          if (!close(positions[i], at(i + 1), key_end, node.key_escaped)) return false;
          node.key = positions[i] + 1;
          node.key_size = key_end - 1 - node.key;
          if (char_at(i + 1) != ':') return fail("a colon is missing", at(i + 1));
          i += 2;
        }
      }
      const char first = char_at(i);
      node.begin = static_cast<std::uint32_t>(at(i));
      if (first == '"') {
        node.type = Type::string;
        if (!close(positions[i], at(i + 1), node.end, node.escaped)) return false;
        ++i;
      } else if (first == '{' || first == '[') {
        if (depth >= max_depth) return fail("nested too deeply", at(i));
        const bool is_object = first == '{';
        node.type = is_object ? Type::object : Type::array;
        open[depth++] = {index, kNone, is_object};
        ++i;
        if (char_at(i) != (is_object ? '}' : ']')) continue;
      } else {
        if (i >= count) return fail("cut off", text_.size());
        if (first == '}' || first == ']' || first == ':' || first == ',') return fail("a value is missing", at(i));
        if (!scalar(positions[i], at(i + 1), node)) return false;
        ++i;
      }
    }
  after_value:
    // After a value: close as many containers as end here, then a comma or the end of the value.
    for (;;) {
      if (depth == 0) {
        cursor_ = i;
        return true;
      }
      const char c = char_at(i);
      if (c == ',') break;
      if (i >= count) return fail("cut off", text_.size());
      const Open& parent = open[depth - 1];
      if (c != (parent.is_object ? '}' : ']')) return fail("a comma is missing", at(i));
      nodes[parent.node].end = positions[i] + 1;
      --depth;
      ++i;
    }
    ++i;  // the comma
  }
}

Value Doc::root() const { return Value(this, 0); }

}  // namespace gw::json
