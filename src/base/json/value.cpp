// Looking around in a tape: what a Value answers. Members are searched in order, so a look-up costs their number.
#include <algorithm>
#include <cstring>
#include <vector>

#include "base/json/doc.h"
#include "base/json/lexical.h"
#include "base/utf8.h"

namespace gw::json {

std::string_view to_string(Type type) {
  switch (type) {
    case Type::missing: return "missing";
    case Type::null: return "null";
    case Type::boolean: return "boolean";
    case Type::number: return "number";
    case Type::string: return "string";
    case Type::array: return "array";
    case Type::object: return "object";
  }
  return "missing";
}

std::string_view Doc::key_of(const Node& node) const {
  const std::string_view raw = text_.substr(node.key, node.key_size);
  return node.key_escaped ? unescape(raw) : raw;
}

std::string_view Doc::unescape(std::string_view raw) const {
  // Unescaped text is never longer than the escaped one, with one exception: a lone surrogate (6 bytes) becomes U+FFFD
  // (3 bytes), which is shorter too.
  if (arena_capacity_ - arena_used_ < raw.size()) {
    arena_capacity_ = std::max(kArenaChunk, raw.size());
    arena_.push_back(std::make_unique<char[]>(arena_capacity_));
    arena_used_ = 0;
  }
  char* const out = arena_.back().get() + arena_used_;
  std::size_t n = 0;
  std::string encoded;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out[n++] = raw[i];
      continue;
    }
    ++i;
    switch (raw[i]) {
      case 'b': out[n++] = '\b'; break;
      case 'f': out[n++] = '\f'; break;
      case 'n': out[n++] = '\n'; break;
      case 'r': out[n++] = '\r'; break;
      case 't': out[n++] = '\t'; break;
      case 'u': {
        auto c = static_cast<std::uint32_t>(hex4(raw.data() + i + 1));
        i += 4;
        if (c >= 0xD800 && c <= 0xDBFF && raw.size() - i > 6 && raw[i + 1] == '\\' && raw[i + 2] == 'u') {
          const auto low = static_cast<std::uint32_t>(hex4(raw.data() + i + 3));
          if (low >= 0xDC00 && low <= 0xDFFF) {
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
          }
        }
        if (c >= 0xD800 && c <= 0xDFFF) c = 0xFFFD;
        encoded.clear();
        append_utf8(encoded, c);
        std::memcpy(out + n, encoded.data(), encoded.size());
        n += encoded.size();
        break;
      }
      default: out[n++] = raw[i]; break;  // quote, backslash, slash
    }
  }
  arena_used_ += n;
  return {out, n};
}

Value Value::operator[](std::string_view key) const {
  Value found;
  if (type() != Type::object) return found;
  for (Value v = first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (v.key() == key) found = v;
  }
  return found;
}

Value Value::occurrence(std::string_view key, unsigned n) const {
  if (type() != Type::object) return {};
  for (Value v = first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (v.key() == key && n-- == 0) return v;
  }
  return {};
}

bool Value::has_duplicate_keys() const {
  if (type() != Type::object) return false;
  std::size_t looked_at = 0;
  std::uint64_t kinds = 0;  // keys seen, by length and last character: most objects need no comparison at all
  for (Value v = first_child(); !v.is_missing(); v = v.next_sibling()) {
    if (++looked_at > 32) break;
    const std::string_view key = v.key();
    const auto last = key.empty() ? 0u : static_cast<unsigned char>(key.back());
    const std::uint64_t kind = std::uint64_t{1} << ((key.size() * 7 + last) & 63);
    if ((kinds & kind) == 0) {
      kinds |= kind;
      continue;
    }
    for (Value w = first_child(); w.node_ != v.node_; w = w.next_sibling()) {
      if (w.key() == v.key()) return true;
    }
  }
  if (looked_at <= 32) return false;
  std::vector<std::string_view> keys;
  for (Value v = first_child(); !v.is_missing(); v = v.next_sibling()) keys.push_back(v.key());
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

std::optional<bool> Value::boolean() const {
  if (type() != Type::boolean) return std::nullopt;
  return doc_->text_[doc_->nodes_[node_].begin] == 't';
}

std::string_view Value::raw() const {
  if (doc_ == nullptr) return {};
  const Doc::Node& node = doc_->nodes_[node_];
  return doc_->text_.substr(node.begin, node.end - node.begin);
}

std::size_t Value::size() const {
  std::size_t n = 0;
  for (Value v = first_child(); !v.is_missing(); v = v.next_sibling()) ++n;
  return n;
}

std::size_t Value::offset() const { return doc_ == nullptr ? 0 : doc_->nodes_[node_].begin; }

}  // namespace gw::json
