// The command line: CLI11 parses, one function a command does. Wrong usage ends with 2 and says what would be right.
#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/config/config.h"
#include "base/neutralise.h"

namespace gw::app {
namespace {

constexpr const char* kExitCodes =
    "\nExit codes: 0 done; 1 the answer is no (--fail-on reached); 2 wrong usage or configuration; 3 some input could "
    "not be\n"
    "read or was quarantined (everything else was processed and printed); 4 an outside system failed. 2 wins over all, "
    "else the\n"
    "highest of those that apply.\n";

constexpr const char* kScanFooter =
    "\nExamples:\n"
    "  glasswatch scan ./AWSLogs                              who broke the glass, by the built-in watches\n"
    "  glasswatch scan --watch '*:BreakGlass*:critical' DIR   and by a permission set or role of yours\n"
    "  glasswatch scan --all --mechanism identity_center_cli --from 7d DIR\n"
    "  glasswatch scan --config glasswatch.yaml --format csv DIR > findings.csv\n"
    "  aws s3 cp s3://bucket/key.json.gz - | glasswatch scan -\n"
    "\nInputs are recognised by content: gzip, log files, JSON lines, EventBridge events, CloudWatch Logs exports and "
    "payloads.\n"
    "Hidden files in folders are passed over. The built-in watches (root, assume-root, emergency-roles, tamper,\n"
    "emergency-path) are always on; GLASSWATCH_WATCH adds watches, separated by `;`.\n";

void scan_options(CLI::App& command, ScanArguments& a) {
  command.add_option("PATH", a.paths, "Files or folders; - is standard input")->required();
  command.add_flag("--all", a.all, "Every access event, not only break-glass ones");
  command.add_option("--watch", a.watches, "ACCOUNTS:ROLES[:SEVERITY]; globs, commas; may be repeated")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  command.add_option("--config", a.config, "Configuration file");
  command.add_option("--from", a.from, "Events from this time on (RFC 3339, a date, or 2h, 7d ago)");
  command.add_option("--to", a.to, "Events before this time");
  command.add_option("--account", a.accounts, "Only accesses to, or recorded in, this account; may be repeated")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--region", a.regions, "Only records of this region; may be repeated")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--mechanism", a.mechanisms, "Only these ways in, separated by commas")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--format", a.format, "table, jsonl, json or csv (table on a terminal, else jsonl)");
  command.add_option("--accounts", a.accounts_file, "Names: output of `aws organizations list-accounts`");
  command.add_option("--people", a.people_file, "Names: output of `aws identitystore list-users`");
  command.add_option("--fail-on", a.fail_on, "Exit 1 when a break-glass finding has this severity or a higher one");
  command.add_option("--explain", a.explain, "Say about this event id which watches match, and why the others do not");
  command.add_flag("--strict", a.strict,
                   "Report damage in records that cannot match, too (implied by --all without --mechanism)");
  command.add_option("--dedupe", a.dedupe, "exact, window (the last million event keys) or off");
  command.add_option("--threads", a.threads, "Threads (all cores)");
  command.add_flag("--stats", a.stats, "One JSON line with counts on standard error at the end");
  command.add_option("--progress", a.progress, "always, never or auto (only on a terminal)");
  command.add_option("--max-quarantined", a.max_quarantined,
                     "So many quarantined inputs or records do not make the exit code 3");
  command.add_flag("--summary", a.summary, "The closing table also when standard error is no terminal");
  command.add_flag("--verbose", a.verbose, "List every quarantined input and record, not only the first twenty");
}

int parse(const std::vector<std::string>& args, const Io& io) {
  CLI::App app{"glasswatch watches CloudTrail for break-glass access across an AWS Organization.", "glasswatch"};
  app.require_subcommand(1);
  app.footer(kExitCodes);
  app.get_formatter()->column_width(34);
  app.set_version_flag("--version", std::string("glasswatch ") + GW_VERSION);
  app.failure_message([](const CLI::App* command, const CLI::Error& e) {
    return "glasswatch: " + std::string(e.what()) + " (see " +
           (command->get_parent() != nullptr ? command->get_parent()->get_name() + " " : "") + command->get_name() +
           " --help)\n";
  });

  ScanArguments scan_arguments;
  CLI::App& scan =
      *app.add_subcommand("scan", "Find access in CloudTrail archives: who, where, how, and whether it worked");
  scan_options(scan, scan_arguments);
  scan.footer(std::string(kScanFooter) + kExitCodes);

  ScanArguments doctor_arguments;
  CLI::App& doctor =
      *app.add_subcommand("doctor", "Say what a feed holds, what it lacks, and which mechanisms it cannot show");
  doctor.add_option("PATH", doctor_arguments.paths, "Files or folders; - is standard input")->required();
  doctor.add_option("--format", doctor_arguments.format, "text (the default) or json");
  doctor.add_option("--threads", doctor_arguments.threads, "Threads (all cores)");
  doctor.add_option("--progress", doctor_arguments.progress, "always, never or auto");
  doctor.add_flag("--verbose", doctor_arguments.verbose, "List everything quarantined");
  doctor.footer(std::string("\nExample:\n  glasswatch doctor ./AWSLogs\n") + kExitCodes);

  CLI::App& config = *app.add_subcommand("config", "Check, show an example of, or describe the configuration");
  config.require_subcommand(1);
  config.footer(kExitCodes);
  std::vector<std::string> config_files;
  CLI::App& check =
      *config.add_subcommand("check", "Every error of a configuration file, each with line and column (exit 2)");
  check.add_option("FILE", config_files, "Configuration files")->required();
  check.footer(std::string("\nExample:\n  glasswatch config check glasswatch.yaml\n") + kExitCodes);
  CLI::App& example = *config.add_subcommand("example", "A complete, commented example");
  example.footer("\nExample:\n  glasswatch config example > glasswatch.yaml\n");
  CLI::App& schema = *config.add_subcommand("schema", "The JSON Schema of the file, for editors");
  schema.footer("\nExample:\n  glasswatch config schema > glasswatch.schema.json\n");

  CLI::App& version = *app.add_subcommand("version", "The version of this program");
  version.footer("\nExample:\n  glasswatch version\n");

  std::string shell;
  CLI::App& completion = *app.add_subcommand("completion", "Completion for bash, zsh or fish");
  completion.add_option("SHELL", shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion.footer("\nExample:\n  source <(glasswatch completion bash)\n");

  // CLI11 takes the arguments from the back.
  std::vector<std::string> reversed(args.rbegin(), args.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& e) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(e, out, err);
    (void)write_all(io.out, out.str());
    (void)write_all(io.err, visible(err.str()).empty() ? "" : err.str());
    return code == 0 ? kDone : kUsage;
  }

  if (scan.parsed()) return run_scan(scan_arguments, io);
  if (doctor.parsed()) return run_doctor(doctor_arguments, io);
  if (check.parsed()) return run_config_check(config_files, io);
  if (example.parsed()) return write_all(io.out, example_config()) ? kDone : kOutside;
  if (schema.parsed()) return write_all(io.out, json_schema()) ? kDone : kOutside;
  if (completion.parsed()) return run_completion(shell, io);
  return write_all(io.out, std::string("glasswatch ") + GW_VERSION + "\n") ? kDone : kOutside;
}

}  // namespace

void complain(const Io& io, std::string_view message) {
  (void)write_all(io.err, "glasswatch: " + std::string(message) + "\n");
}

int run(const std::vector<std::string>& args, const Io& io) {
  try {
    return parse(args, io);
  } catch (const std::exception& e) {
    // A library's exception that no command expected: say so, and do not claim success.
    complain(io, std::string("internal error: ") + visible(e.what()));
    return kOutside;
  }
}

}  // namespace gw::app
