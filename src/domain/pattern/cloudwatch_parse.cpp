// One cursor over the text; the first character that is no space decides the family. Recursion is only by parentheses
// and is bounded.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "domain/pattern/cloudwatch.h"

namespace gw::pattern {
namespace {

using Kind = LogExpression::Kind;

constexpr std::size_t kMaxParentheses = 200;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

// Of a value without quotes, and of a field's name.
bool is_bare(char c) {
  constexpr std::string_view kEnds = "(){}[]&|,=!<>\"%";
  return !is_space(c) && kEnds.find(c) == std::string_view::npos;
}
// Of a term without quotes. Beyond ASCII AWS does not say.
bool is_term(char c) { return (is_name(c) && c != '-') || static_cast<unsigned char>(c) >= 0x80; }

class LogReader {
 public:
  LogReader(std::string_view text, const LogLimits& limits) : text_(text), limits_(limits) {}

  std::variant<LogPattern, PatternError> read() {
    out_.missing_differs = limits_.missing_differs;
    space();
    bool good = false;
    if (take("{")) {
      out_.family = LogPattern::Family::json;
      good = either(out_.json, 0) && need("}") && end();
    } else if (take("[")) {
      out_.family = LogPattern::Family::fields;
      good = fields() && end();
    } else {
      good = terms();
    }
    if (good && !limits_.lifted && regexes_ > limits_.regexes && out_.family != LogPattern::Family::terms)
      good = fail("more regexes than AWS takes", "at most " + std::to_string(limits_.regexes));
    if (good && !limits_.lifted && wildcards_ > limits_.wildcard_selectors)
      good = fail("more wildcard selectors than AWS takes", "at most " + std::to_string(limits_.wildcard_selectors));
    if (!good) return error_;
    return std::move(out_);
  }

