// config render: what a feed must let through, in its own language. config check --deployed: whether what is deployed does.
#include <algorithm>
#include <set>

#include "app/cli.h"
#include "app/config/config.h"
#include "app/config_place.h"
#include "base/json/compact.h"
#include "base/json/write.h"
#include "base/neutralise.h"
#include "domain/filter/deployed.h"
#include "domain/filter/probes.h"
#include "domain/filter/render.h"
#include "domain/watch/watch_set.h"

namespace gw::app {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kMaxExport = 8 << 20;
constexpr std::size_t kMaxNamed = 40;  // needs that are listed

std::string flat_text(json::Value value) {
  std::string out;
  if (!value.is_object() && !value.is_array()) {
    json::append_compact(out, value);
    return out;
  }
  for (json::Value one = value.first_child(); !one.is_missing(); one = one.next_sibling()) {
    if (!out.empty()) out += ", ";
    if (value.is_object()) {
      json::append_string(out, one.key());
      out += ": ";
    }
    out += flat_text(one);
  }
  return value.is_object() ? "{" + out + "}" : "[" + out + "]";
}

// Objects and arrays on one line where they have room.
void append_pretty(std::string& out, json::Value value, std::size_t indent, std::size_t behind) {
  const std::string flat = flat_text(value);
  const bool whole = !value.is_object() && !value.is_array();
  if (whole || value.first_child().is_missing() || indent + behind + flat.size() <= kWidth) {
    out += flat;
    return;
  }
  const bool is_object = value.is_object();
  out += is_object ? '{' : '[';
  const std::string margin(indent + 2, ' ');
  std::size_t column = kWidth + 1;
  for (json::Value one = value.first_child(); !one.is_missing(); one = one.next_sibling()) {
    const bool first = column == kWidth + 1;
    std::string text;
    if (is_object) {
      json::append_string(text, one.key());
      text += ": ";
    }
    append_pretty(text, one, indent + 2, text.size() + 1);
    // Short items of an array share lines.
    if (!first && !is_object && text.find('\n') == std::string::npos && column + 2 + text.size() < kWidth) {
      out += ", " + text;
      column += 2 + text.size();
      continue;
    }
    out += (first ? "\n" : ",\n") + margin + text;
    column = text.find('\n') == std::string::npos && !is_object ? margin.size() + text.size() : kWidth;
  }
  out += "\n" + std::string(indent, ' ') + (is_object ? '}' : ']');
}

std::string pretty(const std::string& text) {
  json::Doc doc;
  if (!doc.parse(text)) return text;
  std::string out;
  append_pretty(out, doc.root(), 0, 0);
  return out;
}

std::optional<watch::Config> watches_of(const RenderArguments& a, const Io& io) {
  const std::string place = a.config.empty() ? default_config(io) : a.config;
  Loaded loaded;
  if (!place.empty()) loaded = load_config(place, io);
  apply_environment(loaded, io.environment);
  bool good = true;
  for (const std::string& text : a.watches) {
    Result<watch::Spec> spec = watch::parse_watch_spec(text);
    if (!spec) {
      complain(io, "--" + spec.error().message);
      good = false;
      continue;
    }
    for (std::string& note : spec->notes) loaded.notes.push_back(std::move(note));
    loaded.config.watch.watches.push_back(std::move(spec->watch));
  }
  check_whole(loaded);
  for (const Problem& problem : loaded.problems) complain(io, problem.to_string());
  if (!good || !loaded.problems.empty()) return std::nullopt;
  for (const std::string& note : loaded.notes) complain(io, "note: " + note);
  return std::move(loaded.config.watch);
}

std::vector<pattern::Pattern> parsed(const std::vector<filter::Part>& parts, pattern::Syntax syntax) {
  std::vector<pattern::Pattern> out;
  for (const filter::Part& part : parts) {
    auto one = pattern::parse_pattern(part.pattern, {syntax, true, false});
    if (auto* pattern = std::get_if<pattern::Pattern>(&one)) out.push_back(std::move(*pattern));
  }
  return out;
}

bool any_lets_through(const std::vector<pattern::Pattern>& patterns, const std::string& record) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return filter::lets_through(p, record); });
}

// Each once, in their order.
std::string listed(std::vector<std::string> items) {
  std::set<std::string> seen;
  std::erase_if(items, [&](const std::string& item) { return !seen.insert(item).second; });
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < kMaxNamed; ++i) out += "  " + visible(items[i]) + "\n";
  if (items.size() > kMaxNamed) out += "  and " + std::to_string(items.size() - kMaxNamed) + " more\n";
  return out;
}

filter::Rendering rendering_of(const filter::Needs& needs, pattern::Syntax syntax) {
  return syntax == pattern::Syntax::cloudwatch ? filter::cloudwatch_filters(needs) : filter::eventbridge_rules(needs);
}

}  // namespace

