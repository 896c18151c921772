#include "app/config/config.h"

namespace gw::app {

std::string example_config() {
  return R"(# glasswatch configuration. `glasswatch config check FILE` says what is wrong with it, with line and column;
# `glasswatch config schema` prints its JSON Schema. Times are UTC. Quote account ids: they are not numbers.
version: 1

# Names of accounts, for people who read findings. `scan --accounts FILE` takes them from the AWS CLI instead.
accounts:
  "111122223333": management
  "444455556666": prod-payments

# Names behind Identity Center user ids. `scan --people FILE` takes them from the AWS CLI instead.
people:
  - name: alice@example.com
    identity_store_user: 9067000000-11112222-3333-4444-5555-666677778888
    slack: U0123456789

# What counts as break-glass here. The built-in watches (root, assume-root, emergency-roles, tamper, emergency-path) stay on.
watches:
  - name: prod-break-glass
    accounts: ["444455556666", "ou:ou-ab12-cd34ef56"]   # ids, globs, organizational units
    roles: ["BreakGlass*"]                              # permission sets and roles; globs, case-sensitive
    severity: critical                                  # info, low, medium, high (the default), critical
    runbook: https://wiki.example.com/break-glass
    receivers: [oncall]
    owner: payments-platform
  - name: break-glass-users
    principals: ["arn:aws:iam::*:user/breakglass/*"]    # ARNs, or identityStoreArn#userId
    owner: security
  - name: applications-as-people
    mechanisms: [identity_center_app]
    severity: high

# Built-in watches are changed or disabled only by name.
builtin:
  root: {receivers: [oncall]}
  emergency-path: {severity: medium}

default_receivers: [oncall]

# Accesses to take out. Only by what the caller cannot choose; root, AssumeRoot and tampering only when `mechanism` names them.
ignore:
  - issuer_role_arn: arn:aws:iam::111122223333:role/ci-deploy
    account: "444455556666"
    owner: platform
    reason: the pipeline assumes this role hourly
    until: "2027-01-31T00:00:00Z"

# Drills and changes: labelled with the ticket, never hidden.
planned:
  - watch: prod-break-glass
    people: ["alice@*"]
    from: "2026-12-01T09:00:00Z"
    until: "2026-12-01T12:00:00Z"
    ticket: CHG-1042
    owner: payments-platform

# Where alerts go. Secrets are references: env:, file:, ssm:, secretsmanager:.
receivers:
  - name: oncall
    type: slack
    token: env:SLACK_TOKEN
    channel: C0123456789
)";
}

}  // namespace gw::app
