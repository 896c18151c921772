// The command line: CLI11 parses, one function a command does. Wrong usage ends with 2 and says what would be right.
//
// The options below are the only table of them: help and completion are made from it. An option's type name is what its
// value may be (FILE, or the words themselves), which is what completion offers.
#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <span>
#include <sstream>

#include "app/cli_daemon.h"
#include "app/cli_pattern.h"
#include "app/config/config.h"
#include "app/config/validate.h"
#include "domain/model/mechanism.h"
#include "domain/model/severity.h"

namespace gw::app {
namespace {

constexpr const char* kExitCodes =
    "\nExit codes: 0 done; 1 the answer is no (--fail-on reached, or no record has the event id to explain); 2 wrong\n"
    "usage or configuration; 3 some input could not be read or was quarantined (everything else was processed and\n"
    "printed); 4 an outside system failed. 2 wins over all, else the highest of those that apply.\n";
constexpr const char* kDoctorExitCodes =
    "\nExit codes: 0 done; 1 (--live) not ready, or something is silent, parked or does not work; 2 wrong usage; 3 "
    "some input could "
    "not\n"
    "be read or was quarantined (everything else was processed and counted); 4 standard output cannot be written, or\n"
    "(--live) the server does not answer.\n";
constexpr const char* kPlainExitCodes = "\nExit codes: 0 done; 2 wrong usage; 4 standard output cannot be written.\n";

constexpr const char* kScanFooter =
    "\nExamples:\n"
    "  glasswatch scan ./AWSLogs                              who broke the glass, by the built-in watches\n"
    "  glasswatch scan --watch '*:BreakGlass*:critical' DIR   and by a permission set or role of yours\n"
    "  glasswatch scan --all --mechanism identity_center_cli --from 7d DIR\n"
    "  glasswatch scan --config glasswatch.yaml --format csv DIR > findings.csv\n"
    "  glasswatch scan s3://bucket/AWSLogs/o-1/ --from 2026-07-01   what lies in S3 (see docs/commands.md)\n"
    "\nInputs are recognised by content: gzip, log files, JSON lines, EventBridge events, CloudWatch Logs exports and "
    "payloads.\n"
    "Hidden files in folders are passed over. The built-in watches (root, assume-root, emergency-roles,\n"
    "emergency-users, tamper, emergency-path) are always on; GLASSWATCH_WATCH adds watches, separated by `;`. "
    "NO_COLOR\n"
    "turns colours off.\n";

std::string words_of(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : "|").append(name);
  return out;
}

// The last of the mechanisms is only ever an addition to another.
std::string mechanism_words() { return words_of(std::span(model::kMechanismNames).first(model::kMechanismCount - 1)); }

std::string mechanism_help() {
  std::string out = "\nMechanisms:";
  std::size_t width = 80;
  for (std::size_t i = 0; i + 1 < model::kMechanismCount; ++i) {
    const std::string_view name = model::kMechanismNames[i];
    if (width + name.size() > 110) {
      out += "\n ";
      width = 1;
    }
    out += " " + std::string(name);
    width += name.size() + 1;
  }
  return out + "\n";
}

// The commands, and what was asked of them.
struct Program {
  CLI::App app{"glasswatch watches CloudTrail for break-glass access across an AWS Organization.", "glasswatch"};
  ScanArguments scan;
  ScanArguments doctor;
  bool live = false;
  ApiArguments server;
  std::vector<std::string> config_files;
  std::vector<std::string> config_sample;
  RenderArguments render_args;
  std::string shell;
  std::optional<PatternCommands> pattern;
  std::optional<DaemonCommands> daemon;

  Program() {
    app.require_subcommand(1);
    app.get_formatter()->column_width(38);
    app.set_version_flag("--version", std::string("glasswatch ") + GW_VERSION, "Print the version and exit");
    app.footer(std::string("\nExamples:\n  glasswatch scan ./AWSLogs\n  glasswatch doctor ./AWSLogs\n"
                           "  glasswatch scan --help\n") +
               kExitCodes);
    add_scan();
    add_doctor();
    pattern.emplace(app);
    daemon.emplace(app);
    add_config();
    add("version", "The version of this program", "  glasswatch version\n", kPlainExitCodes);
    CLI::App& completion = add("completion", "Completion for bash, zsh or fish",
                               "  source <(glasswatch completion bash)\n"
                               "  glasswatch completion fish > ~/.config/fish/completions/glasswatch.fish\n",
                               kPlainExitCodes);
    completion.add_option("SHELL", shell, "The shell")->required()->type_name("bash|zsh|fish");
    refuse_empty_values(app);
  }

