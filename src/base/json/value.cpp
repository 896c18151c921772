// Looking around in a tape: what a Value answers. Members are searched in order, so a look-up costs their number.
#include <algorithm>
#include <vector>

#include "base/json/doc.h"

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
