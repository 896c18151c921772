#include "edge/aws/profile.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/neutralise.h"

namespace gw::aws {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view without_comment(std::string_view value) {
  for (std::size_t at = 1; at < value.size(); ++at) {
    const bool begins = value[at] == '#' || value[at] == ';';
    if (begins && (value[at - 1] == ' ' || value[at - 1] == '\t')) return trimmed(value.substr(0, at));
  }
  return value;
}

// The profile of a section's line; empty for sections of other kinds.
std::string profile_of(std::string_view line, bool is_config) {
  const std::size_t end = line.find(']');
  if (end == std::string_view::npos) return {};
  const std::string_view name = trimmed(line.substr(1, end - 1));
  if (!is_config || name == "default") return std::string(name);
  if (!name.starts_with("profile ") && !name.starts_with("profile\t")) return {};
  return std::string(trimmed(name.substr(8)));
}

void read_file(std::string_view text, bool is_config, std::map<std::string, Profiles::Settings>& profiles) {
  Profiles::Settings* section = nullptr;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    // An indented line belongs to the setting above it.
    if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == ' ' || line.front() == '\t')
      continue;
    if (line.front() == '[') {
      const std::string name = profile_of(line, is_config);
      section = name.empty() ? nullptr : &profiles[name];
      continue;
    }
    const std::size_t equals = line.find('=');
    if (section == nullptr || equals == std::string_view::npos) continue;
    std::string name(trimmed(line.substr(0, equals)));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    (*section)[name] = without_comment(trimmed(line.substr(equals + 1)));
  }
}

class Planner {
 public:
  explicit Planner(const Profiles& profiles) : profiles_(profiles) {}

  Result<Plan> follow(const std::string& name) {
    const Profiles::Settings* const settings = profiles_.find(name);
    if (settings == nullptr) return Error{Errc::not_found, shown(name) + " is not there"};
    const auto value = [&](const char* key) {
      const auto found = settings->find(key);
      return found == settings->end() ? std::string() : found->second;
    };
    const bool is_second_time = !seen_.insert(name).second;
    const std::string role = value("role_arn");
    if (role.empty() || is_second_time) return keys(name, value, is_second_time);
    if (!value("mfa_serial").empty())
      return unusable(name, "wants a second factor (mfa_serial), which nobody can give here");
    return role_of(name, value);
  }

 private:
  static std::string shown(const std::string& name) { return "AWS profile `" + visible(name) + "`"; }
  static Error unusable(const std::string& name, const std::string& why) {
    return Error{Errc::invalid_input, shown(name) + " " + why};
  }

  template <class Value>
  Result<Plan> keys(const std::string& name, const Value& value, bool is_second_time) const {
    Plan plan;
    plan.keys = {value("aws_access_key_id"), Secret(value("aws_secret_access_key")), Secret(value("aws_session_token")),
                 std::nullopt};
    if (plan.keys.access_key_id.empty() != plan.keys.secret_access_key.empty()) {
      return unusable(name, "needs both aws_access_key_id and aws_secret_access_key");
    }
    if (!plan.keys.access_key_id.empty()) return plan;
    if (is_second_time) return unusable(name, "is its own source");
    if (!value("credential_process").empty()) return unusable(name, "uses credential_process, which is not supported");
    if (!value("sso_session").empty() || !value("sso_start_url").empty()) {
      return unusable(name, "uses IAM Identity Center (sso_…), which is not supported");
    }
    return Error{Errc::not_found, shown(name) + " holds no credentials"};
  }

  template <class Value>
  Result<Plan> role_of(const std::string& name, const Value& value) {
    RoleToAssume role = {value("role_arn"), value("role_session_name"), value("external_id"), 0};
    if (role.session_name.empty()) role.session_name = "glasswatch";
    if (const std::string text = value("duration_seconds"); !text.empty()) {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), role.duration_seconds);
      if (error != std::errc() || end != text.data() + text.size())
        return unusable(name, "has a duration_seconds that is no number");
    }
    const std::string token_file = value("web_identity_token_file");
    const std::string source = value("source_profile");
    const std::string other = value("credential_source");
    if ((token_file.empty() ? 0 : 1) + (source.empty() ? 0 : 1) + (other.empty() ? 0 : 1) != 1) {
      return unusable(name,
                      "needs one of source_profile, credential_source and web_identity_token_file with its role_arn");
    }
    Plan plan;
    if (!token_file.empty()) {
      plan.base = Plan::Base::web_identity;
      plan.token_file = token_file;
      plan.web_role = std::move(role);
      return plan;
    }
    if (!source.empty()) {
      auto inner = follow(source);
      if (!inner) return Error{Errc::invalid_input, shown(name) + ": " + inner.error().message};
      plan = std::move(*inner);
    } else if (other == "Environment") {
      plan.base = Plan::Base::environment;
    } else if (other == "EcsContainer") {
      plan.base = Plan::Base::container;
    } else if (other == "Ec2InstanceMetadata") {
      plan.base = Plan::Base::instance;
    } else {
      return unusable(name, "has a credential_source that is none of Environment, EcsContainer, Ec2InstanceMetadata");
    }
    plan.roles.push_back(std::move(role));
    return plan;
  }

  const Profiles& profiles_;
  std::set<std::string> seen_;
};

}  // namespace

Profiles Profiles::parse(std::string_view config, std::string_view credentials) {
  Profiles out;
  read_file(config, true, out.profiles_);
  read_file(credentials, false, out.profiles_);
  return out;
}

const Profiles::Settings* Profiles::find(const std::string& name) const {
  const auto found = profiles_.find(name);
  return found == profiles_.end() ? nullptr : &found->second;
}

std::string Profiles::setting(const std::string& profile, const std::string& name) const {
  const Settings* const settings = find(profile);
  if (settings == nullptr || !settings->contains(name)) return {};
  return settings->at(name);
}

Result<Plan> plan_profile(const Profiles& profiles, const std::string& name) { return Planner(profiles).follow(name); }

}  // namespace gw::aws
