#include "domain/pattern/decisions.h"

#include <algorithm>

namespace gw::pattern {
namespace {

using Family = LogPattern::Family;
using Kind = LogExpression::Kind;

template <class Test>
bool any_part(const LogExpression& expression, const Test& test) {
  if (expression.parts.empty()) return test(expression);
  return std::any_of(expression.parts.begin(), expression.parts.end(),
                     [&](const LogExpression& part) { return any_part(part, test); });
}

// Whether `test` holds for a condition of a JSON pattern, or of a space-delimited one.
template <class Test>
bool any_condition(const Pattern& pattern, const Test& test) {
  const LogPattern* log = pattern.log();
  if (log == nullptr) return false;
  if (log->family == Family::json) return any_part(log->json, test);
  return std::any_of(log->fields.begin(), log->fields.end(),
                     [&](const LogField& field) { return any_part(field.condition, test); });
}
template <class Test>
bool any_json_condition(const Pattern& pattern, const Test& test) {
  return pattern.log() != nullptr && pattern.log()->family == Family::json && any_condition(pattern, test);
}
bool is_equality(const LogExpression& e) { return e.kind == Kind::equal || e.kind == Kind::differs; }

template <class Test>
bool any_test(const Pattern& pattern, const Test& test) {
  const EventPattern* event = pattern.event();
  return event != nullptr && std::any_of(event->leaves.begin(), event->leaves.end(),
                                         [&](const auto& leaf) { return std::any_of(leaf.begin(), leaf.end(), test); });
}
bool is_value(const ValueTest& test, Node::Kind kind) {
  return test.kind == ValueTest::Kind::exact && test.values.front().kind == kind;
}
bool of_events(const Pattern& pattern) { return pattern.event() != nullptr; }
bool several_rules(const Pattern& pattern) { return pattern.event() != nullptr && pattern.event()->rules.size() > 1; }
bool names_or(const Pattern& pattern) {
  const EventPattern* event = pattern.event();
  return event != nullptr && std::any_of(event->paths.begin(), event->paths.end(), [](const auto& path) {
           return std::find(path.begin(), path.end(), "$or") != path.end();
         });
}
bool terms(const Pattern& pattern) { return pattern.log() != nullptr && pattern.log()->family == Family::terms; }
bool differs(const Pattern& pattern) {
  return any_json_condition(pattern, [](const auto& e) { return e.kind == Kind::differs; });
}
bool of_kind(const Pattern& pattern, ValueTest::Kind kind) {
  return any_test(pattern, [&](const ValueTest& test) { return test.kind == kind; });
}

constexpr std::string_view kLogs = "CloudWatch Logs";
constexpr std::string_view kEvents = "EventBridge";

constexpr Decision kDecisions[] = {
    {kLogs, "does a term need word boundaries?", "no: any part of the message", terms},
    {kLogs, "what may a term without quotes hold?",
     "letters, digits and `_`, as AWS's answers say; beyond ASCII anything", terms},
    {kLogs, "does `!=` hold where the field is missing?", "no; `--missing-differs` turns it", differs},
    {kLogs, "does `!=` hold for null?", "yes; `=` never does", differs},
    {kLogs, "is the string `\"404\"` equal to `404`?", "yes with `=`, by its text; `<` and `>` take JSON numbers only",
     [](const Pattern& p) { return any_json_condition(p, [](const auto& e) { return e.value.is_number; }); }},
    {kLogs, "is `true` equal to `\"true\"`?", "yes, by its text",
     [](const Pattern& p) {
       return any_json_condition(
           p, [](const auto& e) { return is_equality(e) && (e.value.text == "true" || e.value.text == "false"); });
     }},
    {kLogs, "is a missing field `IS NULL`?", "no, only a present null",
     [](const Pattern& p) { return any_json_condition(p, [](const auto& e) { return e.kind == Kind::is_null; }); }},
    {kLogs, "does `NOT EXISTS` hold for an object?", "no: something is there",
     [](const Pattern& p) { return any_json_condition(p, [](const auto& e) { return e.kind == Kind::missing; }); }},
    {kLogs, "what can be escaped in quotes?", "`\\\"` and `\\\\`",
     [](const Pattern& p) {
       return any_condition(p, [](const auto& e) { return e.value.text.find_first_of("\"\\") != std::string::npos; });
     }},
    {kLogs, "what characters may stand unquoted in a value?", "all but space and `(){}[]&|,=!<>\"%`",
     [](const Pattern& p) { return any_condition(p, is_equality); }},
    {kLogs, "does the last field of `[a = x, b]` take the rest of the line?",
     "yes, when it has no condition, the one before has, and no `...` stands in the pattern",
     [](const Pattern& p) { return p.log() != nullptr && p.log()->last_takes_rest; }},
    {kEvents, "are `300`, `300.0` and `3e2` equal?",
     "yes: compared as numbers; one that no 64-bit float holds exactly is its text, as in the open engine",
     [](const Pattern& p) {
       return any_test(p, [](const ValueTest& test) { return is_value(test, Node::Kind::number); });
     }},
    {kEvents, "are `10.0.0.1` and `010.0.0.01` equal?", "yes, as all ways to write an address are, in the open engine",
     [](const Pattern& p) {
       return any_test(p, [](const ValueTest& t) { return t.kind == ValueTest::Kind::exact && t.block.size != 0; });
     }},
    {kEvents, "may `cidr` be a block of one address?", "no, as in the open engine; write the address as a value",
     [](const Pattern& p) { return of_kind(p, ValueTest::Kind::cidr); }},
    {kEvents, "what is equal ignoring case?",
     "each character of the pattern stands for its lower and upper case, as in the open engine: `ß` equals `SS`",
     [](const Pattern& p) {
       return any_test(
           p, [](const ValueTest& t) { return t.ignore_case || t.kind == ValueTest::Kind::same_ignoring_case; });
     }},
    {kEvents, "when are wildcards too complex?",
     "when a value can match more than ten beginnings of a field's wildcards at a time: the open engine's measure; AWS "
     "publishes no limit",
     [](const Pattern& p) { return of_kind(p, ValueTest::Kind::wildcard); }},
    {kEvents, "may `anything-but` nest `equals-ignore-case` in `prefix`?", "no: AWS refuses it",
     [](const Pattern& p) { return any_test(p, [](const ValueTest& test) { return test.negated; }); }},
    {kEvents, "of two equal keys, which counts?",
     "of an event the last; of a pattern's fields the last, while objects under equal keys add up, as in the open "
     "engine",
     of_events},
    {kEvents, "is the key `\"a.b\"` the path `a`, `b`?", "yes, as in the open engine", of_events},
    {kEvents, "a field beside `$or` and inside it?", "the one written later counts", several_rules},
    {kEvents, "is `$or` ever the name of a field?",
     "yes, all over a pattern in which one of them offers no choice of objects, as in the open engine", names_or},
    {kEvents, "must `exists: false` hold in the same array element?",
     "yes, in the one where the fields are met whose names come before it in the alphabet; where none does, in all; as "
     "in "
     "the open engine",
     [](const Pattern& p) { return of_kind(p, ValueTest::Kind::absent); }},
};

}  // namespace

std::span<const Decision> decisions() { return kDecisions; }

std::vector<const Decision*> decisions_on(const Pattern& pattern) {
  std::vector<const Decision*> out;
  for (const Decision& one : kDecisions)
    if (one.bears_on(pattern)) out.push_back(&one);
  return out;
}

}  // namespace gw::pattern
