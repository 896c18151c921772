#include "app/config/keys.h"

#include <array>

namespace gw::app {
namespace {

using Words = std::span<const std::string_view>;

constexpr Key one(std::string_view name, Type type, std::string_view help) { return {name, type, help}; }
constexpr Key must(std::string_view name, Type type, std::string_view help) {
  Key key{name, type, help};
  key.required = true;
  return key;
}
constexpr Key many(std::string_view name, Type type, std::string_view help) { return {name, type, help, Form::list}; }
constexpr Key words(std::string_view name, Words all, std::string_view help, bool required = false) {
  Key key{name, Type::word, help};
  key.words = all;
  key.required = required;
  return key;
}
constexpr Key object(std::string_view name, const Object& inner, std::string_view help, Form form = Form::one) {
  Key key{name, Type::object, help, form};
  key.object = &inner;
  return key;
}
constexpr Key map(std::string_view name, Type key_type, Type type, std::string_view help) {
  Key key{name, type, help, Form::map};
  key.key_type = key_type;
  return key;
}

constexpr std::array<std::string_view, 5> kTokenRoles = {"viewer", "operator", "reviewer", "ingest", "admin"};
constexpr std::array<std::string_view, 2> kMetrics = {"token", "open"};
constexpr std::array<std::string_view, 2> kSourceTypes = {"directory", "s3_sqs"};
constexpr std::array<std::string_view, 5> kReceiverTypes = {"slack", "pagerduty", "webhook", "stdout", "file"};
constexpr std::array<std::string_view, 2> kModes = {"alert", "shadow"};

constexpr std::array kTokenKeys = {
    must("name", Type::name, "How logs and reviews name the token."),
    words("role", kTokenRoles, "What its bearer may do.", true),
    must("token", Type::secret, "Where the token's text is."),
    one("person", Type::text, "The person it belongs to; needed for role reviewer."),
    many("accounts", Type::account, "Accounts whose records an ingest token may bring. Default: none."),
};
constexpr Object kToken = {"token", kTokenKeys};

constexpr std::array kHttpKeys = {
    one("listen", Type::address, "Address and port of the API and dashboard. Default: 127.0.0.1:8080."),
    words("metrics", kMetrics, "Whether /metrics needs a viewer's token, or is open. Default: token."),
    object("tokens", kToken, "Who may use the API.", Form::list),
};
constexpr Object kHttp = {"http", kHttpKeys};

constexpr std::array kSourceKeys = {
    words("type", kSourceTypes, "directory, or s3_sqs: objects in S3 that an SQS queue tells about.", true),
    one("path", Type::path, "Folder to watch (directory)."),
    one("queue_url", Type::url, "The queue (s3_sqs)."),
    many("buckets", Type::bucket, "Buckets that may be fetched from (s3_sqs)."),
    one("bucket_owner", Type::account_id, "The account that must own them (s3_sqs)."),
};
constexpr Object kSource = {"source", kSourceKeys};

constexpr std::array kPersonKeys = {
    must("name", Type::text, "The name to show."),
    one("identity_store_user", Type::store_user, "Their userId in Identity Center, or identityStore#userId."),
    one("slack", Type::text, "Their member id in Slack."),
};
constexpr Object kPerson = {"person", kPersonKeys};

constexpr std::array kOrganizationsKeys = {
    one("role_arn", Type::role_arn, "Role to assume for organizations:ListAccounts and its like."),
};
constexpr Object kOrganizations = {"organizations", kOrganizationsKeys};
constexpr std::array kIdentityStoreKeys = {
    one("role_arn", Type::role_arn, "Role to assume for identitystore:DescribeUser."),
    one("id", Type::text, "Id of the identity store: d-…"),
    one("region", Type::region, "Home region of Identity Center."),
};
constexpr Object kIdentityStore = {"identity_store", kIdentityStoreKeys};
constexpr std::array kDirectoryKeys = {
    object("organizations", kOrganizations, "Names and OUs of accounts."),
    object("identity_store", kIdentityStore, "Names of people."),
};
constexpr Object kDirectory = {"directory", kDirectoryKeys};

constexpr std::array kStormKeys = {
    must("opened", Type::count, "So many sessions …"),
    must("within", Type::duration, "… within this time are told in one summary."),
};
constexpr Object kStorm = {"storm", kStormKeys};

constexpr std::array kWatchKeys = {
    must("name", Type::name, "Its name in alerts and reports."),
    many("accounts", Type::account, "Accounts that are entered: ids, globs, or ou:… Default: any."),
    many("roles", Type::role, "Globs over role and permission-set names. Default: any."),
    many("principals", Type::principal, "Globs over the ARN or identityStoreArn#userId of who enters. Default: any."),
    many("mechanisms", Type::mechanism, "Ways in. Default: any."),
    one("pattern", Type::pattern, "Reserved for filter and event patterns; must be null."),
    one("severity", Type::severity, "Default: high."),
    one("runbook", Type::url, "A link that alerts carry."),
    many("receivers", Type::name, "Who is told. Default: default_receivers."),
    one("owner", Type::text, "Who answers for this watch."),
    object("storm", kStorm, "When openings are told in one summary. Default: 30 within 10m."),
};
constexpr std::array<Refusal, 6> kWatchRefusals = {{
    {"role", "write `roles: [...]`"},
    {"account", "write `accounts: [...]`"},
    {"principal", "write `principals: [...]`"},
    {"permission_sets", "permission sets are named in `roles`"},
    {"ignore", "ignore rules stand at the top level, under `ignore`"},
    {"session_name", "the caller chooses it; name the role, or the person in `principals`"},
}};
constexpr Object kWatch = {"watch", kWatchKeys, kWatchRefusals};

constexpr std::array kBuiltinKeys = {
    one("disabled", Type::boolean, "true switches the watch off."),
    one("severity", Type::severity, "Instead of its own."),
    many("receivers", Type::name, "Who is told. Default: default_receivers."),
};
constexpr Object kBuiltin = {"builtin watch", kBuiltinKeys};

constexpr std::array kIgnoreKeys = {
    one("account", Type::account, "The account that was entered: an id or glob."),
    one("issuer_role_arn", Type::role_arn, "The role behind the caller's session, with its path; no globs."),
    one("user_arn", Type::user_arn, "The IAM user that called; no globs."),
    one("identity_store_user", Type::store_user_key, "The person: identityStoreArn#userId."),
    one("cidr", Type::cidr, "Where the call came from, as a range."),
    one("mechanism", Type::mechanism, "The way in. Root, AssumeRoot and tampering are ignored only by rules that name them."),
    must("owner", Type::text, "Who answers for the rule."),
    must("reason", Type::text, "Why these accesses are none; shown with each."),
    must("until", Type::time, "When the rule ends."),
};
constexpr std::string_view kCallerChooses =
    "the caller chooses it, so whoever breaks the glass could hide behind it; use account, issuer_role_arn, user_arn, "
    "identity_store_user, cidr or mechanism";
constexpr std::array<Refusal, 22> kIgnoreRefusals = {{
    {"session_name", kCallerChooses},
    {"role_session_name", kCallerChooses},
    {"source_identity", kCallerChooses},
    {"user_agent", kCallerChooses},
    {"external_id", kCallerChooses},
    {"tags", kCallerChooses},
    {"session_tags", kCallerChooses},
    {"principal", kCallerChooses},
    {"principals", kCallerChooses},
    {"principal_id", kCallerChooses},
    {"principal_arn", "the ARN of a session ends in a name that the caller chooses; use issuer_role_arn or user_arn"},
    {"user_name", "a name is not unique; use user_arn or identity_store_user"},
    {"event_name", kCallerChooses},
    {"event_source", kCallerChooses},
    {"event_id", kCallerChooses},
    {"region", kCallerChooses},
    {"access_key_id", kCallerChooses},
    {"error_code", kCallerChooses},
    {"source_ip", "one address is a range too: `cidr: 198.51.100.7/32`"},
    {"role", "a rule that hides a role hides everybody who enters it; name who is expected (issuer_role_arn, user_arn, "
             "identity_store_user)"},
    {"roles", "a rule that hides a role hides everybody who enters it; name who is expected (issuer_role_arn, user_arn, "
              "identity_store_user)"},
    {"accounts", "one rule is about one account (a glob is fine): `account:`"},
}};
constexpr Object kIgnore = {"ignore rule", kIgnoreKeys, kIgnoreRefusals};

constexpr std::array kPlannedKeys = {
    must("watch", Type::name, "Name of the watch, or \"*\" for all."),
    [] {
      Key key = many("people", Type::person, "Globs over names and ids of who may use it.");
      key.required = true;
      return key;
    }(),
    must("from", Type::time, "Begin, by the event's own time."),
    must("until", Type::time, "End."),
    one("ticket", Type::text, "The change it belongs to; shown as `planned`."),
    must("owner", Type::text, "Who answers for it."),
};
constexpr Object kPlanned = {"planned window", kPlannedKeys};

constexpr std::array kReceiverKeys = {
    must("name", Type::name, "What watches call it."),
    words("type", kReceiverTypes, "slack, pagerduty, webhook, stdout, or file (JSON lines).", true),
    one("token", Type::secret, "Bot token (slack); or webhook_url."),
    one("channel", Type::text, "Channel id (slack with token)."),
    one("webhook_url", Type::secret, "Incoming webhook (slack)."),
    one("signing_secret", Type::secret, "For button presses (slack)."),
    one("mention", Type::mention, "Who is mentioned, once, in the parent message (slack)."),
    one("api_url", Type::url, "Base of the API, ending in /api/ (slack)."),
    one("routing_key", Type::secret, "Integration key (pagerduty)."),
    one("url", Type::url_or_secret, "Where to post (webhook)."),
    one("secret", Type::secret, "Signs what is posted, in Standard Webhooks' form (webhook)."),
    one("path", Type::path, "The file (file)."),
    one("allow_private", Type::boolean, "true: private addresses and plain http are fine. Default: false."),
};
constexpr Object kReceiver = {"receiver", kReceiverKeys};

constexpr Key receivers(std::string_view name, std::string_view help) {
  Key key = many(name, Type::name, help);
  key.required = true;
  return key;
}

constexpr std::array kEscalationKeys = {
    must("after", Type::duration, "Without an acknowledgement for so long …"),
    receivers("to", "… these are told as well."),
};
constexpr Object kEscalation = {"escalation step", kEscalationKeys};

constexpr std::array kHandoverKeys = {
    must("at", Type::time_of_day, "When the summary of open sessions is sent."),
    one("timezone", Type::time_zone, "Default: UTC."),
    receivers("to", "Who gets it."),
};
constexpr Object kHandover = {"handover", kHandoverKeys};

constexpr std::array kRetentionKeys = {
    one("sessions", Type::duration, "Default: 400d."),
    one("activity", Type::duration, "Default: 400d."),
};
constexpr Object kRetention = {"retention", kRetentionKeys};

constexpr std::array kHeartbeatKeys = {
    must("url", Type::url_or_secret, "Called while everything works."),
    one("every", Type::duration, "Default: 1m."),
};
constexpr Object kHeartbeat = {"heartbeat", kHeartbeatKeys};

constexpr std::array kLedgerKeys = {
    one("key", Type::ledger_key, "The signing key: file:, kms:, ssm: or secretsmanager:."),
    many("checkpoints", Type::place, "Where signed checkpoints are copied: s3://bucket/prefix or file:PATH."),
};
constexpr Object kLedger = {"ledger", kLedgerKeys};

constexpr std::array kRootKeys = {
    one("version", Type::version, "The form of this file: 1."),
    one("store", Type::store, "Default: sqlite:var/glasswatch.db. postgres:// is reserved."),
    object("http", kHttp, "The API and dashboard."),
    object("sources", kSource, "Where records come from.", Form::list),
    map("accounts", Type::account_id, Type::text, "Names of accounts, by id."),
    object("people", kPerson, "Names of people.", Form::list),
    object("directory", kDirectory, "Where names are looked up."),
    object("watches", kWatch, "What is break-glass here, besides the built-in watches.", Form::list),
    [] {
      Key key = object("builtin", kBuiltin, "Built-in watches, by name: other receivers or severity, or off.", Form::map);
      key.key_type = Type::builtin;
      return key;
    }(),
    many("default_receivers", Type::name, "Told about what no watch has receivers for."),
    object("ignore", kIgnore, "Accesses that are none.", Form::list),
    object("planned", kPlanned, "Drills and changes: labelled, never hidden.", Form::list),
    object("receivers", kReceiver, "Where alerts go. Default: standard output, as JSON lines.", Form::list),
    object("escalation", kEscalation, "Who is told when nobody acknowledges.", Form::list),
    map("session_durations", Type::role, Type::duration, "By role, where neither STS nor the directory tells. Default: 1h."),
    one("expected_accounts", Type::expected, "Accounts whose silence is told: auto, or a list. Default: auto."),
    many("high_risk", Type::action, "Actions in a session that are told, beside the built-in list."),
    words("mode", kModes, "alert, or shadow: record everything, deliver to file only. Default: alert."),
    object("handover", kHandover, "A daily summary of open sessions."),
    object("retention", kRetention, "How long things are kept."),
    object("heartbeat", kHeartbeat, "An outside monitor that notices silence."),
    object("ledger", kLedger, "The tamper-evident log."),
};
constexpr std::array<Refusal, 4> kRootRefusals = {{
    {"watch", "write `watches:` with a list"},
    {"receiver", "write `receivers:` with a list"},
    {"rules", "rules are `watches:`"},
    {"secrets", "secrets stay outside of the file: name them with env:, file:, ssm: or secretsmanager: where they are used"},
}};
constexpr Object kRoot = {"configuration", kRootKeys, kRootRefusals};

}  // namespace

const Object& root_object() { return kRoot; }

}  // namespace gw::app
