// What is rendered lets through what is needed, keeps AWS's limits, and refuses what it cannot say.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "domain/filter/probes.h"
#include "domain/filter/render.h"
#include "domain/watch/watch_set.h"

namespace gw::filter {
namespace {

using pattern::Syntax;

watch::Watch watch_of(const char* spec) {
  auto made = watch::parse_watch_spec(spec);
  EXPECT_TRUE(made) << spec;
  return made->watch;
}

// What the rendering does not let through; AWS's limits hold for each part.
std::set<std::string> lost(const watch::Config& config, const Rendering& made, Syntax syntax) {
  std::vector<pattern::Pattern> patterns;
  for (const Part& part : made.parts) {
    auto parsed = pattern::parse_pattern(part.pattern, {syntax, false, false});
    const auto* error = std::get_if<pattern::PatternError>(&parsed);
    EXPECT_EQ(error, nullptr) << part.name << ": " << part.pattern;
    if (error == nullptr) patterns.push_back(std::move(*std::get_if<pattern::Pattern>(&parsed)));
  }
  const auto probes = needed_probes(config);
  EXPECT_TRUE(probes);
  std::set<std::string> out;
  for (const Probe& probe : *probes) {
    if (std::none_of(patterns.begin(), patterns.end(), [&](const auto& p) { return lets_through(p, probe.record); }))
      out.insert(probe.what);
  }
  return out;
}

// What 1,024 characters have no room for, as docs/deploy/cloudwatch-logs.md says.
const std::set<std::string>& no_room() {
  static const std::set<std::string> names = {"BatchDisableStandards (securityhub.amazonaws.com)",
                                              "CreateFilter (guardduty.amazonaws.com)",
                                              "CreateGroup (identitystore-scim.amazonaws.com)",
                                              "CreateIPSet (guardduty.amazonaws.com)",
                                              "CreateUser (identitystore-scim.amazonaws.com)",
                                              "DeleteGroup (identitystore-scim.amazonaws.com)",
                                              "DeleteMembers (guardduty.amazonaws.com)",
                                              "DeletePublishingDestination (guardduty.amazonaws.com)",
                                              "DeleteUser (identitystore-scim.amazonaws.com)",
                                              "DisableImportFindingsForProduct (securityhub.amazonaws.com)",
                                              "DisassociateMembers (guardduty.amazonaws.com)",
                                              "PatchGroup (identitystore-scim.amazonaws.com)",
                                              "PatchUser (identitystore-scim.amazonaws.com)",
                                              "PutUser (identitystore-scim.amazonaws.com)",
                                              "StopMonitoringMembers (guardduty.amazonaws.com)",
                                              "console sign-in as stacksets-exec-Admin",
                                              "what stacksets-exec-Admin changes",
                                              "what stacksets-exec-Admin reads"};
  return names;
}

TEST(Filter, BuiltInWatches) {
  const watch::Config config;
  const Needs needs = needs_of(config);
  const auto probes = needed_probes(config);
  ASSERT_TRUE(probes);
  EXPECT_GT(probes->size(), 400u);
  const Rendering rules = eventbridge_rules(needs);
  EXPECT_EQ(lost(config, rules, Syntax::eventbridge), std::set<std::string>{});
  const Rendering filters = cloudwatch_filters(needs);
  ASSERT_EQ(filters.parts.size(), 1u);
  EXPECT_EQ(lost(config, filters, Syntax::cloudwatch), no_room());
  for (const Probe& probe : ordinary_probes()) {
    for (const Part& part : rules.parts) {
      const auto parsed = pattern::parse_pattern(part.pattern, {Syntax::eventbridge, false, false});
      EXPECT_FALSE(lets_through(*std::get_if<pattern::Pattern>(&parsed), probe.record))
          << part.name << ' ' << probe.what;
    }
    const auto parsed = pattern::parse_pattern(filters.parts[0].pattern);
    EXPECT_FALSE(lets_through(*std::get_if<pattern::Pattern>(&parsed), probe.record)) << probe.what;
  }
}

TEST(Filter, OwnWatches) {
  std::vector<const char*> specs = {"*:Vault*",
                                    "444455556666:Vault*,FireAdmin",
                                    "4444*:*Vault?x",
                                    "777788889999:*",
                                    "*:*",
                                    "*:BreakGlassAdmin",
                                    "*:*Vault",
                                    "ou:ou-ab12-cd34ef56:Vault*",
                                    "*:Vault,Tresor*,Safe*,Keys-*"};
  // Sanitizers make it twenty times as slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
  specs.resize(2);
#endif
  for (const char* spec : specs) {
    watch::Config config;
    config.watches.push_back(watch_of(spec));
    const Rendering rules = eventbridge_rules(needs_of(config));
    EXPECT_TRUE(rules.refused.empty()) << spec;
    EXPECT_EQ(lost(config, rules, Syntax::eventbridge), std::set<std::string>{}) << spec;
    const Rendering filters = cloudwatch_filters(needs_of(config));
    EXPECT_TRUE(filters.refused.empty()) << spec;
    for (const std::string& what : lost(config, filters, Syntax::cloudwatch))
      EXPECT_TRUE(no_room().contains(what)) << spec << ": " << what;
  }
}

TEST(Filter, PrincipalsAndMechanisms) {
  watch::Config config;
  watch::Watch w;
  w.name = "ops";
  w.principals = {"arn:aws:iam::*:user/ops/*", "arn:aws:iam::111122223333:role/deployer"};
  config.watches.push_back(w);
  w = {};
  w.name = "saml";
  w.mechanisms = {model::Mechanism::saml_federation, model::Mechanism::aws_login,
                  model::Mechanism::identity_center_app};
  config.watches.push_back(w);
  for (const char* name : {"root", "emergency-roles", "emergency-users", "tamper", "emergency-path", "assume-root"})
    config.builtin[name].disabled = true;
  EXPECT_EQ(lost(config, eventbridge_rules(needs_of(config)), Syntax::eventbridge), std::set<std::string>{});
  EXPECT_EQ(lost(config, cloudwatch_filters(needs_of(config)), Syntax::cloudwatch), std::set<std::string>{});
}

TEST(Filter, PatternsOfWatches) {
  watch::Config config;
  watch::Watch w;
  w.name = "stops";
  w.pattern = R"({ $.eventName = "StopInstances" })";
  config.watches = {w};
  const Rendering filters = cloudwatch_filters(needs_of(config));
  ASSERT_TRUE(filters.refused.empty());
  EXPECT_NE(filters.parts.back().pattern.find(R"(($.eventName = "StopInstances"))"), std::string::npos);
  const Rendering rules = eventbridge_rules(needs_of(config));
  ASSERT_EQ(rules.refused.size(), 1u);
  EXPECT_NE(rules.refused[0].find("`stops`"), std::string::npos);
  config.watches[0].pattern = R"({"detail":{"eventName":["StopInstances"]}})";
  EXPECT_EQ(cloudwatch_filters(needs_of(config)).refused.size(), 1u);
  EXPECT_EQ(eventbridge_rules(needs_of(config)).parts.back().pattern, config.watches[0].pattern);
}

TEST(Filter, Refuses) {
  watch::Config config;
  config.watches.push_back(watch_of("ou:ou-ab12-cd34ef56:*"));
  EXPECT_EQ(cloudwatch_filters(needs_of(config)).refused.size(), 1u);
  EXPECT_EQ(eventbridge_rules(needs_of(config)).refused.size(), 1u);
  config.watches.clear();
  for (int i = 0; i < 12; ++i)
    config.watches.push_back(watch_of(("*:Another-Long-Name-" + std::to_string(i) + "*").c_str()));
  const Rendering filters = cloudwatch_filters(needs_of(config));
  ASSERT_FALSE(filters.refused.empty());
  EXPECT_NE(filters.refused[0].find("has no room"), std::string::npos);
  EXPECT_TRUE(eventbridge_rules(needs_of(config)).refused.empty());
}

TEST(Filter, SaysTheSameEachTime) {
  const Needs needs = needs_of({});
  EXPECT_EQ(cloudwatch_filters(needs).parts[0].pattern, cloudwatch_filters(needs).parts[0].pattern);
  EXPECT_EQ(wildcard_of("a?b**c"), "a*b*c");
  EXPECT_TRUE(is_emergency_glob("BreakGlassAdmin*"));
  EXPECT_FALSE(is_emergency_glob("Break*"));
}

}  // namespace
}  // namespace gw::filter
