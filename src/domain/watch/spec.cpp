// ACCOUNTS:ROLES[:SEVERITY], read character by character: an `ou:` in the accounts keeps its colon, a backslash takes the
// meaning from the separator behind it, and everything else is left to the globs.
#include <algorithm>
#include <optional>

#include "domain/watch/role_pattern.h"
#include "domain/watch/watch_set.h"

namespace gw::watch {
namespace {

bool is_separator(char c) { return c == ',' || c == ':' || c == ';'; }

// Splits at unescaped `separator`. Escapes stay, to be taken off by unescape().
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back().push_back(text[i]);
      parts.back().push_back(text[++i]);
    } else if (text[i] == separator) {
      parts.emplace_back();
    } else {
      parts.back().push_back(text[i]);
    }
  }
  return parts;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && is_separator(text[i + 1])) ++i;
    out.push_back(text[i]);
  }
  return out;
}

std::string trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string& part : split(text, ',')) {
    if (std::string item = trim(unescape(part)); !item.empty()) out.push_back(std::move(item));
  }
  return out;
}

// Where the accounts end: the first unescaped colon that does not belong to an `ou:`.
std::size_t accounts_end(std::string_view spec) {
  std::size_t item = 0;
  for (std::size_t i = 0; i < spec.size(); ++i) {
    if (spec[i] == '\\') {
      ++i;
    } else if (spec[i] == ',') {
      item = i + 1;
    } else if (spec[i] == ':' && trim(spec.substr(item, i - item)) != "ou") {
      return i;
    }
  }
  return std::string_view::npos;
}

Error wrong(std::string_view spec, std::string_view why) {
  return {Errc::invalid_input, "watch `" + std::string(spec) + "`: " + std::string(why)};
}

}  // namespace

bool is_account_pattern(std::string_view text) {
  if (text.starts_with("ou:")) {
    const std::string_view id = text.substr(3);
    return (id.starts_with("ou-") || id.starts_with("r-")) && id.size() > 4 &&
           std::all_of(id.begin(), id.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  }
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (plain) return text.size() == 12;
  return text.size() <= 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '*' || c == '?'; });
}

bool is_role_pattern(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_+=,.@-*?\\:;").find(c) != std::string_view::npos;
  });
}

std::string normal_role_pattern(std::string_view pattern, std::vector<std::string>& notes) {
  constexpr std::string_view kPrefix = "AWSReservedSSO_";
  if (!pattern.starts_with(kPrefix)) return std::string(pattern);
  std::string_view name = pattern.substr(kPrefix.size());
  const std::size_t underscore = name.rfind('_');
  if (underscore != std::string_view::npos && underscore > 0) {
    const std::string_view suffix = name.substr(underscore + 1);
    const bool hex = suffix.size() == 16 && std::all_of(suffix.begin(), suffix.end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '?';
                     });
    if (hex || suffix == "*" || suffix == "\xE2\x80\xA6") name = name.substr(0, underscore);
  }
  if (name.empty()) return std::string(pattern);
  notes.push_back("role `" + std::string(pattern) + "` is read as the permission set `" + std::string(name) +
                  "`: the suffix of a reserved role changes with every new assignment");
  return std::string(name);
}

Result<Spec> parse_watch_spec(std::string_view text) {
  const std::size_t end = accounts_end(text);
  if (end == std::string_view::npos) return wrong(text, "needs ACCOUNTS:ROLES, for example `*:BreakGlass*`");
  std::vector<std::string> fields = split(text.substr(end + 1), ':');
  Spec spec;
  spec.watch.name = std::string(text);
  if (fields.size() > 1) {
    const auto severity = model::parse_severity(trim(fields.back()));
    if (!severity)
      return wrong(
          text, "the last field is no severity (info, low, medium, high, critical); write `\\:` for a colon in a name");
    spec.watch.severity = *severity;
    fields.pop_back();
  }
  if (fields.size() > 1) return wrong(text, "too many fields; write `\\:` for a colon in a name");
  spec.watch.accounts = alternatives(text.substr(0, end));
  if (spec.watch.accounts.empty()) return wrong(text, "names no account; write `*` for all");
  for (const std::string& account : spec.watch.accounts) {
    if (!is_account_pattern(account))
      return wrong(text, "`" + account + "` is no account id (12 digits, a glob of them, or ou:ou-…)");
  }
  for (const std::string& role : alternatives(fields[0])) {
    // The ellipsis stands for "whatever follows", as people write reserved roles down.
    const bool ellipsis = role.starts_with("AWSReservedSSO_") && role.ends_with("\xE2\x80\xA6");
    if (!is_role_pattern(ellipsis ? std::string_view(role).substr(0, role.size() - 3) : std::string_view(role))) {
      return wrong(text, "`" + role + "` can match no role name (a glob with * and ?; no ARN, no path, no [sets])");
    }
    spec.watch.roles.push_back(normal_role_pattern(role, spec.notes));
  }
  if (spec.watch.roles.empty()) return wrong(text, "names no role; write `*` for all");
  // `*` is what an absent condition means: an access without a role (root, an IAM user) is watched as well.
  if (spec.watch.accounts == std::vector<std::string>{"*"}) spec.watch.accounts.clear();
  if (spec.watch.roles == std::vector<std::string>{"*"}) spec.watch.roles.clear();
  return spec;
}

Result<std::vector<Spec>> parse_watch_specs(std::string_view specs) {
  std::vector<Spec> out;
  for (const std::string& part : split(specs, ';')) {
    const std::string text = trim(part);
    if (text.empty()) continue;
    Result<Spec> spec = parse_watch_spec(text);
    if (!spec) return std::move(spec).error();
    out.push_back(std::move(*spec));
  }
  return out;
}

}  // namespace gw::watch
