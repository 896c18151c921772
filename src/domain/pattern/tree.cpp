// Recursive descent over the bytes; depth is bounded by kMaxNesting, work by the length of the text. The members of an
// object are indexed only once there are many, so that an object of very many keys costs no quadratic time.
#include "domain/pattern/tree.h"

#include <cstdlib>
#include <unordered_map>

#include "base/utf8.h"
#include "domain/pattern/numbers.h"

namespace gw::pattern {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  Reader(std::string_view text, EqualKeys equal) : text_(text), equal_(equal) {}

  std::variant<Node, PatternError> read() {
    Node root;
    skip_space();
    if (!value(root, 0)) return error_;
    skip_space();
    if (at_ < text_.size()) {
      fail("text after the end of the JSON value", "the end");
      return error_;
    }
    return root;
  }

 private:
  bool fail(std::string message, std::string expected) {
    error_ = error_at(text_, at_, std::move(message), std::move(expected));
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool word(std::string_view name) {
    if (text_.substr(at_, name.size()) != name) return fail("not JSON", "a JSON value");
    at_ += name.size();
    return true;
  }

  bool value(Node& out, std::size_t depth) {
    if (depth > kMaxNesting) return fail("nested too deeply", "at most " + std::to_string(kMaxNesting) + " levels");
    out.offset = at_;
    switch (peek()) {
      case '{': return object(out, depth);
      case '[': return array(out, depth);
      case '"': out.kind = Node::Kind::string; return string(out.text);
      case 't':
        out.kind = Node::Kind::boolean;
        out.truth = true;
        return word("true");
      case 'f': out.kind = Node::Kind::boolean; return word("false");
      case 'n': return word("null");
      default: return number(out);
    }
  }

  bool object(Node& out, std::size_t depth) {
    out.kind = Node::Kind::object;
    std::unordered_map<std::string, std::size_t> index;
    ++at_;
    skip_space();
    if (peek() == '}') return ++at_, true;
    while (true) {
      std::string key;
      if (peek() != '"') return fail("an object's key is missing", "a key in double quotes");
      if (!string(key)) return false;
      skip_space();
      if (peek() != ':') return fail("a key without a value", "':'");
      ++at_;
      skip_space();
      Node child;
      if (!value(child, depth + 1)) return false;
      if (Node* same = equal_ == EqualKeys::stay ? nullptr : find_member(out, key, index)) {
        *same = std::move(child);
      } else {
        out.members.emplace_back(std::move(key), std::move(child));
      }
      skip_space();
      if (peek() == '}') return ++at_, true;
      if (peek() != ',') return fail("an object is not closed", "',' or '}'");
      ++at_;
      skip_space();
    }
  }

  // The value of that key so far, if there is one. `index` is made once there are many members.
  static Node* find_member(Node& object, const std::string& key, std::unordered_map<std::string, std::size_t>& index) {
    constexpr std::size_t kMany = 16;
    if (object.members.size() < kMany) return const_cast<Node*>(object.find(key));
    if (index.empty())
      for (std::size_t i = 0; i < object.members.size(); ++i) index.emplace(object.members[i].first, i);
    const auto [place, is_new] = index.try_emplace(key, object.members.size());
    return is_new ? nullptr : &object.members[place->second].second;
  }

  bool array(Node& out, std::size_t depth) {
    out.kind = Node::Kind::array;
    ++at_;
    skip_space();
    if (peek() == ']') return ++at_, true;
    while (true) {
      if (!value(out.items.emplace_back(), depth + 1)) return false;
      skip_space();
      if (peek() == ']') return ++at_, true;
      if (peek() != ',') return fail("an array is not closed", "',' or ']'");
      ++at_;
      skip_space();
    }
  }

  bool number(Node& out) {
    const std::size_t begin = at_;
    std::size_t end = at_;
    const auto at = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
    const auto digits = [&] {
      const std::size_t first = end;
      while (is_digit(at(end))) ++end;
      return end > first;
    };
    if (at(end) == '-') ++end;
    const bool zero = at(end) == '0';
    const std::size_t first = end;
    if (!digits() || (zero && end > first + 1)) return fail("not JSON", "a JSON value");
    if (at(end) == '.' && (++end, !digits())) return fail("a number breaks off", "digits after the point");
    if (at(end) == 'e' || at(end) == 'E') {
      ++end;
      if (at(end) == '+' || at(end) == '-') ++end;
      if (!digits()) return fail("a number breaks off", "digits in the exponent");
    }
    out.kind = Node::Kind::number;
    out.text = std::string(text_.substr(begin, end - begin));
    out.number = std::strtod(out.text.c_str(), nullptr);
    out.is_comparable = is_comparable(out.text, out.number);
    at_ = end;
    return true;
  }

  bool hex4(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      std::uint32_t digit = 0;
      if (is_digit(c)) {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
        digit = static_cast<std::uint32_t>((c | 0x20) - 'a') + 10;
      } else {
        return fail("a broken \\u escape", "four hexadecimal digits");
      }
      out = out * 16 + digit;
    }
    return true;
  }

  bool escape(std::string& out) {
    const char c = peek();
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = kNames.find(c); c != '\0' && i != std::string_view::npos) {
      out += kValues[i];
      ++at_;
      return true;
    }
    if (c != 'u') return fail("an unknown escape in a string", "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    ++at_;
    std::uint32_t unit = 0;
    if (!hex4(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      const std::size_t before = at_;
      std::uint32_t low = 0;
      at_ += 2;
      if (!hex4(low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
      } else {
        at_ = before;
      }
    }
    append_utf8(out, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    return true;
  }

  bool string(std::string& out) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string", "an escape such as \\n");
      if (c == '\\') {
        ++at_;
        if (!escape(out)) return false;
        continue;
      }
      const std::size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20)
        ++at_;
      out.append(text_, begin, at_ - begin);
    }
    return fail("a string is not closed", "a closing double quote");
  }

  std::string_view text_;
  EqualKeys equal_;
  std::size_t at_ = 0;
  PatternError error_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : members)
    if (name == key) return &value;
  return nullptr;
}

std::variant<Node, PatternError> parse_tree(std::string_view text, EqualKeys equal) {
  return Reader(text, equal).read();
}

}  // namespace gw::pattern
