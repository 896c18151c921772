// Every problem is collected, not only the first. Aliases share nodes, so a small file can unfold to a huge tree: the number
// of visited nodes is bounded. Scalars are read as the text that was written: YAML 1.1 would make 012345678901 an octal
// number and `yes` a boolean.
#include "app/config/validate.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <set>

#include "base/time.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"
#include "domain/watch/cidr.h"
#include "domain/watch/role_pattern.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxNodes = 50'000;
constexpr std::size_t kMaxProblems = 100;

std::string join(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

bool is_account(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_secret_reference(std::string_view text) {
  for (const std::string_view scheme : {"env:", "file:", "ssm:", "secretsmanager:"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size()) return true;
  }
  return false;
}

std::vector<std::string_view> mechanism_names() {
  // account_access stands only in `also`.
  return {model::kMechanismNames.begin(), model::kMechanismNames.end() - 1};
}

std::string expected(Kind kind) {
  switch (kind) {
    case Kind::account: return "an account id of 12 digits";
    case Kind::account_glob: return "an account id (12 digits), a glob of one, or ou:ou-…";
    case Kind::severity: return "a severity: info, low, medium, high, critical";
    case Kind::mechanism: return "a mechanism: " + join(mechanism_names());
    case Kind::time: return "a time such as 2027-01-31T00:00:00Z";
    case Kind::duration: return "a duration such as 90s, 15m, 2h or 7d";
    case Kind::boolean: return "true or false";
    case Kind::number: return "a whole number";
    case Kind::cidr: return "an address range such as 198.51.100.0/24, without bits beyond its prefix";
    case Kind::list: return "a list";
    case Kind::map:
    case Kind::object: return "a mapping";
    default: return "text";
  }
}

bool fits(Kind kind, const std::string& text) {
  switch (kind) {
    case Kind::account: return is_account(text);
    case Kind::account_glob: return watch::is_account_pattern(text);
    case Kind::severity: return model::parse_severity(text).has_value();
    case Kind::mechanism: {
      const auto m = model::parse_mechanism(text);
      return m && *m != model::Mechanism::account_access;
    }
    case Kind::time: return parse_time(text).has_value();
    case Kind::duration: return parse_duration_micros(text).has_value();
    case Kind::boolean: return text == "true" || text == "false";
    case Kind::number: return !text.empty() && text.size() < 10 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    case Kind::cidr: return watch::Cidr::parse(text).has_value();
    default: return !text.empty();
  }
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

void Validator::problem(const YAML::Node& node, const std::string& path, std::string message) {
  if (problems_.size() >= kMaxProblems) return;
  const YAML::Mark mark = node.Mark();
  problems_.push_back({file_, mark.is_null() ? 0 : mark.line + 1, mark.is_null() ? 0 : mark.column + 1, path, std::move(message)});
}

void Validator::check(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (++visited_ > kMaxNodes) {
    if (visited_ == kMaxNodes + 1) problem(node, path, "too many values (aliases unfold to more than is allowed)");
    return;
  }
  if (node.IsNull()) {
    if (!schema.nullable && schema.kind != Kind::anything) problem(node, path, "is empty; expected " + expected(schema.kind));
    return;
  }
  switch (schema.kind) {
    case Kind::anything: return;
    case Kind::object: return object(node, schema, path);
    case Kind::list:
      if (!node.IsSequence()) return problem(node, path, "expected a list");
      for (std::size_t i = 0; i < node.size(); ++i) {
        check(node[i], schema.children[0], path + "[" + std::to_string(i) + "]");
        if (visited_ > kMaxNodes) return;
      }
      return;
    case Kind::map:
      if (!node.IsMap()) return problem(node, path, "expected a mapping");
      for (const auto& member : node) {
        const std::string key = member.first.IsScalar() ? member.first.Scalar() : std::string();
        if (!fits(schema.key_kind, key)) problem(member.first, path, "`" + key + "` is not " + expected(schema.key_kind));
        check(member.second, schema.children[0], path + "." + key);
        if (visited_ > kMaxNodes) return;
      }
      return;
    default: return scalar(node, schema, path);
  }
}

void Validator::object(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (!node.IsMap()) return problem(node, path, "expected a mapping");
  std::set<std::string> seen;
  for (const auto& member : node) {
    const std::string key = member.first.IsScalar() ? member.first.Scalar() : std::string();
    const auto field = std::find_if(schema.fields.begin(), schema.fields.end(), [&](const Field& f) { return f.name == key; });
    if (field == schema.fields.end()) {
      std::string message = "unknown key `" + key + "`";
      const bool in_ignore = path.starts_with("ignore[");
      if (const std::string_view why = in_ignore ? caller_chosen(key) : std::string_view(); !why.empty()) {
        message = "`" + key + "` is not allowed in an ignore rule: " + std::string(why);
      } else {
        std::vector<std::string_view> names;
        for (const Field& f : schema.fields) names.push_back(f.name);
        if (const std::string near = nearest(key, names); !near.empty()) message += "; did you mean `" + near + "`?";
      }
      problem(member.first, path, std::move(message));
      continue;
    }
    if (!seen.insert(key).second) problem(member.first, path, "`" + key + "` stands here twice");
    check(member.second, field->schema, path.empty() ? key : path + "." + key);
    if (visited_ > kMaxNodes) return;
  }
  for (const Field& field : schema.fields) {
    if (field.required && !seen.contains(std::string(field.name))) problem(node, path, "`" + std::string(field.name) + "` is missing");
  }
}

void Validator::scalar(const YAML::Node& node, const Schema& schema, const std::string& path) {
  if (!node.IsScalar()) return problem(node, path, "expected " + expected(schema.kind));
  const std::string& text = node.Scalar();
  if (schema.kind == Kind::secret) {
    // The value itself is never repeated: it may be the secret.
    if (!is_secret_reference(text)) problem(node, path, "secrets are given by reference: env:NAME, file:/path, ssm:/name or secretsmanager:id");
    return;
  }
  if (schema.kind == Kind::choice) {
    if (std::find(schema.choices.begin(), schema.choices.end(), text) != schema.choices.end()) return;
    std::string message = "`" + text + "` is none of: " + join(schema.choices);
    if (const std::string near = nearest(text, schema.choices); !near.empty()) message += "; did you mean `" + near + "`?";
    return problem(node, path, std::move(message));
  }
  if (fits(schema.kind, text)) return;
  std::string message = "`" + text + "` is not " + expected(schema.kind);
  if (schema.kind == Kind::mechanism) {
    if (const std::string near = nearest(text, mechanism_names()); !near.empty()) message += "; did you mean `" + near + "`?";
  }
  problem(node, path, std::move(message));
}

}  // namespace gw::app
