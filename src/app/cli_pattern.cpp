// match and pattern: their options, help and examples. As in cli.cpp, this is the only table of them.
#include "app/cli_pattern.h"

#include "app/pattern.h"

namespace gw::app {
namespace {

constexpr const char* kMatchFooter =
    "\nExamples:\n"
    "  glasswatch match '{ $.eventName = \"Federate\" }' ./AWSLogs\n"
    "  glasswatch match '{\"detail\":{\"userIdentity\":{\"type\":[\"Root\"]}}}' ./AWSLogs | jq .eventName\n"
    "  glasswatch match --count '{ $.errorCode = \"AccessDenied*\" }' s3://bucket/AWSLogs/o-1/\n"
    "\nA pattern is a CloudWatch Logs filter pattern or, when it is a JSON object, an EventBridge event pattern; see\n"
    "docs/patterns.md. Records are printed as JSON lines. Inputs are those of `glasswatch scan`; without any, "
    "standard\n"
    "input is read.\n"
    "\nExit codes: 0 done, with or without matches; 2 wrong usage, or a pattern that AWS would refuse; 3 some input "
    "could\n"
    "not be read or was quarantined (everything else was processed and printed); 4 an outside system failed.\n";
constexpr const char* kTestFooter =
    "\nExamples:\n  glasswatch pattern test cases.jsonl\n  glasswatch pattern test --syntax eventbridge --bare - < "
    "cases.jsonl\n"
    "\nOne case a line: {\"id\",\"pattern\",\"event\" or \"message\",\"matches\":true or false}, or "
    "{\"id\",\"pattern\",\"invalid\":true}.\n"
    "pattern_text and event_text are the exact text, and win. One line a case comes out: "
    "{\"id\",\"ok\",\"got\",\"error\"}.\n"
    "\nExit codes: 0 every case is as it says; 1 some differ; 2 wrong usage; 3 a file cannot be read, or a line is no "
    "case;\n4 standard output cannot be written.\n";
constexpr const char* kShowFooter =
    "\nExamples:\n  glasswatch pattern show '{ $.eventName = \"Federate\" && $.errorCode NOT EXISTS }'\n"
    "\nExit codes: 0 done; 2 wrong usage, or a pattern that AWS would refuse; 4 standard output cannot be written.\n";

}  // namespace

struct PatternCommands::State {
  PatternArguments a;  // one command is parsed at a time
  CLI::App* match = nullptr;
  CLI::App* test = nullptr;
  CLI::App* show = nullptr;

  void add_pattern(CLI::App& command) {
    command.add_option("PATTERN", a.pattern, "In either language of AWS")->required()->type_name("PATTERN");
  }
  void add_reading(CLI::App& command) {
    command.add_option("--syntax", a.syntax, "The default: auto (a JSON object is EventBridge's)")
        ->type_name("auto|cloudwatch|eventbridge");
    command.add_flag("--lift-limits", a.lift_limits,
                     "Take patterns that AWS would refuse for their size or complexity");
    command.add_flag("--missing-differs", a.missing_differs,
                     "CloudWatch Logs: != also holds where the field is missing");
  }
  void add_bare(CLI::App& command) {
    command.add_flag("--bare", a.bare, "EventBridge: match the record itself, not the event around it");
  }

  void add_match(CLI::App& app) {
    match = app.add_subcommand("match", "Print the records that a pattern matches: a grep for CloudTrail");
    match->footer(kMatchFooter);
    add_pattern(*match);
    match->add_option("PATH", a.paths, "Files, folders or s3:// prefixes; - is standard input")->type_name("FILE");
    add_reading(*match);
    add_bare(*match);
    match->add_flag("--count", a.count, "Only how many there are");
    match->add_flag("--invert", a.invert, "The records that do not match");
    match->add_flag("--explain", a.explain, "Say first, on standard error, how the pattern is understood");
    match->add_flag("--strict", a.strict, "Report damage in records that cannot match, too");
    match->add_option("--threads", a.threads, "The default: all cores")->type_name("N");
    match->add_flag("--stats", a.stats, "One JSON line with counts on standard error at the end");
    match->add_option("--progress", a.progress, "The default: auto (on a terminal)")->type_name("always|never|auto");
    match
        ->add_option("--max-quarantined", a.max_quarantined,
                     "So many quarantined inputs or records do not make the exit code 3")
        ->type_name("N");
    match->add_flag("--verbose", a.verbose, "List every quarantined input and record, not only the first twenty");
  }

  void add_group(CLI::App& app) {
    CLI::App& group = *app.add_subcommand("pattern", "Test patterns against cases; show how one is understood");
    group.footer(
        "\nExamples:\n  glasswatch pattern test cases.jsonl\n\nExit codes: 0 done; 2 wrong usage; each command's "
        "own help says which others there are.\n");
    group.require_subcommand(1);
    test = group.add_subcommand("test", "Does each case match as it says? One JSON line a case");
    test->footer(kTestFooter);
    test->add_option("CASES", a.paths, "Files of cases; - is standard input")->required()->type_name("FILE");
    add_reading(*test);
    add_bare(*test);
    show = group.add_subcommand("show", "What a pattern asks for, and what AWS leaves open about it");
    show->footer(kShowFooter);
    add_pattern(*show);
    add_reading(*show);
  }
};

PatternCommands::PatternCommands(CLI::App& app) : state_(std::make_unique<State>()) {
  state_->add_match(app);
  state_->add_group(app);
}

PatternCommands::~PatternCommands() = default;

std::optional<int> PatternCommands::run(const Io& io) const {
  if (state_->match->parsed()) return run_match(state_->a, io);
  if (state_->test->parsed()) return run_pattern_test(state_->a, io);
  if (state_->show->parsed()) return run_pattern_show(state_->a, io);
  return std::nullopt;
}

}  // namespace gw::app
