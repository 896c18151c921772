// Parse (exceptions of yaml-cpp are caught here and nowhere else) → validate → read. Reading trusts what was validated and
// skips what was not, so that a file with a mistake still yields all its other mistakes.
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "app/config/config.h"
#include "app/config/validate.h"
#include "domain/watch/role_pattern.h"
#include "domain/watch/watch_set.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;

std::string text_of(const YAML::Node& parent, const char* key) {
  const YAML::Node node = parent[key];
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

std::vector<std::string> texts_of(const YAML::Node& parent, const char* key) {
  std::vector<std::string> out;
  const YAML::Node node = parent[key];
  if (!node || !node.IsSequence()) return out;
  for (const auto& item : node) {
    if (item.IsScalar()) out.push_back(item.Scalar());
  }
  return out;
}

// Elements of a list that are mappings.
template <class Use>
void each(const YAML::Node& root, const char* key, Use&& use) {
  const YAML::Node list = root[key];
  if (!list || !list.IsSequence()) return;
  for (const auto& item : list) {
    if (item.IsMap()) use(item);
  }
}

watch::Watch read_watch(const YAML::Node& node, std::vector<std::string>& notes) {
  watch::Watch w;
  w.name = text_of(node, "name");
  w.accounts = texts_of(node, "accounts");
  for (const std::string& role : texts_of(node, "roles")) w.roles.push_back(watch::normal_role_pattern(role, notes));
  if (w.accounts == std::vector<std::string>{"*"}) w.accounts.clear();
  if (w.roles == std::vector<std::string>{"*"}) w.roles.clear();
  w.principals = texts_of(node, "principals");
  for (const std::string& name : texts_of(node, "mechanisms")) {
    if (const auto m = model::parse_mechanism(name)) w.mechanisms.push_back(*m);
  }
  w.severity = model::parse_severity(text_of(node, "severity")).value_or(model::Severity::high);
  w.receivers = texts_of(node, "receivers");
  w.runbook = text_of(node, "runbook");
  w.owner = text_of(node, "owner");
  const YAML::Node pattern = node["pattern"];
  if (pattern && !pattern.IsNull()) notes.push_back("watch `" + w.name + "`: `pattern` is not read by this version");
  return w;
}

void read(const YAML::Node& root, Loaded& loaded) {
  watch::Config& c = loaded.config.watch;
  each(root, "watches", [&](const YAML::Node& node) { c.watches.push_back(read_watch(node, loaded.notes)); });
  if (const YAML::Node builtin = root["builtin"]; builtin && builtin.IsMap()) {
    for (const auto& member : builtin) {
      if (!member.first.IsScalar() || !member.second.IsMap()) continue;
      watch::BuiltinOverride change;
      change.disabled = text_of(member.second, "disabled") == "true";
      change.severity = model::parse_severity(text_of(member.second, "severity"));
      change.receivers = texts_of(member.second, "receivers");
      c.builtin[member.first.Scalar()] = change;
    }
  }
  c.default_receivers = texts_of(root, "default_receivers");
  each(root, "ignore", [&](const YAML::Node& node) {
    watch::IgnoreRule rule;
    rule.account = text_of(node, "account");
    rule.issuer_role_arn = text_of(node, "issuer_role_arn");
    rule.user_arn = text_of(node, "user_arn");
    rule.identity_store_user = text_of(node, "identity_store_user");
    rule.cidr = text_of(node, "cidr");
    rule.mechanism = model::parse_mechanism(text_of(node, "mechanism"));
    rule.owner = text_of(node, "owner");
    rule.reason = text_of(node, "reason");
    rule.until = parse_time(text_of(node, "until")).value_or(Time{});
    c.ignore.push_back(rule);
  });
  each(root, "planned", [&](const YAML::Node& node) {
    c.planned.push_back({text_of(node, "watch"), texts_of(node, "people"), parse_time(text_of(node, "from")).value_or(Time{}),
                         parse_time(text_of(node, "until")).value_or(Time{}), text_of(node, "ticket"), text_of(node, "owner")});
  });
  each(root, "people", [&](const YAML::Node& node) { c.people.push_back({text_of(node, "name"), text_of(node, "identity_store_user")}); });
  if (const YAML::Node accounts = root["accounts"]; accounts && accounts.IsMap()) {
    for (const auto& member : accounts) {
      if (member.first.IsScalar() && member.second.IsScalar()) c.account_names[member.first.Scalar()] = member.second.Scalar();
    }
  }
  each(root, "receivers", [&](const YAML::Node& node) { loaded.config.receivers.push_back(text_of(node, "name")); });
  if (const std::string mode = text_of(root, "mode"); !mode.empty()) loaded.config.mode = mode;
}

// What hangs together across the file.
void check_references(const YAML::Node& root, Validator& validator, const Loaded& loaded) {
  std::set<std::string> receivers;
  each(root, "receivers", [&](const YAML::Node& node) {
    const std::string name = text_of(node, "name");
    if (!name.empty() && !receivers.insert(name).second) validator.problem(node, "receivers", "`" + name + "` is there twice");
  });
  std::vector<std::string_view> known(receivers.begin(), receivers.end());
  const auto check = [&](const YAML::Node& list, const std::string& path) {
    if (!list || !list.IsSequence()) return;
    for (const auto& item : list) {
      if (!item.IsScalar() || receivers.contains(item.Scalar())) continue;
      std::string message = "there is no receiver `" + item.Scalar() + "`";
      if (const std::string near = nearest(item.Scalar(), known); !near.empty()) message += "; did you mean `" + near + "`?";
      validator.problem(item, path, std::move(message));
    }
  };
  check(root["default_receivers"], "default_receivers");
  std::set<std::string> watches;
  each(root, "watches", [&](const YAML::Node& node) {
    const std::string name = text_of(node, "name");
    if (!name.empty() && !watches.insert(name).second) validator.problem(node, "watches", "`" + name + "` is there twice");
    if (name.starts_with("builtin/")) validator.problem(node, "watches", "`" + name + "`: names that begin with builtin/ are reserved");
    check(node["receivers"], "watches." + name + ".receivers");
  });
  std::vector<std::string_view> builtin;
  const std::vector<watch::Watch> built_in = watch::builtin_watches();
  for (const watch::Watch& w : built_in) {
    watches.insert(w.name);
    builtin.push_back(std::string_view(w.name).substr(std::string_view("builtin/").size()));
  }
  if (const YAML::Node changes = root["builtin"]; changes && changes.IsMap()) {
    for (const auto& member : changes) {
      const std::string name = member.first.IsScalar() ? member.first.Scalar() : std::string();
      if (std::find(builtin.begin(), builtin.end(), name) == builtin.end()) {
        std::string message = "there is no built-in watch `" + name + "`";
        if (const std::string near = nearest(name, builtin); !near.empty()) message += "; did you mean `" + near + "`?";
        validator.problem(member.first, "builtin", std::move(message));
      }
      if (member.second.IsMap()) check(member.second["receivers"], "builtin." + name + ".receivers");
    }
  }
  each(root, "planned", [&](const YAML::Node& node) {
    const std::string name = text_of(node, "watch");
    if (!name.empty() && name != "*" && !watches.contains(name)) validator.problem(node, "planned", "there is no watch `" + name + "`");
    const auto from = parse_time(text_of(node, "from"));
    const auto until = parse_time(text_of(node, "until"));
    if (from && until && !(*from < *until)) validator.problem(node, "planned", "`until` is not after `from`");
  });
  std::size_t i = 0;
  each(root, "ignore", [&](const YAML::Node& node) {
    const std::string path = "ignore[" + std::to_string(i++) + "]";
    bool says_what = false;
    for (const char* key : {"account", "issuer_role_arn", "user_arn", "identity_store_user", "cidr"}) says_what = says_what || node[key];
    if (!says_what) validator.problem(node, path, "says about nothing in particular; add account, issuer_role_arn, user_arn, identity_store_user or cidr");
  });
  (void)loaded;
}

}  // namespace

