// Every problem is collected, not only the first. Aliases share nodes, so a small file can unfold to a huge tree: the number
// of visited nodes is bounded. Scalars are read as the text that was written: YAML 1.1 would make 012345678901 an octal
// number and `yes` a boolean.
#include "app/config/validate.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "app/config/shapes.h"
#include "base/time.h"
#include "base/utf8.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"
#include "domain/watch/cidr.h"
#include "domain/watch/record_pattern.h"
#include "domain/watch/role_pattern.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxNodes = 50'000;
constexpr std::size_t kMaxProblems = 100;
constexpr std::size_t kMaxTextBytes = 4096;
constexpr const auto& kMechanisms = model::kMechanismNames;

std::string join(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

bool is_secret_reference(std::string_view text) {
  for (const std::string_view scheme : {"env:", "file:", "ssm:", "secretsmanager:"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size()) return true;
  }
  return false;
}

bool is_principal_glob(std::string_view text) {
  // What it matches begins with `arn:`, an identityStoreArn#userId too.
  constexpr std::string_view kArn = "arn:";
  const std::string_view literal = text.substr(0, text.find_first_of("*?"));
  if (literal.size() == text.size()) return text.starts_with(kArn);
  return literal.size() < kArn.size() ? kArn.starts_with(literal) : literal.starts_with(kArn);
}

struct Check {
  Kind kind;
  std::string_view expected;
  bool (*fits)(std::string_view);
};

constexpr std::array kChecks = {
    Check{Kind::account, "an account id of 12 digits", is_account_id},
    Check{Kind::account_glob, "an account id (12 digits), a glob of one, or ou:ou-…", watch::is_account_pattern},
    Check{Kind::role_glob,
          "the name of a role or permission set, or a glob of it with * and ? (no ARN, no path, no [sets])",
          watch::is_role_pattern},
    Check{Kind::principal_glob,
          "a glob that can match an ARN or identityStoreArn#userId, such as arn:aws:iam::*:user/bg/* or *#9067…",
          is_principal_glob},
    Check{Kind::severity, "a severity", [](std::string_view t) { return model::parse_severity(t).has_value(); }},
    Check{Kind::mechanism, "a mechanism", [](std::string_view t) { return model::parse_mechanism(t).has_value(); }},
    Check{Kind::time, "a time such as 2027-01-31T00:00:00Z",
          [](std::string_view t) { return parse_time(t).has_value(); }},
    Check{Kind::duration, "a duration such as 90s, 15m, 2h or 7d",
          [](std::string_view t) { return parse_duration_micros(t).has_value(); }},
    Check{Kind::boolean, "true or false", [](std::string_view t) { return t == "true" || t == "false"; }},
    Check{Kind::number, "a whole number", is_count},
    Check{
        Kind::cidr, "an address range such as 198.51.100.0/24, without bits beyond its prefix",
        [](std::string_view t) { return t.find('/') != std::string_view::npos && watch::Cidr::parse(t).has_value(); }},
    Check{Kind::role_arn, "the ARN of one role, with its path and without globs: arn:aws:iam::111122223333:role/ci",
          [](std::string_view t) { return is_iam_arn(t, "role/"); }},
    Check{Kind::user_arn, "the ARN of one IAM user, without globs: arn:aws:iam::111122223333:user/robot",
          [](std::string_view t) { return is_iam_arn(t, "user/") || is_root_arn(t); }},
    Check{Kind::store_user, "a userId of Identity Center, or identityStore#userId, without globs", is_store_user},
    Check{Kind::store_user_key, "identityStoreArn#userId or d-…#userId, without globs (a userId alone is not unique)",
          [](std::string_view t) { return is_store_user(t) && t.find('#') != std::string_view::npos; }},
    Check{Kind::secret, "secrets are given by reference: env:NAME, file:/path, ssm:/name or secretsmanager:id",
          is_secret_reference},
    Check{Kind::ledger_key, "the key is given by reference: file:/path, kms:KEY, ssm:/name or secretsmanager:id",
          [](std::string_view t) {
            return (t.starts_with("kms:") && t.size() > 4) || (is_secret_reference(t) && !t.starts_with("env:"));
          }},
    Check{Kind::url, "expected an address that begins with https:// and holds no password", is_url},
    Check{Kind::secret_url,
          "expected an address that begins with https:// and holds no password, or a reference to one",
          [](std::string_view t) { return is_url(t) || is_secret_reference(t); }},
    Check{Kind::store, "expected sqlite:PATH (postgres:// is reserved for a later version)",
          [](std::string_view t) { return t.starts_with("sqlite:") && t.size() > 7; }},
    Check{Kind::time_of_day, "a time of day such as \"07:00\"", is_time_of_day},
    Check{Kind::time_zone, "the name of a time zone, such as Europe/London", is_time_zone},
    Check{Kind::listen, "an address and port such as 127.0.0.1:8080", is_listen_address},
    Check{Kind::server, "a server such as logs.example.com:6514", is_server_address},
    Check{Kind::region, "a region such as eu-west-2", is_region},
    Check{Kind::action, "service:Action, globs allowed, such as iam:*", is_action},
    Check{Kind::accounts_or_auto, "auto, or a list of account ids", [](std::string_view t) { return t == "auto"; }},
};

const Check* check_of(Kind kind) {
  const auto* found = std::find_if(kChecks.begin(), kChecks.end(), [&](const Check& c) { return c.kind == kind; });
  return found == kChecks.end() ? nullptr : found;
}

std::string expected(Kind kind) {
  switch (kind) {
    case Kind::list: return "a list";
    case Kind::map:
    case Kind::object: return "a mapping";
    default: break;
  }
  const Check* check = check_of(kind);
  return std::string(check != nullptr ? check->expected : "text");
}

bool fits(Kind kind, std::string_view text) {
  const Check* check = check_of(kind);
  return !text.empty() && (check == nullptr || check->fits(text));
}

// Kinds whose value is never repeated: it may hold a secret.
bool may_be_secret(Kind kind) {
  return kind == Kind::secret || kind == Kind::ledger_key || kind == Kind::url || kind == Kind::secret_url ||
         kind == Kind::store;
}

const Schema& account_schema() {
  static const Schema schema = [] {
    Schema s;
    s.kind = Kind::account;
    return s;
  }();
  return schema;
}

bool is_showable(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Char c = next_utf8(text, i);
    if (!c.valid || is_unsafe_to_show(c.code_point)) return false;
    i += c.length;
  }
  return true;
}

