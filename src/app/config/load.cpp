// Parse (exceptions of yaml-cpp are caught here and nowhere else) → validate → read. Reading trusts what was validated and
// skips what was not, so that a file with a mistake still yields all its other mistakes.
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <fstream>

#include "app/config/canonical.h"
#include "app/config/config.h"
#include "app/config/nodes.h"
#include "app/config/read_daemon.h"
#include "app/config/references.h"
#include "app/config/schema.h"
#include "app/config/shapes.h"
#include "app/config/survey.h"
#include "app/config/validate.h"
#include "domain/watch/role_pattern.h"
#include "domain/watch/watch_set.h"

namespace gw::app {
namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;

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
  w.pattern = text_of(node, "pattern");
  w.severity = model::parse_severity(text_of(node, "severity")).value_or(model::Severity::high);
  w.receivers = texts_of(node, "receivers");
  w.runbook = text_of(node, "runbook");
  w.owner = text_of(node, "owner");
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
    c.planned.push_back(
        {text_of(node, "watch"), texts_of(node, "people"), parse_time(text_of(node, "from")).value_or(Time{}),
         parse_time(text_of(node, "until")).value_or(Time{}), text_of(node, "ticket"), text_of(node, "owner")});
  });
  each(root, "people", [&](const YAML::Node& node) {
    c.people.push_back(
        {text_of(node, "name"), text_of(node, "identity_store_user"), text_of(node, "slack"), text_of(node, "email")});
  });
  if (const YAML::Node accounts = root["accounts"]; accounts && accounts.IsMap()) {
    for (const auto& member : accounts) {
      if (member.first.IsScalar() && member.second.IsScalar())
        c.account_names[member.first.Scalar()] = member.second.Scalar();
    }
  }
  each(root, "receivers", [&](const YAML::Node& node) { loaded.config.receivers.push_back(text_of(node, "name")); });
  if (const std::string mode = text_of(root, "mode"); !mode.empty()) loaded.config.mode = mode;
  read_daemon(root, loaded.config.daemon);
}

// A value that is no reference is taken as the secret itself: from the environment it is one already.
std::string reference(const std::string& variable, const std::string& value) {
  for (const std::string_view form : {"env:", "file:", "ssm:", "secretsmanager:"}) {
    if (value.starts_with(form)) return value;
  }
  return "env:" + variable;
}

void add_environment_receivers(AppConfig& config, const Environment& environment) {
  const auto get = [&](const char* name) { return environment(name).value_or(std::string()); };
  std::vector<ReceiverConfig>& receivers = config.daemon.receivers;
  if (receivers.empty()) {
    ReceiverConfig slack;
    slack.name = "slack";
    slack.type = "slack";
    slack.channel = get("GLASSWATCH_SLACK_CHANNEL");
    const std::string webhook = get("GLASSWATCH_SLACK_WEBHOOK_URL");
    const std::string token = get("GLASSWATCH_SLACK_TOKEN");
    if (!token.empty() && !slack.channel.empty()) {
      slack.token = reference("GLASSWATCH_SLACK_TOKEN", token);
    } else if (!webhook.empty()) {
      slack.webhook_url = reference("GLASSWATCH_SLACK_WEBHOOK_URL", webhook);
    }
    if (!slack.token.empty() || !slack.webhook_url.empty()) {
      receivers.push_back(slack);
      config.receivers.push_back(slack.name);
    }
  }
  for (ReceiverConfig& receiver : receivers) {
    if (receiver.type == "slack" && receiver.api_url.empty()) receiver.api_url = get("GLASSWATCH_SLACK_API_URL");
    if (get("GLASSWATCH_ALLOW_PRIVATE") == "1") receiver.allow_private = true;
  }
}

void read_lambda(Loaded& loaded, const Environment& environment) {
  LambdaConfig& lambda = loaded.config.lambda;
  lambda.state_table = environment("GLASSWATCH_STATE_TABLE").value_or(std::string());
  lambda.bucket_owner = environment("GLASSWATCH_BUCKET_OWNER").value_or(std::string());
  if (!lambda.bucket_owner.empty() && !is_account_id(lambda.bucket_owner))
    loaded.problems.push_back({"GLASSWATCH_BUCKET_OWNER", 0, 0, {}, "is not an account id of 12 digits"});
  lambda.evidence = environment("GLASSWATCH_EVIDENCE").value_or(std::string());
  if (!lambda.evidence.empty() &&
      (!lambda.evidence.starts_with("s3://") || lambda.evidence.find_first_not_of('/', 5) != 5))
    loaded.problems.push_back({"GLASSWATCH_EVIDENCE", 0, 0, {}, "s3://bucket/prefix was expected"});
  lambda.read_role = environment("GLASSWATCH_READ_ROLE_ARN").value_or(std::string());
  const std::string buckets = environment("GLASSWATCH_BUCKETS").value_or(std::string());
  for (std::size_t at = 0; at < buckets.size();) {
    const std::size_t end = std::min(buckets.find_first_of(", ;", at), buckets.size());
    if (end > at) lambda.buckets.push_back(buckets.substr(at, end - at));
    at = end + 1;
  }
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
  Validator validator(file, text, loaded.problems);
  try {
    const Survey survey = survey_yaml(text);
    if (survey.damage) {
      validator.problem_at(survey.damage->mark, {}, survey.damage->message);
      return loaded;
    }
    if (survey.documents == 0) {
      loaded.problems.push_back({file, 0, 0, {}, "is empty"});
      return loaded;
    }
    const YAML::Node root = YAML::Load(std::string(text));
    validator.check(root, config_schema(), {});
    if (!root.IsMap() || !validator.saw_all()) return loaded;
    check_references(root, validator, loaded.notes);
    read(root, loaded);
    if (loaded.problems.empty() && !append_canonical(loaded.config.canonical, root)) {
      loaded.problems.push_back({file, 0, 0, {}, "too many values (aliases unfold to more than is allowed)"});
    }
  } catch (const YAML::DeepRecursion& e) {
    validator.problem_at(e.mark, {}, "nested too deeply");
  } catch (const YAML::Exception& e) {
    validator.problem_at(e.mark, {}, "not YAML: " + e.msg);
  } catch (const std::exception&) {
    loaded.problems.push_back({file, 0, 0, {}, "not YAML that can be read"});
  }
  std::stable_sort(loaded.problems.begin(), loaded.problems.end(), [](const Problem& a, const Problem& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  });
  return loaded;
}

Loaded load_file(const std::string& path) {
  const auto unreadable = [&](const char* why) {
    Loaded loaded;
    loaded.problems.push_back({path, 0, 0, {}, why});
    return loaded;
  };
  std::ifstream in(path, std::ios::binary);
  if (!in) return unreadable("cannot be opened");
  std::string text(kMaxText + 1, '\0');  // one byte more than is allowed, and never the whole of an endless file
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) return unreadable("cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return load_text(text, path);
}

void apply_environment(Loaded& loaded, const Environment& environment) {
  if (const auto mode = environment("GLASSWATCH_MODE"); mode && !mode->empty()) {
    if (*mode == "alert" || *mode == "shadow") {
      loaded.config.mode = *mode;
    } else {
      loaded.problems.push_back({"GLASSWATCH_MODE", 0, 0, {}, quoted(*mode) + " is none of: alert, shadow"});
    }
  }
  add_environment_receivers(loaded.config, environment);
  read_lambda(loaded, environment);
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
