// pattern test: one case a line → the pattern's answer → the same as the case says?
#include <fstream>
#include <iostream>

#include "app/pattern.h"
#include "base/json/doc.h"
#include "base/json/write.h"
#include "domain/pattern/envelope.h"

namespace gw::app {
namespace {

using pattern::Pattern;
using pattern::PatternError;
using pattern::Syntax;

// Writers that are lenient with numbers put Infinity or NaN where the exact text stands beside: `pattern_text`, `event_text`.
std::string without_infinity(std::string line) {
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') in_string = !in_string;
    if (in_string && line[i] == '\\') ++i;
    if (in_string) continue;
    for (const std::string_view word : {"Infinity", "NaN"}) {
      if (line.compare(i, word.size(), word) != 0) continue;
      line.replace(i, word.size(), "0" + std::string(word.size() - 1, ' '));
    }
  }
  return line;
}

// `<name>_text` where given, else the text or the JSON under `name`; nullopt when there is neither.
std::optional<std::string> text_of(json::Value row, const std::string& name) {
  for (const json::Value value : {row[name + "_text"], row[name]}) {
    if (value.is_string()) return std::string(value.text());
    if (!value.is_nothing()) return std::string(value.raw());
  }
  return std::nullopt;
}

enum class Verdict : std::uint8_t { no, yes, invalid };

std::string_view to_json(Verdict verdict) {
  return verdict == Verdict::invalid ? "\"invalid\"" : verdict == Verdict::yes ? "true" : "false";
}

class CaseRunner {
 public:
  CaseRunner(const PatternArguments& arguments, pattern::PatternOptions options, const Io& io)
      : arguments_(arguments), options_(options), io_(io) {}

  bool run(std::istream& in, const std::string& name) {
    std::uint64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const std::string text = without_infinity(std::move(line));
      if (!doc_.parse(text)) {
        unreadable(name, number, doc_.damage().reason);
      } else if (!one(doc_.root())) {
        unreadable(name, number, "no case: an object with a pattern is expected");
      }
      if (out_.size() > 65536 && !flush()) return false;
    }
    return flush();
  }
  [[nodiscard]] int code() const { return unreadable_ > 0 ? kUnreadable : different_ > 0 ? kNo : kDone; }
  void summarise() const {
    complain(io_, std::to_string(cases_) + " cases: " + std::to_string(cases_ - different_) + " as they say, " +
                      std::to_string(different_) + " differ" +
                      (unreadable_ > 0 ? ", " + std::to_string(unreadable_) + " lines are no case" : ""));
  }

 private:
  void unreadable(const std::string& name, std::uint64_t number, std::string_view why) {
    ++unreadable_;
    complain(io_, name + ":" + std::to_string(number) + ": " + std::string(why));
  }
  bool flush() {
    const bool good = print(io_, out_) == kDone;
    out_.clear();
    return good;
  }

  // In `auto` a case's own form says more than its pattern: a message is of CloudWatch Logs, an event of EventBridge.
  Syntax syntax(json::Value row) const {
    if (options_.syntax != Syntax::automatic) return options_.syntax;
    if (!row["message"].is_missing()) return Syntax::automatic;
    const bool event = text_of(row, "event").has_value() || !row["pattern"].is_string();
    return event ? Syntax::eventbridge : Syntax::automatic;
  }

  bool one(json::Value row) {
    const std::optional<std::string> text = text_of(row, "pattern");
    if (!row.is_object() || !text) return false;
    const std::optional<bool> matches = row["matches"].boolean();
    const Verdict wanted = row["invalid"].boolean().value_or(!matches) ? Verdict::invalid
                           : matches.value_or(false)                   ? Verdict::yes
                                                                       : Verdict::no;
    pattern::PatternOptions options = options_;
    options.syntax = syntax(row);
    const auto parsed = pattern::parse_pattern(*text, options);
    const auto* error = std::get_if<PatternError>(&parsed);
    const Verdict got = error != nullptr                        ? Verdict::invalid
                        : holds(std::get<Pattern>(parsed), row) ? Verdict::yes
                                                                : Verdict::no;
    ++cases_;
    if (got != wanted) ++different_;
    out_ += "{\"id\":";
    out_ += row["id"].is_missing() ? std::string_view("null") : row["id"].raw();
    out_.append(",\"ok\":").append(got == wanted ? "true" : "false");
    out_.append(",\"got\":").append(to_json(got)).append(",\"error\":");
    if (error != nullptr) {
      json::append_string(out_, error->text());
    } else {
      out_ += "null";
    }
    out_ += "}\n";
    return true;
  }

  bool holds(const Pattern& parsed, json::Value row) {
    const bool has_message = !row["message"].is_missing() || !row["message_text"].is_missing();
    std::string text = text_of(row, has_message ? "message" : "event").value_or("");
    if (parsed.event() != nullptr && !arguments_.bare && event_doc_.parse(text) &&
        pattern::is_bare_record(event_doc_.root()))
      text = pattern::event_of_record(event_doc_.root());
    return pattern::matches(parsed, text);
  }

  const PatternArguments& arguments_;
  const pattern::PatternOptions options_;
  const Io& io_;
  json::Doc doc_;
  json::Doc event_doc_;
  std::string out_;
  std::uint64_t cases_ = 0;
  std::uint64_t different_ = 0;
  std::uint64_t unreadable_ = 0;
};

}  // namespace

int run_pattern_test(const PatternArguments& arguments, const Io& io) {
  const auto options = pattern_options(arguments, io);
  if (!options) return kUsage;
  CaseRunner runner(arguments, *options, io);
  int code = kDone;
  for (const std::string& path : arguments.paths) {
    std::ifstream file;
    if (path != "-") file.open(path, std::ios::binary);
    if (path != "-" && !file) {
      complain(io, path + ": cannot be read");
      code = kUnreadable;
    } else if (!runner.run(path == "-" ? std::cin : file, path)) {
      code = kOutside;
      break;
    }
  }
  runner.summarise();
  return std::max(code, runner.code());
}

}  // namespace gw::app
