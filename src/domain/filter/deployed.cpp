// What the text is shows in its members. A filter that is switched off, or narrowed by more than its pattern, is told.
#include "domain/filter/deployed.h"

#include <algorithm>

#include "base/json/compact.h"
#include "base/json/doc.h"

namespace gw::filter {
namespace {

constexpr std::string_view kAllStates = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

struct Found {
  std::string name;
  std::string pattern;
  bool takes_reads = true;
};

class Reader {
 public:
  explicit Reader(std::string_view prefix) : prefix_(prefix) {}

  Deployed read(std::string_view text) {
    json::Doc doc;
    const std::string copy(text);
    if (doc.parse(copy) && (doc.root().is_object() || doc.root().is_array())) {
      document(doc.root());
    } else {
      lines(text);
    }
    if (out_.problem.empty()) parse();
    return std::move(out_);
  }

 private:
  void document(json::Value root) {
    if (const json::Value filters = root["subscriptionFilters"]; filters.is_array())
      return all(filters, &Reader::filter);
    out_.is_eventbridge = true;
    if (const json::Value rules = root["Rules"]; rules.is_array()) return all(rules, &Reader::rule);
    if (!root["EventPattern"].is_missing()) return rule(root);
    if (!root["filterPattern"].is_missing()) {
      out_.is_eventbridge = false;
      return filter(root);
    }
    // What `config render` prints: patterns by name. A pattern itself has arrays, or `detail`.
    bool by_name = root.is_object() && !root.first_child().is_missing();
    for (json::Value one = root.first_child(); by_name && !one.is_missing(); one = one.next_sibling()) {
      by_name =
          one.is_object() && one.key() != "detail" && (!one["detail"].is_missing() || !one["source"].is_missing());
    }
    if (!by_name) return take({"the pattern", compact(root), true});
    for (json::Value one = root.first_child(); !one.is_missing(); one = one.next_sibling())
      take({std::string(one.key()), compact(one), true});
  }

  void all(json::Value list, void (Reader::*one)(json::Value)) {
    for (json::Value item = list.first_child(); !item.is_missing(); item = item.next_sibling()) (this->*one)(item);
  }

  void filter(json::Value item) {
    const std::string name(item["filterName"].text());
    if (!item["fieldSelectionCriteria"].text().empty())
      note(name, "the filter " + name + " is narrowed by fieldSelectionCriteria as well, which is not looked at");
    if (item["applyOnTransformedLogs"].boolean().value_or(false))
      note(name, "the filter " + name + " is asked of transformed records, which is not looked at");
    take({name, std::string(item["filterPattern"].text()), true});
  }

  void rule(json::Value item) {
    const std::string name(item["Name"].text());
    const std::string_view state = item["State"].text();
    const std::string_view pattern = item["EventPattern"].text();
    if (pattern.empty()) return;  // a schedule
    if (state == "DISABLED") return note(name, "the rule " + name + " is disabled, and counts for nothing");
    take({name, std::string(pattern), state.empty() || state == kAllStates});
  }

  // A filter a line, as `config render` prints them, or one filter over several lines.
  void lines(std::string_view text) {
    const auto whole = pattern::parse_pattern(text, {pattern::Syntax::cloudwatch, true, false});
    if (std::holds_alternative<pattern::Pattern>(whole)) return take({"the filter", std::string(text), true});
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) take({"the filter", std::string(line), true});
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
  }

  static std::string compact(json::Value value) {
    std::string out;
    json::append_compact(out, value);
    return out;
  }

  void take(Found found) { found_.push_back(std::move(found)); }
  void note(const std::string& name, std::string text) { notes_.emplace_back(name, std::move(text)); }

  void parse() {
    const auto is_ours = [&](const std::string& name) { return name.starts_with(prefix_); };
    const auto is_named = [&](const auto& one) { return is_ours(one.name); };
    const bool named = std::any_of(found_.begin(), found_.end(), is_named) ||
                       std::any_of(notes_.begin(), notes_.end(), [&](const auto& n) { return is_ours(n.first); });
    for (const auto& [name, text] : notes_) {
      if (!named || is_ours(name)) out_.notes.push_back(text);
    }
    std::size_t others = 0;
    for (const Found& one : found_) {
      if (named && !is_ours(one.name)) {
        ++others;
        continue;
      }
      const auto syntax = out_.is_eventbridge ? pattern::Syntax::eventbridge : pattern::Syntax::cloudwatch;
      auto parsed = pattern::parse_pattern(one.pattern, {syntax, true, false});
      if (const auto* error = std::get_if<pattern::PatternError>(&parsed)) {
        out_.problem = one.name + ": " + error->text();
        return;
      }
      out_.parts.push_back({one.name, std::move(*std::get_if<pattern::Pattern>(&parsed)), one.takes_reads});
    }
    if (others > 0) {
      out_.notes.push_back(std::to_string(others) + (others == 1 ? " of another name is" : " of other names are") +
                           " not looked at");
    }
    if (out_.parts.empty() && out_.notes.empty()) out_.problem = "holds no filter and no rule";
  }

  std::string_view prefix_;
  std::vector<Found> found_;
  std::vector<std::pair<std::string, std::string>> notes_;
  Deployed out_;
};

}  // namespace

Deployed read_deployed(std::string_view text, std::string_view prefix) { return Reader(prefix).read(text); }

}  // namespace gw::filter
