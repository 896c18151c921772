// serve and the commands around it: their options, help and examples. As in cli.cpp, this is the only table of them.
#include "app/cli_daemon.h"

#include <functional>
#include <utility>
#include <vector>

#include "app/daemon.h"
#include "app/import_command.h"
#include "app/operate.h"

namespace gw::app {
namespace {

constexpr const char* kServeCodes =
    "\nExit codes: 0 ended as asked (SIGTERM, SIGINT, --once); 2 wrong usage or configuration; 4 the store or the port "
    "cannot\nbe opened, or the store failed for good. A second SIGTERM or SIGINT ends it at once, unsuccessfully.\n";
constexpr const char* kLambdaCodes =
    "\nExit codes: 2 wrong usage or configuration, or not within a function; 4 the Runtime API cannot be used any "
    "more.\n";
constexpr const char* kReadCodes =
    "\nExit codes: 0 done; 2 wrong usage, or there is no such thing; 4 the store cannot be read, or the server does "
    "not "
    "answer.\n";
constexpr const char* kActCodes =
    "\nExit codes: 0 done; 2 wrong usage, or there is no such thing; 4 the server does not answer, or refused it.\n";

CLI::App& add(CLI::App& parent, const char* name, const char* help, const char* examples, const char* codes) {
  CLI::App& command = *parent.add_subcommand(name, help);
  command.footer(std::string("\nExamples:\n") + examples + codes);
  return command;
}

CLI::App& add_group(CLI::App& parent, const char* name, const char* help, const char* examples) {
  CLI::App& group = add(parent, name, help, examples,
                        "\nExit codes: 0 done; 2 wrong usage; each command's own help says which others there are.\n");
  group.require_subcommand(1);
  return group;
}

void add_server(CLI::App& command, ApiArguments& a) {
  command.add_option("--url", a.url, "The server; the default: as --config says, else http://127.0.0.1:8080")
      ->type_name("URL");
  command
      .add_option("--token", a.token,
                  "The access token, env:NAME or file:PATH; the default: env:GLASSWATCH_TOKEN, else of --config")
      ->type_name("REFERENCE");
  command.add_option("--config", a.config, "Configuration of the server")->type_name("FILE");
}

void add_reading(CLI::App& command, OperatorArguments& a) {
  command.add_option("--config", a.api.config, "Read the store that this configuration names, server or not")
      ->type_name("FILE");
  command.add_option("--store", a.api.store, "Read this store")->type_name("sqlite:PATH");
  command.add_option("--url", a.api.url, "Ask this server instead; the default: http://127.0.0.1:8080")
      ->type_name("URL");
  command
      .add_option("--token", a.api.token, "The access token, env:NAME or file:PATH; the default: env:GLASSWATCH_TOKEN")
      ->type_name("REFERENCE");
}

void add_format(CLI::App& command, OperatorArguments& a) {
  command.add_option("--format", a.format, "The default: table on a terminal, else jsonl")
      ->type_name("table|json|jsonl");
}

void add_limit(CLI::App& command, OperatorArguments& a) {
  command.add_option("--limit", a.limit, "At most so many; the default: 100")->type_name("N");
}

}  // namespace

struct DaemonCommands::State {
  using Run = std::function<int(const Io&)>;
  std::vector<std::pair<CLI::App*, Run>> commands;
  ServeArguments serve;
  OperatorArguments operate;  // one command is parsed at a time
  RouteArguments route;
  StoreArguments store;
  ImportArguments import;
  ReportArguments report;
  CompareArguments compare;
  std::string receivers_config;

  void runs(CLI::App& command, int (*function)(const OperatorArguments&, const Io&)) {
    commands.emplace_back(&command, [this, function](const Io& io) { return function(operate, io); });
  }

  void add_serve(CLI::App& app) {
    CLI::App& command = add(app, "serve", "Watch continuously: sources, store, receivers, HTTP interface",
                            "  glasswatch serve --config /etc/glasswatch/glasswatch.yaml\n"
                            "  GLASSWATCH_WATCH='*:BreakGlass*:critical' glasswatch serve --listen 127.0.0.1:9000\n",
                            kServeCodes);
    command.add_option("--config", serve.config, "Configuration file; the default: GLASSWATCH_CONFIG")
        ->type_name("FILE");
    command.add_option("--listen", serve.listen, "Instead of http.listen")->type_name("ADDRESS:PORT");
    command.add_option("--log-format", serve.log_format, "The default: text on a terminal, else json")
        ->type_name("text|json");
    command.add_flag("--once", serve.once, "Read what the sources hold, store it, tell what is due, and exit");
    command.add_flag("--demo", serve.demo, "A stand-in for Slack inside the server, and a page that shows what it got");
    commands.emplace_back(&command, [this](const Io& io) { return run_serve(serve, io); });
  }