std::string shown(std::string_view text) {
  const std::string with_quotes = quoted(text);
  return with_quotes.substr(1, with_quotes.size() - 2);
}

// How account ids come to grief: what YAML does to numbers elsewhere, people do here.
std::string account_hint(std::string_view text) {
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && text.size() == 11) return " (11 digits: was a leading zero lost?)";
  if (text.starts_with("ou-") || text.starts_with("r-")) return "; write ou:" + std::string(text.substr(0, 40));
  return {};
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 2) + 1;
  if (word.size() > 64) return best;
  for (const std::string_view candidate : candidates) {
    if (const std::size_t d = distance(word, candidate); d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

void Validator::problem(const YAML::Node& node, const std::string& path, const std::string& message) {
  problem_at(node.Mark(), path, message);
}

void Validator::problem_at(const YAML::Mark& mark, const std::string& path, const std::string& message) {
  if (problems_.size() >= kMaxProblems) return;
  Problem problem{file_, 0, 0, showable(path), showable(message)};
  if (!mark.is_null()) {
    problem.line = mark.line + 1;
    problem.column = mark.column + 1;
    problem.excerpt = excerpt_of(text_, problem.line, problem.column);
  }
  problems_.push_back(std::move(problem));
}

bool Validator::saw_all() const { return visited_ <= kMaxNodes; }

void Validator::record_pattern(const YAML::Node& node, const std::string& path) {
  if (node.IsNull()) return;
  if (!node.IsScalar()) return problem(node, path, "expected a text: a pattern, in quotes");
  const auto parsed = watch::RecordPattern::parse(node.Scalar());
  if (!parsed) problem(node, path, "is no pattern that AWS takes: " + parsed.error().message);
}

void Validator::check(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (++visited_ > kMaxNodes) {
    if (visited_ == kMaxNodes + 1) problem(node, path, "too many values (aliases unfold to more than is allowed)");
    return;
  }
  if (schema.kind == Kind::pattern) return record_pattern(node, path);
  if (node.IsNull()) {
    if (schema.kind != Kind::anything) problem(node, path, "is empty; expected " + expected(schema.kind));
    return;
  }
  switch (schema.kind) {
    case Kind::anything: return;
    case Kind::object: return object(node, schema, path);
    case Kind::list: return list(node, schema.children[0], path);
    case Kind::map: return map(node, schema, path);
    case Kind::accounts_or_auto:
      if (node.IsSequence()) return list(node, account_schema(), path);
      break;
    default: break;
  }
  scalar(node, schema, path);
}

void Validator::list(const YAML::Node& node, const Schema& element, const std::string& path) {
  if (!node.IsSequence())
    return problem(node, path, node.IsScalar() ? "expected a list: put it in [ ]" : "expected a list");
  std::size_t i = 0;
  for (const auto& item : node) {
    check(item, element, path + "[" + std::to_string(i++) + "]");
    if (!saw_all()) return;
  }
}

void Validator::map(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (!node.IsMap()) return problem(node, path, "expected a mapping");
  std::set<std::string> seen;
  for (const auto& member : node) {
    const std::string key = member.first.IsScalar() ? member.first.Scalar() : std::string();
    if (!seen.insert(key).second) problem(member.first, path, quoted(key) + " stands here twice");
    if (!fits(schema.key_kind, key)) {
      problem(member.first, path, quoted(key) + " is not " + expected(schema.key_kind) + account_hint(key));
    }
    check(member.second, schema.children[0], path + "." + shown(key));
    if (!saw_all()) return;
  }
}

void Validator::object(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (!node.IsMap()) return problem(node, path, "expected a mapping");
  std::set<std::string> seen;
  for (const auto& member : node) {
    const std::string key = member.first.IsScalar() ? member.first.Scalar() : std::string();
    const auto field =
        std::find_if(schema.fields.begin(), schema.fields.end(), [&](const Field& f) { return f.name == key; });
    if (field == schema.fields.end()) {
      std::string message = "unknown key " + quoted(key);
      const bool in_ignore = path.starts_with("ignore[");
      if (const std::string_view why = in_ignore ? refused_in_ignore(key) : std::string_view(); !why.empty()) {
        message = quoted(key) + " is not allowed in an ignore rule: " + std::string(why);
      } else {
        std::vector<std::string_view> names;
        for (const Field& f : schema.fields) names.push_back(f.name);
        if (const std::string near = nearest(key, names); !near.empty()) {
          message += "; did you mean `" + near + "`?";
        } else {
          message += "; known here: " + join(names);
        }
      }
      problem(member.first, path, message);
      continue;
    }
    if (!seen.insert(key).second) problem(member.first, path, quoted(key) + " stands here twice");
    check(member.second, field->schema, path.empty() ? key : path + "." + key);
    if (!saw_all()) return;
  }
  for (const Field& field : schema.fields) {
    if (field.required && !seen.contains(std::string(field.name))) {
      problem(node, path, "`" + std::string(field.name) + "` is missing");
    }
  }
}

void Validator::scalar(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (!node.IsScalar()) return problem(node, path, "expected " + expected(schema.kind));
  const std::string& text = node.Scalar();
  if (text.size() > kMaxTextBytes) return problem(node, path, "is longer than 4096 bytes");
  if (!is_showable(text)) return problem(node, path, "holds a line break, a control character or an invisible one");
  if (schema.kind == Kind::choice) return word(node, schema.choices, path);
  if (schema.kind == Kind::mechanism) return word(node, {kMechanisms.begin(), kMechanisms.end()}, path);
  if (schema.kind == Kind::severity)
    return word(node, {model::kSeverityNames.begin(), model::kSeverityNames.end()}, path);
  if (fits(schema.kind, text)) return;
  if (text.empty()) return problem(node, path, "is empty");
  if (may_be_secret(schema.kind)) return problem(node, path, expected(schema.kind));
  std::string message = quoted(text) + " is not " + expected(schema.kind);
  if (schema.kind == Kind::account || schema.kind == Kind::account_glob) message += account_hint(text);
  problem(node, path, message);
}

void Validator::word(const YAML::Node& node, const std::vector<std::string_view>& words, const std::string& path) {
  const std::string& text = node.Scalar();
  if (std::find(words.begin(), words.end(), text) != words.end()) return;
  std::string message = quoted(text) + " is none of: " + join(words);
  if (const std::string near = nearest(text, words); !near.empty()) message += "; did you mean `" + near + "`?";
  problem(node, path, message);
}

}  // namespace gw::app
