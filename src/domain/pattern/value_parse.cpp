#include <algorithm>

#include "domain/pattern/value_test.h"

namespace gw::pattern {
namespace {

using Kind = ValueTest::Kind;

constexpr std::string_view kOperators[] = {"prefix", "suffix", "equals-ignore-case", "anything-but", "numeric",
                                           "cidr",   "exists", "wildcard",           "exactly"};
constexpr std::string_view kReserved[] = {"=",
                                          "<",
                                          "<=",
                                          ">",
                                          ">=",
                                          "regex",
                                          "not-wildcard",
                                          "not-equals-ignore-case",
                                          "date-after",
                                          "date-on-or-after",
                                          "date-before",
                                          "date-on-or-before",
                                          "in-date-range",
                                          "ip-address-in-range",
                                          "ip-address-not-in-range"};

class TestReader {
 public:
  explicit TestReader(std::string_view text) : text_(text) {}

  std::variant<ValueTest, PatternError> read(const Node& node) {
    if (!alternative(node)) return error_;
    return std::move(test_);
  }

 private:
  bool fail(const Node& at, std::string message, std::string expected, std::string hint = {}) {
    error_ = error_at(text_, at.offset, std::move(message), std::move(expected), std::move(hint));
    return false;
  }

  bool alternative(const Node& node) {
    if (node.is_array()) return fail(node, "an array inside the array of alternatives", "a value or an operator");
    if (!node.is_object()) {
      test_.values.push_back(node);
      if (node.is_string()) test_.block = parse_address(node.text, false).value_or(AddressBlock{});
      return true;
    }
    if (node.members.size() != 1)
      return fail(node, "an operator's object has " + std::to_string(node.members.size()) + " keys", "exactly one key",
                  "alternatives stand side by side in the array");
    const auto& [name, operand] = node.members.front();
    if (name == "anything-but") return anything_but(operand);
    if (name == "numeric") return numeric(operand);
    if (name == "cidr") return cidr(operand);
    if (name == "exactly") {
      if (!operand.is_string()) return fail(operand, "exactly compares strings only", "a string");
      test_.values.push_back(operand);
      return true;
    }
    if (name == "exists") {
      if (operand.kind != Node::Kind::boolean) return fail(operand, "exists takes no other value", "true or false");
      test_.kind = operand.truth ? Kind::exists : Kind::absent;
      return true;
    }
    if (!is_operator(name)) {
      std::string known;
      for (const std::string_view one : kOperators) known += (known.empty() ? "" : ", ") + std::string(one);
      return fail(node, "unknown operator '" + name + "'", "one of " + known,
                  "a nested field belongs outside the array");
    }
    return text_operator(name, operand);
  }

  // prefix, suffix, equals-ignore-case, wildcard, with one operand or, under anything-but, a list of them.
  bool text_operator(const std::string& name, const Node& operand) {
    test_.kind = name == "prefix"     ? Kind::prefix
                 : name == "suffix"   ? Kind::suffix
                 : name == "wildcard" ? Kind::wildcard
                                      : Kind::same_ignoring_case;
    if (operand.is_object() && !test_.negated && (test_.kind == Kind::prefix || test_.kind == Kind::suffix)) {
      if (operand.members.size() != 1 || operand.members.front().first != "equals-ignore-case")
        return fail(operand, "unsupported operand of " + name, "a string or {\"equals-ignore-case\": …}");
      test_.ignore_case = true;
      return operands(name, operand.members.front().second);
    }
    return operands(name, operand);
  }

  bool operands(const std::string& name, const Node& operand) {
    if (!test_.negated || !operand.is_array()) return one_operand(name, operand);
    if (operand.items.empty()) return fail(operand, "an empty array", "at least one string");
    return std::all_of(operand.items.begin(), operand.items.end(),
                       [&](const Node& item) { return one_operand(name, item); });
  }

  bool one_operand(const std::string& name, const Node& operand) {
    if (!operand.is_string()) return fail(operand, name + " compares strings only", "a string");
    if (test_.negated && operand.text.empty() && (test_.kind == Kind::prefix || test_.kind == Kind::suffix))
      return fail(operand, "every string has an empty " + name, "a string that is not empty");
    if (test_.kind == Kind::wildcard && !wildcard(operand)) return false;
    test_.values.push_back(operand);
    return true;
  }