  void add_lambda(CLI::App& app) {
    CLI::App& command =
        add(app, "lambda", "The same as an AWS Lambda custom runtime; configured by its environment",
            "  ./bootstrap    in the function's package, which runs `glasswatch lambda`\n", kLambdaCodes);
    commands.emplace_back(&command, [](const Io& io) { return run_lambda(io); });
  }

  void add_import(CLI::App& app) {
    CLI::App& command = add(app, "import", "Fill the store from evidence or CloudTrail archives; nobody is told",
                            "  glasswatch import --store sqlite:audit.db s3://evidence/glasswatch\n"
                            "  glasswatch import --config glasswatch.yaml ./AWSLogs\n",
                            "\nExit codes: 0 done; 2 wrong usage or configuration; 3 something could not be read, the "
                            "rest was imported; 4 the "
                            "store\ncannot be opened (a server has it, say) or written.\n");
    command.add_option("PATH", import.paths, "Files, folders, s3://bucket/prefix")->required()->type_name("FILE");
    command.add_option("--config", import.config, "Its watches, and its store; the default: GLASSWATCH_CONFIG")
        ->type_name("FILE");
    command.add_option("--store", import.store, "This store")->type_name("sqlite:PATH");
    command
        .add_option("--max-quarantined", import.max_quarantined,
                    "So many lines, records or files that cannot be read do not make the exit code 3")
        ->type_name("N");
    command.add_flag("--stats", import.stats, "One JSON line with counts on standard error at the end");
    command.add_flag("--verbose", import.verbose, "List everything that cannot be read, not only the first twenty");
    commands.emplace_back(&command, [this](const Io& io) { return run_import(import, io); });
  }

  void add_sessions(CLI::App& app) {
    CLI::App& group = add_group(app, "sessions", "Sessions that the store holds",
                                "  glasswatch sessions list --config glasswatch.yaml --open --unacknowledged\n");
    CLI::App& list = add(group, "list", "Sessions, newest first",
                         "  glasswatch sessions list --config glasswatch.yaml --open --unacknowledged --since 12h\n"
                         "  glasswatch sessions list --url https://glasswatch.example.com --format jsonl | jq .id\n",
                         kReadCodes);
    list.add_flag("--open", operate.open, "Only open ones");
    list.add_flag("--unacknowledged", operate.unacknowledged, "Only those that nobody has acknowledged");
    list.add_option("--since", operate.since, "Started since then: RFC 3339, or 12h, 7d ago")->type_name("TIME");
    list.add_option("--account", operate.account, "Only of this account")->type_name("ID");
    list.add_option("--watch", operate.watch, "Only of this watch")->type_name("NAME");
    add_limit(list, operate);
    add_format(list, operate);
    add_reading(list, operate);
    runs(list, run_sessions_list);
    CLI::App& show =
        add(group, "show", "One session: who, where, until when, and what was done",
            "  glasswatch sessions show --config glasswatch.yaml 01980000-0000-7000-8000-000000000000\n", kReadCodes);
    show.add_option("SESSION", operate.id, "Its id, or an alias")->required()->type_name("ID");
    add_format(show, operate);
    add_reading(show, operate);
    runs(show, run_sessions_show);
  }

  void add_ack(CLI::App& app) {
    CLI::App& command =
        add(app, "ack", "Acknowledge a session, in the name of the token",
            "  glasswatch ack --config glasswatch.yaml --note 'planned, see CHG-1042' SESSION\n", kActCodes);
    command.add_option("SESSION", operate.id, "Its id, or an alias")->required()->type_name("ID");
    command.add_option("--note", operate.note, "What is known of it")->type_name("TEXT");
    command.add_option("--ticket", operate.ticket, "Ticket or change that it belongs to")->type_name("TEXT");
    command
        .add_option("--as", operate.response,
                    "acknowledged, handling, false_alarm (with --note), or reason, which acknowledges nothing")
        ->type_name("KIND")
        ->check(CLI::IsMember({"acknowledged", "handling", "false_alarm", "reason"}));
    add_format(command, operate);
    add_server(command, operate.api);
    runs(command, run_ack);
  }