int run_config_render(const RenderArguments& a, const Io& io) {
  if (a.kind != "cloudwatch-filter" && a.kind != "eventbridge") {
    complain(io, "--for: `" + a.kind + "` is none of cloudwatch-filter, eventbridge");
    return kUsage;
  }
  const bool is_filter = a.kind == "cloudwatch-filter";
  const pattern::Syntax syntax = is_filter ? pattern::Syntax::cloudwatch : pattern::Syntax::eventbridge;
  const auto config = watches_of(a, io);
  if (!config) return kUsage;
  const filter::Rendering made = rendering_of(filter::needs_of(*config), syntax);
  const auto probes = filter::needed_probes(*config);
  if (!probes) {
    complain(io, probes.error().message);
    return kUsage;
  }
  if (!made.refused.empty()) {
    for (const std::string& why : made.refused) complain(io, "cannot be said: " + why);
    return kNo;
  }
  std::vector<std::string> left;
  const auto patterns = parsed(made.parts, syntax);
  for (const filter::Probe& probe : *probes) {
    if (!any_lets_through(patterns, probe.record)) left.push_back(probe.what);
  }
  if (!left.empty()) {
    (void)write_all(io.err, "glasswatch: note: there is no room for, and the feed would not bring:\n" + listed(left));
  }
  std::string out;
  bool found = a.part.empty();
  for (const filter::Part& part : made.parts) {
    if (!a.part.empty() && part.name != a.part) continue;
    found = true;
    if (is_filter) {
      out += part.pattern + "\n";
    } else if (!a.part.empty()) {
      out += pretty(part.pattern) + "\n";
    } else {
      out += (out.empty() ? "{" : ",");
      json::append_string(out, part.name);
      out += ":" + part.pattern;
    }
  }
  if (!found) {
    std::string names;
    for (const filter::Part& part : made.parts) names += (names.empty() ? "" : ", ") + part.name;
    complain(io, "--part: `" + a.part + "` is none of " + names);
    return kUsage;
  }
  if (!is_filter && a.part.empty()) out = pretty(out + "}") + "\n";
  return print(io, out);
}

int run_config_deployed(const RenderArguments& a, const Io& io) {
  std::string why;
  const auto text = read_file(a.deployed, kMaxExport, why);
  if (!text) {
    complain(io, a.deployed + ": " + why);
    return kUsage;
  }
  const filter::Deployed deployed = filter::read_deployed(*text, a.prefix);
  if (!deployed.problem.empty()) {
    complain(io, a.deployed + ": " + deployed.problem);
    return kUsage;
  }
  const auto config = watches_of(a, io);
  if (!config) return kUsage;
  const auto probes = filter::needed_probes(*config);
  if (!probes) {
    complain(io, probes.error().message);
    return kUsage;
  }
  const pattern::Syntax syntax = deployed.is_eventbridge ? pattern::Syntax::eventbridge : pattern::Syntax::cloudwatch;
  const filter::Rendering made = rendering_of(filter::needs_of(*config), syntax);
  for (const std::string& refused : made.refused) complain(io, "no filter can say it: " + refused);
  const auto rendered = parsed(made.parts, syntax);
  std::vector<std::string> lacks;
  std::vector<std::string> state;
  std::vector<std::string> neither;
  for (const filter::Probe& probe : *probes) {
    bool through = false;
    bool by_state = false;
    for (const filter::DeployedPart& part : deployed.parts) {
      if (!filter::lets_through(part.pattern, probe.record)) continue;
      if (part.takes_reads || !probe.read_only) {
        through = true;
      } else {
        by_state = true;
      }
    }
    if (through) continue;
    if (!any_lets_through(rendered, probe.record)) {
      neither.push_back(probe.what);
    } else {
      (by_state ? state : lacks).push_back(probe.what);
    }
  }
  std::vector<std::string> beyond;
  for (const filter::Probe& probe : filter::ordinary_probes()) {
    const bool through = std::any_of(deployed.parts.begin(), deployed.parts.end(),
                                     [&](const auto& p) { return filter::lets_through(p.pattern, probe.record); });
    if (through && !any_lets_through(rendered, probe.record)) beyond.push_back(probe.what);
  }
  std::string out;
  for (const std::string& note : deployed.notes) out += "note: " + visible(note) + "\n";
  if (!lacks.empty()) out += "what is deployed does not let through:\n" + listed(lacks);
  if (!state.empty()) {
    out += "read-only calls, which come only with the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS:\n" +
           listed(state);
  }
  if (!neither.empty())
    out += "note: there would be no room for these in what `config render` prints, either:\n" + listed(neither);
  if (!beyond.empty()) out += "note: it lets through what nobody needs:\n" + listed(beyond);
  const bool good = lacks.empty() && state.empty() && made.refused.empty();
  out +=
      visible(a.deployed) + (good ? ": OK, lets through all that is needed\n" : ": not what the configuration needs\n");
  const int written = print(io, out);
  return written != kDone ? written : good ? kDone : kNo;
}

}  // namespace gw::app