  bool wildcard(const Node& operand) {
    const std::string& text = operand.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
        if (i == text.size() || (text[i] != '*' && text[i] != '\\'))
          return fail(operand, "an unknown escape in a wildcard", "\\\\* or \\\\\\\\",
                      "a backslash escapes only an asterisk or itself, and is doubled in JSON");
      } else if (text[i] == '*' && i + 1 < text.size() && text[i + 1] == '*') {
        return fail(operand, "consecutive wildcard characters", "a single *", "one * already matches any run");
      }
    }
    return true;
  }

  bool anything_but(const Node& operand) {
    test_.negated = true;
    if (operand.is_object()) {
      const bool single = operand.members.size() == 1;
      const std::string name = single ? operand.members.front().first : std::string();
      if (name != "prefix" && name != "suffix" && name != "wildcard" && name != "equals-ignore-case")
        return fail(operand, "unsupported operand of anything-but",
                    "one of prefix, suffix, wildcard, equals-ignore-case");
      return text_operator(name, operand.members.front().second);
    }
    if (!operand.is_array()) return excluded(operand);
    if (operand.items.empty()) return fail(operand, "an empty array", "at least one string or number");
    for (const Node& item : operand.items) {
      if (!excluded(item)) return false;
      if (item.kind != operand.items.front().kind)
        return fail(item, "strings and numbers mixed in anything-but", "all strings or all numbers");
    }
    return true;
  }

  bool excluded(const Node& operand) {
    if (!operand.is_string() && !operand.is_number())
      return fail(operand, "anything-but takes no such value", "a string or a number");
    if (operand.is_number() && !comparable(operand)) return false;
    test_.values.push_back(operand);
    return true;
  }

  bool comparable(const Node& operand) {
    return operand.is_comparable ||
           fail(operand, "a number that cannot be compared", "a number that a 64-bit float holds exactly as written",
                "fewer digits, or a smaller exponent");
  }

  bool bound(const Node& operand, double& out) {
    if (!operand.is_number()) return fail(operand, "numeric compares numbers only", "a number");
    if (!comparable(operand)) return false;
    out = operand.number;
    return true;
  }

  bool numeric(const Node& operand) {
    test_.kind = Kind::numeric;
    if (!operand.is_array()) return fail(operand, "numeric takes an array", "[\">\", 0, \"<=\", 5]");
    const std::vector<Node>& items = operand.items;
    for (std::size_t i = 0; i < items.size(); i += 2) {
      const std::string& sign = items[i].text;
      const bool lower = sign == ">" || sign == ">=";
      const bool upper = sign == "<" || sign == "<=";
      if (!items[i].is_string() || (!lower && !upper && sign != "="))
        return fail(items[i], "unknown numeric operator", "one of < <= = > >=");
      if (i > 2 || (i == 2 && (!upper || test_.low_bound == ValueTest::Bound::none || items[0].text == "=")))
        return fail(items[i], "too many terms in numeric", "one bound, or a lower and then an upper bound");
      if (i + 1 == items.size()) return fail(items[i], "a numeric operator without its number", "a number after it");
      const auto kind = sign.size() == 1 && sign != "=" ? ValueTest::Bound::open : ValueTest::Bound::closed;
      double value = 0;
      if (!bound(items[i + 1], value)) return false;
      if (!upper) test_.low = value, test_.low_bound = kind;
      if (!lower) test_.high = value, test_.high_bound = kind;
    }
    if (items.empty()) return fail(operand, "an empty array", "[\">\", 0, \"<=\", 5]");
    if (items.size() > 2 && test_.low >= test_.high)
      return fail(operand, "a range that holds nothing", "a lower bound below the upper bound");
    return true;
  }

  bool cidr(const Node& operand) {
    test_.kind = Kind::cidr;
    if (!operand.is_string()) return fail(operand, "cidr takes a string", "a block such as 10.0.0.0/24");
    const std::optional<AddressBlock> block = parse_address(operand.text, true);
    if (!block) return fail(operand, "not an address block", "a block such as 10.0.0.0/24 or 2001:db8::/32");
    test_.block = *block;
    return true;
  }

  std::string_view text_;
  ValueTest test_;
  PatternError error_;
};

}  // namespace

bool is_operator(std::string_view name) {
  return std::find(std::begin(kOperators), std::end(kOperators), name) != std::end(kOperators);
}

bool is_reserved(std::string_view name) {
  return is_operator(name) || std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

std::variant<ValueTest, PatternError> parse_value_test(std::string_view text, const Node& node) {
  return TestReader(text).read(node);
}

}  // namespace gw::pattern
