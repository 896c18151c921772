// Of conditions that must all hold, the one whose literals are the rarest speaks for all; of alternatives each must have its own.
// A literal is made of characters that no JSON writer escapes, with the quote beside it where the value begins or ends there.
#include "domain/pattern/literals.h"

#include <algorithm>
#include <optional>

namespace gw::pattern {
namespace {

constexpr std::size_t kShortest = 3;
constexpr std::size_t kLongest = 256;
constexpr std::size_t kMost = 63;

// The literals of a condition, and how often they stand in records that are not meant: less is better.
struct Needed {
  std::vector<std::string> literals;
  int cost = 0;
};
using MaybeNeeded = std::optional<Needed>;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':' || c == '@';
}

// The longest run of plain characters in `text`. `front`, `back`: where `text` begins, ends, so does
// the value, and a quote stands there.
std::string longest_run(std::string_view text, bool front, bool back) {
  std::size_t best = 0;
  std::size_t best_size = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_plain(text[end])) ++end;
    if (end - i > best_size) best = i, best_size = end - i;
    i = end + 1;
  }
  const bool is_cut = best_size > kLongest - 2;
  std::string out(text.substr(best, std::min(best_size, kLongest - 2)));
  if (out.empty()) return out;
  if (front && best == 0) out.insert(out.begin(), '"');
  if (back && !is_cut && best + best_size == text.size()) out.push_back('"');
  return out;
}

// How common a value under a field of this name is.
int cost_of_field(std::string_view name) {
  struct Known {
    std::string_view name;
    int cost;
  };
  constexpr Known kKnown[] = {{"eventName", 10},
                              {"errorCode", 30},
                              {"userName", 40},
                              {"arn", 50},
                              {"eventSource", 200},
                              {"type", 150},
                              {"recipientAccountId", 300},
                              {"accountId", 300},
                              {"awsRegion", 300},
                              {"eventType", 400},
                              {"eventCategory", 500},
                              {"eventVersion", 500},
                              {"userAgent", 150},
                              {"sourceIPAddress", 60}};
  for (const Known& known : kKnown)
    if (known.name == name) return known.cost;
  return 20;
}

MaybeNeeded one(std::string literal, std::string_view field) {
  if (literal.size() < kShortest) return std::nullopt;
  const int length = static_cast<int>(std::min<std::size_t>(literal.size(), 20));
  return Needed{{std::move(literal)}, cost_of_field(field) + 40 - 2 * length};
}

// Any of both.
void unite(MaybeNeeded& into, MaybeNeeded other) {
  if (!into || !other) {
    into.reset();
    return;
  }
  into->cost = std::max(into->cost, other->cost) + 1;
  for (std::string& literal : other->literals)
    if (std::find(into->literals.begin(), into->literals.end(), literal) == into->literals.end())
      into->literals.push_back(std::move(literal));
  if (into->literals.size() > kMost) into.reset();
}

void take_better(MaybeNeeded& into, MaybeNeeded other) {
  if (other && (!into || other->cost < into->cost)) into = std::move(other);
}

MaybeNeeded of_test(const ValueTest& test, std::string_view field) {
  using Kind = ValueTest::Kind;
  if (test.negated || test.ignore_case || test.values.size() != 1 || !test.values.front().is_string())
    return std::nullopt;
  const std::string& text = test.values.front().text;
  switch (test.kind) {
    case Kind::exact:
      if (test.block.size != 0) return std::nullopt;  // equals what is written otherwise
      return one(longest_run(text, true, true), field);
    case Kind::prefix: return one(longest_run(text, true, false), field);
    case Kind::suffix: return one(longest_run(text, false, true), field);
    case Kind::wildcard: return one(longest_run(text, true, true), field);  // `*` and `\` are no plain characters
    default: return std::nullopt;
  }
}

// Of each condition that says something.
std::vector<Needed> of_conditions(const EventPattern& pattern, const EventPattern::Rule& rule, bool bare) {
  std::vector<Needed> out;
  for (const EventPattern::Condition& condition : rule) {
    const std::vector<std::string>& path = pattern.paths[condition.path];
    if (!bare && path.front() != "detail") continue;  // what EventBridge adds does not stand in the record
    MaybeNeeded all;
    bool first = true;
    for (const ValueTest& test : pattern.leaves[condition.leaf]) {
      MaybeNeeded alternative = of_test(test, path.back());
      if (first) {
        all = std::move(alternative);
      } else {
        unite(all, std::move(alternative));
      }
      first = false;
    }
    if (all) out.push_back(std::move(*all));
  }
  return out;
}

