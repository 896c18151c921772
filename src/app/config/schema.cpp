#include "app/config/schema.h"

#include <array>

namespace gw::app {
namespace {

Schema of(Kind kind) {
  Schema s;
  s.kind = kind;
  return s;
}
Schema text() { return of(Kind::text); }
Schema choice(std::vector<std::string_view> choices) {
  Schema s = of(Kind::choice);
  s.choices = std::move(choices);
  return s;
}
Schema list(Schema element) {
  Schema s = of(Kind::list);
  s.children.push_back(std::move(element));
  return s;
}
Schema map(Kind key, Schema value) {
  Schema s = of(Kind::map);
  s.key_kind = key;
  s.children.push_back(std::move(value));
  return s;
}
Schema object(std::vector<Field> fields) {
  Schema s = of(Kind::object);
  s.fields = std::move(fields);
  return s;
}

Schema watch() {
  return object(
      {{"name", text(), "Unique; what findings and alerts show.", true},
       {"accounts", list(of(Kind::account_glob)), "Account ids, globs of them, or ou:ou-…; absent: any account."},
       {"roles", list(of(Kind::role_glob)), "Role and permission-set names, globs, case-sensitive; absent: any."},
       {"principals", list(of(Kind::principal_glob)), "Principal ARNs or identityStoreArn#userId, globs; absent: any."},
       {"mechanisms", list(of(Kind::mechanism)), "Ways in; absent or empty: all."},
       {"pattern", of(Kind::pattern), "A CloudWatch Logs or EventBridge pattern that the record must match, too."},
       {"severity", of(Kind::severity), "How serious a use is; high when absent."},
       {"runbook", of(Kind::url), "Shown in alerts."},
       {"receivers", list(text()), "Names of receivers; absent: default_receivers."},
       {"storm",
        object({{"opened", of(Kind::number), "So many sessions …", true},
                {"within", of(Kind::duration), "… within this time are told in one summary.", true}}),
        "30 within 10m when absent."},
       {"owner", text(), "Who answers for this watch."}});
}

Schema ignore_rule() {
  return object({{"account", of(Kind::account), "The account that was entered."},
                 {"issuer_role_arn", of(Kind::role_arn), "The role behind the caller's session, exactly."},
                 {"user_arn", of(Kind::user_arn), "The IAM user that called, exactly."},
                 {"identity_store_user", of(Kind::store_user_key), "identityStoreArn#userId or d-…#userId, exactly."},
                 {"cidr", of(Kind::cidr), "Source addresses."},
                 {"mechanism", of(Kind::mechanism), "Needed to ignore root, AssumeRoot or tamper."},
                 {"owner", text(), "Who answers for this rule.", true},
                 {"reason", text(), "Why; shown in reports.", true},
                 {"until", of(Kind::time), "When it ends.", true}});
}

Schema receiver() {
  return object(
      {{"name", text(), "Unique.", true},
       {"type", choice({"slack", "pagerduty", "webhook", "teams", "email", "sns", "syslog", "ocsf", "stdout", "file"}),
        "What it is.", true},
       {"token", of(Kind::secret), "Slack bot token."},
       {"channel", text(), "Slack channel id."},
       {"signing_secret", of(Kind::secret),
        "Slack signing secret: presses come to /slack/actions, messages have buttons."},
       {"app_token", of(Kind::secret),
        "Slack app-level token (xapp-…): presses come by Socket Mode, messages have buttons."},
       {"team", text(), "Slack workspace (T…) whose presses are taken."},
       {"app", text(), "Slack app (A…) whose presses are taken."},
       {"webhook_url", of(Kind::secret), "Slack or Teams webhook."},
       {"api_url", of(Kind::url), "Base of Slack's API, or of PagerDuty's."},
       {"mention", text(), "Who is mentioned in the first message."},
       {"routing_key", of(Kind::secret), "PagerDuty."},
       {"url", of(Kind::secret_url), "https address, or a reference to it."},
       {"secret", of(Kind::secret), "Webhook secret, whsec_…"},
       {"path", text(), "Of a file receiver; of ocsf also s3://bucket/prefix."},
       {"topic_arn", text(), "SNS."},
       {"to", list(text()), "E-mail addresses."},
       {"from", text(), "E-mail sender."},
       {"smtp",
        object({{"host", text(), "Name of the server.", true},
                {"port", of(Kind::number), "587 when absent, 465 with tls."},
                {"security", choice({"starttls", "tls", "none"}), "starttls when absent."},
                {"username", text(), "Of the login."},
                {"password", of(Kind::secret), "Of the login."}}),
        "E-mail server."},
       {"address", of(Kind::server), "Syslog server: host:port, by TLS; tcp://host:port with allow_private."},
       {"facility",
        choice({"auth", "authpriv", "audit", "alert", "user", "daemon", "local0", "local1", "local2", "local3",
                "local4", "local5", "local6", "local7"}),
        "Of syslog; auth when absent."},
       {"max_bytes", of(Kind::number), "Of a syslog message, 2048 to 65536; 8192 when absent."},
       {"tls",
        object({{"ca", text(), "PEM file: who signs the server's certificate; the system's when absent."},
                {"certificate", text(), "PEM file that is shown to the server."},
                {"key", text(), "PEM file; needed with a certificate."}}),
        "TLS of syslog."},
       {"allow_private", of(Kind::boolean), "Private and loopback addresses, and http, are allowed."}});
}

Schema make() {
  return object(
      {{"version", choice({"1"}), "Of this format; 1 when absent."},
       {"store", of(Kind::store), "sqlite:PATH; postgres:// is reserved."},
       {"http",
        object({{"listen", of(Kind::listen), "address:port; 127.0.0.1:8080 when absent."},
                {"metrics", choice({"open", "token"}), "Who may read /metrics."},
                {"public_url", of(Kind::url), "Of this server as people reach it, for links in messages."},
                {"tls", object({{"certificate", text(), "PEM file.", true}, {"key", text(), "PEM file.", true}}),
                 "TLS for the listener."},
                {"tokens",
                 list(object(
                     {{"name", text(), "Unique.", true},
                      {"role", choice({"viewer", "operator", "reviewer", "ingest", "admin"}), "What it may do.", true},
                      {"person", text(), "Whose it is; needed to review."},
                      {"token", of(Kind::secret), "The secret.", true},
                      {"accounts", list(of(Kind::account_glob)), "For ingest: the accounts it may speak of."}})),
                 "Access tokens."}}),
        "The API and dashboard."},
       {"sources",
        list(object({{"type", choice({"directory", "s3_sqs", "stdin"}), "What it is.", true},
                     {"path", text(), "Of a directory."},
                     {"queue_url", of(Kind::url), "Of a queue."},
                     {"buckets", list(text()), "That may be fetched."},
                     {"bucket_owner", of(Kind::account), "The account that must own them."},
                     {"role_arn", of(Kind::role_arn), "Role to read objects with."},
                     {"region", of(Kind::region), "Of the queue, where its URL does not say it."}})),
        "Where records come from."},
       {"accounts", map(Kind::account, text()), "Names of accounts."},
       {"people",
        list(object({{"name", text(), "As shown.", true},
                     {"identity_store_user", of(Kind::store_user), "userId, or identityStoreArn#userId."},
                     {"slack", text(), "Slack user id."},
                     {"email", text(), "E-mail address."}})),
        "Names of people."},
       {"directory",
        object({{"organizations", object({{"role_arn", of(Kind::role_arn), "Role to assume."}}),
                 "AWS Organizations: accounts and OUs."},
                {"identity_store",
                 object({{"role_arn", of(Kind::role_arn), "Role to assume."},
                         {"id", text(), "d-…"},
                         {"region", of(Kind::region), "Its region."}}),
                 "Identity Store: people."},
                {"sso_admin",
                 object({{"role_arn", of(Kind::role_arn), "Role to assume."},
                         {"instance_arn", text(), "Of Identity Center; absent: that of the Identity Store, else all."},
                         {"region", of(Kind::region), "Its region; absent: the Identity Store's."}}),
                 "IAM Identity Center: how long sessions of permission sets last."},
                {"cache", text(), "File that keeps what was read; beside the store when absent."},
                {"every", of(Kind::duration), "How often it is read again; 6h when absent."}}),
        "Where names are looked up."},
       {"watches", list(watch()), "What counts as break-glass, beside the built-in watches."},
       {"builtin",
        map(Kind::text, object({{"disabled", of(Kind::boolean), "Switches it off."},
                                {"severity", of(Kind::severity), "Another severity."},
                                {"receivers", list(text()), "Other receivers."}})),
        "Changes to built-in watches: root, assume-root, emergency-roles, emergency-users, tamper, emergency-path."},
       {"default_receivers", list(text()), "For watches that name none."},
       {"ignore", list(ignore_rule()), "Accesses that are taken out, each with owner, reason and end."},
       {"planned",
        list(object({{"watch", text(), "Name of a watch, or *.", true},
                     {"people", list(text()), "Globs over names and ids.", true},
                     {"from", of(Kind::time), "Start.", true},
                     {"until", of(Kind::time), "End.", true},
                     {"ticket", text(), "Shown with the access."},
                     {"owner", text(), "Who answers for it.", true}})),
        "Drills and changes: labelled, never hidden."},
       {"receivers", list(receiver()), "Where alerts go."},
       {"escalation",
        list(object({{"after", of(Kind::duration), "Without acknowledgement.", true},
                     {"to", list(text()), "Receivers.", true},
                     {"severity", of(Kind::severity), "Sessions of this severity and above; all when absent."}})),
        "Who is told next."},
       {"session_durations", map(Kind::role_glob, of(Kind::duration)),
        "By permission set or role, where nothing else tells."},
       {"expected_accounts", of(Kind::accounts_or_auto),
        "auto (the directory's, else those heard), or a list, for silence alerts."},
       {"high_risk", list(of(Kind::action)), "Calls added to the built-in list, service:Action with globs."},
       {"timezone", of(Kind::time_zone), "IANA name, for local times in messages; UTC when absent."},
       {"mode", choice({"alert", "shadow"}), "shadow: record everything, deliver to file only."},
       {"handover",
        object({{"at", of(Kind::time_of_day), "HH:MM.", true},
                {"timezone", of(Kind::time_zone), "IANA name."},
                {"to", list(text()), "Receivers.", true}}),
        "A scheduled digest."},
       {"retention",
        object({{"sessions", of(Kind::duration), "400d when absent."},
                {"activity", of(Kind::duration), "400d when absent."}}),
        "How long things are kept."},
       {"heartbeat",
        object({{"url", of(Kind::secret_url), "Pinged while all works.", true},
                {"every", of(Kind::duration), "How often; 1m when absent."},
                {"allow_private", of(Kind::boolean), "Also http, and addresses of private networks."}}),
        "A dead man's switch outside."},
       {"ledger",
        object({{"key", of(Kind::ledger_key), "Signing key."}, {"checkpoints", list(text()), "Where checkpoints go."}}),
        "The tamper-evident log."}});
}

}  // namespace

const Schema& config_schema() {
  static const Schema schema = make();
  return schema;
}

std::string_view refused_in_ignore(std::string_view key) {
  constexpr std::string_view kChosen =
      "whoever calls can choose or vary it, and could hide behind it; use account, issuer_role_arn, user_arn, "
      "identity_store_user, cidr or mechanism";
  constexpr std::string_view kRole =
      "it would hide everybody who enters the role; name who is expected: issuer_role_arn, user_arn or "
      "identity_store_user";
  struct Refused {
    std::string_view key;
    std::string_view why;
  };
  constexpr std::array kRefused = {
      Refused{"session_name", kChosen},
      Refused{"role_session_name", kChosen},
      Refused{"source_identity", kChosen},
      Refused{"user_agent", kChosen},
      Refused{"external_id", kChosen},
      Refused{"tags", kChosen},
      Refused{"session_tags", kChosen},
      Refused{"principal", kChosen},
      Refused{"principals", kChosen},
      Refused{"principal_id", kChosen},
      Refused{"principal_arn",
              "a session's ARN ends in a name that the caller chooses; use issuer_role_arn or user_arn"},
      Refused{"name", "a name is not unique; use user_arn or identity_store_user"},
      Refused{"user_name", "a name is not unique; use user_arn or identity_store_user"},
      Refused{"people", "a name is not unique; use user_arn or identity_store_user"},
      Refused{"event_name", kChosen},
      Refused{"event_source", kChosen},
      Refused{"event_id", kChosen},
      Refused{"error_code", kChosen},
      Refused{"region", kChosen},
      Refused{"access_key_id", kChosen},
      Refused{"source_ip", "one address is a range, too: cidr: 198.51.100.7/32"},
      Refused{"role", kRole},
      Refused{"roles", kRole},
      Refused{"watch", "to change a watch, edit it, or name it under `builtin`; to mark a drill, use `planned`"},
      Refused{"accounts", "one rule is about one account: account"},
      Refused{"mechanisms", "one rule is about one mechanism: mechanism"},
  };
  for (const Refused& refused : kRefused) {
    if (refused.key == key) return refused.why;
  }
  return {};
}

}  // namespace gw::app