 private:
  bool fail(std::string message, std::string expected, std::string hint = {}) {
    error_ = error_at(text_, at_, std::move(message), std::move(expected), std::move(hint));
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(std::string_view token) {
    space();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  bool take_word(std::string_view word) {
    space();
    const std::size_t after = at_ + word.size();
    if (text_.substr(at_, word.size()) != word || (after < text_.size() && is_name(text_[after]))) return false;
    at_ = after;
    return true;
  }
  bool need(std::string_view token) { return take(token) || fail("unexpected text", "'" + std::string(token) + "'"); }
  bool end() {
    space();
    return at_ == text_.size() || fail("text after the end of the pattern", "the end");
  }

  bool either(LogExpression& out, std::size_t depth) {
    out.kind = Kind::either;
    do {
      if (!both(out.parts.emplace_back(), depth)) return false;
    } while (take("||"));
    return true;
  }
  bool both(LogExpression& out, std::size_t depth) {
    out.kind = Kind::both;
    do {
      LogExpression& part = out.parts.emplace_back();
      if (take("(")) {
        if (depth == kMaxParentheses) return fail("parentheses nested too deeply", "fewer");
        if (!either(part, depth + 1) || !need(")")) return false;
      } else if (!condition(part)) {
        return false;
      }
    } while (take("&&"));
    return true;
  }

  bool condition(LogExpression& out) {
    if (!selector(out.selector)) return false;
    if (take_word("NOT")) {
      out.kind = Kind::missing;
      return take_word("EXISTS") || fail("NOT without EXISTS", "NOT EXISTS");
    }
    if (take_word("IS")) {
      out.kind = take_word("NULL") ? Kind::is_null : take_word("TRUE") ? Kind::is_true : Kind::is_false;
      return out.kind != Kind::is_false || take_word("FALSE") ||
             fail("IS without its word", "NULL, TRUE or FALSE", "IS NOT does not exist; use !=");
    }
    return comparison(out);
  }

  bool comparison(LogExpression& out) {
    constexpr std::pair<std::string_view, Kind> kSigns[] = {{"!=", Kind::differs},  {"<=", Kind::at_most},
                                                            {">=", Kind::at_least}, {"=", Kind::equal},
                                                            {"<", Kind::less},      {">", Kind::greater}};
    const auto* sign =
        std::find_if(std::begin(kSigns), std::end(kSigns), [&](const auto& one) { return take(one.first); });
    if (sign == std::end(kSigns))
      return fail("a condition without operator", "= != < <= > >=, IS or NOT EXISTS",
                  "EXISTS alone does not exist; write = *");
    out.kind = sign->second;
    space();
    const std::size_t begin = at_;
    if (!value(out.value)) return false;
    if (out.kind != Kind::equal && out.kind != Kind::differs && !out.value.is_number) {
      at_ = begin;
      return fail("only numbers can be ordered", "a number", "text takes = and != only");
    }
    return true;
  }

  bool selector(std::vector<LogStep>& out) {
    if (!take("$")) return fail("a condition without selector", "a selector such as $.eventName");
    std::size_t wildcards = 0;
    while (peek() == '.' || peek() == '[') {
      LogStep& step = out.emplace_back();
      if (peek() == '.' && text_.substr(at_ + 1, 1) != "[") {
        ++at_;
        if (peek() == '*') {
          step.kind = LogStep::Kind::any_name;
          ++at_;
        } else {
          const std::size_t begin = at_;
          while (is_name(peek())) ++at_;
          if (at_ == begin) return fail("a selector breaks off", "a name after the dot", "quote others: ['a.b']");
          step.name = std::string(text_.substr(begin, at_ - begin));
        }
      } else {
        at_ += peek() == '.' ? 2 : 1;
        if (!bracket(step)) return false;
      }
      const bool wild = step.kind == LogStep::Kind::any_name || step.kind == LogStep::Kind::any_index;
      wildcards += wild ? 1 : 0;
    }
    if (out.empty()) return fail("a selector without a field", "'.' and a name after '$'");
    if (wildcards > 1 && !limits_.lifted) return fail("more than one wildcard in a selector", "at most one");
    wildcards_ += wildcards;
    return true;
  }

  bool bracket(LogStep& step) {
    if (peek() == '\'') {
      const std::size_t close = text_.find("']", ++at_);
      if (close == std::string_view::npos) return fail("a quoted name is not closed", "']");
      step.name = std::string(text_.substr(at_, close - at_));
      at_ = close + 2;
      return true;
    }
    if (peek() == '*') {
      step.kind = LogStep::Kind::any_index;
      ++at_;
    } else {
      step.kind = LogStep::Kind::index;
      const std::size_t begin = at_;
      while (is_digit(peek()) && at_ - begin < 9)
        step.index = step.index * 10 + static_cast<std::size_t>(text_[at_++] - '0');
      if (at_ == begin) return fail("not an index", "a number from 0, * or a name in single quotes");
    }
    return peek() == ']' ? (++at_, true) : fail("an index is not closed", "']'");
  }

  bool value(LogValue& out) {
    if (peek() == '%') return regex(out);
    if (peek() == '"') {
      if (!quoted(out.text)) return false;
    } else {
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_bare(peek())) ++at_;
      if (at_ == begin) return fail("an operator without value", "a word, a number, a quoted text or %regex%");
      out.text = std::string(text_.substr(begin, at_ - begin));
    }
    finish(out);
    return true;
  }

  static void finish(LogValue& out) {
    for (const char c : out.text) out.glob += c == '\\' ? std::string("\\\\") : std::string(1, c);
    char* stop = nullptr;
    out.number = std::strtod(out.text.c_str(), &stop);
    out.is_number =
        !out.text.empty() && *stop == '\0' && out.text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  }

  bool regex(LogValue& out) {
    const std::size_t close = text_.find('%', ++at_);
    if (close == std::string_view::npos) return fail("a regex is not closed", "%");
    auto parsed = parse_log_regex(text_, text_.substr(at_, close - at_), at_);
    if (auto* error = std::get_if<PatternError>(&parsed)) {
      error_ = std::move(*error);
      return false;
    }
    out = std::move(*std::get_if<LogValue>(&parsed));
    ++regexes_;
    at_ = close + 1;
    return true;
  }

  bool quoted(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return ++at_, true;
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
      out += text_[at_];
    }
    return fail("a quoted text is not closed", "a closing double quote");
  }