MaybeNeeded of_rule(const EventPattern& pattern, const EventPattern::Rule& rule, bool bare) {
  MaybeNeeded out;
  for (Needed& condition : of_conditions(pattern, rule, bare)) take_better(out, std::move(condition));
  return out;
}

MaybeNeeded of_value(const LogValue& value, std::string_view field) {
  if (value.regex || value.is_number) return std::nullopt;
  const std::string& text = value.text;
  // A JSON number or word has no quotes.
  const bool is_text = text.find_first_not_of("0123456789+-.eEtruefalsn*") != std::string::npos;
  return one(longest_run(text, is_text, is_text), field);
}

MaybeNeeded of_expression(const LogExpression& expression) {
  using Kind = LogExpression::Kind;
  MaybeNeeded out;
  switch (expression.kind) {
    case Kind::both:
      for (const LogExpression& part : expression.parts) take_better(out, of_expression(part));
      return out;
    case Kind::either:
      for (std::size_t i = 0; i < expression.parts.size(); ++i) {
        MaybeNeeded part = of_expression(expression.parts[i]);
        if (i == 0) {
          out = std::move(part);
        } else {
          unite(out, std::move(part));
        }
      }
      return out;
    case Kind::equal: return of_value(expression.value, expression.selector.back().name);
    default: return std::nullopt;
  }
}

MaybeNeeded of_term(const LogTerm& term) {
  if (term.value.regex) return std::nullopt;
  const std::string_view text = std::string_view(term.value.text).substr(0, kLongest);
  if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; })) return std::nullopt;
  return one(std::string(text), {});
}

MaybeNeeded of_log(const LogPattern& pattern) {
  if (pattern.family == LogPattern::Family::json) return of_expression(pattern.json);
  if (pattern.family == LogPattern::Family::fields) return std::nullopt;
  MaybeNeeded required;
  MaybeNeeded optional;
  bool all_optional = !pattern.terms.empty();
  bool first = true;
  for (const LogTerm& term : pattern.terms) {
    if (term.kind != LogTerm::Kind::optional) all_optional = false;
    if (term.kind == LogTerm::Kind::required) take_better(required, of_term(term));
    if (term.kind != LogTerm::Kind::optional) continue;
    if (first) {
      optional = of_term(term);
    } else {
      unite(optional, of_term(term));
    }
    first = false;
  }
  return all_optional ? optional : required;
}

}  // namespace

std::vector<std::string> needed_literals(const EventPattern& pattern, bool bare) {
  MaybeNeeded out;
  for (std::size_t i = 0; i < pattern.rules.size(); ++i) {
    MaybeNeeded rule = of_rule(pattern, pattern.rules[i], bare);
    if (i == 0) {
      out = std::move(rule);
    } else {
      unite(out, std::move(rule));
    }
  }
  return out ? std::move(out->literals) : std::vector<std::string>();
}

std::vector<std::vector<std::string>> literal_choices(const EventPattern& pattern, bool bare) {
  std::vector<std::vector<std::string>> out;
  if (pattern.rules.size() != 1) {
    out.push_back(needed_literals(pattern, bare));
    if (out.front().empty()) out.clear();
    return out;
  }
  std::vector<Needed> conditions = of_conditions(pattern, pattern.rules.front(), bare);
  std::stable_sort(conditions.begin(), conditions.end(),
                   [](const Needed& a, const Needed& b) { return a.cost < b.cost; });
  for (Needed& one : conditions) out.push_back(std::move(one.literals));
  return out;
}

std::vector<std::string> needed_literals(const Pattern& pattern, bool bare) {
  if (const EventPattern* event = pattern.event()) return needed_literals(*event, bare);
  MaybeNeeded out = of_log(*pattern.log());
  return out ? std::move(out->literals) : std::vector<std::string>();
}

}  // namespace gw::pattern