 private:
  CLI::App& add(const std::string& name, const std::string& help, const std::string& examples, const char* exit_codes) {
    return add_to(app, name, help, examples, exit_codes);
  }
  static CLI::App& add_to(CLI::App& parent, const std::string& name, const std::string& help,
                          const std::string& examples, const char* exit_codes) {
    CLI::App& command = *parent.add_subcommand(name, help);
    command.footer("\nExamples:\n" + examples + exit_codes);
    return command;
  }
  // A variable that is not set in a script must not switch a check off: --fail-on "$LEVEL".
  static void refuse_empty_values(CLI::App& command) {
    for (CLI::Option* option : command.get_options()) {
      if (option->get_type_size() == 0) continue;
      option->check([](const std::string& value) { return std::string(value.empty() ? "the value is empty" : ""); });
    }
    for (CLI::App* child : command.get_subcommands([](CLI::App*) { return true; })) refuse_empty_values(*child);
  }
  // Takes its value each time it stands there, and only one: what follows is a path.
  static CLI::Option* repeated(CLI::Option* option) { return option->take_all()->expected(1)->allow_extra_args(false); }

  void add_scan() {
    CLI::App& command =
        add("scan", "Find access in CloudTrail archives: who, where, how, and whether it worked", "", kExitCodes);
    command.footer(kScanFooter + mechanism_help() + kExitCodes);
    ScanArguments& a = scan;
    command.add_option("PATH", a.paths, "Files or folders; - is standard input")->required()->type_name("FILE");
    command.add_flag("--all", a.all, "Every access event, not only break-glass ones");
    repeated(command.add_option("--watch", a.watches, "ACCOUNTS:ROLES[:SEVERITY]; globs, commas; may be repeated"))
        ->type_name("SPEC");
    command.add_option("--config", a.config, "Configuration file")->type_name("FILE");
    command.add_option("--from", a.from, "Events from this time on (RFC 3339, a date, or 2h, 7d ago)")
        ->type_name("TIME");
    command.add_option("--to", a.to, "Events before this time")->type_name("TIME");
    repeated(
        command.add_option("--account", a.accounts, "Only accesses to, or recorded in, this account; may be repeated"))
        ->type_name("ID");
    repeated(command.add_option("--region", a.regions, "Only records of this region; may be repeated"))
        ->type_name("REGION");
    repeated(command.add_option("--mechanism", a.mechanisms, "Only these ways in, separated by commas"))
        ->delimiter(',')
        ->type_name("LIST");
    command.add_option("--format", a.format, "The default: table on a terminal, else jsonl")
        ->type_name("table|jsonl|json|csv|ocsf");
    command.add_option("--accounts", a.accounts_file, "Names: output of `aws organizations list-accounts`")
        ->type_name("FILE");
    command.add_option("--people", a.people_file, "Names: output of `aws identitystore list-users`")->type_name("FILE");
    command.add_option("--fail-on", a.fail_on, "Exit 1 when a break-glass finding has this severity or a higher one")
        ->type_name(words_of(model::kSeverityNames));
    command.add_option("--explain", a.explain, "Say which watches match this event, and why the others do not")
        ->type_name("EVENT_ID");
    command.add_flag("--strict", a.strict,
                     "Report damage in records that cannot match, too (implied by --all without --mechanism)");
    command.add_flag("--sessions", a.sessions, "Sessions instead of events: who, where, until when, what was done");
    command.add_flag("--activity", a.activity, "Everything that break-glass sessions did, with their ways in");
    command.add_option("--dedupe", a.dedupe, "The default: window (the last million event keys)")
        ->type_name("exact|window|off");
    command.add_option("--threads", a.threads, "The default: all cores")->type_name("N");
    command.add_flag("--stats", a.stats, "One JSON line with counts on standard error at the end");
    command.add_option("--progress", a.progress, "The default: auto (on a terminal)")->type_name("always|never|auto");
    command
        .add_option("--max-quarantined", a.max_quarantined,
                    "So many quarantined inputs or records do not make the exit code 3")
        ->type_name("N");
    command.add_flag("--summary", a.summary, "The closing table also when standard error is no terminal");
    command.add_flag("--verbose", a.verbose, "List every quarantined input and record, not only the first twenty");
  }

  void add_doctor() {
    CLI::App& command = add("doctor", "Say what a feed holds, what it lacks, and which mechanisms it cannot show",
                            "  glasswatch doctor ./AWSLogs\n  glasswatch doctor --format json ./AWSLogs | jq .gaps\n"
                            "  glasswatch doctor --live --config glasswatch.yaml\n",
                            kDoctorExitCodes);
    ScanArguments& a = doctor;
    command.add_option("PATH", a.paths, "Files or folders; - is standard input")->type_name("FILE");
    command.add_flag("--live", live,
                     "Ask a running server instead: is it ready, what does it hear, what is silent or parked");
    command
        .add_option("--url", server.url,
                    "With --live: the server; the default: as --config says, else http://127.0.0.1:8080")
        ->type_name("URL");
    command.add_option("--token", server.token, "With --live: the access token, env:NAME or file:PATH")
        ->type_name("REFERENCE");
    command.add_option("--config", server.config, "With --live: configuration of the server")->type_name("FILE");
    command.add_option("--format", a.format, "The default: text")->type_name("text|json");
    command.add_option("--threads", a.threads, "The default: all cores")->type_name("N");
    command.add_option("--progress", a.progress, "The default: auto (on a terminal)")->type_name("always|never|auto");
    command.add_flag("--verbose", a.verbose, "List everything quarantined");
  }

