// One class that remembers which names there are; each rule tells what it finds wrong where it stands.
#include "app/config/references.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "app/config/nodes.h"
#include "app/config/schema.h"
#include "app/config/shapes.h"
#include "base/time.h"
#include "domain/watch/watch_set.h"

namespace gw::app {
namespace {

constexpr std::string_view kBuiltinPrefix = "builtin/";

// Which keys a type of receiver or source needs, and which it may have.
struct Type {
  std::string_view name;
  std::vector<std::string_view> needs;
  std::vector<std::string_view> takes;
};

const std::vector<Type>& receiver_types() {
  static const std::vector<Type> types = {
      {"slack",
       {},
       {"token", "channel", "webhook_url", "signing_secret", "app_token", "team", "app", "mention", "api_url"}},
      {"pagerduty", {"routing_key"}, {"api_url"}},
      {"webhook", {"url"}, {"secret"}},
      {"teams", {"webhook_url"}, {}},
      {"email", {"to", "from", "smtp"}, {}},
      {"sns", {"topic_arn"}, {}},
      {"syslog", {"address"}, {"facility", "max_bytes", "tls"}},
      {"ocsf", {}, {"path", "url", "secret"}},
      {"stdout", {}, {}},
      {"file", {"path"}, {}}};
  return types;
}

const std::vector<Type>& source_types() {
  static const std::vector<Type> types = {{"directory", {"path"}, {}},
                                          {"s3_sqs", {"queue_url"}, {"buckets", "bucket_owner", "role_arn", "region"}},
                                          {"stdin", {}, {}}};
  return types;
}

class References {
 public:
  References(const YAML::Node& root, Validator& validator, std::vector<std::string>& notes)
      : root_(root), validator_(validator), notes_(notes) {}

  void check() {
    if (!root_["version"]) notes_.emplace_back("`version: 1` is missing; version 1 is assumed");
    unique("receivers", receivers_);
    unique("watches", watches_);
    for (const watch::Watch& w : built_in_) {
      watches_.insert(w.name);
      builtin_names_.push_back(std::string_view(w.name).substr(kBuiltinPrefix.size()));
    }
    refer(root_, "default_receivers", {});
    each_numbered("watches", [&](const YAML::Node& node, const std::string& path) { watch_rules(node, path); });
    builtin_rules();
    each_numbered("escalation", [&](const YAML::Node& node, const std::string& path) { refer(node, "to", path); });
    if (const YAML::Node handover = root_["handover"]; handover && handover.IsMap()) refer(handover, "to", "handover");
    each_numbered("ignore", [&](const YAML::Node& node, const std::string& path) { ignore_rules(node, path); });
    each_numbered("planned", [&](const YAML::Node& node, const std::string& path) { planned_rules(node, path); });
    each_numbered("receivers", [&](const YAML::Node& node, const std::string& path) {
      fits_type(node, path, "receiver", receiver_types(), {"name", "type", "allow_private"});
      receiver_rules(node, path);
    });
    each_numbered("sources", [&](const YAML::Node& node, const std::string& path) {
      fits_type(node, path, "source", source_types(), {"type"});
    });
    token_rules();
    if (!unconfigured_.empty()) {
      std::string names;
      for (const std::string& name : unconfigured_) names += (names.empty() ? "" : ", ") + name;
      notes_.push_back("no `receivers` are configured, so these are names only: " + names);
    }
  }

 private:
  template <class Use>
  void each_numbered(const char* key, Use&& use) {
    const YAML::Node list = root_[key];
    if (!list || !list.IsSequence()) return;
    std::size_t i = 0;
    for (const auto& item : list) {
      const std::string path = std::string(key) + "[" + std::to_string(i++) + "]";
      if (item.IsMap()) use(item, path);
    }
  }

  void unique(const char* key, std::set<std::string>& names) {
    each(root_, key, [&](const YAML::Node& node) {
      const std::string name = text_of(node, "name");
      if (!name.empty() && !names.insert(name).second) validator_.problem(node, key, quoted(name) + " is there twice");
    });
  }