  bool terms() {
    for (space(); at_ < text_.size(); space()) {
      LogTerm& term = out_.terms.emplace_back();
      if (peek() == '?' || peek() == '-') {
        term.kind = peek() == '?' ? LogTerm::Kind::optional : LogTerm::Kind::excluded;
        ++at_;
      }
      if (peek() == '%') {
        if (!regex(term.value)) return false;
      } else if (peek() == '"') {
        const std::size_t begin = at_;
        if (!quoted(term.value.text)) return false;
        if (term.value.text.empty()) {
          at_ = begin;
          return fail("an empty term", "a text between the quotes", "the empty pattern matches every event");
        }
      } else {
        const std::size_t begin = at_;
        while (is_term(peek())) ++at_;
        term.value.text = std::string(text_.substr(begin, at_ - begin));
        if (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '"')
          return fail("a character that a term without quotes cannot have", "letters, digits and _",
                      "put the term in double quotes");
        if (at_ == begin) return fail("a sign without its term", "a word right after it");
      }
    }
    // The quoted blank matches every event.
    if (out_.terms.size() == 1 && out_.terms[0].kind == LogTerm::Kind::required && out_.terms[0].value.text == " " &&
        !out_.terms[0].value.regex)
      out_.terms.clear();
    return true;
  }

  bool fields() {
    do {
      LogField& field = out_.fields.emplace_back();
      space();
      // The last may go without a name, as in `[..., status_code = 4*,]` of the guide.
      if (peek() == ']' && out_.fields.size() > 1) continue;
      if (take("...")) {
        field.any_number = true;
        continue;
      }
      std::string name;
      field.condition.kind = Kind::either;
      if (!field_name(name)) return false;
      space();
      if (peek() == ',' || peek() == ']') {
        field.condition.kind = Kind::both;
        continue;
      }
      if (!field_either(name, field.condition)) return false;
    } while (take(","));
    const auto free = [](const LogField& field) { return !field.any_number && field.condition.parts.empty(); };
    const std::size_t n = out_.fields.size();
    out_.last_takes_rest =
        n >= 2 && free(out_.fields[n - 1]) && !out_.fields[n - 2].condition.parts.empty() &&
        std::none_of(out_.fields.begin(), out_.fields.end(), [](const auto& f) { return f.any_number; });
    return need("]");
  }
  bool field_name(std::string& out) {
    space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_bare(peek())) ++at_;
    out = std::string(text_.substr(begin, at_ - begin));
    return at_ > begin || fail("a field without name", "a name or ...");
  }
  // The name of the first condition is read already.
  bool field_either(const std::string& name, LogExpression& out) {
    bool first = true;
    do {
      LogExpression& all = out.parts.emplace_back();
      do {
        std::string again = name;
        if (!first && !field_name(again)) return false;
        if (again != name)
          return fail("a condition on another field", "'" + name + "'", "one field between two commas");
        first = false;
        if (!comparison(all.parts.emplace_back())) return false;
      } while (take("&&"));
    } while (take("||"));
    return true;
  }

  std::string_view text_;
  const LogLimits& limits_;
  std::size_t at_ = 0;
  std::size_t regexes_ = 0;
  std::size_t wildcards_ = 0;
  LogPattern out_;
  PatternError error_;
};

}  // namespace

std::variant<LogPattern, PatternError> parse_log_pattern(std::string_view text, const LogLimits& limits) {
  if (!limits.lifted)
    if (std::optional<PatternError> error = longer_than(text, limits.characters)) return std::move(*error);
  return LogReader(text, limits).read();
}

}  // namespace gw::pattern