  void add_mute(CLI::App& app) {
    CLI::App& group = add_group(app, "mute", "Keep alerts quiet for a time; what is critical is never muted",
                                "  glasswatch mute list\n");
    CLI::App& new_one =
        add(group, "add", "Keep alerts of a watch, an account or a session quiet; each that is named has to fit",
            "  glasswatch mute add --watch prod-break-glass --until 2h --reason 'drill, CHG-1042'\n", kActCodes);
    new_one.add_option("--watch", operate.watch, "Alerts of this watch")->type_name("NAME");
    new_one.add_option("--account", operate.account, "Alerts about this account")->type_name("ID");
    new_one.add_option("--session", operate.session, "Alerts about this session")->type_name("ID");
    new_one.add_option("--reason", operate.reason, "Why; shown with what was muted")->required()->type_name("TEXT");
    new_one.add_option("--until", operate.until, "RFC 3339, or for how long: 2h; at most 90d")
        ->required()
        ->type_name("TIME");
    add_format(new_one, operate);
    add_server(new_one, operate.api);
    runs(new_one, run_mute_add);
    CLI::App& list = add(group, "list", "Mutes that hold", "  glasswatch mute list --all\n", kReadCodes);
    list.add_flag("--all", operate.all, "Those that have ended, too");
    add_format(list, operate);
    add_reading(list, operate);
    runs(list, run_mute_list);
    CLI::App& remove = add(group, "remove", "End a mute before its time", "  glasswatch mute remove MUTE\n", kActCodes);
    remove.add_option("MUTE", operate.id, "Its id")->required()->type_name("ID");
    add_format(remove, operate);
    add_server(remove, operate.api);
    runs(remove, run_mute_remove);
  }

  void add_outbox(CLI::App& app) {
    CLI::App& group = add_group(app, "outbox", "Alerts on their way, and those that were refused",
                                "  glasswatch outbox list --config glasswatch.yaml\n");
    CLI::App& list = add(group, "list", "What is not delivered: on its way, then parked",
                         "  glasswatch outbox list --config glasswatch.yaml --state parked\n", kReadCodes);
    list.add_option("--receiver", operate.receiver, "Only to this receiver")->type_name("NAME");
    list.add_option("--session", operate.session, "Only about this session")->type_name("ID");
    list.add_option("--state", operate.state, "Only in this state")
        ->type_name("trying|delivered|folded|muted|parked|superseded");
    add_limit(list, operate);
    add_format(list, operate);
    add_reading(list, operate);
    runs(list, run_outbox_list);
    CLI::App& retry = add(group, "retry", "Tell what is parked or waits once more, at once",
                          "  glasswatch outbox retry ALERT\n", kActCodes);
    retry.add_option("ALERT", operate.id, "Id of the alert")->required()->type_name("ID");
    add_format(retry, operate);
    add_server(retry, operate.api);
    runs(retry, run_outbox_retry);
  }

  void add_quarantine(CLI::App& app) {
    CLI::App& group = add_group(app, "quarantine", "Deliveries and records that could not be read",
                                "  glasswatch quarantine list --config glasswatch.yaml\n");
    CLI::App& list = add(group, "list", "What is kept, newest first",
                         "  glasswatch quarantine list --config glasswatch.yaml\n", kReadCodes);
    add_limit(list, operate);
    add_format(list, operate);
    add_reading(list, operate);
    runs(list, run_quarantine_list);
    CLI::App& show = add(group, "show", "One item with what it held, as JSON",
                         "  glasswatch quarantine show ITEM | jq -r .payload\n", kReadCodes);
    show.add_option("ITEM", operate.id, "Its id")->required()->type_name("ID");
    add_reading(show, operate);
    runs(show, run_quarantine_show);
    CLI::App& replay = add(group, "replay", "Read it once more, by the program and configuration of now",
                           "  glasswatch quarantine replay ITEM\n", kActCodes);
    replay.add_option("ITEM", operate.id, "Its id")->required()->type_name("ID");
    add_format(replay, operate);
    add_server(replay, operate.api);
    runs(replay, run_quarantine_replay);
  }