  void unknown(const YAML::Node& node, const std::string& path, const std::string& what, const std::string& name,
               const std::vector<std::string_view>& known) {
    std::string message = "there is no " + what + " " + quoted(name);
    if (const std::string near = nearest(name, known); !near.empty()) message += "; did you mean `" + near + "`?";
    validator_.problem(node, path, message);
  }

  // Each text in the list is a receiver's name. Where no receivers are configured at all, they are only names to show.
  void refer(const YAML::Node& parent, const char* key, const std::string& path) {
    const YAML::Node list = parent[key];
    if (!list || !list.IsSequence()) return;
    const std::vector<std::string_view> known(receivers_.begin(), receivers_.end());
    for (const auto& item : list) {
      if (!item.IsScalar() || receivers_.contains(item.Scalar())) continue;
      if (root_["receivers"]) {
        unknown(item, path.empty() ? key : path + "." + key, "receiver", item.Scalar(), known);
      } else if (unconfigured_.size() < 20) {
        const std::string name = quoted(item.Scalar());
        unconfigured_.insert(name.substr(1, name.size() - 2));
      }
    }
  }

  void watch_rules(const YAML::Node& node, const std::string& path) {
    const std::string name = text_of(node, "name");
    if (name.starts_with(kBuiltinPrefix)) {
      validator_.problem(node["name"], path,
                         "names that begin with builtin/ are reserved; change built-in watches under `builtin`");
    }
    refer(node, "receivers", path);
    bool narrows = false;
    for (const char* key : {"accounts", "roles", "principals", "mechanisms"}) {
      const YAML::Node list = node[key];
      narrows = narrows || (list && list.IsSequence() && list.size() > 0);
    }
    if (!narrows) notes_.push_back("watch " + quoted(name) + " has no condition: every access is break-glass");
  }

  void builtin_rules() {
    const YAML::Node changes = root_["builtin"];
    if (!changes || !changes.IsMap()) return;
    for (const auto& member : changes) {
      const std::string name = member.first.IsScalar() ? member.first.Scalar() : std::string();
      if (std::find(builtin_names_.begin(), builtin_names_.end(), name) == builtin_names_.end()) {
        unknown(member.first, "builtin", "built-in watch", name, builtin_names_);
        continue;
      }
      if (!member.second.IsMap()) continue;
      refer(member.second, "receivers", "builtin." + name);
      if (text_of(member.second, "disabled") == "true")
        notes_.push_back("the built-in watch `" + name + "` is switched off");
    }
  }

  void ignore_rules(const YAML::Node& node, const std::string& path) {
    bool says_what = false;
    for (const auto& member : node) {  // told already, with what to write instead
      says_what = says_what || (member.first.IsScalar() && !refused_in_ignore(member.first.Scalar()).empty());
    }
    for (const char* key : {"account", "issuer_role_arn", "user_arn", "identity_store_user", "mechanism"}) {
      says_what = says_what || node[key];
    }
    const std::string cidr = text_of(node, "cidr");
    const bool everywhere = cidr.ends_with("/0");
    if (says_what || (!cidr.empty() && !everywhere)) return;
    validator_.problem(node, path,
                       everywhere ? "`cidr` holds every address; say what the rule is about"
                                  : "says about nothing in particular; add account, issuer_role_arn, user_arn, "
                                    "identity_store_user, cidr or mechanism");
  }

  void planned_rules(const YAML::Node& node, const std::string& path) {
    const std::string name = text_of(node, "watch");
    if (!name.empty() && name != "*" && !watches_.contains(name)) {
      unknown(node["watch"], path + ".watch", "watch", name, {watches_.begin(), watches_.end()});
    }
    const auto from = parse_time(text_of(node, "from"));
    const auto until = parse_time(text_of(node, "until"));
    if (from && until && !(*from < *until)) validator_.problem(node["until"], path, "`until` is not after `from`");
  }