  void add_config() {
    CLI::App& config = add("config", "Check, show an example of, or describe the configuration",
                           "  glasswatch config check glasswatch.yaml\n",
                           "\nExit codes: 0 done; 2 wrong usage or configuration; 4 standard output cannot be "
                           "written.\n");
    config.require_subcommand(1);
    CLI::App& check =
        add_to(config, "check", "Every error of a configuration file, each with line and column",
               "  glasswatch config check glasswatch.yaml\n"
               "  glasswatch config check --deployed <(aws logs describe-subscription-filters --log-group-name GROUP) "
               "glasswatch.yaml\n"
               "  glasswatch config check --deployed <(aws events list-rules --name-prefix glasswatch)\n",
               "\nExit codes: 0 the file is good; 1 what is deployed does not let through all that is "
               "needed; 2 the file is not good, or\ncannot be read; 3 some of the sample "
               "could not be read; 4 standard output cannot be written.\n");
    check.add_option("FILE", config_files, "Configuration files; with --deployed by default GLASSWATCH_CONFIG")
        ->type_name("FILE");
    repeated(check.add_option("--sample", config_sample,
                              "Say which records of these files or folders the patterns of watches match"))
        ->type_name("FILE");
    check
        .add_option("--deployed", render_args.deployed,
                    "Say what a filter or rules exported by the AWS CLI do not let through, though FILE needs it")
        ->type_name("FILE");
    check
        .add_option("--name-prefix", render_args.prefix,
                    "With --deployed: how the names of the filters and rules begin; the default: glasswatch")
        ->type_name("PREFIX");
    CLI::App& render = add_to(
        config, "render", "The filter of CloudWatch Logs, or the rules of EventBridge, that let through what is needed",
        "  glasswatch config render --for cloudwatch-filter --config glasswatch.yaml\n"
        "  GLASSWATCH_WATCH='*:Vault*' glasswatch config render --for eventbridge\n"
        "  aws events put-rule --name glasswatch-access --event-pattern \"$(glasswatch config render --for eventbridge "
        "--part access)\" \\\n    --state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS\n",
        "\nA filter stands on one line; of two, which is what a log group takes, the second on the next. Rules are one "
        "JSON object, the\npatterns by name.\n"
        "\nExit codes: 0 done; 1 something that is watched cannot be said, which is told, and nothing is printed; 2 "
        "wrong usage or\nconfiguration; 4 standard output cannot be written.\n");
    render.add_option("--for", render_args.kind, "Which feed")->required()->type_name("cloudwatch-filter|eventbridge");
    render
        .add_option("--config", render_args.config,
                    "Its watches; the default: GLASSWATCH_CONFIG, else the built-in ones")
        ->type_name("FILE");
    repeated(render.add_option("--watch", render_args.watches, "A watch, as scan takes it"))->type_name("SPEC");
    render.add_option("--part", render_args.part, "Only this filter (filter, second), or the rule of this name")
        ->type_name("NAME");
    add_to(config, "example", "A complete, commented example", "  glasswatch config example > glasswatch.yaml\n",
           kPlainExitCodes);
    add_to(config, "schema", "The JSON Schema of the file, for editors",
           "  glasswatch config schema > glasswatch.schema.json\n", kPlainExitCodes);
  }
};

CommandDescription describe(const CLI::App& app) {
  CommandDescription out;
  out.name = app.get_name();
  out.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    // Flags have no type name of their own; LIST and MECHANISM stand for the words that may be in them.
    std::string values = option->get_type_size() == 0 ? "" : option->get_type_name();
    if (values == "LIST" || values == "MECHANISM") values = mechanism_words();
    if (option->get_positional()) {
      out.argument = std::move(values);
    } else if (!option->get_lnames().empty()) {
      out.options.push_back({"--" + option->get_lnames().front(), option->get_description(), std::move(values)});
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    out.commands.push_back(describe(*command));
  return out;
}

// Complains about what was not expected, and answers kUsage.
int wrong_usage(const std::string& command, std::string message, std::string_view word,
                const std::vector<std::string_view>& candidates, const Io& io) {
  if (const std::string near = nearest(word, candidates); !near.empty()) message += "; did you mean `" + near + "`?";
  complain(io, message + " (see " + command + " --help)");
  return kUsage;
}

// The command that `args` name, as far as they name one, and the place of the first word that is none.
struct Place {
  const CommandDescription* command = nullptr;
  std::string path;      // glasswatch config check
  std::size_t next = 0;  // index into args
};
Place find_command(const CommandDescription& program, const std::vector<std::string>& args) {
  Place place{&program, program.name, 0};
  while (place.next < args.size()) {
    const auto& commands = place.command->commands;
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const CommandDescription& c) { return c.name == args[place.next]; });
    if (found == commands.end()) break;
    place.command = &*found;
    place.path += " " + found->name;
    ++place.next;
  }
  return place;
}

