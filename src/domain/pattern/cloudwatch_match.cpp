#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <unordered_map>

#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/value_test.h"

namespace gw::pattern {
namespace {

using Kind = LogExpression::Kind;

// One scalar, be it a JSON value or a field of a line.
struct Scalar {
  std::string_view text;
  bool is_number = false;
  double number = 0;
};

bool equals(const LogValue& value, const Scalar& scalar) {
  if (value.regex)
    return re2::RE2::PartialMatch(re2::StringPiece(scalar.text.data(), scalar.text.size()), *value.regex);
  return (scalar.is_number && value.is_number && scalar.number == value.number) ||
         wildcard_matches(value.glob, scalar.text);
}

bool compare(const LogExpression& test, const Scalar& scalar) {
  switch (test.kind) {
    case Kind::equal: return equals(test.value, scalar);
    case Kind::differs: return !equals(test.value, scalar);
    case Kind::less: return scalar.is_number && scalar.number < test.value.number;
    case Kind::at_most: return scalar.is_number && scalar.number <= test.value.number;
    case Kind::greater: return scalar.is_number && scalar.number > test.value.number;
    case Kind::at_least: return scalar.is_number && scalar.number >= test.value.number;
    default: return false;
  }
}

// JSON is gone through as a tree of ours or as a Doc's values, by the same code.
using Tree = const Node*;
using json::Value;

bool is_there(Tree node) { return node != nullptr; }
bool is_there(Value value) { return !value.is_missing(); }

Tree member(Tree node, const std::string& name) { return node->find(name); }
Value member(Value value, const std::string& name) { return value[name]; }

template <class See>
bool any_item(Tree node, const See& see) {
  return std::any_of(node->items.begin(), node->items.end(), [&](const Node& item) { return see(&item); });
}
template <class See>
bool any_item(Value value, const See& see) {
  if (!value.is_array()) return false;
  for (Value item = value.first_child(); !item.is_missing(); item = item.next_sibling())
    if (see(item)) return true;
  return false;
}

template <class See>
bool any_member(Tree node, const See& see) {
  return std::any_of(node->members.begin(), node->members.end(), [&](const auto& one) { return see(&one.second); });
}
template <class See>
bool any_member(Value value, const See& see) {
  if (!value.is_object()) return false;
  // Of equal keys the last counts. Only a member that is seen has to be the last: then where the last ones stand is noted once.
  std::unordered_map<std::string_view, std::size_t> last;
  for (Value one = value.first_child(); !one.is_missing(); one = one.next_sibling()) {
    if (!see(one)) continue;
    if (last.empty()) {
      for (Value other = one; !other.is_missing(); other = other.next_sibling()) last[other.key()] = other.offset();
    }
    if (last[one.key()] == one.offset()) return true;
  }
  return false;
}

bool holds(const LogExpression& test, Node::Kind kind, bool truth, std::string_view text, double number) {
  switch (kind) {
    case Node::Kind::null: return test.kind == Kind::is_null || test.kind == Kind::differs;
    case Node::Kind::boolean:
      return test.kind == (truth ? Kind::is_true : Kind::is_false) || compare(test, {truth ? "true" : "false"});
    case Node::Kind::number: return compare(test, {text, true, number});
    case Node::Kind::string: return compare(test, {text});
    default: return false;  // objects and arrays never match
  }
}
bool holds(const LogExpression& test, Tree node) {
  return holds(test, node->kind, node->truth, node->text, node->number);
}
bool holds(const LogExpression& test, Value value) {
  switch (value.type()) {
    case json::Type::null: return holds(test, Node::Kind::null, false, {}, 0);
    case json::Type::boolean: return holds(test, Node::Kind::boolean, value.boolean().value_or(false), {}, 0);
    case json::Type::string: return holds(test, Node::Kind::string, false, value.text(), 0);
    case json::Type::number: {
      const std::string text(value.raw());
      return holds(test, Node::Kind::number, false, text, std::strtod(text.c_str(), nullptr));
    }
    default: return false;
  }
}

// Whether `see` accepts a value that the selector reaches.
template <class Json, class See>
bool any_selected(Json json, const std::vector<LogStep>& selector, std::size_t at, const See& see) {
  if (at == selector.size()) return see(json);
  const auto go_on = [&](Json next) { return any_selected(next, selector, at + 1, see); };
  const LogStep& step = selector[at];
  switch (step.kind) {
    case LogStep::Kind::name: {
      const Json next = member(json, step.name);
      return is_there(next) && go_on(next);
    }
    case LogStep::Kind::index: {
      std::size_t left = step.index;
      bool found = false;
      (void)any_item(json, [&](Json item) {
        if (left-- > 0) return false;
        found = go_on(item);
        return true;
      });
      return found;
    }
    case LogStep::Kind::any_index: return any_item(json, go_on);
    case LogStep::Kind::any_name: return any_member(json, go_on);
  }
  return false;
}

template <class Json>
bool evaluate(const LogPattern& pattern, const LogExpression& test, Json root) {
  const auto part = [&](const LogExpression& one) { return evaluate(pattern, one, root); };
  if (test.kind == Kind::both) return std::all_of(test.parts.begin(), test.parts.end(), part);
  if (test.kind == Kind::either) return std::any_of(test.parts.begin(), test.parts.end(), part);
  const bool may_be_missing = test.kind == Kind::missing || (test.kind == Kind::differs && pattern.missing_differs);
  if (may_be_missing && !any_selected(root, test.selector, 0, [](Json) { return true; })) return true;
  return test.kind != Kind::missing &&
         any_selected(root, test.selector, 0, [&](Json json) { return holds(test, json); });
}

bool contains(const LogTerm& term, std::string_view message) {
  if (term.value.regex) return equals(term.value, {message});
  return message.find(term.value.text) != std::string_view::npos;
}

bool match_terms(const std::vector<LogTerm>& terms, std::string_view message) {
  bool all_optional = !terms.empty();
  bool some = false;
  for (const LogTerm& term : terms) {
    const bool there = contains(term, message);
    some = some || there;
    if (term.kind == LogTerm::Kind::optional) continue;
    all_optional = false;
    if (there == (term.kind == LogTerm::Kind::excluded)) return false;
  }
  return !all_optional || some;
}

std::vector<Scalar> split_fields(std::string_view line) {
  std::vector<Scalar> out;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    const char close = line[at] == '[' ? ']' : line[at] == '"' ? '"' : '\0';
    std::size_t end = close != '\0' ? line.find(close, at + 1) : std::string_view::npos;
    Scalar& field = out.emplace_back();
    if (end != std::string_view::npos) {
      field.text = line.substr(at + 1, end - at - 1);
      at = end + 1;
      continue;
    }
    end = std::min(line.find(' ', at), line.size());
    field.text = line.substr(at, end - at);
    at = end;
    if (field.text.size() > 64 || field.text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) continue;
    const std::string copy(field.text);
    char* stop = nullptr;
    field.number = std::strtod(copy.c_str(), &stop);
    field.is_number = *stop == '\0';
  }
  return out;
}

bool field_holds(const LogExpression& test, const Scalar& field) {
  const auto part = [&](const LogExpression& one) { return field_holds(one, field); };
  if (test.kind == Kind::both) return std::all_of(test.parts.begin(), test.parts.end(), part);
  if (test.kind == Kind::either) return std::any_of(test.parts.begin(), test.parts.end(), part);
  return compare(test, field);
}

// As a glob over fields: `...` is the star.
bool match_fields(const LogPattern& pattern, std::string_view line) {
  std::vector<Scalar> fields = split_fields(line);
  const std::vector<LogField>& wanted = pattern.fields;
  if (pattern.last_takes_rest && fields.size() > wanted.size()) fields.resize(wanted.size());
  std::size_t p = 0;
  std::size_t f = 0;
  std::size_t star = wanted.size() + 1;
  std::size_t resume = 0;
  while (true) {
    if (p < wanted.size() && wanted[p].any_number) {
      star = ++p;
      resume = f;
    } else if (p == wanted.size() && f == fields.size()) {
      return true;
    } else if (p < wanted.size() && f < fields.size() && field_holds(wanted[p].condition, fields[f])) {
      ++p;
      ++f;
    } else if (star > wanted.size() || resume >= fields.size()) {
      return false;
    } else {
      p = star;
      f = ++resume;
    }
  }
}

}  // namespace

bool matches(const LogPattern& pattern, std::string_view message) {
  if (pattern.family == LogPattern::Family::terms) return match_terms(pattern.terms, message);
  if (pattern.family == LogPattern::Family::fields) return match_fields(pattern, message);
  const std::variant<Node, PatternError> tree = parse_tree(message);
  const Node* root = std::get_if<Node>(&tree);
  return root != nullptr && evaluate(pattern, pattern.json, root);
}

bool matches(const LogPattern& pattern, json::Value message) {
  if (pattern.family == LogPattern::Family::json) return evaluate(pattern, pattern.json, message);
  return matches(pattern, message.raw());
}

}  // namespace gw::pattern