  void fits_type(const YAML::Node& node, const std::string& path, const std::string& what,
                 const std::vector<Type>& types, const std::set<std::string_view>& common) {
    const std::string name = text_of(node, "type");
    const auto type = std::find_if(types.begin(), types.end(), [&](const Type& t) { return t.name == name; });
    if (type == types.end()) return;
    const auto has = [](const std::vector<std::string_view>& keys, std::string_view key) {
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    const std::string of_type = " in a " + what + " of type " + name;
    for (const std::string_view key : type->needs) {
      if (!node[std::string(key)]) validator_.problem(node, path, "`" + std::string(key) + "` is missing" + of_type);
    }
    for (const auto& member : node) {
      const std::string key = member.first.IsScalar() ? member.first.Scalar() : std::string();
      if (common.contains(key) || has(type->needs, key) || has(type->takes, key)) continue;
      const bool of_another = std::any_of(types.begin(), types.end(),
                                          [&](const Type& t) { return has(t.needs, key) || has(t.takes, key); });
      if (of_another) validator_.problem(member.first, path, "`" + key + "` means nothing" + of_type);
    }
  }

  void receiver_rules(const YAML::Node& node, const std::string& path) {
    if (text_of(node, "type") == "slack") {
      const bool by_token = static_cast<bool>(node["token"]);
      if (by_token == static_cast<bool>(node["webhook_url"])) {
        validator_.problem(node, path, "slack takes either `token` and `channel`, or `webhook_url`");
      } else if (by_token && !node["channel"]) {
        validator_.problem(node, path, "`channel` is missing beside `token`");
      }
    }
    if (const YAML::Node smtp = node["smtp"]; smtp && smtp.IsMap()) {
      if (static_cast<bool>(smtp["username"]) != static_cast<bool>(smtp["password"]))
        validator_.problem(smtp, path + ".smtp", "takes both `username` and `password`, or neither");
      if (text_of(smtp, "security") == "none" && (smtp["username"] || text_of(node, "allow_private") != "true"))
        validator_.problem(smtp, path + ".smtp",
                           "`security: none` needs `allow_private: true` on this receiver, and no login");
    }
    if (text_of(node, "type") == "syslog") syslog_rules(node, path);
    for (const char* key : {"url", "api_url"}) {
      if (text_of(node, key).starts_with("http://") && text_of(node, "allow_private") != "true") {
        validator_.problem(node[key], path + "." + key, "plain http needs `allow_private: true` on this receiver");
      }
    }
  }

  void syslog_rules(const YAML::Node& node, const std::string& path) {
    if (text_of(node, "address").starts_with("tcp://") && text_of(node, "allow_private") != "true")
      validator_.problem(node["address"], path + ".address", "tcp:// needs `allow_private: true` on this receiver");
    if (const std::string most = text_of(node, "max_bytes"); is_count(most)) {
      const int bytes = std::stoi(most);
      if (bytes < 2048 || bytes > 65'536) validator_.problem(node["max_bytes"], path, "`max_bytes` is 2048 to 65536");
    }
    const YAML::Node tls = node["tls"];
    if (tls && tls.IsMap() && static_cast<bool>(tls["certificate"]) != static_cast<bool>(tls["key"]))
      validator_.problem(tls, path + ".tls", "takes both `certificate` and `key`, or neither");
  }

  void token_rules() {
    const YAML::Node http = root_["http"];
    if (!http || !http.IsMap()) return;
    std::set<std::string> names;
    std::size_t i = 0;
    each(http, "tokens", [&](const YAML::Node& node) {
      const std::string path = "http.tokens[" + std::to_string(i++) + "]";
      const std::string name = text_of(node, "name");
      if (!name.empty() && !names.insert(name).second) validator_.problem(node, path, quoted(name) + " is there twice");
      if (text_of(node, "role") == "reviewer" && !node["person"]) {
        validator_.problem(node, path, "`person` is missing: a review is signed by a named person");
      }
    });
  }

  const YAML::Node& root_;
  Validator& validator_;
  std::vector<std::string>& notes_;
  const std::vector<watch::Watch> built_in_ = watch::builtin_watches();
  std::vector<std::string_view> builtin_names_;
  std::set<std::string> receivers_;
  std::set<std::string> watches_;
  std::set<std::string> unconfigured_;
};

}  // namespace

void check_references(const YAML::Node& root, Validator& validator, std::vector<std::string>& notes) {
  References(root, validator, notes).check();
}

}  // namespace gw::app