  void add_checks(CLI::App& app) {
    CLI::App& receivers =
        add_group(app, "receivers", "Check where alerts go", "  glasswatch receivers check --config glasswatch.yaml\n");
    CLI::App& check =
        add(receivers, "check", "Are addresses and credentials good? Posts nothing",
            "  glasswatch receivers check --config glasswatch.yaml\n",
            "\nExit codes: 0 all are good; 2 wrong usage or configuration; 4 one is not, or does not answer.\n");
    check.add_option("--config", receivers_config, "Configuration file; the default: GLASSWATCH_CONFIG")
        ->type_name("FILE");
    commands.emplace_back(&check, [this](const Io& io) { return run_receivers_check(receivers_config, io); });

    CLI::App& test = add(
        app, "alert-test", "Send a marked alert down the real path of a running server, and say what became of it",
        "  glasswatch alert-test --config glasswatch.yaml --receiver oncall\n",
        "\nExit codes: 0 the receiver accepted it; 2 wrong usage, or there is no such receiver; 4 it was refused or "
        "not accepted\nwithin 30 s, or the server does not answer.\n");
    test.add_option("--receiver", operate.receiver, "Its name")->required()->type_name("NAME");
    add_server(test, operate.api);
    runs(test, run_alert_test);
  }

  void add_route(CLI::App& app) {
    CLI::App& group = add_group(app, "route", "Who would be told?", "  glasswatch route test --help\n");
    CLI::App& test =
        add(group, "test", "Who would be told of such an access? From the configuration alone",
            "  glasswatch route test --config glasswatch.yaml --account 444455556666 --role BreakGlassAdmin \\\n"
            "    --expect oncall,pager\n",
            "\nExit codes: 0 done, and as expected; 1 not as --expect says; 2 wrong usage or configuration.\n");
    RouteArguments& a = route;
    test.add_option("--config", a.config, "Configuration file; the default: GLASSWATCH_CONFIG")->type_name("FILE");
    test.add_option("--account", a.account, "The account that is entered")->type_name("ID");
    test.add_option("--role", a.role, "Permission set or role")->type_name("NAME");
    test.add_option("--principal", a.principal, "Who comes: an ARN, or identityStoreArn#userId")->type_name("TEXT");
    test.add_option("--source-ip", a.source_ip, "Where from")->type_name("ADDRESS");
    test.add_option("--mechanism", a.mechanism, "The way in; the default: identity_center_console")
        ->type_name("MECHANISM");
    test.add_option("--outcome", a.outcome, "The default: success")->type_name("success|failure");
    test.add_option("--expect", a.expect, "Receivers, separated by commas, or nobody; exit 1 when it is not they")
        ->type_name("NAMES");
    commands.emplace_back(&test, [this](const Io& io) { return run_route_test(route, io); });
  }

  void add_report(CLI::App& app) {
    CLI::App& command =
        add(app, "report", "What the store holds about the uses of a period, for auditors",
            "  glasswatch report --config glasswatch.yaml --from 2026-07-01 --to 2026-08-01 --output july.html\n"
            "  glasswatch report --store sqlite:glasswatch.db --session SESSION --format json --as-of "
            "2026-08-01T00:00:00Z\n",
            "\nExit codes: 0 done; 2 wrong usage or configuration, or there is no such session; 4 the store cannot be "
            "read, or "
            "the\nreport cannot be written.\n");
    ReportArguments& a = report;
    command.add_option("--config", a.store.config, "The store that this configuration names")->type_name("FILE");
    command.add_option("--store", a.store.store, "This store")->type_name("sqlite:PATH");
    command.add_option("--from", a.from, "Uses that began then or later (RFC 3339, a date, or 30d before --as-of)")
        ->type_name("TIME");
    command.add_option("--to", a.to, "Uses that began before this time")->type_name("TIME");
    command
        .add_option("--as-of", a.as_of,
                    "Only what was stored by then, for the same bytes later; the default: now, and all of it")
        ->type_name("TIME");
    command.add_option("--account", a.account, "Only uses of this account")->type_name("ID");
    command.add_option("--role", a.role, "Only uses of this role or permission set")->type_name("NAME");
    command.add_option("--watch", a.watch, "Only uses that this watch matched")->type_name("NAME");
    command.add_option("--session", a.session, "Only this use")->type_name("ID");
    command.add_option("--format", a.format, "The default: html")->type_name("html|csv|json");
    command.add_option("--output", a.output, "Write it to this file, which has its name when it is whole")
        ->type_name("FILE");
    commands.emplace_back(&command, [this](const Io& io) { return run_report(report, io); });
  }