// CLI11's words for an unknown command or option name neither; these do.
std::optional<int> refuse_unknown(const CommandDescription& program, const std::vector<std::string>& args,
                                  const Io& io) {
  const Place place = find_command(program, args);
  const auto has_option = [&](const std::string& name) {
    return std::any_of(place.command->options.begin(), place.command->options.end(),
                       [&](const CommandDescription::Option& o) { return o.name == name; });
  };
  std::vector<std::string_view> candidates;
  if (!place.command->commands.empty() && place.next < args.size() && !args[place.next].starts_with("-")) {
    for (const CommandDescription& c : place.command->commands) candidates.push_back(c.name);
    return wrong_usage(place.path, "there is no command `" + args[place.next] + "`", args[place.next], candidates, io);
  }
  for (const CommandDescription::Option& o : place.command->options) candidates.push_back(o.name);
  for (std::size_t i = place.next; i < args.size() && args[i] != "--"; ++i) {
    const std::string name = args[i].substr(0, args[i].find('='));
    if (!name.starts_with("--")) continue;
    if (!has_option(name)) return wrong_usage(place.path, "there is no option `" + name + "`", name, candidates, io);
    // Its value may look like an option: CLI11 decides about that.
    if (args[i].find('=') == std::string::npos) {
      const auto option = std::find_if(place.command->options.begin(), place.command->options.end(),
                                       [&](const CommandDescription::Option& o) { return o.name == name; });
      if (!option->values.empty()) ++i;
    }
  }
  return std::nullopt;
}

int parse(const std::vector<std::string>& args, const Io& io) {
  Program program;
  const CommandDescription described = describe(program.app);
  if (const auto code = refuse_unknown(described, args, io)) return *code;
  CLI::App& app = program.app;
  // CLI11 takes the arguments from the back.
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::Success& e) {  // --help, --version
    std::ostringstream out;
    std::ostringstream err;
    (void)app.exit(e, out, err);
    return print(io, out.str());
  } catch (const CLI::ParseError& e) {
    std::string message = e.what();
    if (message == "A subcommand is required") message = "which command?";
    return wrong_usage(find_command(described, args).path, message, {}, {}, io);
  }

  const auto parsed = [&](const char* name) { return app.got_subcommand(name); };
  if (parsed("scan")) return run_scan(program.scan, io);
  if (parsed("doctor")) {
    const bool has_paths = !program.doctor.paths.empty();
    if (program.live == has_paths)
      return wrong_usage("glasswatch doctor", has_paths ? "--live reads no PATH" : "PATH is required", {}, {}, io);
    return program.live ? run_doctor_live(program.server, program.doctor.format, io) : run_doctor(program.doctor, io);
  }
  if (const auto code = program.pattern->run(io)) return *code;
  if (const auto code = program.daemon->run(io)) return *code;
  if (parsed("config")) {
    const CLI::App& config = *app.get_subcommand("config");
    if (config.got_subcommand("render")) return run_config_render(program.render_args, io);
    if (config.got_subcommand("check")) {
      const int code =
          program.config_files.empty() ? kDone : run_config_check(program.config_files, program.config_sample, io);
      if (program.render_args.deployed.empty() || code == kUsage) return code;
      if (!program.config_files.empty()) program.render_args.config = program.config_files.back();
      return std::max(code, run_config_deployed(program.render_args, io));
    }
    return print(io, config.got_subcommand("example") ? example_config() : json_schema());
  }
  if (parsed("completion")) {
    const std::string script = completion_script(described, program.shell);
    if (!script.empty()) return print(io, script);
    return wrong_usage("glasswatch completion",
                       "there is no completion for `" + program.shell +
                           "`, but for bash, "
                           "zsh and fish",
                       {}, {}, io);
  }
  return print(io, std::string("glasswatch ") + GW_VERSION + "\n");
}

}  // namespace

int run(const std::vector<std::string>& args, const Io& io) {
  try {
    return parse(args, io);
  } catch (const std::exception& e) {
    // A library's exception that no command expected: say so, and do not claim success.
    complain(io, std::string("internal error: ") + e.what());
    return kOutside;
  }
}

}  // namespace gw::app
