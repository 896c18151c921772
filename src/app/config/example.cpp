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

# What counts as break-glass here. The built-in watches (root, assume-root, emergency-roles, emergency-users,
# tamper, emergency-path) stay on.
watches:
  - name: prod-break-glass
    accounts: ["444455556666", "ou:ou-ab12-cd34ef56"]   # ids, globs, organizational units
    roles: ["BreakGlass*"]                              # permission sets and roles; globs, case-sensitive
    severity: critical                                  # info, low, medium, high (the default), critical
    runbook: https://wiki.example.com/break-glass
    receivers: [oncall]
    owner: payments-platform
    storm: {opened: 30, within: 10m}                    # beyond it, openings are told in one summary
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

# Where alerts go. Secrets are references: env:, file:, ssm:, secretsmanager:. The types need: slack token and channel, or
# webhook_url; pagerduty routing_key; teams webhook_url; email to, from and smtp; sns topic_arn; syslog address; webhook url; file path; stdout
# nothing.
receivers:
  - name: oncall
    type: slack
    token: env:SLACK_TOKEN
    channel: C0123456789
    signing_secret: env:SLACK_SIGNING_SECRET
    mention: subteam:S0123456789
  - {name: pager, type: pagerduty, routing_key: env:PAGERDUTY_KEY}
  - {name: siem, type: webhook, url: https://siem.example.com/in, secret: file:/run/secrets/siem}
  - {name: log, type: file, path: /var/log/glasswatch/alerts.jsonl}

# All that follows is for `glasswatch serve`; `scan` checks it and passes over it.

timezone: Europe/London                      # for local times in messages
mode: alert                                  # or shadow: record everything, deliver to file only
store: sqlite:/var/lib/glasswatch/glasswatch.db

http:
  listen: 127.0.0.1:8080
  metrics: token                             # or open
  public_url: https://glasswatch.example.com # for links in messages
  tokens:                                    # roles: viewer, operator, reviewer, ingest, admin
    - {name: feed, role: ingest, token: env:GLASSWATCH_INGEST_TOKEN, accounts: ["*"]}
    - {name: carol, role: reviewer, person: carol@example.com, token: file:/run/secrets/carol}

sources:
  - {type: directory, path: /srv/trail}
  - {type: s3_sqs, queue_url: "https://sqs.eu-west-2.amazonaws.com/111122223333/trail", buckets: [org-logs]}

directory:                                   # where names are looked up
  organizations: {role_arn: "arn:aws:iam::111122223333:role/glasswatch-read"}
  identity_store: {role_arn: "arn:aws:iam::111122223333:role/glasswatch-read", id: d-9067000000, region: eu-west-2}
  sso_admin: {role_arn: "arn:aws:iam::111122223333:role/glasswatch-read", region: eu-west-2}
  every: 6h

escalation:
  - {after: 5m, to: [pager]}                 # without an acknowledgement

session_durations: {BreakGlassAdmin: 4h}     # where neither STS nor the directory tells; 1h for others
expected_accounts: auto                      # or a list of ids: whose silence is told
high_risk: ["iam:*", "kms:ScheduleKeyDeletion", "cloudtrail:*"]
handover: {at: "07:00", timezone: Europe/London, to: [oncall]}
retention: {sessions: 400d, activity: 400d}
heartbeat: {url: "https://monitor.example.com/ping", every: 1m}
ledger: {key: file:/etc/glasswatch/ledger.key, checkpoints: ["s3://org-ledger/checkpoints"]}
)";
}

}  // namespace gw::app