  void add_compare(CLI::App& app) {
    CLI::App& command = add(
        app, "compare", "The events that only one of two tools told: this store, and another tool's list",
        "  glasswatch compare --config glasswatch.yaml --with slack-export.json --from 7d\n",
        "\nFILE is a list of event ids, one a line, or any text with them in it (JSON lines, a Slack export): every "
        "UUID "
        "counts,\nunless it is the value of client_msg_id, requestID, sharedEventID or session_id.\n"
        "\nExit codes: 0 no difference; 1 there are some; 2 wrong usage or configuration; 3 FILE cannot be read; 4 the "
        "store\ncannot be read.\n");
    CompareArguments& a = compare;
    command.add_option("--with", a.with, "What the other tool told")->required()->type_name("FILE");
    command.add_option("--config", a.store.config, "The store that this configuration names")->type_name("FILE");
    command.add_option("--store", a.store.store, "This store")->type_name("sqlite:PATH");
    command.add_option("--from", a.from, "Events from this time on (RFC 3339, a date, or 7d ago)")->type_name("TIME");
    command.add_option("--to", a.to, "Events before this time")->type_name("TIME");
    command.add_option("--format", a.format, "The default: table on a terminal, else jsonl")
        ->type_name("table|jsonl|csv");
    commands.emplace_back(&command, [this](const Io& io) { return run_compare(compare, io); });
  }

  void add_store(CLI::App& app) {
    CLI::App& group =
        add_group(app, "store", "Look after the store", "  glasswatch store check --config glasswatch.yaml\n");
    const auto name_store = [this](CLI::App& command) {
      command.add_option("--config", store.config, "The store that this configuration names")->type_name("FILE");
      command.add_option("--store", store.store, "This store")->type_name("sqlite:PATH");
    };
    CLI::App& check = add(group, "check", "Is it sound? Reads all of it; a server may be running",
                          "  glasswatch store check --config glasswatch.yaml\n",
                          "\nExit codes: 0 it is; 1 it is not; 2 wrong usage or configuration; 4 it cannot be read.\n");
    name_store(check);
    commands.emplace_back(&check, [this](const Io& io) { return run_store_check(store, io); });
    CLI::App& backup = add(group, "backup", "A checked copy, also while a server is running",
                           "  glasswatch store backup --config glasswatch.yaml /backup/glasswatch.db\n",
                           "\nExit codes: 0 done; 2 wrong usage or configuration; 4 it cannot be read or written.\n");
    backup.add_option("TO", store.to, "The file to write; must not exist")->required()->type_name("FILE");
    name_store(backup);
    commands.emplace_back(&backup, [this](const Io& io) { return run_store_backup(store, io); });
    CLI::App& migrate =
        add(group, "migrate", "Bring it up to this version of the program, as `serve` does at its start",
            "  glasswatch store migrate --config glasswatch.yaml\n",
            "\nExit codes: 0 done; 2 wrong usage or configuration; 4 it cannot be opened.\n");
    name_store(migrate);
    commands.emplace_back(&migrate, [this](const Io& io) { return run_store_migrate(store, io); });
  }
};

DaemonCommands::DaemonCommands(CLI::App& app) : state_(std::make_unique<State>()) {
  state_->add_serve(app);
  state_->add_lambda(app);
  state_->add_import(app);
  state_->add_sessions(app);
  state_->add_ack(app);
  state_->add_mute(app);
  state_->add_outbox(app);
  state_->add_quarantine(app);
  state_->add_checks(app);
  state_->add_route(app);
  state_->add_report(app);
  state_->add_compare(app);
  state_->add_store(app);
}
DaemonCommands::~DaemonCommands() = default;

std::optional<int> DaemonCommands::run(const Io& io) const {
  for (const auto& [command, function] : state_->commands) {
    if (command->parsed()) return function(io);
  }
  return std::nullopt;
}

}  // namespace gw::app