std::string Problem::to_string() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  out += ": ";
  if (!path.empty()) out += path + ": ";
  return out + message;
}

Loaded load_text(std::string_view text, const std::string& file) {
  Loaded loaded;
  if (text.size() > kMaxText) {
    loaded.problems.push_back({file, 0, 0, {}, "larger than 1 MiB"});
    return loaded;
  }
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() != 1) {
      loaded.problems.push_back({file, 0, 0, {}, documents.empty() ? "is empty" : "holds more than one document"});
      return loaded;
    }
    const YAML::Node& root = documents[0];
    Validator validator(file, loaded.problems);
    validator.check(root, config_schema(), {});
    if (!root.IsMap()) return loaded;
    if (loaded.problems.empty() || std::none_of(loaded.problems.begin(), loaded.problems.end(), [](const Problem& p) {
          return p.message.starts_with("too many values");
        })) {
      check_references(root, validator, loaded);
      read(root, loaded);
    }
  } catch (const YAML::Exception& e) {
    loaded.problems.push_back({file, e.mark.is_null() ? 0 : e.mark.line + 1, e.mark.is_null() ? 0 : e.mark.column + 1, {}, "not YAML: " + e.msg});
  }
  return loaded;
}

Loaded load_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || in.bad()) {
    Loaded loaded;
    loaded.problems.push_back({path, 0, 0, {}, "cannot be read"});
    return loaded;
  }
  return load_text(text.str(), path);
}

void apply_environment(Loaded& loaded, const Environment& environment) {
  const std::optional<std::string> specs = environment("GLASSWATCH_WATCH");
  if (!specs) return;
  auto parsed = watch::parse_watch_specs(*specs);
  if (!parsed) {
    loaded.problems.push_back({"GLASSWATCH_WATCH", 0, 0, {}, parsed.error().message});
    return;
  }
  for (watch::Spec& spec : *parsed) {
    for (std::string& note : spec.notes) loaded.notes.push_back(std::move(note));
    loaded.config.watch.watches.push_back(std::move(spec.watch));
  }
}

void check_whole(Loaded& loaded) {
  if (!loaded.problems.empty()) return;
  if (const auto set = watch::WatchSet::compile(loaded.config.watch); !set) {
    loaded.problems.push_back({"configuration", 0, 0, {}, set.error().message});
  }
}

}  // namespace gw::app
