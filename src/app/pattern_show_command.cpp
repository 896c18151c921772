// pattern show: a pattern as it was understood.
#include <algorithm>

#include "app/pattern.h"
#include "base/json/write.h"
#include "base/neutralise.h"
#include "domain/pattern/decisions.h"

namespace gw::app {
namespace {

using pattern::LogExpression;
using pattern::LogPattern;
using pattern::LogStep;
using pattern::Node;
using pattern::ValueTest;

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

std::string value(const Node& node) {
  switch (node.kind) {
    case Node::Kind::string: return quoted(node.text);
    case Node::Kind::number: return node.text;
    case Node::Kind::boolean: return node.truth ? "true" : "false";
    default: return "null";
  }
}

std::string joined(const std::vector<Node>& values) {
  std::string out;
  for (const Node& one : values) out += (out.empty() ? "" : " or ") + value(one);
  return out;
}

std::string number(double n) {
  std::string out = std::to_string(n);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string bounds(const ValueTest& test) {
  using Bound = ValueTest::Bound;
  std::string out;
  if (test.low_bound != Bound::none) out += (test.low_bound == Bound::open ? "> " : ">= ") + number(test.low);
  if (test.high_bound == Bound::none) return out;
  if (!out.empty()) out += " and ";
  return out + (test.high_bound == Bound::open ? "< " : "<= ") + number(test.high);
}

std::string words(const ValueTest& test) {
  using Kind = ValueTest::Kind;
  const std::string whose = test.ignore_case ? ", ignoring case, " : " ";
  std::string out = test.negated ? "is there and not: " : "";
  switch (test.kind) {
    case Kind::exact: return out + "equals " + joined(test.values);
    case Kind::prefix: return out + "begins" + whose + "with " + joined(test.values);
    case Kind::suffix: return out + "ends" + whose + "with " + joined(test.values);
    case Kind::same_ignoring_case: return out + "equals, ignoring case, " + joined(test.values);
    case Kind::wildcard: return out + "is like " + joined(test.values);
    case Kind::numeric: return "is a number " + bounds(test);
    case Kind::cidr: return "is an address in a block of " + std::to_string(test.block.prefix) + " bits";
    case Kind::exists: return "is there";
    case Kind::absent: return "is not there";
  }
  return out;
}

std::string selector(const std::vector<LogStep>& steps) {
  std::string out = "$";
  for (const LogStep& step : steps) {
    switch (step.kind) {
      case LogStep::Kind::name: append_visible(out += ".", step.name); break;
      case LogStep::Kind::index: out += "[" + std::to_string(step.index) + "]"; break;
      case LogStep::Kind::any_index: out += "[*]"; break;
      case LogStep::Kind::any_name: out += ".*"; break;
    }
  }
  return out;
}

std::string words(const LogExpression& e, const std::string& whose) {
  using Kind = LogExpression::Kind;
  const auto all = [&](const char* between) {
    std::string out;
    for (const LogExpression& part : e.parts) out += (out.empty() ? "" : between) + words(part, whose);
    return e.parts.size() > 1 ? "(" + out + ")" : out.empty() ? whose + " is anything" : out;
  };
  const std::string left = e.selector.empty() ? whose : selector(e.selector);
  const std::string right = e.value.regex       ? "%" + visible(e.value.text) + "%"
                            : e.value.is_number ? e.value.text
                                                : quoted(e.value.text);
  switch (e.kind) {
    case Kind::both: return all(" && ");
    case Kind::either: return all(" || ");
    case Kind::equal: return left + " = " + right;
    case Kind::differs: return left + " != " + right;
    case Kind::less: return left + " < " + right;
    case Kind::at_most: return left + " <= " + right;
    case Kind::greater: return left + " > " + right;
    case Kind::at_least: return left + " >= " + right;
    case Kind::is_null: return left + " IS NULL";
    case Kind::is_true: return left + " IS TRUE";
    case Kind::is_false: return left + " IS FALSE";
    case Kind::missing: return left + " NOT EXISTS";
  }
  return {};
}

std::string describe_log(const LogPattern& log) {
  if (log.family == LogPattern::Family::json) return "CloudWatch Logs, JSON\n  " + words(log.json, "$") + "\n";
  std::string out = log.family == LogPattern::Family::terms ? "CloudWatch Logs, terms\n" : "CloudWatch Logs, fields\n";
  for (const pattern::LogTerm& term : log.terms) {
    using Kind = pattern::LogTerm::Kind;
    out += term.kind == Kind::required ? "  with " : term.kind == Kind::optional ? "  with any of: " : "  without ";
    out += (term.value.regex ? "%" + visible(term.value.text) + "%" : quoted(term.value.text)) + "\n";
  }
  if (log.family == LogPattern::Family::terms && log.terms.empty()) out += "  every message\n";
  for (std::size_t i = 0; i < log.fields.size(); ++i) {
    const std::string name = "field " + std::to_string(i + 1);
    out += "  " + (log.fields[i].any_number ? "any number of fields" : words(log.fields[i].condition, name)) + "\n";
  }
  return out;
}

std::string describe_events(const pattern::EventPattern& event) {
  std::string out = "EventBridge";
  const std::size_t rules = event.rules.size();
  if (rules > 1) out += ", any of " + std::to_string(rules) + " rules";
  out += "\n";
  for (std::size_t i = 0; i < rules; ++i) {
    if (rules > 1) out += "  rule " + std::to_string(i + 1) + "\n";
    for (const auto& condition : event.rules[i]) {
      std::string path;
      for (const std::string& step : event.paths[condition.path]) path += (path.empty() ? "" : ".") + visible(step);
      std::string tests;
      for (const ValueTest& test : event.leaves[condition.leaf]) tests += (tests.empty() ? "" : ", or ") + words(test);
      out += (rules > 1 ? "    " : "  ") + path + " " + tests + "\n";
    }
  }
  return out;
}

}  // namespace

std::optional<pattern::PatternOptions> pattern_options(const PatternArguments& arguments, const Io& io) {
  pattern::PatternOptions options;
  options.lift_limits = arguments.lift_limits;
  options.missing_differs = arguments.missing_differs;
  if (arguments.syntax == "cloudwatch") {
    options.syntax = pattern::Syntax::cloudwatch;
  } else if (arguments.syntax == "eventbridge") {
    options.syntax = pattern::Syntax::eventbridge;
  } else if (arguments.syntax != "auto") {
    complain(io, "--syntax: `" + arguments.syntax + "` is none of auto, cloudwatch, eventbridge");
    return std::nullopt;
  }
  return options;
}

std::optional<pattern::Pattern> command_line_pattern(const PatternArguments& arguments, const Io& io) {
  const auto options = pattern_options(arguments, io);
  if (!options) return std::nullopt;
  auto parsed = pattern::parse_pattern(arguments.pattern, *options);
  if (const auto* error = std::get_if<pattern::PatternError>(&parsed)) {
    complain(io, "the pattern, " + error->text());
    return std::nullopt;
  }
  return std::move(*std::get_if<pattern::Pattern>(&parsed));
}

std::string describe(const pattern::Pattern& pattern) {
  std::string out = pattern.event() != nullptr ? describe_events(*pattern.event()) : describe_log(*pattern.log());
  const auto decisions = pattern::decisions_on(pattern);
  if (!decisions.empty()) out += "AWS does not say, and glasswatch decides:\n";
  for (const pattern::Decision* one : decisions)
    out.append("  ").append(one->question).append(" ").append(one->answer).append("\n");
  return out;
}

int run_pattern_show(const PatternArguments& arguments, const Io& io) {
  const auto pattern = command_line_pattern(arguments, io);
  return pattern ? print(io, describe(*pattern)) : kUsage;
}

}  // namespace gw::app
